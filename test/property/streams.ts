/** Streams of records: what stands between them, which of them are refused, and what each becomes by itself. */
import type { Masking } from "./masking.ts";
import { type Payment, paymentOf } from "./payments.ts";
import type { Tape } from "./tape.ts";

export interface Part {
  readonly payment: Payment;
  /** What stands behind the record. */
  readonly separator: string;
}

export interface Stream {
  readonly parts: readonly Part[];
  readonly bytes: Uint8Array;
}

const SEPARATORS: Readonly<Record<Payment["format"], readonly string[]>> = {
  iso20022: ["\n", "", "\r\n", "  "],
  "swift-mt": ["$", "", "\r\n$\r\n", "\n", "$\n"],
  json: ["\n", "", "\r\n", " "],
};

/** Up to `most` records of all formats, some of them wrong in a way that stays inside of them. */
export function streamOf(tape: Tape, most: number): Stream {
  const parts = Array.from({ length: 1 + tape.below(most) }, (): Part => {
    const payment = paymentOf(tape);
    return { payment: tape.chance(1, 4) ? spoiled(payment, tape) : payment, separator: tape.pick(SEPARATORS[payment.format]) };
  });
  return { parts, bytes: concat(parts.flatMap(({ payment, separator }) => [payment.bytes, encoded(separator)])) };
}

/** What the stream must become: each record as it is masked alone, with its separator; nothing of a refused one. */
export function expectedOf(
  { parts }: Stream,
  alone: Masking,
): { readonly output: Uint8Array; readonly codes: readonly (number | undefined)[] } {
  const codes: (number | undefined)[] = [];
  const output = parts.flatMap(({ payment, separator }) => {
    const { output, refusals, records } = alone.mask(payment.bytes);
    if (records !== 1) throw new Error(`${records} records in one`);
    codes.push(refusals[0]?.code);
    // The sectors of a DOS-PCC record have no end of their own: they are filled up to it.
    return refusals.length > 0 ? [] : [output, encoded(separator)];
  });
  return { output: concat(output), codes };
}

/** Offsets of the records in the stream. */
export function offsetsOf({ parts }: Stream): number[] {
  let at = 0;
  return parts.map(({ payment, separator }) => {
    const start = at;
    at += payment.bytes.length + separator.length;
    return start;
  });
}

/** The payment with a mistake that its scanner or the engine refuses, and behind which the next record is found. */
export function spoiled({ format, bytes }: Payment, tape: Tape): Payment {
  const text = Buffer.from(bytes).toString("latin1");
  const [pattern, replacement] = tape.pick(MISTAKES[format]);
  return { format, bytes: new Uint8Array(Buffer.from(text.replace(pattern, replacement), "latin1")) };
}

/** Each matches in every payment of its format; the first of each is one that the engine finds, not the scanner. */
const MISTAKES: Readonly<Record<Payment["format"], readonly (readonly [RegExp, string])[]>> = {
  iso20022: [
    [/(<(?:[\w.-]+:)?NbOfTxs\s*>)(?:<!\[CDATA\[)?/, "$1x"],
    [/<((?:[\w.-]+:)?)GrpHdr\s*>/, "<$1Unheard></$1Unheard>$&"],
    [/<(?:[\w.-]+:)?GrpHdr\s*>/, "$&stray text"],
    [/(<(?:[\w.-]+:)?GrpHdr)(\s*>)/, "$1 colour='red'$2"],
  ],
  "swift-mt": [
    [/:32A:\d{4}/, ":32A:2699"],
    [/(\r?\n):32A:/, "$1:99X:NEVER HEARD OF$1:32A:"],
    [/(\r?\n):32A:/, "$1:20:TWICE$1:32A:"],
  ],
  json: [
    [/"bookedAt": ?"/, "$&x"],
    [/\{/, '{"surprise":"x",'],
    [/\{/, '{"event":"x",'],
  ],
};

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
