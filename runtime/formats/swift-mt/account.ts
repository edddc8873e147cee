/**
 * Account identification (25, 25P): the account, with what its bank puts around it. `BIC/account`, `bank code/account` and a currency
 * behind the account are values of their own, so that the account is the same as in a payment.
 */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
import { CURRENCIES } from "./catalogue.ts";
import { isCapital, isDigit, SLASH } from "./characters.ts";
import { packCode } from "./codes.ts";
import type { AccountOption } from "./layout.ts";
import { isComponent } from "./line.ts";
import { readRest, refuseField } from "./party.ts";
import { FINE, type Reading } from "./reading.ts";

const FORMAT = 4009;
const LINE_LENGTH = 4007;
const LINE_COUNT = 4011;
const BLANK = 0x20;

export function readAccount(reading: Reading, option: AccountOption): number {
  const start = reading.lineStarts[0] as number;
  const end = reading.lineEnds[0] as number;
  if (reading.strict && end - start > option.account.lineMax) return reading.refuse(LINE_LENGTH, start, end, option.tag);
  const issue = readAccountLine(reading, option, start, end);
  if (issue !== FINE) return issue;
  if (!option.hasOwner) return readRest(reading, option, 1, LINE_COUNT);
  if (reading.lineCount < 2) return reading.strict ? refuseField(reading, FORMAT, option.tag) : FINE;
  const owner = reading.lineStarts[1] as number;
  const ownerEnd = reading.lineEnds[1] as number;
  if (!isComponent(reading, option.bic, owner, ownerEnd)) return readRest(reading, option, 1, FORMAT);
  const second = reading.value(option.bic, owner, ownerEnd, ENCODING_MT_LINE);
  return second === FINE ? readRest(reading, option, 2, LINE_COUNT) : second;
}

function readAccountLine(reading: Reading, option: AccountOption, start: number, end: number): number {
  const { input } = reading;
  let at = start;
  while (at < end && input[at] === BLANK) at++;
  let slash = at;
  while (slash < end && input[slash] !== SLASH) slash++;
  if (slash < end && slash > at) {
    const bank = isComponent(reading, option.bic, at, slash)
      ? option.bic
      : isComponent(reading, option.bankCode, at, slash)
        ? option.bankCode
        : undefined;
    if (bank !== undefined) {
      const issue = reading.value(bank, at, slash, ENCODING_MT_LINE);
      if (issue !== FINE) return issue;
      at = slash + 1;
    }
  }
  const currency = currencyStart(input, at, end);
  let accountEnd = currency;
  while (accountEnd > at && (input[accountEnd - 1] === BLANK || (currency < end && input[accountEnd - 1] === SLASH))) accountEnd--;
  const issue = reading.value(option.account, at, accountEnd, ENCODING_MT_LINE);
  return issue === FINE && currency < end ? reading.value(option.currency, currency, currency + 3, ENCODING_MT_LINE) : issue;
}

/** Where a currency stands behind digits, a blank or a slash; else `end`. Blanks may follow. */
function currencyStart(input: Uint8Array, start: number, end: number): number {
  let behind = end;
  while (behind > start && input[behind - 1] === BLANK) behind--;
  const at = behind - 3;
  if (at <= start) return end;
  const before = input[at - 1];
  if (!isDigit(before) && before !== BLANK && before !== SLASH) return end;
  if (!isCapital(input[at]) || !isCapital(input[at + 1]) || !isCapital(input[at + 2])) return end;
  return CURRENCIES.has(packCode(input, at, at + 3)) ? at : end;
}
