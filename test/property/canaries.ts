/**
 * Canaries: texts that occur nowhere else, planted wherever a message can hold something, and a search that finds them, or a large part
 * of one, however they are dressed up.
 */
import { iban, lei, pan } from "../corpus/mt/check-digits.ts";
import type { Tape } from "./tape.ts";

export type CanaryKind = "letters" | "words" | "umlauts" | "digits" | "card" | "iban" | "bic" | "lei" | "uetr" | "phone" | "hex";

const CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ";
const WIDE = "ÄÖÜßÉÑŁØŒÅÇŽ";
const DIGITS = "0123456789";

/** Makes canaries and remembers them. */
export class Aviary {
  readonly all: string[] = [];
  readonly #tape: Tape;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  /** A new canary of that kind: 10 characters or more, up to `most` where the kind leaves a choice. */
  plant(kind: CanaryKind, most = 14): string {
    const canary = this.#make(kind, most);
    this.all.push(canary);
    return canary;
  }

  #make(kind: CanaryKind, most: number): string {
    const length = Math.max(10, Math.min(most, 14));
    switch (kind) {
      case "letters":
        return this.#characters(CONSONANTS, length);
      case "words":
        return `${this.#characters(CONSONANTS, 6)} ${this.#characters(CONSONANTS, 6)}`.toLowerCase();
      case "umlauts":
        return this.#characters(WIDE + CONSONANTS, length);
      case "digits":
        return this.#characters("3456789", 1) + this.#characters(DIGITS, Math.max(12, Math.min(most, 15)) - 1);
      case "card":
        return pan(`4${this.#characters(DIGITS, 14)}`);
      case "iban":
        return iban("DE", this.#characters(DIGITS, 18));
      case "bic":
        return `${this.#characters(CONSONANTS, 4)}DE${this.#characters("BCDFGH", 1)}${this.#characters("FGHKLM", 1)}${this.#characters("BCDFGHJK", 3)}`;
      case "lei":
        return lei(this.#characters(DIGITS + CONSONANTS, 18));
      case "uetr": {
        const hex = this.#characters("0123456789abcdef", 30);
        return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
      }
      case "phone":
        return `+49-${this.#characters(DIGITS, 13)}`;
      case "hex":
        return this.#characters("0123456789ABCDEF", Math.max(12, most));
      default:
        return kind satisfies never;
    }
  }

  #characters(alphabet: string, count: number): string {
    const characters = [...alphabet];
    return Array.from({ length: count }, () => this.#tape.pick(characters)).join("");
  }
}

/** Characters of a canary that are enough for a hit: fewer of letters than of digits, which meet by chance. */
const LETTERS_ENOUGH = 8;
const DIGITS_ENOUGH = 12;
/** Base64 characters that are enough. */
const BASE64_ENOUGH = 12;

/** Finds canaries in bytes. */
export class Search {
  readonly #folded = new Grams();
  readonly #exact = new Grams();

  constructor(canaries: readonly string[]) {
    for (const canary of canaries) {
      // Normal forms differ only outside of ASCII; the set of parts takes equal ones once.
      for (const form of [canary.normalize("NFC"), canary.normalize("NFD")]) {
        const bare = bareOf(form);
        const enough = /[^0-9a-f]/.test(bare) && !/^[a-z]{2}\d+$/.test(bare) ? LETTERS_ENOUGH : DIGITS_ENOUGH;
        for (const part of partsOf(bare, enough)) this.#folded.add(part, canary);
        for (const bytes of [Buffer.from(form), Buffer.from(form.toLowerCase()), Buffer.from(form, "latin1")]) {
          this.#folded.add(bytes.toString("hex"), canary);
          for (const core of base64CoresOf(bytes)) for (const part of partsOf(core, BASE64_ENOUGH)) this.#exact.add(part, canary);
        }
      }
    }
  }

  /** The canaries of which something is in the bytes: as it is, in another case, without separators, escaped, encoded, over lines or tags. */
  in(bytes: Uint8Array): string[] {
    const text = new TextDecoder().decode(bytes);
    const latin1 = Buffer.from(bytes).toString("latin1");
    const readings = new Set([text, latin1]);
    for (const reading of [text, latin1]) {
      const resolved = withoutReferences(withoutEscapes(reading));
      readings.add(resolved);
      readings.add(resolved.replaceAll(/<!\[CDATA\[|\]\]>|<!--|-->/g, "").replaceAll(/<[^<>]*>/g, ""));
    }
    const hits = new Set<string>();
    for (const reading of readings) {
      this.#folded.search(bareOf(reading), hits);
      this.#exact.search(reading.replaceAll(/\s|\\n|\\r/g, ""), hits);
    }
    return [...hits];
  }
}

/** In one case, without whatever may stand between the characters of a number or name. */
const bareOf = (text: string): string => text.toLowerCase().replaceAll(/[\s\-./,:;'"+()_|\\]/g, "");

const partsOf = (text: string, length: number): string[] => {
  const points = [...text];
  if (points.length <= length) return [text];
  return Array.from({ length: points.length - length + 1 }, (_, i) => points.slice(i, i + length).join(""));
};

/** What stays the same of the base64 of bytes at each of the three places they can have among others. */
function base64CoresOf(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replaceAll("=", "");
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(before === 0 ? 0 : before + 1, whole);
  });
}

const withoutReferences = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g, (_, hex?: string, decimal?: string) => {
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? 0x2b);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });

const withoutEscapes = (text: string): string =>
  text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).replaceAll("\\/", "/");

/** Many texts looked for in one pass: those that begin alike stand together, and a bit for each hash tells quickly that there are none. */
class Grams {
  static readonly #HEAD = 8;
  static readonly #BITS = 22;
  readonly #bits = new Uint8Array(1 << (Grams.#BITS - 3));
  readonly #byHead = new Map<string, { readonly text: string; readonly canary: string }[]>();

  add(text: string, canary: string): void {
    if (text.length < Grams.#HEAD) throw new Error("too short to be looked for");
    const head = text.slice(0, Grams.#HEAD);
    const known = this.#byHead.get(head) ?? [];
    if (!known.some((other) => other.text === text)) known.push({ text, canary });
    this.#byHead.set(head, known);
    const hash = Grams.#hash(head, 0);
    this.#bits[hash >>> 3] = (this.#bits[hash >>> 3] as number) | (1 << (hash & 7));
  }

  search(text: string, hits: Set<string>): void {
    for (let at = 0; at + Grams.#HEAD <= text.length; at++) {
      const hash = Grams.#hash(text, at);
      if (((this.#bits[hash >>> 3] as number) & (1 << (hash & 7))) === 0) continue;
      for (const known of this.#byHead.get(text.slice(at, at + Grams.#HEAD)) ?? [])
        if (text.startsWith(known.text, at)) hits.add(known.canary);
    }
  }

  static #hash(text: string, at: number): number {
    let hash = 0;
    for (let i = at; i < at + Grams.#HEAD; i++) hash = Math.imul(hash, 0x0100_0193) ^ text.charCodeAt(i);
    return (hash ^ (hash >>> 15)) & ((1 << Grams.#BITS) - 1);
  }
}
