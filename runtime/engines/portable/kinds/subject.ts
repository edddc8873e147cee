/** One value as the kinds look at it: its letters and digits side by side, and what stands between them. */
import { IDENTIFIER_POINTS_MAX } from "../../../kit/limits.ts";

const SPACE = 0x20;
const HYPHEN = 0x2d;
/** Separators that are admitted: spaces; spaces and hyphens; these, points and slashes. */
const SPACES = 0;
const GROUPS = 1;
const PUNCTUATION = 2;

/** What a code point below 0x80 is: 0 layout, 1 digit, 2 capital letter, 3 small letter. */
export const CLASS_OF: Uint8Array = new Uint8Array(128).map((_, code) => {
  if (code >= 0x30 && code <= 0x39) return 1;
  if (code >= 0x41 && code <= 0x5a) return 2;
  return code >= 0x61 && code <= 0x7a ? 3 : 0;
});

/** Reused for every value; `load` fills it, the kinds read it and rewrite `alnum` to their canonical spelling. */
export class Subject {
  /** ASCII codes of the letters and digits, at most IDENTIFIER_POINTS_MAX. */
  readonly alnum: Uint8Array = new Uint8Array(IDENTIFIER_POINTS_MAX);
  /** Count of letters and digits; correct also where they are more than `alnum` holds. */
  length = 0;
  digits = 0;
  capitals = 0;
  smalls = 0;
  /** Code points that are neither. */
  layout = 0;
  points: Uint32Array = new Uint32Array(0);
  start = 0;
  count = 0;

  /** Looks at `points[start, start + count)`; false where a code point is not ASCII. */
  load(points: Uint32Array, start: number, count: number): boolean {
    this.points = points;
    this.start = start;
    this.count = count;
    const alnum = this.alnum;
    let length = 0;
    let digits = 0;
    let capitals = 0;
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      if (code >= 0x80) return false;
      const kind = CLASS_OF[code] as number;
      if (kind === 0) continue;
      // A store beyond the end is ignored; such a value is longer than any identifier and is not read from `alnum`.
      alnum[length++] = code;
      if (kind === 1) digits++;
      else if (kind === 2) capitals++;
    }
    this.length = length;
    this.digits = digits;
    this.capitals = capitals;
    this.smalls = length - digits - capitals;
    this.layout = count - length;
    return true;
  }

  get tooLong(): boolean {
    return this.count > IDENTIFIER_POINTS_MAX;
  }

  /** Letters of `alnum` to capitals. */
  upperCase(): void {
    if (this.smalls === 0) return;
    for (let i = 0; i < this.length; i++) {
      const code = this.alnum[i] as number;
      if (code >= 0x61) this.alnum[i] = code - 0x20;
    }
  }

  /** Letters of `alnum` to small ones. */
  lowerCase(): void {
    if (this.capitals === 0) return;
    for (let i = 0; i < this.length; i++) {
      const code = this.alnum[i] as number;
      if (code >= 0x41 && code <= 0x5a) this.alnum[i] = code + 0x20;
    }
  }

  /** Letters occur, and all of them are small. */
  get allSmall(): boolean {
    return this.smalls > 0 && this.capitals === 0;
  }

  /** Letters occur, and all of them are capitals. */
  get allCapital(): boolean {
    return this.capitals > 0 && this.smalls === 0;
  }

  /** Digits alone, single separators (space, `-`, `.`, `/`) only between two of them. */
  isGroupedDigits(): boolean {
    return this.length > 0 && this.digits === this.length && this.#grouped(PUNCTUATION);
  }

  /** Letters and digits, single separators (space, `-`; if `punctuated` also `.`, `/`) only between two of them. */
  isGroupedAlnum(punctuated = false): boolean {
    return this.length > 0 && this.#grouped(punctuated ? PUNCTUATION : GROUPS);
  }

  /** Letters and digits, single spaces only between two of them. */
  isSpacedAlnum(): boolean {
    return this.length > 0 && this.#grouped(SPACES);
  }

  #grouped(separators: number): boolean {
    if (this.layout === 0) return true;
    const { points, start, count } = this;
    let separator = true;
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      const isSeparator = CLASS_OF[code] === 0;
      if (isSeparator) {
        if (separator || !isSeparatorOf(code, separators)) return false;
      }
      separator = isSeparator;
    }
    return !separator;
  }

  /** The value with an `a` for each letter and digit: the layout that tweaks name. */
  layoutText(): string {
    const { points, start, count } = this;
    if (this.layout === 0) return "a".repeat(count);
    let text = "";
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      text += CLASS_OF[code] === 0 ? String.fromCharCode(code) : "a";
    }
    return text;
  }
}

function isSeparatorOf(code: number, separators: number): boolean {
  if (code === SPACE) return true;
  if (code === HYPHEN) return separators >= GROUPS;
  return separators === PUNCTUATION && (code === 0x2e || code === 0x2f);
}
