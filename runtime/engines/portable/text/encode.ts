/** From code points to the bytes of a segment (docs/internals/engine.md, "Encodings of a segment" and "Fine print"). */
import {
  ENCODING_JSON_NUMBER,
  ENCODING_JSON_STRING,
  ENCODING_MT_LINE,
  ENCODING_MT_WRAP,
  ENCODING_XML_ATTRIBUTE,
  ENCODING_XML_CDATA,
} from "../../../record/tables.ts";
import { isJsonNumber } from "./lexical.ts";

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const HEX_DIGITS = "0123456789abcdef";

/** What XML text and attributes spell as references; CR and, in attributes, tab and LF would otherwise be read back as something else. */
const XML_TEXT: readonly (Uint8Array | undefined)[] = spellings([
  [0x26, "&amp;"],
  [0x3c, "&lt;"],
  [0x3e, "&gt;"],
  [CR, "&#13;"],
]);
const XML_ATTRIBUTE: readonly (Uint8Array | undefined)[] = spellings([
  [0x26, "&amp;"],
  [0x3c, "&lt;"],
  [0x3e, "&gt;"],
  [CR, "&#13;"],
  [TAB, "&#9;"],
  [LF, "&#10;"],
  [0x22, "&quot;"],
  [0x27, "&apos;"],
]);
const JSON_STRING: readonly (Uint8Array | undefined)[] = spellings([
  ...Array.from({ length: 32 }, (_, code): [number, string] => [code, `\\u00${HEX_DIGITS[code >> 4]}${HEX_DIGITS[code & 15]}`]),
  [0x08, "\\b"],
  [TAB, "\\t"],
  [LF, "\\n"],
  [0x0c, "\\f"],
  [CR, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);
const PLAIN: readonly (Uint8Array | undefined)[] = spellings([]);

/**
 * Writes `points[from, to)` to `output` from `at` on. Returns the offset behind it, which may lie beyond the output's end: then
 * the bytes that did not fit were not stored. Returns −1 where the piece cannot stand in its segment (issue 6012).
 * @param firstByte first byte of the original segment, or −1 if it was empty
 */
export function encodePiece(
  points: Uint32Array,
  from: number,
  to: number,
  encoding: number,
  latin1: boolean,
  firstByte: number,
  output: Uint8Array,
  at: number,
): number {
  if (!isAdmitted(points, from, to, encoding, firstByte)) return -1;
  const special = specialOf(encoding);
  let out = at;
  for (let i = from; i < to; i++) {
    const code = points[i] as number;
    if (code < 0x80) {
      const spelled = special[code];
      if (spelled === undefined) output[out++] = code;
      else for (let j = 0; j < spelled.length; j++) output[out++] = spelled[j] as number;
    } else if (!latin1) {
      out = writeUtf8(code, output, out);
    } else if (code <= 0xff) {
      output[out++] = code;
    } else if (encoding <= ENCODING_XML_ATTRIBUTE) {
      const reference = `&#${code};`;
      for (let j = 0; j < reference.length; j++) output[out++] = reference.charCodeAt(j);
    } else {
      return -1;
    }
  }
  return out;
}

function isAdmitted(points: Uint32Array, from: number, to: number, encoding: number, firstByte: number): boolean {
  switch (encoding) {
    case ENCODING_XML_CDATA:
      return !holdsSectionEnd(points, from, to);
    case ENCODING_JSON_NUMBER:
      return isJsonNumber(points, from, to - from);
    case ENCODING_MT_LINE:
    case ENCODING_MT_WRAP: {
      if (from === to) return firstByte < 0;
      return !isLineMark(points[from] as number) || isLineMark(firstByte);
    }
    default:
      return true;
  }
}

/** `:` or `-`, which at the start of a line begin a field or end the block. */
function isLineMark(byte: number): boolean {
  return byte === 0x3a || byte === 0x2d;
}

/** `]]>` ends a CDATA section (XML 1.0, 2.7). */
function holdsSectionEnd(points: Uint32Array, from: number, to: number): boolean {
  for (let i = from; i + 2 < to; i++) if (points[i] === 0x5d && points[i + 1] === 0x5d && points[i + 2] === 0x3e) return true;
  return false;
}

function specialOf(encoding: number): readonly (Uint8Array | undefined)[] {
  if (encoding < ENCODING_XML_ATTRIBUTE) return XML_TEXT;
  if (encoding === ENCODING_XML_ATTRIBUTE) return XML_ATTRIBUTE;
  return encoding === ENCODING_JSON_STRING ? JSON_STRING : PLAIN;
}

/** A code point from 0x80 on as UTF-8 (RFC 3629, section 3). */
export function writeUtf8(code: number, output: Uint8Array, at: number): number {
  let out = at;
  if (code < 0x800) {
    output[out++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x1_0000) {
      output[out++] = 0xe0 | (code >> 12);
    } else {
      output[out++] = 0xf0 | (code >> 18);
      output[out++] = 0x80 | ((code >> 12) & 0x3f);
    }
    output[out++] = 0x80 | ((code >> 6) & 0x3f);
  }
  output[out++] = 0x80 | (code & 0x3f);
  return out;
}

function spellings(rows: readonly (readonly [number, string])[]): readonly (Uint8Array | undefined)[] {
  const table = new Array<Uint8Array | undefined>(128).fill(undefined);
  for (const [code, text] of rows) table[code] = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return table;
}
