/**
 * ISO 20022 over bytes: one walk, no strings, no tree of the document.
 *
 * The scanner follows the compiled tree of the message type (tree.ts). Every byte it passes is one of: markup of an element that
 * the catalogue has, white space between elements, a declaration out of a closed set, a value's segment, or a dropped region.
 * Anything else refuses the record; nothing is passed over unseen.
 */

import { ATTRIBUTES_MAX, DEPTH_MAX, ENVELOPE_PATHS_MAX, VALUES_MAX } from "../../kit/limits.ts";
import { isUtf8 } from "../../platform/bytes.ts";
import type { Batch } from "../../record/tables.ts";
import {
  ENCODING_RAW,
  ENCODING_XML_ATTRIBUTE,
  ENCODING_XML_CDATA,
  ENCODING_XML_TEXT,
  ENCODING_XML_TEXT_REFS,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_MESSAGE,
  RECORD_STRIDE,
} from "../../record/tables.ts";
import {
  type AskedField,
  type DataClass,
  type Fit,
  type OpenFormat,
  type Ruleset,
  SCAN_FRAME_ERROR,
  SCAN_MORE,
  type ScanOptions,
  UNCOVERED,
} from "../api.ts";
import { type Catalogue, catalogueOfNamespace, join, messageOfNamespace } from "./catalogue.ts";
import { isEnvelopeName, isEnvelopeNamespace, isListedName, isPrefix, isSchemaLocation, XML_NAMESPACE, XSI_NAMESPACE } from "./envelope.ts";
import { ANY, type AttributeNode, COMPLEX, compileTree, ENVELOPE, FieldTable, LEAF, Node, OPENED } from "./tree.ts";
import { Words } from "./words.ts";
import {
  behind,
  CHARACTER,
  comment,
  declarationAt,
  findEnd,
  isNameChar,
  isNameStart,
  isSpace,
  MORE,
  reference,
  skipSpace,
  standsAt,
} from "./xml.ts";

const { LT, GT, BANG, QUESTION, SLASH, QUOTE, APOSTROPHE, COLON } = CHARACTER;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;

interface Message {
  readonly name: string;
  readonly index: number;
  readonly root: Node;
}

/** Characters of a name that `xsi:type` is looked at for: ISO's longest has 53, with a prefix of at most 16. */
const TYPE_NAME_MAX = 128;

/** A namespace declaration in scope. */
interface Binding {
  readonly prefix: string;
  readonly uri: string;
  readonly depth: number;
}

const ENVELOPE_FIT: Fit = { shape: "text", min: 0, max: 0 };

export class Iso20022Scanner implements OpenFormat {
  readonly #rules: Ruleset;
  readonly #fields = new FieldTable();
  readonly #messages: Message[] = [];
  readonly #byNamespace = new Map<string, Message>();
  /** Catalogues that came with the model, by namespace. */
  readonly #own: ReadonlyMap<string, Catalogue>;
  readonly #dropField: number;
  readonly #envelopePaths = new Map<string, Node>();
  #otherEnvelope: number | undefined;
  readonly #words = new Words();
  readonly #tellsAll: boolean;

  // State of the record under the scanner.
  #batch: Batch;
  #input: Uint8Array = new Uint8Array(0);
  #limit = 0;
  #scope = 0;
  /** Where and under which path the record went wrong. */
  #faultOffset = 0;
  #faultPath = "";
  #bindings: Binding[] = [];
  #latin1 = false;
  /** OR of all bytes of texts: the top bit says that UTF-8 must be checked. */
  #seen = 0;
  #found = -1;
  /** Values of the batch that the record may fill it up to. */
  #valuesEnd = 0;
  /** The message whose elements are being walked: where its prefix stands in the input. */
  #prefixStart = 0;
  #prefixLength = 0;
  #namespace = "";
  #messageDepth = 0;
  readonly #nodes: Node[] = [];
  readonly #nameStart = new Int32Array(DEPTH_MAX + 1);
  readonly #nameLength = new Int32Array(DEPTH_MAX + 1);

  constructor(rules: Ruleset, options: ScanOptions, batch: Batch) {
    this.#rules = rules;
    this.#tellsAll = options.names === "all";
    const own = (rules.catalogues ?? []).filter(({ format }) => format === "iso20022").map(({ content }) => content as Catalogue);
    this.#own = new Map(own.map((catalogue) => [catalogue.namespace, catalogue]));
    this.#batch = batch;
    this.#dropField = this.#fields.add("", {
      path: "(comment or processing instruction)",
      type: "any",
      dataClass: "technical",
      fit: { shape: "unknown", min: 0, max: 0 },
    });
  }

  messageName(index: number): string {
    return this.#messages[index]?.name ?? "iso20022";
  }

  fieldPath(_message: number, field: number): string {
    return this.#fields.fields[field]?.field.path ?? "";
  }

  fieldClass(_message: number, field: number): DataClass {
    return this.#fields.fields[field]?.field.dataClass ?? "technical";
  }

  fieldOf(_message: number, field: number): AskedField | undefined {
    const row = this.#fields.fields[field];
    return row === undefined || row.message === "" ? undefined : { message: row.message, field: row.asked };
  }

  scan(batch: Batch, start: number, limit: number, last: boolean): number {
    this.#batch = batch;
    this.#input = batch.input;
    this.#limit = limit;
    this.#scope = 0;
    this.#faultOffset = start;
    this.#faultPath = "";
    this.#bindings.length = 0;
    this.#latin1 = false;
    this.#seen = 0;
    this.#found = -1;
    this.#messageDepth = 0;
    this.#valuesEnd = batch.valueCount + VALUES_MAX;
    const record = batch.beginRecord(start, 0);
    let end = this.#document(start, last);
    if (end >= 0) {
      const verdict = this.#checkWhole(start, end);
      if (verdict === 0) {
        const at = record * RECORD_STRIDE;
        batch.records[at + RECORD_MESSAGE] = this.#found;
        if (this.#latin1) batch.records[at + RECORD_FLAGS] = RECORD_FLAG_LATIN1;
        batch.endRecord(record, end);
        return end;
      }
      end = verdict;
    }
    if (end === MORE && !last) {
      batch.cancelRecord(record);
      return SCAN_MORE;
    }
    // What is cut off went wrong where it ends.
    if (end === MORE) this.#faultOffset = limit;
    return this.#refuse(record, start, limit, last, end === MORE ? 3002 : -end);
  }

  /** Refuses the record, having found its end if it has one. */
  #refuse(record: number, start: number, limit: number, last: boolean, issue: number): number {
    const batch = this.#batch;
    const length = 0;
    // After a DOCTYPE or in an unknown encoding the brackets mean nothing, and behind trailing content no record can begin: there is no
    // telling where the next one would.
    if (issue === 3001 || issue === 3005 || (issue === 3003 && !this.#decodable(start))) {
      batch.refuse(record, issue, limit, this.#faultOffset, length, this.#faultPath);
      return SCAN_FRAME_ERROR;
    }
    const skipped = { deepest: 0 };
    const root = findEnd(this.#input, start, limit, 0, skipped);
    const end = root < 0 ? root : this.#behindAsides(root, last);
    if (end === MORE && !last) {
      batch.cancelRecord(record);
      return SCAN_MORE;
    }
    const verdict = skipped.deepest > DEPTH_MAX ? 2102 : issue;
    batch.refuse(record, verdict, end < 0 ? limit : end, this.#faultOffset, length, this.#faultPath);
    return end < 0 ? SCAN_FRAME_ERROR : end;
  }

  /** Behind the comments and processing instructions that follow a refused root: they are no record of their own. */
  #behindAsides(root: number, last: boolean): number {
    const input = this.#input;
    const limit = this.#limit;
    let end = root;
    for (;;) {
      const p = skipSpace(input, end, limit);
      if (p < limit && input[p] !== LT) return end;
      if (p + 1 >= limit) return last ? end : MORE;
      const instruction = input[p + 1] === QUESTION;
      const other = instruction ? declarationAt(input, p, limit) : standsAt(input, p, limit, "<!--");
      if (other === MORE) return last ? end : MORE;
      if (other === (instruction ? 1 : 0)) return end;
      const next = instruction ? behind(input, p + 2, limit, "?>") : behind(input, p + 4, limit, "-->");
      if (next < 0) return last ? end : MORE;
      end = next;
    }
  }

  #decodable(start: number): boolean {
    const c = this.#input[start] as number;
    return this.#encodingKnown && (c === LT || c === 0xef);
  }

  #encodingKnown = true;

  /** Checks that need the whole record: encoding, and that there was a message in it. 0 or a negated issue. */
  #checkWhole(start: number, end: number): number {
    if (this.#found < 0) return this.#fault(3101, start);
    if ((this.#seen & 0x80) !== 0 && !this.#latin1) {
      if (!isUtf8(this.#input, start, end)) return this.#fault(3003, start);
      if (holdsNonCharacter(this.#input, start, end)) return this.#fault(3004, start);
    }
    return 0;
  }

  #fault(issue: number, offset: number, path = ""): number {
    this.#faultOffset = offset;
    this.#faultPath = path;
    return -issue;
  }

  // ── the document ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #document(start: number, last: boolean): number {
    let p = this.#prolog(start);
    if (p < 0) return p;
    p = this.#element(p);
    if (p < 0) return p;
    return this.#epilog(p, last);
  }

  /** Byte order mark, XML declaration, comments and processing instructions before the root; ends at the root's `<`. */
  #prolog(start: number): number {
    const input = this.#input;
    const limit = this.#limit;
    this.#encodingKnown = true;
    let p = start;
    const bom = standsAt(input, p, limit, "\u00ef\u00bb\u00bf");
    if (bom === MORE && input[p] === 0xef) return MORE;
    if (bom === 1) p += 3;
    else if (input[p] !== LT || (p + 1 < limit && input[p + 1] === 0)) {
      this.#encodingKnown = false;
      return this.#fault(3003, p);
    }
    const declaration = declarationAt(input, p, limit);
    if (declaration === MORE) return MORE;
    if (declaration === 1) {
      p = this.#xmlDeclaration(p);
      if (p < 0) return p;
      // The mark says UTF-8: which of the two a reader believes is not for us to guess.
      if (bom === 1 && this.#latin1) return this.#fault(3003, start);
    }
    for (;;) {
      p = skipSpace(input, p, limit);
      if (p + 1 >= limit) return MORE;
      if (input[p] !== LT) return this.#fault(3002, p);
      const c = input[p + 1] as number;
      if (c !== BANG && c !== QUESTION) return p;
      p = this.#misc(p);
      if (p < 0) return p;
    }
  }

  /** `<?xml version="1.0" encoding="…" standalone="…"?>`: each part out of a closed set. */
  #xmlDeclaration(start: number): number {
    const end = behind(this.#input, start, this.#limit, "?>");
    if (end < 0) return end;
    if (end - start > 128) return this.#fault(3006, start);
    const word = this.#words.at(this.#input, start, end);
    const text = word.text;
    if (word.declaration !== undefined) {
      this.#latin1 = word.declaration;
      return end;
    }
    const match = XML_DECLARATION.exec(text);
    if (match === null) {
      this.#encodingKnown = text.includes("1.0") && /encoding\s*=\s*["'](utf-8|us-ascii|iso-8859-1)["']/i.test(text);
      return this.#fault(this.#encodingKnown ? 3006 : 3003, start);
    }
    const encoding = (match[1] ?? match[2] ?? "utf-8").toLowerCase();
    this.#latin1 = encoding === "iso-8859-1" || encoding === "latin1";
    word.declaration = this.#latin1;
    return end;
  }

  /** After the root: comments and processing instructions are dropped; what is no next message refuses this one. */
  #epilog(start: number, last: boolean): number {
    const input = this.#input;
    const limit = this.#limit;
    let end = start;
    for (;;) {
      const p = skipSpace(input, end, limit);
      // Whether the record is whole depends on what follows, so that is waited for: a verdict must not depend on chunks.
      if (p >= limit) return last ? end : MORE;
      if (input[p] === LT) {
        if (p + 1 >= limit) return last ? this.#fault(3005, p) : MORE;
        if (input[p + 1] === QUESTION) {
          const declaration = declarationAt(input, p, limit);
          if (declaration === MORE && !last) return MORE;
          if (declaration !== 0) return end;
        } else if (input[p + 1] !== BANG || standsAt(input, p, limit, "<!--") === 0) return end;
        const behindMisc = this.#misc(p);
        if (behindMisc === MORE) return last ? this.#fault(3005, p) : MORE;
        if (behindMisc < 0) return behindMisc;
        end = behindMisc;
      } else {
        return mayFollow(input[p] as number) ? end : this.#fault(3005, p);
      }
    }
  }

  /** A comment or processing instruction: dropped. */
  #misc(at: number): number {
    const input = this.#input;
    let end: number;
    if (input[at + 1] === QUESTION) {
      end = behind(input, at + 2, this.#limit, "?>");
      if (end >= 0 && declarationAt(input, at, this.#limit) === 1) return this.#fault(3002, at);
    } else {
      const opens = standsAt(input, at, this.#limit, "<!--");
      if (opens === MORE) return MORE;
      if (opens === 0) return this.#fault(standsAt(input, at, this.#limit, "<!DOCTYPE") === 0 ? 3002 : 3001, at);
      end = comment(input, at, this.#limit);
    }
    if (end < 0) {
      if (end !== MORE) this.#faultOffset = at;
      return end;
    }
    if (this.#batch.valueCount >= this.#valuesEnd) return this.#fault(2104, at);
    this.#batch.addSimpleValue(this.#rules.dropOperation, this.#dropField, this.#scope, at, end, ENCODING_RAW);
    return end;
  }

  // ── elements ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The root element and everything in it. */
  #element(start: number): number {
    const input = this.#input;
    const limit = this.#limit;
    const nodes = this.#nodes;
    let depth = 0;
    let parent: Node = ROOT;
    let expected: Node | undefined;
    let p = start;
    for (;;) {
      // At a `<`.
      if (p + 1 >= limit) return MORE;
      const c = input[p + 1] as number;
      if (c === SLASH) {
        if (depth === 0) return this.#fault(3002, p);
        p = this.#endTag(p, depth);
        if (p < 0) return p;
        const closed = nodes[depth] as Node;
        depth--;
        if (depth === 0) return p;
        this.#leave(depth);
        parent = nodes[depth] as Node;
        expected = closed.next;
        p = this.#toMarkup(p);
        if (p < 0) return p;
        continue;
      }
      if (c === BANG || c === QUESTION) {
        p = this.#misc(p);
        if (p < 0) return p;
        p = this.#toMarkup(p);
        if (p < 0) return p;
        continue;
      }

      // A start tag: nearly always the element that came here the last time.
      const tag = p;
      let node: Node | undefined;
      let q = p + 1;
      if (parent.kind === COMPLEX) {
        const prefixLength = this.#prefixLength;
        let matches = true;
        if (prefixLength !== 0) {
          const prefixStart = this.#prefixStart;
          for (let i = 0; i <= prefixLength; i++) {
            if (input[q + i] !== (i === prefixLength ? COLON : input[prefixStart + i])) {
              matches = false;
              break;
            }
          }
          if (matches) q += prefixLength + 1;
        }
        if (matches) {
          if (expected !== undefined) {
            const name = expected.name;
            const length = name.length;
            let i = 0;
            while (i < length && input[q + i] === name[i]) i++;
            if (i === length && isNameEnd(input[q + length] as number) && q + length < limit) node = expected;
          }
          if (node === undefined) {
            node = findChild(parent, input, q, limit);
            if (node !== undefined) {
              const before = this.#lastChild;
              if (before === undefined) parent.first = node;
              else before.next = node;
            }
          }
        }
        if (node === undefined) return this.#unknownElement(tag, parent);
        q += node.name.length;
      } else if (parent.kind === OPENED) {
        q = this.#inside(tag, depth + 1, parent);
        if (q < 0) return q;
        node = this.#entered as Node;
      } else {
        // Around messages: a wrapper, or the root of a message.
        const found = this.#wrapper(tag, depth + 1, parent);
        if (found < 0) return found;
        q = found;
        node = this.#entered as Node;
      }
      depth++;
      if (depth > DEPTH_MAX) return this.#fault(2102, tag);
      nodes[depth] = node;
      this.#nameStart[depth] = tag + 1;
      this.#nameLength[depth] = q - tag - 1;

      let empty = false;
      let declares = false;
      if (input[q] === GT && node.attributes.length === 0) {
        q++;
      } else {
        const values = this.#batch.valueCount;
        q = this.#attributes(q, node, depth, tag);
        if (q < 0) return q;
        // What goes takes its attributes along: a region and what is in it cannot both be values.
        if (node.kind === ANY) this.#batch.forgetValues(values);
        empty = input[q - 2] === SLASH;
        declares = this.#bindings.at(-1)?.depth === depth;
      }

      if (node.kind === LEAF && !empty) {
        p = this.#leaf(q, node);
        if (p < 0) return p;
        p = this.#endTag(p, depth);
        if (p < 0) return p;
        depth--;
        if (declares) this.#unbind(depth);
        this.#lastChild = node;
        expected = node.next;
        p = this.#toMarkup(p);
        if (p < 0) return p;
        continue;
      }
      if (node.kind === ANY) {
        if (node.operation === UNCOVERED) return this.#fault(3105, tag, node.path);
        p = empty ? q : findEnd(input, q, limit, 1);
        if (p < 0) return p === MORE ? MORE : this.#fault(-p, tag, node.path);
        this.#batch.addSimpleValue(node.operation, node.field, this.#scope, tag, p, ENCODING_RAW);
        empty = true;
        q = p;
      }
      if (empty) {
        depth--;
        if (depth === 0) return q;
        this.#leave(depth);
        this.#lastChild = node;
        expected = node.next;
        p = this.#toMarkup(q);
        if (p < 0) return p;
        continue;
      }
      if (node.scope) this.#scope++;
      parent = node;
      expected = node.first;
      this.#lastChild = undefined;
      p = node.kind === ENVELOPE ? this.#envelopeText(q, node) : this.#toMarkup(q);
      if (p < 0) return p;
    }
  }

  /** The child element before the one at hand, under the same parent; undefined at the first. */
  #lastChild: Node | undefined = undefined;
  /** The node that `#wrapper` or `#inside` entered. */
  #entered: Node | undefined = undefined;

  /** Drops what ended with the element at depth + 1. */
  #leave(depth: number): void {
    this.#lastChild = this.#nodes[depth + 1];
    if (this.#messageDepth > depth) {
      this.#messageDepth = 0;
      this.#prefixLength = 0;
    }
    this.#unbind(depth);
  }

  /** Drops what elements below that depth declared. */
  #unbind(depth: number): void {
    const bindings = this.#bindings;
    while (bindings.length > 0 && (bindings[bindings.length - 1] as Binding).depth > depth) bindings.pop();
  }

  /** Passes over white space to the next `<`; other text has no place between elements. */
  #toMarkup(at: number): number {
    const input = this.#input;
    const limit = this.#limit;
    if (this.#batch.valueCount > this.#valuesEnd) return this.#fault(2104, at);
    let p = at;
    while (p < limit) {
      const c = input[p] as number;
      if (c === LT) return p;
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return this.#fault(c === AMPERSAND || c > 0x20 ? 3008 : 3004, p);
      p++;
    }
    return MORE;
  }

  /** Offset behind the end tag at `at`, which must close the element of that depth. */
  #endTag(at: number, depth: number): number {
    const input = this.#input;
    const limit = this.#limit;
    const length = this.#nameLength[depth] as number;
    const name = this.#nameStart[depth] as number;
    let p = at + 2;
    if (p + length >= limit) return MORE;
    for (let i = 0; i < length; i++) {
      if (input[p + i] !== input[name + i]) return this.#fault(3002, at);
    }
    p += length;
    if (input[p] === GT) return p + 1;
    p = skipSpace(input, p, limit);
    if (p >= limit) return MORE;
    return input[p] === GT ? p + 1 : this.#fault(3002, at);
  }

  #unknownElement(tag: number, parent: Node): number {
    const input = this.#input;
    const limit = this.#limit;
    let p = tag + 1;
    let colon = -1;
    while (p < limit && !isNameEnd(input[p] as number)) {
      if (input[p] === COLON) colon = p;
      p++;
    }
    if (p >= limit) return MORE;
    if (!isNameStart(input[tag + 1] as number)) return this.#fault(3002, tag, parent.path);
    const prefix = colon < 0 ? "" : this.#words.at(input, tag + 1, colon).text;
    return this.#fault(this.#resolve(prefix) === this.#namespace ? 3103 : 3102, tag, parent.path);
  }

  /** The prefix that stands there, or undefined when it is not of the form that may be copied. */
  #prefixAt(start: number, end: number): string | undefined {
    const word = this.#words.at(this.#input, start, end);
    word.prefix ??= isPrefix(word.text);
    return word.prefix ? word.text : undefined;
  }

  #resolve(prefix: string): string {
    for (let i = this.#bindings.length - 1; i >= 0; i--) {
      const binding = this.#bindings[i] as Binding;
      if (binding.prefix === prefix) return binding.uri;
    }
    return prefix === "xml" ? XML_NAMESPACE : "";
  }

  // ── wrappers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Where the local name of the element that `#qualifiedName` read begins, and its namespace. */
  #local = 0;
  #uri = "";

  /**
   * The name of an element that no message's schema has there. Returns the offset behind it.
   * Its namespace declarations must be known before the element itself can be told, so they are read ahead here.
   * @param issue of a name that may not be copied
   */
  #qualifiedName(tag: number, depth: number, parent: Node, issue: number): number {
    const input = this.#input;
    const limit = this.#limit;
    let p = tag + 1;
    let local = p;
    if (p < limit && !isNameStart(input[p] as number)) return this.#fault(3002, tag, parent.path);
    for (; p < limit; p++) {
      const c = input[p] as number;
      if (c === COLON) {
        if (local !== tag + 1) return this.#fault(3002, tag);
        local = p + 1;
      } else if (!isNameChar(c)) break;
    }
    if (p >= limit) return MORE;
    if (!isNameEnd(input[p] as number)) return this.#fault(issue, tag, parent.path);
    const prefix = local === tag + 1 ? "" : this.#prefixAt(tag + 1, local - 1);
    if (prefix === undefined) return this.#fault(issue, tag, parent.path);
    const declared = this.#declarations(p, depth);
    if (declared < 0) return declared;
    this.#local = local;
    this.#uri = this.#resolve(prefix);
    return prefix !== "" && this.#uri === "" ? this.#fault(3002, tag, parent.path) : p;
  }

  /** The start tag of an element outside any message: the root of a message, or a wrapper. Returns the offset behind its name. */
  #wrapper(tag: number, depth: number, parent: Node): number {
    const input = this.#input;
    const p = this.#qualifiedName(tag, depth, parent, 3006);
    if (p < 0) return p;
    const local = this.#local;
    const uri = this.#uri;
    const message = this.#messageOf(uri);
    if (message !== undefined && sameName(message.root.name, input, local, p)) {
      this.#entered = message.root;
      this.#messageDepth = depth;
      this.#namespace = uri;
      this.#prefixStart = tag + 1;
      this.#prefixLength = local === tag + 1 ? 0 : local - tag - 2;
      // The record is known by its payload: a business application header names it only where nothing else does.
      if (this.#found < 0 || !message.name.startsWith("head.")) this.#found = message.index;
      return p;
    }
    if (message !== undefined) return this.#fault(3103, tag, parent.path);
    if (messageOfNamespace(uri) !== undefined) return this.#fault(3101, tag, parent.path);
    const node = this.#envelopeNode(this.#words.at(input, local, p).text, parent);
    if (node === undefined) return this.#fault(3006, tag, parent.path);
    this.#entered = node;
    return p;
  }

  /**
   * The start tag of an element below any content that rules open: its local name decides. Returns the offset behind its name.
   * Of a name that no rule has, nothing is told to others: it may say anything.
   */
  #inside(tag: number, depth: number, parent: Node): number {
    const p = this.#qualifiedName(tag, depth, parent, 3105);
    if (p < 0) return p;
    const node = findChild(parent, this.#input, this.#local, this.#limit);
    if (node === undefined) {
      const name = this.#tellsAll ? this.#words.at(this.#input, this.#local, p).text : "?";
      return this.#fault(3105, tag, join(parent.path, name));
    }
    this.#entered = node;
    return p;
  }

  #envelopeNode(name: string, parent: Node): Node | undefined {
    const fullPath = join(parent.fullPath, name);
    const known = this.#envelopePaths.get(fullPath);
    if (known !== undefined) return known;
    const { envelope } = this.#rules;
    if (!isEnvelopeName(name, envelope)) return undefined;
    // Paths without end are an attack on memory, not on the messages in them: past the limit each is asked anew, none is kept.
    const kept = this.#envelopePaths.size < ENVELOPE_PATHS_MAX;
    const path = join(parent.path, this.#tellsAll || isListedName(name, envelope) ? name : name.startsWith("@") ? "@?" : "?");
    const field = { path: fullPath, type: "envelope", dataClass: "envelope", fit: ENVELOPE_FIT } as const;
    const node = new Node({
      kind: ENVELOPE,
      name,
      path,
      fullPath,
      operation: this.#rules.operationFor("iso20022", "envelope", field),
      field: kept ? this.#fields.add("envelope", { ...field, path }, field) : this.#otherEnvelopeField(),
    });
    if (kept) this.#envelopePaths.set(fullPath, node);
    return node;
  }

  /** The one field that stands in reports for every wrapper path past the limit. */
  #otherEnvelopeField(): number {
    this.#otherEnvelope ??= this.#fields.add("envelope", { path: "?", type: "envelope", dataClass: "envelope", fit: ENVELOPE_FIT });
    return this.#otherEnvelope;
  }

  /** Text in a wrapper: white space before markup, or one value that is the whole content. Ends at a `<`. */
  #envelopeText(at: number, node: Node): number {
    const p = skipSpace(this.#input, at, this.#limit);
    if (p >= this.#limit) return MORE;
    if (this.#input[p] === LT && standsAt(this.#input, p, this.#limit, "<![CDATA[") === 0) return p;
    const end = this.#leaf(at, node);
    if (end < 0) return end;
    // A wrapper holds text or elements, never both.
    if (end + 1 >= this.#limit) return MORE;
    return this.#input[end + 1] === SLASH ? end : this.#fault(3008, end, node.path);
  }

  #messageOf(uri: string): Message | undefined {
    const known = this.#byNamespace.get(uri);
    if (known !== undefined) return known;
    const catalogue = this.#own.get(uri) ?? catalogueOfNamespace(uri);
    if (catalogue === undefined) return undefined;
    const message = { name: catalogue.message, index: this.#messages.length, root: compileTree(catalogue, this.#rules, this.#fields) };
    this.#messages.push(message);
    this.#byNamespace.set(uri, message);
    return message;
  }

  // ── attributes ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Reads ahead over a start tag and binds the namespaces it declares. Returns 0, MORE or a negated issue. */
  #declarations(at: number, depth: number): number {
    const input = this.#input;
    const limit = this.#limit;
    let p = at;
    for (let count = 0; ; count++) {
      p = skipSpace(input, p, limit);
      if (p >= limit) return MORE;
      const c = input[p] as number;
      if (c === GT || c === SLASH) return 0;
      if (count >= ATTRIBUTES_MAX) return this.#fault(2103, p);
      const nameStart = p;
      const valueAt = this.#attributeValue(p);
      if (valueAt < 0) return valueAt;
      const quote = input[valueAt - 1] as number;
      const end = input.indexOf(quote, valueAt);
      if (end < 0 || end >= limit) return MORE;
      if (standsAt(input, nameStart, limit, "xmlns") === 1) {
        const bound = this.#bind(nameStart, valueAt, end, depth);
        if (bound < 0) return bound;
      }
      p = end + 1;
    }
  }

  /** Offset of an attribute's value behind its opening quote, for the attribute whose name begins at `at`. */
  #attributeValue(at: number): number {
    const input = this.#input;
    const limit = this.#limit;
    let p = at;
    while (p < limit && !isSpace(input[p] as number) && input[p] !== EQUALS) {
      const c = input[p] as number;
      if (c === GT || c === SLASH || c === LT || c === QUOTE || c === APOSTROPHE) return this.#fault(3002, p);
      p++;
    }
    p = skipSpace(input, p, limit);
    if (p >= limit) return MORE;
    if (p === at || input[p] !== EQUALS) return this.#fault(3002, p);
    p = skipSpace(input, p + 1, limit);
    if (p >= limit) return MORE;
    return input[p] === QUOTE || input[p] === APOSTROPHE ? p + 1 : this.#fault(3002, p);
  }

  /** `xmlns="…"` or `xmlns:p="…"`: binds a namespace that may be copied, or refuses. */
  #bind(nameStart: number, valueAt: number, end: number, depth: number): number {
    const input = this.#input;
    let prefix = "";
    let p = nameStart + 5;
    if (input[p] === COLON) {
      p++;
      const from = p;
      while (isNameChar(input[p] as number)) p++;
      const found = this.#prefixAt(from, p);
      if (found === undefined || found === "xml" || found === "xmlns") return this.#fault(3006, nameStart);
      prefix = found;
    }
    if (!isSpace(input[p] as number) && input[p] !== EQUALS) return this.#fault(3006, nameStart);
    if (end - valueAt > 256) return this.#fault(3006, nameStart);
    const word = this.#words.at(input, valueAt, end);
    word.namespace ??= this.#own.has(word.text) || isEnvelopeNamespace(word.text, this.#rules.envelope);
    if (!word.namespace) return this.#fault(3006, nameStart);
    const uri = word.text;
    // Those of this tag are the last ones.
    const bindings = this.#bindings;
    for (let i = bindings.length - 1; i >= 0 && (bindings[i] as Binding).depth === depth; i--) {
      if ((bindings[i] as Binding).prefix === prefix) return this.#fault(3002, nameStart);
    }
    this.#bindings.push({ prefix, uri, depth });
    return 0;
  }

  /**
   * The attributes of a start tag, from behind its name; returns the offset behind its `>`. Namespace declarations are structure,
   * xsi:schemaLocation is structure if it names schemas only and is dropped otherwise, xsi:type if it names the element's own type; the
   * rest needs a rule.
   */
  #attributes(at: number, node: Node, depth: number, tag: number): number {
    const input = this.#input;
    const limit = this.#limit;
    if (node.kind !== ENVELOPE && !node.isBelow) {
      // Wrappers, roots of messages and what is below any content have bound theirs already.
      if (depth !== this.#messageDepth) {
        const bindings = this.#bindings.length;
        const declared = this.#declarations(at, depth);
        if (declared < 0) return declared;
        for (let i = bindings; i < this.#bindings.length; i++) {
          const binding = this.#bindings[i] as Binding;
          if (binding.prefix.length !== this.#prefixLength || binding.uri === this.#namespace) continue;
          if (binding.prefix === this.#words.at(input, this.#prefixStart, this.#prefixStart + this.#prefixLength).text)
            return this.#fault(3102, tag, node.path);
        }
      }
    }
    let found = 0;
    let p = at;
    const first = this.#attributeNames.length;
    for (let count = 0; ; count++) {
      const before = p;
      p = skipSpace(input, p, limit);
      if (p >= limit) return MORE;
      const c = input[p] as number;
      if (c === GT) {
        p++;
        break;
      }
      if (c === SLASH) {
        if (p + 1 >= limit) return MORE;
        if (input[p + 1] !== GT) return this.#fault(3002, p, node.path);
        p += 2;
        break;
      }
      if (p === before) return this.#fault(3002, p, node.path);
      if (count >= ATTRIBUTES_MAX) return this.#fault(2103, p, node.path);
      const valueAt = this.#attributeValue(p);
      if (valueAt < 0) return valueAt;
      const end = this.#attributeEnd(valueAt);
      if (end < 0) return end;
      const nameEnd = nameEndOf(input, p);
      if (standsAt(input, p, limit, "xmlns") === 1 && (nameEnd === p + 5 || input[p + 5] === COLON)) {
        p = end + 1;
        continue;
      }
      const name = this.#words.at(input, p, nameEnd).text;
      if (this.#attributeNames.includes(name, first)) return this.#fault(3002, p, node.path);
      this.#attributeNames.push(name);
      const verdict = this.#attribute(name, before, valueAt, end, node);
      if (verdict < 0) {
        this.#attributeNames.length = first;
        return verdict;
      }
      found += verdict;
      p = end + 1;
    }
    this.#attributeNames.length = first;
    if (found < required(node.attributes)) return this.#fault(3104, tag, node.path);
    return p;
  }

  readonly #attributeNames: string[] = [];

  /** One attribute that is no declaration. 1 when it is one of the catalogue's required ones, else 0. */
  #attribute(name: string, before: number, valueAt: number, end: number, node: Node): number {
    const batch = this.#batch;
    // What a rule drops below any content goes with whatever it has.
    if (node.isBelow && node.kind === ANY && node.operation !== UNCOVERED) return 0;
    const known = node.isBelow ? this.#localName(name) : name;
    for (const attribute of node.attributes) {
      if (attribute.name !== known) continue;
      if (attribute.operation === UNCOVERED) return this.#fault(2201, valueAt, `${node.path}/@${known}`);
      batch.addSimpleValue(attribute.operation, attribute.field, this.#scope, valueAt, end, ENCODING_XML_ATTRIBUTE);
      return attribute.required ? 1 : 0;
    }
    const colon = name.indexOf(":");
    if (colon > 0 && this.#resolve(name.slice(0, colon)) === XSI_NAMESPACE) {
      const local = name.slice(colon + 1);
      if (local === "schemaLocation" || local === "noNamespaceSchemaLocation") {
        if (end - valueAt > 1024 || !this.#schemaLocationAt(valueAt, end, local === "schemaLocation")) {
          batch.addSimpleValue(this.#rules.dropOperation, this.#dropField, this.#scope, before, end + 1, ENCODING_RAW);
        }
        return 0;
      }
      if (local === "type" && this.#isDeclaredType(valueAt, end, node)) return 0;
    }
    if (node.kind !== ENVELOPE || colon >= 0) return this.#fault(2201, valueAt, `${node.path}/@`);
    const attribute = this.#envelopeNode(`@${name}`, node);
    if (attribute === undefined) return this.#fault(3006, valueAt, `${node.path}/@`);
    if (attribute.operation === UNCOVERED) return this.#fault(2201, valueAt, attribute.path);
    batch.addSimpleValue(attribute.operation, attribute.field, this.#scope, valueAt, end, ENCODING_XML_ATTRIBUTE);
    return 0;
  }

  /** The name of an attribute without its prefix, unless that is one of XML's own or of no namespace: then the whole name, which no rule has. */
  #localName(name: string): string {
    const colon = name.indexOf(":");
    const uri = colon < 0 ? "" : this.#resolve(name.slice(0, colon));
    return uri === "" || uri === XSI_NAMESPACE || uri === XML_NAMESPACE ? name : name.slice(colon + 1);
  }

  /** Whether `xsi:type` says what the schema has there anyway. No type of these schemas is derived from another that stands in its place. */
  #isDeclaredType(start: number, end: number, node: Node): boolean {
    if (node.type === "" || end - start > TYPE_NAME_MAX) return false;
    const { text } = this.#words.at(this.#input, start, end);
    const colon = text.indexOf(":");
    return text.slice(colon + 1) === node.type && this.#resolve(text.slice(0, Math.max(colon, 0))) === this.#namespace;
  }

  #schemaLocationAt(start: number, end: number, pairs: boolean): boolean {
    const word = this.#words.at(this.#input, start, end);
    word.schemaLocation ??= isSchemaLocation(word.text, pairs);
    return word.schemaLocation;
  }

  /** Offset of the closing quote, the value's characters having been checked. */
  #attributeEnd(valueAt: number): number {
    const input = this.#input;
    const limit = this.#limit;
    const quote = input[valueAt - 1];
    let p = valueAt;
    while (p < limit) {
      const c = input[p] as number;
      this.#seen |= c;
      if (c === quote) return p;
      if (c === LT) return this.#fault(3002, p);
      if (c === AMPERSAND) {
        const next = reference(input, p, limit);
        if (next < 0) return next === MORE ? MORE : this.#fault(-next, p);
        p = next;
        continue;
      }
      if (c < 0x20 && !isSpace(c)) return this.#fault(3004, p);
      p++;
    }
    return MORE;
  }

  // ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The text of a leaf from behind its start tag; returns the offset of the `<` of its end tag. */
  #leaf(at: number, node: Node): number {
    const input = this.#input;
    const limit = this.#limit;
    let p = at;
    let seen = 0;
    let c = 0;
    for (;;) {
      if (p >= limit) return MORE;
      c = input[p] as number;
      seen |= c;
      // One comparison for nearly every byte: letters are above `<`.
      if (c > GT) {
        p++;
        continue;
      }
      if (c === LT) break;
      if (c === AMPERSAND || c === GT || c < 0x20) {
        if (c === 0x0a || c === 0x09) {
          p++;
          continue;
        }
        return this.#leafSlowly(at, node);
      }
      p++;
    }
    this.#seen |= seen;
    if (p + 1 >= limit) return MORE;
    if (input[p + 1] !== SLASH) return this.#leafSlowly(at, node);
    if (p > at) {
      if (node.operation === UNCOVERED) return this.#fault(2201, at, node.path);
      this.#batch.addSimpleValue(node.operation, node.field, this.#scope, at, p, ENCODING_XML_TEXT);
    }
    return p;
  }

  /** As `#leaf`, for text with references, CDATA sections or line ends of the old kind. */
  #leafSlowly(at: number, node: Node): number {
    const input = this.#input;
    const limit = this.#limit;
    const batch = this.#batch;
    let opened = false;
    let p = at;
    for (;;) {
      // A run of text up to the next markup.
      const from = p;
      let encoding = ENCODING_XML_TEXT;
      while (p < limit && input[p] !== LT) {
        const c = input[p] as number;
        this.#seen |= c;
        if (c === AMPERSAND) {
          const next = reference(input, p, limit);
          if (next < 0) return next === MORE ? MORE : this.#fault(-next, p, node.path);
          encoding = ENCODING_XML_TEXT_REFS;
          p = next;
          continue;
        }
        if (c < 0x20 && !isSpace(c)) return this.#fault(3004, p, node.path);
        if (c === GT && p - from >= 2 && input[p - 1] === 0x5d && input[p - 2] === 0x5d) return this.#fault(3002, p, node.path);
        p++;
      }
      if (p + 1 >= limit) return MORE;
      if (p > from) {
        if (node.operation === UNCOVERED) return this.#fault(2201, at, node.path);
        if (!opened) batch.addValue(node.operation, node.field, this.#scope);
        opened = true;
        batch.addSegment(from, p, encoding);
      }
      if (input[p + 1] === SLASH) return p;
      const cdata = standsAt(input, p, limit, "<![CDATA[");
      if (cdata === MORE) return MORE;
      if (cdata === 0) {
        const markup = input[p + 1];
        if (markup === BANG && standsAt(input, p, limit, "<!--") === MORE) return MORE;
        return this.#fault(markup === BANG || markup === QUESTION ? 3009 : node.isBelow ? 3105 : 3103, p, node.path);
      }
      const textEnd = behind(input, p + 9, limit, "]]>");
      if (textEnd < 0) return textEnd;
      for (let i = p + 9; i < textEnd - 3; i++) {
        const c = input[i] as number;
        this.#seen |= c;
        if (c < 0x20 && !isSpace(c)) return this.#fault(3004, i, node.path);
      }
      if (textEnd - 3 > p + 9) {
        if (node.operation === UNCOVERED) return this.#fault(2201, at, node.path);
        if (!opened) batch.addValue(node.operation, node.field, this.#scope);
        opened = true;
        batch.addSegment(p + 9, textEnd - 3, ENCODING_XML_CDATA);
      }
      p = textEnd;
    }
  }
}

/** Where a document begins: a wrapper's place without a wrapper. */
const ROOT = new Node({ kind: ENVELOPE, name: "", path: "" });

const XML_DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"(utf-8|us-ascii|iso-8859-1|latin1)"|'(utf-8|us-ascii|iso-8859-1|latin1)'))?(?:\s+standalone\s*=\s*(?:"yes"|"no"|'yes'|'no'))?\s*\?>$/i;

const isNameEnd = (c: number): boolean => c === GT || c === SLASH || c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

/** First byte of a record of any format that may follow a document. */
const mayFollow = (c: number): boolean => c === 0x7b || c === 0x5b || c === 0x3a || c === 0x24 || c === 0x01 || c === 0xef || c === 0x00;

function findChild(parent: Node, input: Uint8Array, at: number, limit: number): Node | undefined {
  for (const child of parent.childrenOf()) {
    const name = child.name;
    const length = name.length;
    if (at + length >= limit || !isNameEnd(input[at + length] as number)) continue;
    let i = 0;
    while (i < length && input[at + i] === name[i]) i++;
    if (i === length) return child;
  }
  return undefined;
}

function sameName(name: Uint8Array, input: Uint8Array, start: number, end: number): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (input[start + i] !== name[i]) return false;
  return true;
}

function nameEndOf(input: Uint8Array, at: number): number {
  let p = at;
  while (!isSpace(input[p] as number) && input[p] !== EQUALS) p++;
  return p;
}

function required(attributes: readonly AttributeNode[]): number {
  let count = 0;
  for (const attribute of attributes) if (attribute.required) count++;
  return count;
}

/** U+FFFE or U+FFFF, which are valid UTF-8 and no XML character. */
function holdsNonCharacter(input: Uint8Array, start: number, end: number): boolean {
  for (let p = input.indexOf(0xef, start); p >= 0 && p + 2 < end; p = input.indexOf(0xef, p + 1)) {
    if (input[p + 1] === 0xbf && (input[p + 2] as number) >= 0xbe) return true;
  }
  return false;
}
