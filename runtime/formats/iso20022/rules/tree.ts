/**
 * A message as a tree of elements, for rules between its values: in columns, a row of eleven bytes for each element, whatever texts it has.
 *
 * A statement has a million elements, and as objects with their texts they took twenty times its bytes. Here elements are numbers in the
 * order of the document, one that is asked for is an object for as long as it is looked at, and texts are read off the record.
 *
 * What is read: elements, character data with references and CDATA, attributes and declarations of namespaces. Comments and processing
 * instructions are passed over, a document type declaration is none of it.
 */
import { messageOfNamespace } from "../catalogue.ts";
import { behind, CHARACTER, isNameChar, isNameStart, isSpace, reference, skipSpace, standsAt } from "../xml.ts";

const { LT, GT, BANG, QUESTION, SLASH, QUOTE, APOSTROPHE, COLON } = CHARACTER;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;

/** Levels of elements. */
const DEPTH_MAX = 64;
/** Names of elements that differ; catalogues have fewer than two thousand. */
const NAMES_MAX = 0xffff;
/** Columns of a message that had more elements than this are not kept for the next one. */
const KEPT_MAX = 1 << 16;

/** Codes that are remembered; there are 180 currencies. */
const CODES_MAX = 256;

const WITH_ATTRIBUTES = 1;
/** Its text has references, sections or comments. */
const SPELT = 2;

/** A document of a message. */
export interface Rooted {
  readonly element: Element;
  readonly message: string;
}

/** An element, for as long as its tree is the last one that was read. */
export class Element {
  readonly tree: Tree;
  readonly index: number;

  constructor(tree: Tree, index: number) {
    this.tree = tree;
    this.index = index;
  }

  /** Local name. */
  get name(): string {
    return this.tree.nameOf(this.index);
  }

  /** Character data of a leaf. */
  get text(): string {
    return this.tree.textOf(this.index);
  }

  get isLeaf(): boolean {
    return this.tree.endOf(this.index) === this.index + 1;
  }

  get children(): readonly Element[] {
    const { tree, index } = this;
    const children: Element[] = [];
    const end = tree.endOf(index);
    for (let each = index + 1; each < end; each = tree.endOf(each)) children.push(new Element(tree, each));
    return children;
  }

  /** Where its content begins in the record, bytes: behind its start tag; of one without content, behind its tag. */
  get contentAt(): number {
    return this.tree.contentAt(this.index);
  }

  /** An attribute without a prefix. */
  attribute(name: string): string | undefined {
    return this.tree.attributeOf(this.index, name);
  }

  /** The element itself and all below it that have attributes, in the order of the document. */
  attributed(): readonly Element[] {
    return this.tree.attributedIn(this.index, this.tree.endOf(this.index));
  }

  /** The element itself and all below it that hold elements, in the order of the document. */
  *groups(): Generator<Element> {
    const { tree, index } = this;
    for (let each = index, end = tree.endOf(index); each < end; each++) if (tree.endOf(each) > each + 1) yield new Element(tree, each);
  }
}

export class Tree {
  #input: Uint8Array = new Uint8Array(0);
  #bytes: Buffer = Buffer.alloc(0);
  #encoding: "latin1" | "utf8" = "utf8";
  #count = 0;
  #names = new Uint16Array(0);
  #ends = new Uint32Array(0);
  #contents = new Uint32Array(0);
  #flags = new Uint8Array(0);
  /** Elements with attributes, ascending, and where these begin. */
  #attributed: number[] = [];
  #attributesAt: number[] = [];
  readonly #words = new Names();
  readonly #codes = new Map<number, string>();
  #documents: Rooted[] = [];

  /**
   * Reads a record, in place of what was read before.
   * @param isLatin1 how texts are written, else in UTF-8
   * @returns the documents of messages in it, wrappers passed over; undefined for what is not well-formed as far as it is read
   */
  read(record: Uint8Array, isLatin1: boolean): readonly Rooted[] | undefined {
    this.#input = record;
    this.#bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
    this.#encoding = isLatin1 ? "latin1" : "utf8";
    this.#count = 0;
    this.#attributed = [];
    this.#attributesAt = [];
    this.#documents = [];
    this.#words.clear();
    this.#codes.clear();
    this.#reserve(countTags(record));
    return this.#walk() ? this.#documents : undefined;
  }

  /** Forgets the record, and columns that a large one had. */
  close(): void {
    this.#input = new Uint8Array(0);
    this.#bytes = Buffer.alloc(0);
    this.#attributed = [];
    this.#attributesAt = [];
    this.#documents = [];
    if (this.#ends.length > KEPT_MAX) this.#reserve(0, true);
  }

  endOf(element: number): number {
    return this.#ends[element] as number;
  }

  contentAt(element: number): number {
    return this.#contents[element] as number;
  }

  nameOf(element: number): string {
    return this.#words.text(this.#names[element] as number);
  }

  /** Whether there is an element of that name. */
  has(name: string): boolean {
    return this.#words.idOf(name) !== undefined;
  }

  /** The first child of that name, the first child of that under the next name, and so on; undefined if one is missing. */
  find(element: number, names: readonly string[]): number | undefined {
    let found: number | undefined = element;
    for (const name of names) {
      found = this.childOf(found, name);
      if (found === undefined) return undefined;
    }
    return found;
  }

  childOf(element: number, name: string): number | undefined {
    const wanted = this.#words.idOf(name);
    if (wanted === undefined) return undefined;
    const ends = this.#ends;
    const end = ends[element] as number;
    for (let each = element + 1; each < end; each = ends[each] as number) if (this.#names[each] === wanted) return each;
    return undefined;
  }

  childrenOf(element: number, name: string): readonly Element[] {
    const wanted = this.#words.idOf(name);
    if (wanted === undefined) return [];
    const found: Element[] = [];
    const ends = this.#ends;
    const end = ends[element] as number;
    for (let each = element + 1; each < end; each = ends[each] as number)
      if (this.#names[each] === wanted) found.push(new Element(this, each));
    return found;
  }

  textOf(element: number): string {
    const start = this.#contents[element] as number;
    if (((this.#flags[element] as number) & SPELT) !== 0) return this.#spelt(start);
    // Of an element without content there is nothing in front of the next tag that is its own.
    if (this.#input[start - 2] === SLASH && this.#input[start - 1] === GT) return "";
    return this.#bytes.toString(this.#encoding, start, this.#input.indexOf(LT, start));
  }

  attributeOf(element: number, name: string): string | undefined {
    if (((this.#flags[element] as number) & WITH_ATTRIBUTES) === 0) return undefined;
    const input = this.#input;
    let p = skipSpace(input, this.#attributesAt[this.#placeOf(element)] as number, input.length);
    while (input[p] !== GT && input[p] !== SLASH) {
      const nameAt = p;
      p = valueAt(input, p);
      const end = input.indexOf(input[p - 1] as number, p);
      if (standsAt(input, nameAt, input.length, name) === 1 && isBehindName(input[nameAt + name.length] as number))
        return end - p === 3 ? this.#code(p) : decoded(this.#bytes.toString(this.#encoding, p, end));
      p = skipSpace(input, end + 1, input.length);
    }
    return undefined;
  }

  /** A text of three bytes, which are nearly always those of a currency. */
  #code(at: number): string {
    const input = this.#input;
    const key = ((input[at] as number) << 16) | ((input[at + 1] as number) << 8) | (input[at + 2] as number);
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const text = decoded(this.#bytes.toString(this.#encoding, at, at + 3));
    if (this.#codes.size < CODES_MAX) this.#codes.set(key, text);
    return text;
  }

  attributedIn(from: number, to: number): readonly Element[] {
    const all = this.#attributed;
    let i = this.#placeOf(from);
    if (i >= all.length || (all[i] as number) >= to) return NONE;
    const found: Element[] = [];
    for (; i < all.length && (all[i] as number) < to; i++) found.push(new Element(this, all[i] as number));
    return found;
  }

  /** Place of the first element with attributes that is not in front of one. */
  #placeOf(element: number): number {
    let [low, high] = [0, this.#attributed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#attributed[middle] as number) < element) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reserve(count: number, always = false): void {
    if (!always && count <= this.#ends.length) return;
    this.#names = new Uint16Array(count);
    this.#ends = new Uint32Array(count);
    this.#contents = new Uint32Array(count);
    this.#flags = new Uint8Array(count);
  }

  /** Text of a leaf in several pieces. */
  #spelt(start: number): string {
    const input = this.#input;
    let text = "";
    for (let p = start; ; ) {
      const end = input.indexOf(LT, p);
      text += decoded(this.#bytes.toString(this.#encoding, p, end));
      if (input[end + 1] === SLASH) return text;
      const section = standsAt(input, end, input.length, "<![CDATA[") === 1;
      p = behindAside(input, end);
      if (section) text += this.#bytes.toString(this.#encoding, end + 9, p - 3);
    }
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Fills the columns; false for what is not well-formed. */
  #walk(): boolean {
    const input = this.#input;
    const limit = input.length;
    const open: number[] = [];
    const nameAt: number[] = [];
    const scopes: ReadonlyMap<string, string>[] = [NO_SCOPE];
    let p = standsAt(input, 0, limit, "\u00ef\u00bb\u00bf") === 1 ? 3 : 0;
    let reference = input.indexOf(AMPERSAND);
    let roots = 0;
    while (p < limit) {
      if (input[p] !== LT) {
        const next = input.indexOf(LT, p);
        const end = next < 0 ? limit : next;
        const around = open.at(-1);
        if (around === undefined && skipSpace(input, p, end) < end) return false;
        if (reference >= 0 && reference < p) reference = input.indexOf(AMPERSAND, p);
        if (reference >= 0 && reference < end) {
          if (around === undefined || !areReferences(input, p, end)) return false;
          this.#flags[around] = (this.#flags[around] as number) | SPELT;
        }
        p = end;
        continue;
      }
      const c = input[p + 1] as number;
      if (c === SLASH) {
        const element = open.pop();
        if (element === undefined) return false;
        const name = nameAt.pop() as number;
        const end = endTagAt(input, p, name);
        if (end < 0) return false;
        this.#ends[element] = this.#count;
        scopes.pop();
        p = end;
      } else if (c === BANG || c === QUESTION) {
        const end = behindAside(input, p);
        if (end < 0) return false;
        const around = open.at(-1);
        if (around !== undefined) this.#flags[around] = (this.#flags[around] as number) | SPELT;
        p = end;
      } else {
        if (open.length === 0 && ++roots > 1) return false;
        if (open.length + 1 > DEPTH_MAX) return false;
        const element = this.#count++;
        const end = this.#startTag(p, element, scopes, open.length === 0 || !this.#isInDocument(element));
        if (end < 0) return false;
        if (input[end - 2] === SLASH) {
          this.#ends[element] = element + 1;
          scopes.pop();
        } else {
          open.push(element);
          nameAt.push(p + 1);
        }
        p = end;
      }
    }
    return open.length === 0 && roots === 1;
  }

  /** Whether the document that was found last is still open. */
  #isInDocument(element: number): boolean {
    const last = this.#documents.at(-1);
    return last !== undefined && last.element.index !== element && this.#ends[last.element.index] === 0;
  }

  /** Offset behind a start tag; negative where it is not one. Its scope of namespaces goes on the stack. */
  #startTag(at: number, element: number, scopes: ReadonlyMap<string, string>[], mayBeDocument: boolean): number {
    const input = this.#input;
    let p = at + 1;
    let local = p;
    if (!isNameStart(input[p] as number)) return -1;
    for (; ; p++) {
      const c = input[p] as number;
      if (c === COLON && local === at + 1 && isNameStart(input[p + 1] as number)) local = p + 1;
      else if (!isNameChar(c)) break;
    }
    const name = this.#words.at(input, local, p);
    if (name < 0) return -1;
    this.#names[element] = name;
    this.#ends[element] = 0;
    this.#flags[element] = 0;
    let scope = scopes[scopes.length - 1] as ReadonlyMap<string, string>;
    if (input[p] !== GT && !(input[p] === SLASH && input[p + 1] === GT)) {
      const read = this.#attributes(p, scope);
      if (read === undefined) return -1;
      if (input[skipSpace(input, p, input.length)] !== GT) {
        this.#attributed.push(element);
        this.#attributesAt.push(p);
        this.#flags[element] = WITH_ATTRIBUTES;
      }
      scope = read.scope;
      p = read.end;
    }
    if (input[p] === SLASH) p++;
    if (input[p] !== GT) return -1;
    this.#contents[element] = p + 1;
    if (local > at + 1 || mayBeDocument) {
      const namespace = scope.get(this.#bytes.toString("latin1", at + 1, local > at + 1 ? local - 1 : at + 1));
      if (namespace === undefined) return -1;
      const message = mayBeDocument ? messageOfNamespace(namespace) : undefined;
      if (message !== undefined) this.#documents.push({ element: new Element(this, element), message });
    }
    scopes.push(scope);
    return p + 1;
  }

  /** From behind the name of a tag to its `>` or `/`. */
  #attributes(
    at: number,
    inherited: ReadonlyMap<string, string>,
  ): { readonly end: number; readonly scope: ReadonlyMap<string, string> } | undefined {
    const input = this.#input;
    const names = new Set<string>();
    let scope = inherited;
    let p = at;
    for (;;) {
      const next = skipSpace(input, p, input.length);
      if (next >= input.length) return undefined;
      if (input[next] === GT || (input[next] === SLASH && input[next + 1] === GT)) return { end: next, scope };
      const value = next === p || !isNameStart(input[next] as number) ? -1 : valueAt(input, next);
      const end = value < 0 ? -1 : input.indexOf(input[value - 1] as number, value);
      if (end < 0) return undefined;
      const less = input.indexOf(LT, value);
      if ((less >= 0 && less < end) || !areReferences(input, value, end)) return undefined;
      const name = this.#bytes.toString("latin1", next, nameEnd(input, next));
      if (names.has(name)) return undefined;
      names.add(name);
      if (name === "xmlns" || name.startsWith("xmlns:"))
        scope = new Map(scope).set(name.slice(6), decoded(this.#bytes.toString(this.#encoding, value, end)));
      p = end + 1;
    }
  }
}

const NONE: readonly Element[] = [];
const NO_SCOPE: ReadonlyMap<string, string> = new Map([["", ""]]);

/** Names of elements as numbers. */
class Names {
  #texts: string[] = [];
  #bytes: Uint8Array[] = [];
  #ids = new Map<string, number>();
  /** By a hash of the bytes: number of the name and one; 0 for none. */
  #slots = new Uint32Array(1 << 10);

  clear(): void {
    if (this.#texts.length === 0) return;
    this.#texts = [];
    this.#bytes = [];
    this.#ids = new Map();
    this.#slots = new Uint32Array(1 << 10);
  }

  text(id: number): string {
    return this.#texts[id] as string;
  }

  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /** Number of the name that stands in input[start, end); -1 where there are too many. */
  at(input: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let p = start; p < end; p++) hash = (Math.imul(hash, 31) + (input[p] as number)) | 0;
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const id = (this.#slots[slot] as number) - 1;
      if (id < 0) return this.#add(input.slice(start, end), slot);
      if (isSame(this.#bytes[id] as Uint8Array, input, start, end)) return id;
    }
  }

  #add(bytes: Uint8Array, slot: number): number {
    const id = this.#texts.length;
    if (id >= NAMES_MAX) return -1;
    const text = String.fromCharCode(...bytes);
    this.#texts.push(text);
    this.#bytes.push(bytes);
    this.#ids.set(text, id);
    this.#slots[slot] = id + 1;
    if (2 * this.#texts.length > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const { length } = this.#slots;
    this.#slots = new Uint32Array(4 * length);
    const mask = this.#slots.length - 1;
    for (const [id, bytes] of this.#bytes.entries()) {
      let hash = bytes.length;
      for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id + 1;
    }
  }
}

function isSame(bytes: Uint8Array, input: Uint8Array, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== input[start + i]) return false;
  return true;
}

/** Start tags there are at most. */
function countTags(input: Uint8Array): number {
  let count = 0;
  for (let p = input.indexOf(LT); p >= 0; p = input.indexOf(LT, p + 1)) if (input[p + 1] !== SLASH) count++;
  return count;
}

/** Offset behind an end tag that closes the element whose name begins there; negative for another. */
function endTagAt(input: Uint8Array, at: number, name: number): number {
  let p = at + 2;
  let n = name;
  while (isNameChar(input[n] as number) || input[n] === COLON) if (input[p++] !== input[n++]) return -1;
  if (isNameChar(input[p] as number) || input[p] === COLON) return -1;
  p = skipSpace(input, p, input.length);
  return input[p] === GT ? p + 1 : -1;
}

/** Offset behind a comment, section or instruction; negative for what is none. */
function behindAside(input: Uint8Array, at: number): number {
  const limit = input.length;
  if (input[at + 1] === QUESTION) return behind(input, at + 2, limit, "?>");
  if (standsAt(input, at, limit, "<!--") === 1) return behind(input, at + 4, limit, "-->");
  return standsAt(input, at, limit, "<![CDATA[") === 1 ? behind(input, at + 9, limit, "]]>") : -1;
}

const isBehindName = (c: number): boolean => c === EQUALS || isSpace(c);

function nameEnd(input: Uint8Array, at: number): number {
  let p = at;
  while (isNameChar(input[p] as number) || input[p] === COLON) p++;
  return p;
}

/** Offset of an attribute's value behind its quote; negative where none stands. */
function valueAt(input: Uint8Array, name: number): number {
  let p = skipSpace(input, nameEnd(input, name), input.length);
  if (input[p] !== EQUALS) return -1;
  p = skipSpace(input, p + 1, input.length);
  return input[p] === QUOTE || input[p] === APOSTROPHE ? p + 1 : -1;
}

function areReferences(input: Uint8Array, start: number, end: number): boolean {
  // Not by `indexOf`, which would look through the whole record where there is none.
  for (let p = start; p < end; p++) {
    if (input[p] !== AMPERSAND) continue;
    const next = reference(input, p, end);
    if (next < 0) return false;
    p = next - 1;
  }
  return true;
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Text with its references, which were looked at, resolved. */
const decoded = (text: string): string =>
  text.includes("&")
    ? text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_, hex?: string, decimal?: string, name = "") =>
        hex !== undefined
          ? String.fromCodePoint(Number.parseInt(hex, 16))
          : decimal !== undefined
            ? String.fromCodePoint(Number(decimal))
            : (NAMED[name] ?? ""),
      )
    : text;
