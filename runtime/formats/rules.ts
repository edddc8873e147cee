/**
 * What holds between the values of one message: counts, sums, balances, rates, countries, parties; and from one statement to the next. A
 * format's rules look at one whole record and say which of them do not hold; masking keeps what did, and nobody's values are told.
 */
import type { Batch } from "../record/tables.ts";
import type { FormatName, OpenFormat } from "./api.ts";
import { ONE } from "./decimal.ts";

export const COUNT = 8601;
export const SUM = 8602;
export const BALANCE = 8603;
export const MINOR_UNITS = 8604;
export const COUNTRY = 8605;
export const RATE = 8606;
export const SERIES = 8607;
export const PARTY = 8608;

export interface Finding {
  /** Number of an issue, 8601 and following. */
  readonly issue: number;
  /** Where the value stands that says otherwise: names and the places of repeated elements, no value. */
  readonly path: string;
}

export interface Verdict {
  readonly message: string;
  /** Rules that the message had something for. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

export interface MessageRules {
  readonly format: FormatName;
  /**
   * undefined where the record is no message that these rules know.
   * @param series takes the statements of several messages, and adds to the findings when it is closed; without it a message stands alone
   */
  verify(record: Uint8Array, series?: Series): Verdict | undefined;
  /** Tells what the amounts of a record that was scanned are made of (terms.ts), so that what adds up does so when each was changed. */
  addTerms(scanned: ScannedRecord): void;
}

export interface ScannedRecord {
  readonly batch: Batch;
  readonly record: number;
  /** Of its own bytes in the batch's input, without what separates it from others. */
  readonly start: number;
  readonly end: number;
  readonly open: OpenFormat;
  /** Whether an operation changes amounts by a function of them. */
  isAmount(operation: number): boolean;
}

/** A verdict while it is being found. */
export class Collected implements Verdict {
  readonly message: string;
  checked = 0;
  readonly findings: Finding[] = [];
  readonly #parties = new Map<string, string>();

  constructor(message: string) {
    this.message = message;
  }

  /** @param holds undefined: the rule has nothing to look at */
  rule(issue: number, path: string, holds: boolean | undefined): void {
    if (holds === undefined) return;
    this.checked++;
    if (!holds) this.findings.push({ issue, path });
  }

  /** The name that stands beside an account or identifier: the same wherever that stands in the message. */
  party(identifier: string | undefined, name: string | undefined, path: string): void {
    if (identifier === undefined || name === undefined) return;
    const [key, now] = [identifier.replaceAll(/[^A-Za-z0-9]/g, ""), nameKey(name)];
    if (key === "" || now === "") return;
    const before = this.#parties.get(key);
    if (before === undefined) this.#parties.set(key, now);
    else this.rule(PARTY, path, isSameName(before, now));
  }
}

/** Characters from which on a name may have been cut by the room of its field. */
const NAME_CUT_MIN = 30;

/** Letters and digits, words in one order: `BRANDHORST, OTTILIE` and `Ottilie Brandhorst` are one. */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .sort()
    .join(" ")
    .trim();

const isSameName = (one: string, other: string): boolean =>
  one === other || (one.length < other.length ? isCut(one, other) : isCut(other, one));

/** Of a name and the same cut short all words are the same, save the one that was cut. */
function isCut(short: string, long: string): boolean {
  if (short.length < NAME_CUT_MIN) return false;
  const words = long.split(" ");
  const others = short.split(" ").filter((word) => !words.includes(word));
  return others.length === 0 || (others.length === 1 && words.some((word) => word.startsWith(others[0] as string)));
}

/** What a statement says of its place among the statements of its account. Numbers and amounts as decimal.ts has them. */
export interface Place {
  /** Of the closing balance; statements of one account have their dates in one form. */
  readonly date: string;
  /** Of the statement, and of the sheet within it. */
  readonly number: bigint | undefined;
  readonly sheet: bigint | undefined;
  readonly opening: bigint | undefined;
  readonly closing: bigint | undefined;
}

/** What of a statement does not go on: its number, where some seem to be missing in between, or its opening balance. */
export type Follows = "continues" | "number" | "balance";
type Report = (follows: Follows) => void;

/** Statements of one account each open with what the one before closed with, in the order of their dates and numbers. */
export class Series {
  readonly #statements = new Map<string, (readonly [Place, Report])[]>();

  /** @param account with the currency: what the statement is one of */
  add(account: string, place: Place, report: Report): void {
    const known = this.#statements.get(account);
    if (known === undefined) this.#statements.set(account, [[place, report]]);
    else known.push([place, report]);
  }

  /** Reports of every statement that claims to go on from one that is here whether it does. */
  close(): void {
    for (const statements of this.#statements.values()) {
      statements.sort(([a], [b]) => inOrder(a, b));
      for (const [i, [place, report]] of statements.entries()) {
        const before = statements[i - 1]?.[0];
        const follows = before === undefined ? undefined : followsOn(before, place);
        if (follows !== undefined) report(follows);
      }
    }
  }
}

function inOrder(a: Place, b: Place): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  const difference = (a.number ?? 0n) - (b.number ?? 0n) || (a.sheet ?? 0n) - (b.sheet ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** undefined where a statement does not claim to go on: another year, a bank that does not number its statements. */
function followsOn(before: Place, place: Place): Follows | undefined {
  if (before.number === undefined || place.number === undefined) return undefined;
  if (before.closing === undefined || place.opening === undefined) return undefined;
  const [was, is] = [before.sheet ?? ONE, place.sheet ?? ONE];
  const isLater = place.number > before.number || (place.number === before.number && is > was);
  if (!isLater) return undefined;
  if (place.opening === before.closing) return "continues";
  const isNext = place.number === before.number ? is === was + ONE : place.number === before.number + ONE && is <= ONE;
  return isNext ? "balance" : "number";
}
