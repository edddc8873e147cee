/** The names met in the objects that are open, to find one that comes twice. An object's names are the end of the list, from a mark on. */
import { NAME_UNKNOWN } from "./names.ts";
import { decodeString } from "./text.ts";

const STRIDE = 3;
/** Objects of up to so many names are compared pair by pair, which is cheaper than marking for the few names that objects have. */
const PAIRS_MAX = 8;

export class KeyList {
  count = 0;
  /** Index of the name in the name table or NAME_UNKNOWN, start and end of its bytes in the input. */
  #rows: Int32Array = new Int32Array(64 * STRIDE);
  /** By index of a name: the last check that met it. */
  #met: Uint32Array = new Uint32Array(64);
  #check = 0;

  clear(): void {
    this.count = 0;
  }

  shorten(count: number): void {
    this.count = count;
  }

  push(name: number, start: number, end: number): void {
    const at = this.count * STRIDE;
    if (at === this.#rows.length) {
      const rows = new Int32Array(this.#rows.length * 2);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows[at] = name;
    this.#rows[at + 1] = start;
    this.#rows[at + 2] = end;
    this.count++;
  }

  start(index: number): number {
    return this.#rows[index * STRIDE + 1] as number;
  }

  end(index: number): number {
    return this.#rows[index * STRIDE + 2] as number;
  }

  /** Index of a key at or behind `from` that says the same as one before it there, or -1. n log n in the bytes of the keys at worst. */
  duplicate(from: number, input: Uint8Array): number {
    const size = this.count - from;
    if (size < 2) return -1;
    const again = size <= PAIRS_MAX ? this.#byPairs(from) : this.#byMarks(from);
    return again >= 0 ? again : this.#amongUnknown(from, input);
  }

  #name(index: number): number {
    return this.#rows[index * STRIDE] as number;
  }

  #byPairs(from: number): number {
    for (let later = from + 1; later < this.count; later++) {
      const name = this.#name(later);
      if (name === NAME_UNKNOWN) continue;
      for (let earlier = from; earlier < later; earlier++) if (this.#name(earlier) === name) return later;
    }
    return -1;
  }

  #byMarks(from: number): number {
    const check = this.#nextCheck();
    for (let index = from; index < this.count; index++) {
      const name = this.#name(index);
      if (name === NAME_UNKNOWN) continue;
      if (name >= this.#met.length) this.#met = marks(this.#met, name);
      if (this.#met[name] === check) return index;
      this.#met[name] = check;
    }
    return -1;
  }

  #nextCheck(): number {
    this.#check++;
    if (this.#check > 0xffff_ffff) {
      this.#met.fill(0);
      this.#check = 1;
    }
    return this.#check;
  }

  /** Names that the table does not hold are equal only to each other; they are compared as text. */
  #amongUnknown(from: number, input: Uint8Array): number {
    const unknown: { readonly text: string; readonly index: number }[] = [];
    for (let index = from; index < this.count; index++) {
      if (this.#name(index) === NAME_UNKNOWN) unknown.push({ text: textOf(input, this.start(index), this.end(index)), index });
    }
    unknown.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.index - b.index));
    for (let i = 1; i < unknown.length; i++) {
      if (unknown[i]?.text === unknown[i - 1]?.text) return unknown[i]?.index ?? -1;
    }
    return -1;
  }
}

function marks(met: Uint32Array, name: number): Uint32Array {
  let size = met.length;
  while (size <= name) size *= 2;
  const copy = new Uint32Array(size);
  copy.set(met);
  return copy;
}

function textOf(input: Uint8Array, start: number, end: number): string {
  const output = new Uint8Array(end - start);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(output.subarray(0, decodeString(input, start, end, output)));
}
