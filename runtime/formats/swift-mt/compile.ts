/** Compiles the rows of the catalogue, once for each message type, since a value's index is its place among the type's values. */
import { BautaError } from "../../kit/errors.ts";
import type { DataClass, Field, Fit, Shape } from "../api.ts";
import { ascii } from "./characters.ts";
import { packCode, packedCodes, packLetters } from "./codes.ts";
import type { Check, Component, HeaderTag, HeaderTags, LineRule, MessageCatalogue, NumberedLine, Option, Step, Target } from "./layout.ts";
import { COPY, type FormatPart, parseFormat, parseType } from "./notation.ts";
import {
  ackHeaderRow,
  ackRows,
  bankLineRows,
  block1Row,
  block2Row,
  block3Rows,
  block5Rows,
  blockComponents,
  type ComponentRow,
  type FieldRow,
  fieldComponents,
  fieldRows,
  informationRows,
  messageRows,
  type StepRow,
  type TagRow,
} from "./rows.ts";
import { compileStructure, keyOf, tagsBySequence } from "./structure.ts";

const LENIENT_AMOUNT_CHARACTERS_MAX = 24;
/** A field that no standard has, and the messages that banks write it into. */
const NON_SWIFT = "NS";
const STATEMENTS = /^MT9[45]\d$/;

/** Collects the fields of one message type while its layouts are compiled. */
class FieldList {
  readonly fields: Field[] = [];
  /** What is added is met by a lenient reading only. */
  isLenient = false;

  /** @param type where a field's own format says more than the row */
  add(path: string, row: ComponentRow, type: string = row.type): Component {
    const size = parseType(type);
    const lenientMax = row.shape === "swift-amount" ? Math.max(size.max, LENIENT_AMOUNT_CHARACTERS_MAX) : size.max;
    const fit: Fit = {
      shape: row.shape as Shape,
      min: size.min,
      max: lenientMax,
      ...(size.lines > 1 ? { lineMax: row.lineMax ?? size.lineMax } : {}),
      ...(row.values === undefined ? {} : { values: row.values }),
      ...(row.prefix === undefined ? {} : { prefix: row.prefix }),
    };
    const isLenient = this.isLenient || path.endsWith("/unparsed");
    this.fields.push({ path, type, dataClass: row.class as DataClass, fit, ...(isLenient ? { isLenient } : {}) });
    const index = this.fields.length - 1;
    const isDate = row.shape === "swift-date" && row.prefix === undefined;
    return {
      index,
      ...size,
      lenientMax,
      mayMiss: row.class === "currency",
      check: checkOf(row),
      values: (row.values ?? []).map(ascii),
      constants: (row.constants ?? []).map(ascii),
      noDay: isDate ? this.add(`${path}/unparsed`, { ...row, shape: "swift-date-time" }, type) : undefined,
    };
  }
}

/** Compiles one message type; its place in the list of types is its RECORD_MESSAGE. */
export function compileMessage(name: string, index: number): MessageCatalogue {
  const list = new FieldList();
  const ackHeader = headerSteps(list, "ack/", ackHeaderRow.components, ackHeaderRow.line);
  const ackTags = headerTags(list, "ack", ackRows);
  const isStatement = STATEMENTS.test(name);
  const bankLines = isStatement ? bankLinesOf(list) : [];
  const block1 = headerSteps(list, "block1/", block1Row.components, block1Row.line);
  const block2 = headerComponents(list, "block2/", block2Row.components);
  const block3 = headerTags(list, "block3", block3Rows);
  const rows = messageRows.filter((row) => row.name === name);
  const options = compileOptions(list, name, rows.map((row) => row.structure).join(" "));
  list.isLenient = true;
  const nonSwift = isStatement ? compileOption(list, "", NON_SWIFT, fieldRows[NON_SWIFT] as FieldRow) : undefined;
  list.isLenient = false;
  const structures = rows.map((row) => ({ ...compileStructure(row.flag, row.structure, options), nonSwift }));
  const block5 = headerTags(list, "block5", block5Rows);
  const blockS = list.add("blockS", rowOf(blockComponents, "digest"));
  return {
    index,
    name,
    fields: list.fields,
    bankLines,
    block1,
    block2Input: steps(block2Row.input, block2),
    block2Output: steps(block2Row.output, block2),
    block2Short: steps([{ literal: "O" }, ...block2Row.input.slice(1)], block2),
    block3,
    block5,
    blockS,
    ackHeader,
    ackTags,
    structures,
  };
}

function bankLinesOf(list: FieldList): readonly (readonly Step[])[] {
  const components = headerComponents(list, "lines/", bankLineRows.components);
  return bankLineRows.rows.map((row) => steps(row, components));
}

/** Options by sequence: of every field number that one of the structures has there, all options that exist. */
function compileOptions(list: FieldList, name: string, orders: string): ReadonlyMap<string, ReadonlyMap<number, Option>> {
  const compiled = new Map<string, ReadonlyMap<number, Option>>();
  for (const { sequence, tags } of tagsBySequence(orders)) {
    const standard = sequence === COPY ? copiedTags(name) : tags;
    const numbers = new Set(standard.map((tag) => tag.slice(0, 2)));
    const prefix = sequence === "" ? "" : sequence === COPY ? `${COPY}/` : `sequence${sequence}/`;
    const options = new Map<number, Option>();
    for (const [tag, row] of Object.entries(fieldRows)) {
      if (!numbers.has(tag.slice(0, 2))) continue;
      list.isLenient = !standard.includes(tag);
      const option = compileOption(list, prefix, tag, row);
      options.set(option.key, option);
    }
    list.isLenient = false;
    compiled.set(sequence, options);
  }
  return compiled;
}

/** Fields of the messages that an n92, n95 or n96 can be about: those of its category. */
function copiedTags(name: string): string[] {
  const category = name.slice(2, 3);
  return messageRows
    .filter(({ type }) => type.startsWith(category) && type[1] !== "9")
    .flatMap(({ structure }) => tagsBySequence(structure).flatMap(({ tags }) => tags));
}

function compileOption(list: FieldList, prefix: string, tag: string, row: FieldRow): Option {
  const components = new Map<string, Component>();
  const types = row.layout === "line" ? valueTypes(row) : [];
  for (const [at, [name, definition]] of Object.entries(row.components).entries()) {
    components.set(name, list.add(`${prefix}${tag}/${name}`, rowOf(fieldComponents, definition), types[at]));
  }
  const base = {
    tag: `${prefix}${tag}`,
    key: keyOf(tag),
    unparsed: list.add(`${prefix}${tag}/unparsed`, rowOf(fieldComponents, "unparsed")),
    charactersZ: /z\]?$/.test(row.format),
  };
  switch (row.layout) {
    case "line":
      return { ...base, layout: "line", lines: lineRules(row, [...components.values()]) };
    case "account":
      return {
        ...base,
        layout: "account",
        bic: needed(components, "bic"),
        bankCode: needed(components, "bank-code"),
        account: needed(components, "account"),
        currency: needed(components, "currency"),
        hasOwner: row.format.includes("|"),
      };
    case "statement-line":
      return {
        ...base,
        layout: "statement-line",
        date: needed(components, "date"),
        entryDate: needed(components, "entry-date"),
        mark: needed(components, "mark"),
        fundsCode: needed(components, "funds-code"),
        amount: needed(components, "amount"),
        type: needed(components, "type"),
        reference: needed(components, "reference"),
        servicerReference: needed(components, "servicer-reference"),
        details: needed(components, "details"),
      };
    case "party":
      return {
        ...base,
        layout: "party",
        identifier: row.identifier ?? "none",
        content: row.content ?? "none",
        account: components.get("account"),
        clearingId: components.get("clearing-id"),
        bic: components.get("bic"),
        location: components.get("location"),
        name: components.get("name"),
        address: components.get("address"),
      };
    case "numbered":
      return {
        ...base,
        layout: "numbered",
        identifier: row.identifier ?? "none",
        account: needed(components, "account"),
        partyCountry: components.get("party-id/country"),
        partyNumber: components.get("party-id/number"),
        lines: numberedLines(row.numbers ?? [], components),
      };
    case "narrative":
      return {
        ...base,
        layout: "narrative",
        text: needed(components, "text"),
        codes: packedCodes(row.codes ?? []),
      };
    case "information": {
      const { subfields, words, codes } = informationRows;
      return {
        ...base,
        layout: "information",
        text: needed(components, "text"),
        codes: packedCodes(Object.keys(codes)),
        code: needed(components, "code"),
        remittance: needed(components, "remittance"),
        bic: needed(components, "bic"),
        bankCode: needed(components, "bank-code"),
        account: needed(components, "account"),
        name: needed(components, "name"),
        address: needed(components, "address"),
        word: needed(components, "word"),
        worded: new Set(["posting-text", "name", "ultimate-name", "address"].map((name) => needed(components, name))),
        subfields: targets(subfields, Number, components),
        words: targets(words, packLetters, components),
        slashed: targets(codes, packLetters, components),
      };
    }
    case "non-swift":
      return { ...base, layout: "non-swift", text: needed(components, "text"), name: needed(components, "name") };
    default:
      throw new BautaError(9001, { detail: `catalogue swift-mt: layout of ${tag}` });
  }
}

function targets(
  rows: Readonly<Record<string, string>>,
  keyOfName: (name: string) => number,
  components: ReadonlyMap<string, Component>,
): ReadonlyMap<number, Target> {
  const targetOf = (name: string): Target => (name === "bank" || name === "counterparty" ? name : needed(components, name));
  return new Map(Object.entries(rows).map(([name, target]) => [keyOfName(name), targetOf(target)]));
}

/** Types of the values of a format, in their order. */
function valueTypes({ format }: FieldRow): string[] {
  const types: string[] = [];
  const visit = (parts: readonly FormatPart[]): void => {
    for (const part of parts) {
      if (part.kind === "value") types.push(part.type);
      else if (part.kind === "optional") visit(part.parts);
    }
  };
  for (const { parts } of parseFormat(format)) visit(parts);
  return types;
}

/** The lines of a format, with its components in their order. */
function lineRules({ format }: FieldRow, components: readonly Component[]): LineRule[] {
  let next = 0;
  const stepOf = (part: FormatPart): Step => {
    if (part.kind === "literal") return { kind: "literal", text: ascii(part.text) };
    if (part.kind === "sign") return { kind: "one-of", texts: [ascii("+"), ascii("-")] };
    if (part.kind === "optional") return { kind: "optional", steps: part.parts.map(stepOf) };
    const component = components[next++];
    if (component === undefined) throw new BautaError(9001, { detail: `catalogue swift-mt: components of ${format}` });
    return { kind: "component", component };
  };
  return parseFormat(format).map(({ parts, optional }) => ({ steps: parts.map(stepOf), optional }));
}

function numberedLines(numbers: readonly number[], components: ReadonlyMap<string, Component>): (NumberedLine | undefined)[] {
  const lines: (NumberedLine | undefined)[] = [];
  for (const number of numbers) {
    const text = [String(number), ...["town", "place", "number"].map((part) => `${number}/${part}`)].find((name) => components.has(name));
    lines[number] = {
      country: components.get(`${number}/country`),
      text: needed(components, text ?? String(number)),
    };
  }
  return lines;
}

function headerTags(list: FieldList, block: string, rows: Readonly<Record<string, TagRow>>): HeaderTags {
  const tags = new Map<number, HeaderTag>();
  for (const [tag, row] of Object.entries(rows)) {
    const path = `${block}/${tag}`;
    tags.set(packCode(ascii(tag), 0, tag.length), {
      dropped: row.drop === true ? list.add(path, rowOf(blockComponents, "digest")) : undefined,
      steps: headerSteps(list, path, row.components ?? {}, row.line ?? []),
    });
  }
  return { tags, unparsed: list.add(`${block}/unparsed`, rowOf(blockComponents, "unparsed")) };
}

function headerSteps(
  list: FieldList,
  prefix: string,
  definitions: Readonly<Record<string, string>>,
  line: readonly unknown[],
): readonly Step[] {
  return steps(line as readonly StepRow[], headerComponents(list, prefix, definitions));
}

/** A component named "" is the tag's own value: its path is the tag's. */
function headerComponents(list: FieldList, prefix: string, definitions: Readonly<Record<string, string>>): ReadonlyMap<string, Component> {
  const components = new Map<string, Component>();
  for (const [name, definition] of Object.entries(definitions)) {
    const path = name === "" ? prefix : prefix.endsWith("/") ? `${prefix}${name}` : `${prefix}/${name}`;
    components.set(name, list.add(path, rowOf(blockComponents, definition)));
  }
  return components;
}

function steps(rows: readonly StepRow[], components: ReadonlyMap<string, Component>): readonly Step[] {
  return rows.map((row): Step => {
    if (typeof row === "string") return { kind: "component", component: needed(components, row) };
    if ("literal" in row) return { kind: "literal", text: ascii(row.literal) };
    if ("oneOf" in row)
      return { kind: "one-of", texts: (row.oneOf === "types" ? messageRows.map(({ type }) => type) : row.oneOf).map(ascii) };
    return { kind: "optional", steps: steps(row.optional, components) };
  });
}

function checkOf(row: ComponentRow): Check {
  if (row.check !== undefined) return row.check as Check;
  switch (row.shape) {
    case "swift-date":
    case "swift-amount":
    case "reference-16x":
    case "bic":
    case "lt-address":
    case "enum":
    case "uuid4":
      return row.shape;
    default:
      return "none";
  }
}

function rowOf(rows: Readonly<Record<string, ComponentRow>>, name: string): ComponentRow {
  const row = rows[name];
  if (row === undefined) throw new BautaError(9001, { detail: `catalogue swift-mt: component ${name}` });
  return row;
}

function needed(components: ReadonlyMap<string, Component>, name: string): Component {
  const component = components.get(name);
  if (component === undefined) throw new BautaError(9001, { detail: `catalogue swift-mt: component ${name}` });
  return component;
}
