/**
 * The lexical part of XML 1.0 that payment messages use, over bytes.
 *
 * Positions are absolute offsets; a negative result is `MORE` or the negated number of an issue. Nothing here allocates.
 */
/** The bytes at hand end before the construct does. */
export const MORE = -1;

const LT = 0x3c;
const GT = 0x3e;
const BANG = 0x21;
const QUESTION = 0x3f;
const SLASH = 0x2f;
const DASH = 0x2d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const COLON = 0x3a;

export const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

/** First offset at or after `at` that is no white space, or `limit`. */
export function skipSpace(input: Uint8Array, at: number, limit: number): number {
  let p = at;
  while (p < limit && isSpace(input[p] as number)) p++;
  return p;
}

/** Whether `text` (ASCII) stands at `at`; MORE when the bytes at hand end while it still matches, -0 is never returned: 1 yes, 0 no. */
export function standsAt(input: Uint8Array, at: number, limit: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (at + i >= limit) return MORE;
    if (input[at + i] !== text.charCodeAt(i)) return 0;
  }
  return 1;
}

/** Whether an XML declaration begins at `at`, whatever white space follows its name; MORE as above: 1 yes, 0 no. */
export function declarationAt(input: Uint8Array, at: number, limit: number): number {
  const target = standsAt(input, at, limit, "<?xml");
  if (target !== 1) return target;
  if (at + 5 >= limit) return MORE;
  const next = input[at + 5] as number;
  // `<?xml-stylesheet` is another instruction; the name alone is reserved for the declaration (XML 1.0 §2.6).
  return isNameChar(next) || next === COLON || next >= 0x80 ? 0 : 1;
}

/** Offset behind the next occurrence of `text` (ASCII), or MORE. */
export function behind(input: Uint8Array, at: number, limit: number, text: string): number {
  const first = text.charCodeAt(0);
  let p = at;
  for (;;) {
    p = input.indexOf(first, p);
    if (p < 0 || p >= limit) return MORE;
    const found = standsAt(input, p, limit, text);
    if (found === 1) return p + text.length;
    if (found === MORE) return MORE;
    p++;
  }
}

/** NameStartChar and NameChar, the ASCII part; a name of ours never has more. */
export const isNameStart = (c: number): boolean => (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x5f;
export const isNameChar = (c: number): boolean => isNameStart(c) || (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2e;

/**
 * Offset behind the reference that begins at `at` (an `&`), MORE, -3007 for an unknown entity or -3004 for a character that
 * XML 1.0 §2.2 does not allow.
 */
export function reference(input: Uint8Array, at: number, limit: number): number {
  let p = at + 1;
  if (p >= limit) return MORE;
  if (input[p] !== 0x23) return entity(input, p, limit);
  p++;
  if (p >= limit) return MORE;
  const hex = input[p] === 0x78;
  if (hex) p++;
  let code = 0;
  let digits = 0;
  for (; p < limit; p++, digits++) {
    const c = input[p] as number;
    if (c === 0x3b) {
      if (digits === 0) return -3002;
      return isXmlChar(code) ? p + 1 : -3004;
    }
    const digit = hex ? hexDigit(c) : c >= 0x30 && c <= 0x39 ? c - 0x30 : -1;
    if (digit < 0) return -3002;
    code = code * (hex ? 16 : 10) + digit;
    if (code > 0x10ffff) return -3004;
  }
  return MORE;
}

const ENTITIES = ["amp;", "lt;", "gt;", "quot;", "apos;"];

function entity(input: Uint8Array, at: number, limit: number): number {
  let more = false;
  for (const name of ENTITIES) {
    const found = standsAt(input, at, limit, name);
    if (found === 1) return at + name.length;
    if (found === MORE) more = true;
  }
  return more ? MORE : -3007;
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  if (c >= 0x61 && c <= 0x66) return c - 0x57;
  if (c >= 0x41 && c <= 0x46) return c - 0x37;
  return -1;
}

/** Char of XML 1.0 §2.2. */
export function isXmlChar(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code <= 0x10ffff);
}

/** What `findEnd` saw on its way. */
export interface Skipped {
  deepest: number;
}

/**
 * Offset behind the end tag that closes what is open: with `depth` 0 at a prolog or root element, behind the document's root;
 * with `depth` n inside n open elements, behind the end tag of the outermost of them. It trusts nothing but the brackets, so it
 * also finds the end of a record that must be refused.
 * Else MORE, -3001 at a DOCTYPE, or -3002 when brackets do not close.
 */
export function findEnd(input: Uint8Array, at: number, limit: number, depth = 0, skipped: Skipped = { deepest: 0 }): number {
  let p = at;
  let open = depth;
  for (;;) {
    p = input.indexOf(LT, p);
    if (p < 0 || p + 1 >= limit) return MORE;
    const c = input[p + 1] as number;
    if (c === SLASH) {
      p = input.indexOf(GT, p) + 1;
      if (p <= 0 || p > limit) return MORE;
      open--;
      if (open < 0) return -3002;
      if (open === 0) return p;
    } else if (c === BANG) {
      p = skipDeclaration(input, p, limit);
      if (p < 0) return p;
    } else if (c === QUESTION) {
      p = behind(input, p + 2, limit, "?>");
      if (p < 0) return p;
    } else {
      p = skipTag(input, p + 1, limit);
      if (p < 0) return p;
      if (input[p - 2] !== SLASH) {
        open++;
        if (open > skipped.deepest) skipped.deepest = open;
      } else if (open === 0) return p;
    }
  }
}

/** Offset behind the comment or CDATA section at `at`; -3001 at a DOCTYPE. */
export function skipDeclaration(input: Uint8Array, at: number, limit: number): number {
  const comment = standsAt(input, at, limit, "<!--");
  if (comment === 1) return behind(input, at + 4, limit, "-->");
  const cdata = standsAt(input, at, limit, "<![CDATA[");
  if (cdata === 1) return behind(input, at + 9, limit, "]]>");
  if (comment === MORE || cdata === MORE) return MORE;
  const doctype = standsAt(input, at, limit, "<!DOCTYPE");
  if (doctype === MORE) return MORE;
  return doctype === 1 ? -3001 : -3002;
}

/** Offset behind the `>` of the tag whose name begins at `at`; quoted values may hold a `>`. */
function skipTag(input: Uint8Array, at: number, limit: number): number {
  for (let p = at; p < limit; p++) {
    const c = input[p] as number;
    if (c === GT) return p + 1;
    if (c === LT) return -3002;
    if (c === QUOTE || c === APOSTROPHE) {
      p = input.indexOf(c, p + 1);
      if (p < 0 || p >= limit) return MORE;
    }
  }
  return MORE;
}

/** Offset behind a comment, or the issue: XML 1.0 §2.5 forbids `--` inside. */
export function comment(input: Uint8Array, at: number, limit: number): number {
  const end = behind(input, at + 4, limit, "--");
  if (end < 0) return end;
  if (end >= limit) return MORE;
  return input[end] === GT ? end + 1 : -3002;
}

export const CHARACTER = { LT, GT, BANG, QUESTION, SLASH, DASH, QUOTE, APOSTROPHE, COLON } as const;
