/** NFD and full case folding by our pinned tables (schemas/unicode/tables.bin; layout and algorithms in its README.md). */
import { assetBytes } from "../../../kit/assets.ts";
import { BautaError } from "../../../kit/errors.ts";

const MAGIC = 0x494e_5542; // "BUNI", little-endian
const LAYOUT = 1;
const SECTIONS = 8;

const HANGUL_FIRST = 0xac00;
const HANGUL_COUNT = 11_172;
const HANGUL_PER_LEAD = 588;
const HANGUL_PER_VOWEL = 28;
const LEAD_FIRST = 0x1100;
const VOWEL_FIRST = 0x1161;
const TAIL_FIRST = 0x11a7;

export interface Unicode {
  /** The pinned version, `major.minor.update`. */
  readonly version: string;
  /** Whether the pinned version assigns the code point. */
  isAssigned(code: number): boolean;
  /** Whether a code point beyond ASCII folds to one other. */
  isCapital(code: number): boolean;
  /** The canonical combining class. */
  combiningClass(code: number): number;
  /** Canonical decomposition in canonical order. */
  nfd(codes: readonly number[]): number[];
  /** Full case folding, code point by code point. */
  fold(codes: readonly number[]): number[];
}

/** @throws BautaError 9001 when the file is not of the layout that this code reads */
export function loadUnicode(): Unicode {
  const file = assetBytes("schemas/unicode/tables.bin");
  const words = new Uint32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  if (words[0] !== MAGIC || words[1] !== LAYOUT || words[3] !== SECTIONS) {
    throw new BautaError(9001, { path: "schemas/unicode/tables.bin" });
  }
  const section = (index: number): Uint32Array => {
    const offset = words[4 + 2 * index] as number;
    return words.subarray(offset, offset + (words[5 + 2 * index] as number));
  };
  const assigned = section(0);
  const decompositionKeys = section(1);
  const decompositionStarts = section(2);
  const decompositionPool = section(3);
  const classes = section(4);
  const foldKeys = section(5);
  const foldStarts = section(6);
  const foldPool = section(7);

  const combiningClass = (code: number): number => {
    if (code < 0x300) return 0;
    const row = lastNotAbove(classes, 3, code);
    return row >= 0 && code <= (classes[3 * row + 1] as number) ? (classes[3 * row + 2] as number) : 0;
  };

  /** Stable insertion of each mark behind those of its own or a lower class (The Unicode Standard, 3.11, D108). */
  const order = (codes: number[]): void => {
    for (let i = 1; i < codes.length; i++) {
      const code = codes[i] as number;
      const own = combiningClass(code);
      if (own === 0) continue;
      let to = i;
      while (to > 0 && combiningClass(codes[to - 1] as number) > own) {
        codes[to] = codes[to - 1] as number;
        to--;
      }
      codes[to] = code;
    }
  };

  const number = words[2] as number;
  return {
    version: `${number >>> 16}.${(number >>> 8) & 0xff}.${number & 0xff}`,
    isAssigned(code) {
      const row = lastNotAbove(assigned, 2, code);
      return row >= 0 && code <= (assigned[2 * row + 1] as number);
    },
    isCapital(code) {
      if (code < 0x80) return false;
      const folded: number[] = [];
      pushMapped(code, foldKeys, foldStarts, foldPool, folded);
      return folded.length === 1 && folded[0] !== code;
    },
    combiningClass,
    nfd(codes) {
      const out: number[] = [];
      for (const code of codes) {
        if (code < 0xc0) out.push(code);
        else if (code >= HANGUL_FIRST && code < HANGUL_FIRST + HANGUL_COUNT) pushHangul(code, out);
        else pushMapped(code, decompositionKeys, decompositionStarts, decompositionPool, out);
      }
      order(out);
      return out;
    },
    fold(codes) {
      const out: number[] = [];
      for (const code of codes) pushMapped(code, foldKeys, foldStarts, foldPool, out);
      return out;
    },
  };
}

/** The Unicode Standard, 3.12, "Hangul Syllable Decomposition". */
function pushHangul(code: number, out: number[]): void {
  const index = code - HANGUL_FIRST;
  out.push(LEAD_FIRST + Math.floor(index / HANGUL_PER_LEAD));
  out.push(VOWEL_FIRST + Math.floor((index % HANGUL_PER_LEAD) / HANGUL_PER_VOWEL));
  const tail = TAIL_FIRST + (index % HANGUL_PER_VOWEL);
  if (tail !== TAIL_FIRST) out.push(tail);
}

function pushMapped(code: number, keys: Uint32Array, starts: Uint32Array, pool: Uint32Array, out: number[]): void {
  const key = lastNotAbove(keys, 1, code);
  if (key < 0 || keys[key] !== code) {
    out.push(code);
    return;
  }
  for (let i = starts[key] as number; i < (starts[key + 1] as number); i++) out.push(pool[i] as number);
}

/** Index of the last row of `stride` words whose first word is not above `code`; −1 if there is none. */
function lastNotAbove(rows: Uint32Array, stride: number, code: number): number {
  let low = 0;
  let high = Math.floor(rows.length / stride);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle * stride] as number) <= code) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
