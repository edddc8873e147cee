/** Draws from a keyed hash (docs/internals/people.md, "All draws"): a number of 128 bits that choices are taken from. */
import { createHmac, type KeyObject } from "node:crypto";

/** Attempts of a draw: their suffixes are one byte. */
const ATTEMPTS = 128;
const NUMBER_BYTES = 16;
const CODE_BITS = 30;

/** What one attempt has to draw from. */
export class Lot {
  /** 30 bits besides those that choices are taken from. */
  readonly code: number;
  #number: bigint;

  /** @param digest 32 bytes */
  constructor(digest: Buffer) {
    this.#number = BigInt(`0x${digest.toString("hex", 0, NUMBER_BYTES)}`);
    this.code = digest.readUInt32BE(NUMBER_BYTES) % 2 ** CODE_BITS;
  }

  /** A number from 0 to `length` − 1. */
  take(length: number): number {
    const divisor = BigInt(length);
    const rest = Number(this.#number % divisor);
    this.#number /= divisor;
    return rest;
  }

  /** One entry. */
  of<T>(list: readonly T[]): T {
    return list[this.take(list.length)] as T;
  }

  /** Two different entries. */
  twoOf(list: readonly string[]): [string, string] {
    const first = this.take(list.length);
    const second = this.take(list.length - 1);
    return [list[first] as string, list[second >= first ? second + 1 : second] as string];
  }
}

/** The first draw for a canonical form that is not rejected, which `draw` says with undefined; undefined when all are. */
export function firstDraw(secret: KeyObject, form: string, draw: (lot: Lot) => string | undefined): string | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const hmac = createHmac("sha256", secret).update(form);
    const drawn = draw(new Lot((attempt === 0 ? hmac : hmac.update(Uint8Array.of(attempt))).digest()));
    if (drawn !== undefined) return drawn;
  }
  return undefined;
}
