/**
 * What banks, Dutch ones above all, write in front of the text of a statement in place of headers: the bank's BIC and the message type
 * (`ABNANL2A`, `940`), the type as a tag (`:940:`), or what is left of a header (`0000 01INGBNL2AXXXX00001`, `940 00`).
 */
import { ENCODING_RAW } from "../../record/tables.ts";
import { isCapital, isDigit, LF } from "./characters.ts";
import type { MessageCatalogue } from "./layout.ts";
import { readLine } from "./line.ts";
import { FINE, type Reading } from "./reading.ts";

const FORMAT = 4009;

/** Bytes from the first of such lines to behind `:20:` at most; no frame has fewer bytes at hand before it gives up. */
export const BANK_LINES_MAX = 64;
const LINES =
  /^(?:(?:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?|:?(?:94[0-2]|950):?|(?:94[0-2]|950) 00|0000 01[A-Z]{4}[A-Z0-9]{8}[0-9]{5})\r?\n){1,4}(?=:20:)/;
const LATIN1 = new TextDecoder("latin1");

/** Offset of the `:20:` behind such lines, or 0. */
export function behindBankLines(input: Uint8Array, start: number, limit: number): number {
  if (!mayBeBankLine(input[start])) return 0;
  const found = LINES.exec(LATIN1.decode(input.subarray(start, Math.min(start + BANK_LINES_MAX, limit))));
  return found === null ? 0 : start + found[0].length;
}

/** Whether such lines may begin with a byte. */
export function mayBeBankLine(byte: number | undefined): boolean {
  return byte === 0x3a || isDigit(byte) || isCapital(byte);
}

/** The message type that the lines in `[start, end)` say: 940, or 0. */
export function typeOfBankLines(input: Uint8Array, start: number, end: number): number {
  return Number(/^:?(9\d\d)/m.exec(LATIN1.decode(input.subarray(start, end)))?.[1] ?? 0);
}

export function readBankLines(reading: Reading, { bankLines }: MessageCatalogue, start: number, end: number): number {
  for (let line = start; line < end; ) {
    let stop = line;
    while (reading.input[stop] !== LF) stop++;
    const content = reading.input[stop - 1] === 0x0d ? stop - 1 : stop;
    let issue = FORMAT;
    for (const steps of bankLines) {
      issue = readLine(reading, steps, line, content, ENCODING_RAW, FORMAT);
      if (issue !== FORMAT) break;
    }
    if (issue !== FINE) return issue === FORMAT ? reading.refuse(FORMAT, line, content, "lines") : issue;
    line = stop + 1;
  }
  return FINE;
}
