/**
 * A model's source as a tree of maps, lists and scalars with their places, whether it came as YAML or as a TypeScript object.
 *
 * The YAML taken is a plain subset of 1.2 (core schema): no aliases and anchors, no tags, no merge keys, one document. A model is
 * read by people who answer for it; what it says should stand where it is said.
 */
import { type Document, type ErrorCode, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { NOWHERE, type Place, type ProblemList } from "./problem.ts";

export type Scalar = string | number | boolean | null;

export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly at: Place;
  /** In source order; a key that occurs twice is here twice. */
  readonly entries: readonly Entry[];
}
export interface Entry {
  readonly key: string;
  readonly at: Place;
  readonly value: Node;
}
export interface ListNode {
  readonly kind: "list";
  readonly at: Place;
  readonly items: readonly Node[];
}
export interface ScalarNode {
  readonly kind: "scalar";
  readonly at: Place;
  readonly value: Scalar;
}

/** Characters of a model file: far above any model written by hand, far below what could hurt. */
export const MODEL_LENGTH_MAX = 262_144;
/** Nesting of a model: the language needs five. The YAML parser has its own limit, so that it cannot overflow. */
const DEPTH_MAX = 32;
/** Errors of the parser that are looked at: behind the first few they are consequences. */
const SYNTAX_ERRORS_MAX = 50;

/** The tree of a YAML text; undefined, with problems of issue 1201, if it is not one document of the plain subset. */
export function parseYaml(text: string, problems: ProblemList): Node | undefined {
  if (text.length > MODEL_LENGTH_MAX) {
    problems.add(1201, NOWHERE, "", `it is longer than ${MODEL_LENGTH_MAX} characters`);
    return undefined;
  }
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    strict: true,
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    logLevel: "error",
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  let lastLine = 0;
  for (const error of [...document.errors, ...document.warnings].slice(0, SYNTAX_ERRORS_MAX)) {
    const at = placeOf(error.pos[0]);
    // One mistake often makes the parser complain at every step of the same line.
    if (at.line !== lastLine) problems.add(1201, at, "", SYNTAX[error.code] ?? "not valid YAML");
    lastLine = at.line;
  }
  if (document.directives?.yaml.explicit === true) {
    problems.add(1201, { line: 1, column: 1 }, "", "a %YAML directive does not belong here; it is always read as YAML 1.2");
  }
  if (problems.problems.length > 0) return undefined;
  if (document.contents === null) {
    problems.add(1201, { line: 1, column: 1 }, "", "there is nothing in it");
    return undefined;
  }
  const tree = convert(document.contents, placeOf, problems, 0);
  return problems.problems.length > 0 ? undefined : tree;
}

/** The tree of a plain object, without places. */
export function nodeOf(value: unknown, problems: ProblemList, path = "", depth = 0): Node {
  if (depth > DEPTH_MAX) {
    problems.add(1201, NOWHERE, path, `nested deeper than ${DEPTH_MAX}`);
    return { kind: "scalar", at: NOWHERE, value: null };
  }
  if (Array.isArray(value)) {
    return { kind: "list", at: NOWHERE, items: value.map((item, i) => nodeOf(item, problems, `${path}[${i}]`, depth + 1)) };
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => ({
        key,
        at: NOWHERE,
        value: nodeOf(member, problems, path === "" ? key : `${path}.${key}`, depth + 1),
      }));
    return { kind: "map", at: NOWHERE, entries };
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) {
    return { kind: "scalar", at: NOWHERE, value };
  }
  problems.add(1210, NOWHERE, path, `a ${typeof value} is not a value of a model`);
  return { kind: "scalar", at: NOWHERE, value: null };
}

function convert(node: ParsedNode | null, placeOf: (offset: number) => Place, problems: ProblemList, depth: number): Node {
  const at = placeOf(node === null ? 0 : node.range[0]);
  const nothing: ScalarNode = { kind: "scalar", at, value: null };
  if (node === null) return nothing;
  if (isAlias(node)) {
    problems.add(1201, at, "", "aliases are not part of the language; write the value out");
    return nothing;
  }
  if (node.anchor !== undefined) problems.add(1201, at, "", "anchors are not part of the language");
  if (node.tag !== undefined) problems.add(1201, at, "", "tags are not part of the language");
  if (depth > DEPTH_MAX) {
    problems.add(1201, at, "", `nested deeper than ${DEPTH_MAX}`);
    return nothing;
  }
  if (isSeq(node)) {
    return { kind: "list", at, items: node.items.map((item) => convert(item, placeOf, problems, depth + 1)) };
  }
  if (isMap(node)) {
    const entries: Entry[] = [];
    for (const { key, value } of node.items) {
      const keyAt = placeOf(key.range[0]);
      if (isScalar(key) && key.tag === undefined && key.anchor === undefined) {
        const name = typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
        const converted = convert(value, placeOf, problems, depth + 1);
        entries.push({ key: name, at: keyAt, value: value === null ? { ...converted, at: keyAt } : converted });
      } else {
        problems.add(1201, keyAt, "", "a key must be a plain word");
      }
    }
    return { kind: "map", at, entries };
  }
  const value: unknown = node.value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) {
    return { kind: "scalar", at, value };
  }
  problems.add(1201, at, "", "not a value of a model");
  return nothing;
}

/** Our words for the parser's error codes: its own messages may quote the source. */
const SYNTAX: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: "an alias to nothing; aliases are not part of the language",
  BAD_DQ_ESCAPE: "an unknown escape in a double-quoted text",
  BAD_INDENT: "the indentation is wrong, or a bracket before is not closed",
  BAD_SCALAR_START: "a plain text cannot begin with this character; quote it",
  BLOCK_AS_IMPLICIT_KEY: "a nested list or map begins on the line of a key",
  BLOCK_IN_FLOW: "an indented list or map inside brackets",
  KEY_OVER_1024_CHARS: "a key is too long",
  MISSING_CHAR: "a quote, bracket, colon or comma is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over more than one line",
  MULTIPLE_DOCS: "more than one document; a file holds one",
  RESOURCE_EXHAUSTION: "nested too deep",
  NON_STRING_KEY: "a key must be a plain word",
  TAB_AS_INDENT: "a tab cannot indent; use spaces",
  TAG_RESOLVE_FAILED: "tags are not part of the language",
  UNEXPECTED_TOKEN: "something stands here that does not belong here",
  BAD_COLLECTION_TYPE: "tags are not part of the language",
};
