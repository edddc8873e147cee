/**
 * Sensitive authentication data (PCI DSS 3.3): recognised by the name of a member or element and by the shape of a string, never by a rule.
 * The names are data, schemas/sensitive-authentication.json; the shapes are those of ISO/IEC 7813.
 */
import { assetJson } from "../kit/assets.ts";

type Names = Parameters<typeof namesOf>[0];
const table = assetJson<{ readonly names: Names; readonly endings: Names }>("schemas/sensitive-authentication.json");
const WHOLE_NAMES: ReadonlySet<string> = namesOf(table.names);
const ENDINGS: ReadonlySet<string> = namesOf(table.endings);
const NAME_MAX: number = longest(WHOLE_NAMES);
const ENDING_MAX: number = longest(ENDINGS);
/** A name longer than this is not looked at: it is no plain name, so what stands under it is refused (names.ts). */
const NAME_BYTES_MAX = 256;

/**
 * Whether a member of this name (UTF-8, escapes resolved) holds sensitive authentication data. Case is ignored, and so is every byte
 * that is no ASCII letter or digit: what a reader would strip cannot be used to hide the name.
 */
export function isSensitiveName(name: Uint8Array, start: number, end: number): boolean {
  if (end - start > NAME_BYTES_MAX) return false;
  let letters = "";
  const words: number[] = [];
  let before = OTHER;
  for (let at = start; at < end; at++) {
    const byte = name[at] as number;
    const kind = kindOf(byte);
    if (kind !== OTHER) {
      if (beginsWord(before, kind, at + 1 < end ? kindOf(name[at + 1] as number) : OTHER)) words.push(letters.length);
      letters += String.fromCharCode(kind === UPPER ? byte + 0x20 : byte);
    }
    before = kind;
  }
  if (letters.length <= NAME_MAX && WHOLE_NAMES.has(letters)) return true;
  return words.some((word) => letters.length - word <= ENDING_MAX && ENDINGS.has(letters.slice(word)));
}

const utf8 = new TextEncoder();

/** Whether an element of this name holds sensitive authentication data: card verification codes, tracks, chip data. */
export function isSensitiveElement(name: string): boolean {
  const bytes = utf8.encode(name);
  return isSensitiveName(bytes, 0, bytes.length);
}

/** Whether such an element stands in a path. */
export const isSensitivePath = (path: string): boolean => path.split("/").some(isSensitiveElement);

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;

function kindOf(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  return isDigit(byte) ? DIGIT : OTHER;
}

/** Words begin behind separators, at a capital behind a small letter or digit (`cardCvv`), and at the last capital of a run (`PINBlock`). */
function beginsWord(before: number, kind: number, after: number): boolean {
  if (before === OTHER) return true;
  if (kind !== UPPER) return false;
  return before !== UPPER || after === LOWER;
}

/** Fewest digits of a PAN (ISO/IEC 7812-1). */
const PAN_DIGITS_MIN = 12;
/** Longest name field of track 1, characters (ISO/IEC 7813); in bytes of UTF-8 at most four times that. */
const TRACK1_NAME_BYTES_MAX = 26 * 4;

const CARET = 0x5e;
const EQUALS = 0x3d;
const SPACE = 0x20;

/**
 * Whether a text (UTF-8, escapes resolved) holds the data of a track anywhere in it: sentinels may be missing, and the PAN need not pass
 * Luhn, since a track with a wrong digit is still a track.
 *  - track 1: PAN `^` name `^`
 *  - track 2: PAN `=` expiry (or a second `=`)
 *  - the same as chips give it in hexadecimal (EMV tag 57): PAN `D` expiry and service code. `D` is also a letter, so more is asked of it.
 */
export function holdsTrackData(text: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let digitsWithSpaces = 0;
  for (let at = start; at < end; at++) {
    const byte = text[at] as number;
    if (isDigit(byte)) {
      digits++;
      digitsWithSpaces++;
      continue;
    }
    if (byte === CARET && digitsWithSpaces >= PAN_DIGITS_MIN && secondCaret(text, at + 1, end)) return true;
    if (digits >= PAN_DIGITS_MIN) {
      if (byte === EQUALS && ((at + 1 < end && text[at + 1] === EQUALS) || isExpiry(text, at + 1, end))) return true;
      if ((byte | 0x20) === 0x64 && isExpiry(text, at + 1, end) && digitsFollow(text, at + 5, end, 3)) return true;
    }
    digits = 0;
    if (byte !== SPACE) digitsWithSpaces = 0;
  }
  return false;
}

function secondCaret(text: Uint8Array, at: number, end: number): boolean {
  const last = at + TRACK1_NAME_BYTES_MAX < end ? at + TRACK1_NAME_BYTES_MAX : end - 1;
  for (let i = at; i <= last; i++) if (text[i] === CARET) return true;
  return false;
}

/** Year and month, YYMM. */
function isExpiry(text: Uint8Array, at: number, end: number): boolean {
  if (!digitsFollow(text, at, end, 4)) return false;
  const month = ((text[at + 2] as number) - 0x30) * 10 + ((text[at + 3] as number) - 0x30);
  return month >= 1 && month <= 12;
}

function digitsFollow(text: Uint8Array, at: number, end: number, count: number): boolean {
  if (end - at < count) return false;
  for (let i = at; i < at + count; i++) if (!isDigit(text[i] as number)) return false;
  return true;
}

type Group = Readonly<Record<string, string | readonly string[]>>;

function namesOf(group: Group): Set<string> {
  const names = new Set<string>();
  for (const list of Object.values(group)) {
    if (typeof list !== "string") for (const name of list) names.add(name);
  }
  return names;
}

function longest(names: ReadonlySet<string>): number {
  let length = 0;
  for (const name of names) if (name.length > length) length = name.length;
  return length;
}
