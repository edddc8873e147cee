/**
 * JSON as bundles are hashed over it.
 *
 * OPA hashes data and manifest not over their bytes but over what they say: objects with their keys in the order of their UTF-8 bytes,
 * numbers as they are written (`1.0` is not `1`), texts as Go's encoder writes them. A parser that makes numbers of numbers cannot do that,
 * so texts of numbers are kept here. What readers may take in two ways (a key that comes twice, half a surrogate pair) is refused.
 */
import { BautaError } from "../../kit/errors.ts";
import { DEPTH_MAX } from "../../kit/limits.ts";
import { isUtf8 } from "../../platform/bytes.ts";

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export class JsonNumber {
  /** As it is written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const isJsonObject = (value: Json | undefined): value is JsonObject => value instanceof Map;

/**
 * Reads one JSON text.
 * @param path of the file, for messages
 * @throws BautaError 1624
 */
export function parseJson(bytes: Uint8Array, path: string): Json {
  if (!isUtf8(bytes, 0, bytes.length)) throw new BautaError(1624, { path, detail: "it is not UTF-8" });
  return new Parser(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"), path).document();
}

/** What OPA hashes (v1/bundle/hash.go). */
export function canonicalText(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === "string") return goText(value);
  if (isJsonObject(value))
    return `{${sortedKeys(value)
      .map((key) => `${goText(key)}:${canonicalText(value.get(key) as Json)}`)
      .join(",")}}`;
  if (isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  return String(value);
}

/** As a plain value, which numbers of more than 53 bits do not survive. */
export function plainValue(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  // Makes a property of `__proto__`, too.
  if (isJsonObject(value)) return Object.fromEntries([...value].map(([key, member]) => [key, plainValue(member)]));
  return isArray(value) ? value.map(plainValue) : value;
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

function sortedKeys(object: JsonObject): readonly string[] {
  const keys = [...object.keys()];
  // UTF-16 has another order than UTF-8 only from the surrogates on.
  if (!keys.some((key) => /[\ud800-\uffff]/.test(key))) return keys.sort();
  const bytes = keys.map((key) => ({ key, bytes: Buffer.from(key) }));
  return bytes.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ key }) => key);
}

/** Go's encoder without HTML writes what JavaScript's does, but for two line ends of JavaScript's. */
function goText(text: string): string {
  const written = JSON.stringify(text);
  return /[\u2028\u2029]/.test(written) ? written.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029") : written;
}

function isEscaped(text: string, at: number): boolean {
  let strokes = 0;
  while (text[at - 1 - strokes] === "\\") strokes++;
  return strokes % 2 === 1;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = [
  ["true", true],
  ["false", false],
  ["null", null],
] as const;

class Parser {
  readonly #text: string;
  readonly #path: string;
  #at = 0;
  #depth = 0;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  document(): Json {
    const value = this.#value();
    this.#space();
    return this.#at === this.#text.length ? value : this.#refuse("something stands behind the value");
  }

  #value(): Json {
    this.#space();
    const first = this.#text[this.#at];
    if (first === "{") return this.#inside(() => this.#object());
    if (first === "[") return this.#inside(() => this.#array());
    if (first === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #inside<T>(read: () => T): T {
    if (this.#depth === DEPTH_MAX) return this.#refuse(`nested deeper than ${DEPTH_MAX}`);
    this.#depth++;
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): JsonObject {
    const object = new Map<string, Json>();
    if (this.#takes("}")) return object;
    do {
      this.#space();
      const start = this.#at;
      const key = this.#text[start] === '"' ? this.#string() : this.#refuse("a key is missing");
      if (object.has(key)) this.#refuse("a key comes twice", start);
      if (!this.#takes(":")) this.#refuse("a colon is missing");
      object.set(key, this.#value());
    } while (this.#takes(","));
    return this.#takes("}") ? object : this.#refuse("an object does not end");
  }

  #array(): readonly Json[] {
    const array: Json[] = [];
    if (this.#takes("]")) return array;
    do array.push(this.#value());
    while (this.#takes(","));
    return this.#takes("]") ? array : this.#refuse("an array does not end");
  }

  #string(): string {
    const start = this.#at;
    // A quotation mark behind an odd number of strokes is part of the text.
    let end = this.#text.indexOf('"', start + 1);
    while (end >= 0 && isEscaped(this.#text, end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) return this.#refuse("a text does not end");
    let text: string;
    try {
      // Escapes and control characters are judged there.
      text = JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      return this.#refuse("a text is broken");
    }
    // Half a pair: Go puts another character in its place.
    if (/\p{Surrogate}/u.test(text)) this.#refuse("a text holds half a surrogate pair");
    this.#at = end + 1;
    return text;
  }

  #number(): JsonNumber {
    NUMBER.lastIndex = this.#at;
    const [text] = NUMBER.exec(this.#text) ?? [];
    if (text === undefined) return this.#refuse("a value is missing");
    this.#at += text.length;
    return new JsonNumber(text);
  }

  /** Whether that comes next, white space aside; then it is behind. */
  #takes(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (let code = this.#text.charCodeAt(this.#at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) {
      code = this.#text.charCodeAt(++this.#at);
    }
  }

  #refuse(detail: string, at: number = this.#at): never {
    throw new BautaError(1624, { path: this.#path, offset: at, detail });
  }
}
