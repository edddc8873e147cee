/** Compiles the rows of the catalogue, once for each message type, since a value's index is its place among the type's values. */
import { BautaError } from "../../kit/errors.ts";
import type { DataClass, Field, Fit, Shape } from "../api.ts";
import { ascii, charactersOf } from "./characters.ts";
import { packCode, packedCodes } from "./codes.ts";
import {
  type Check,
  type Component,
  type HeaderTag,
  type HeaderTags,
  type MessageCatalogue,
  type NumberedLine,
  type Option,
  type Sequence,
  type Slot,
  type Step,
  type Structure,
  tagKey,
} from "./layout.ts";
import {
  ackHeaderRow,
  ackRows,
  block1Row,
  block2Row,
  block3Rows,
  block5Rows,
  blockComponents,
  type ComponentRow,
  type FieldRow,
  fieldComponents,
  fieldRows,
  type MessageRow,
  messageRows,
  type SlotRow,
  type StepRow,
  type TagRow,
} from "./rows.ts";

/** Collects the fields of one message type while its layouts are compiled. */
class FieldList {
  readonly fields: Field[] = [];

  add(path: string, row: ComponentRow): Component {
    const size = parseType(row.type);
    const fit: Fit = {
      shape: row.shape as Shape,
      min: size.min,
      max: size.max,
      ...(size.lines > 1 ? { lineMax: row.lineMax ?? size.lineMax } : {}),
      ...(row.values === undefined ? {} : { values: row.values }),
      ...(row.prefix === undefined ? {} : { prefix: row.prefix }),
    };
    this.fields.push({ path, type: row.type, dataClass: row.class as DataClass, fit });
    return {
      index: this.fields.length - 1,
      ...size,
      check: checkOf(row),
      values: (row.values ?? []).map(ascii),
      constants: (row.constants ?? []).map(ascii),
    };
  }
}

/** Compiles one message type; its place in the list of types is its RECORD_MESSAGE. */
export function compileMessage(name: string, index: number): MessageCatalogue {
  const list = new FieldList();
  const ackHeader = headerSteps(list, "ack/", ackHeaderRow.components, ackHeaderRow.line);
  const ackTags = headerTags(list, "ack", ackRows);
  const block1 = headerSteps(list, "block1/", block1Row.components, block1Row.line);
  const block2 = headerComponents(list, "block2/", block2Row.components);
  const block3 = headerTags(list, "block3", block3Rows);
  const rows = messageRows.filter((row) => row.name === name);
  const options = compileOptions(list, rows);
  const structures = rows.map((row) => compileStructure(row, options));
  const block5 = headerTags(list, "block5", block5Rows);
  const blockS = list.add("blockS", rowOf(blockComponents, "digest"));
  return {
    index,
    name,
    fields: list.fields,
    block1,
    block2Input: steps(block2Row.input, block2),
    block2Output: steps(block2Row.output, block2),
    block3,
    block5,
    blockS,
    ackHeader,
    ackTags,
    structures,
  };
}

/** Options by sequence: of every field number that one of the structures has there, all options that exist. */
function compileOptions(list: FieldList, rows: readonly MessageRow[]): ReadonlyMap<number, Option>[] {
  const sequences = new Set(rows.flatMap((row) => [...row.sequences.keys()]));
  return [...sequences].map((sequence) => {
    const numbers = new Set(rows.flatMap((row) => (row.sequences[sequence] ?? []).flatMap((slot) => slot.tags.map(tagNumber))));
    const prefix = sequence === 0 ? "" : `sequence${String.fromCharCode(0x41 + sequence)}/`;
    const options = new Map<number, Option>();
    for (const [tag, row] of Object.entries(fieldRows)) {
      if (!numbers.has(tagNumber(tag))) continue;
      const option = compileOption(list, prefix, tag, row);
      options.set(option.key, option);
    }
    return options;
  });
}

function compileStructure(row: MessageRow, options: readonly ReadonlyMap<number, Option>[]): Structure {
  const slots: Slot[] = [];
  const sequences = row.sequences.map((slotRows, sequence): Sequence => {
    const first = slots.length;
    for (const { tags, mandatory, repeat } of slotRows) {
      const tag = tags[0] as string;
      slots.push({
        label: tags.length > 1 ? `${tag.slice(0, 2)}a` : tag,
        keys: new Set(tags.map(keyOf)),
        mandatory: mandatory === true,
        repeat: repeat === true,
      });
    }
    const known = options[sequence] ?? new Map<number, Option>();
    return { first, slotOf: slotsByKey(slotRows, first, [...known.keys()]), options: known };
  });
  return { flag: row.flag, slots, sequences };
}

/** A slot takes its own tags, and other options of its number if no other slot has that number (50H is a 50a, but 71B is no 71A). */
function slotsByKey(rows: readonly SlotRow[], first: number, keys: readonly number[]): ReadonlyMap<number, number> {
  const slotOf = new Map<number, number>();
  const numbers = rows.map((row) => tagNumber(row.tags[0] as string));
  for (const key of keys) {
    const number = Math.floor(key / 27);
    if (numbers.indexOf(number) === numbers.lastIndexOf(number)) slotOf.set(key, first + numbers.indexOf(number));
  }
  rows.forEach((row, index) => {
    for (const tag of row.tags) slotOf.set(keyOf(tag), first + index);
  });
  return slotOf;
}

function compileOption(list: FieldList, prefix: string, tag: string, row: FieldRow): Option {
  const components = new Map<string, Component>();
  for (const [name, definition] of Object.entries(row.components)) {
    components.set(name, list.add(`${prefix}${tag}/${name}`, rowOf(fieldComponents, definition)));
  }
  const base = {
    tag: `${prefix}${tag}`,
    key: keyOf(tag),
    unparsed: list.add(`${prefix}${tag}/unparsed`, rowOf(fieldComponents, "unparsed")),
    charactersZ: row.format.endsWith("z"),
  };
  switch (row.layout) {
    case "line":
      return { ...base, layout: "line", steps: steps(row.line ?? [], components) };
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
    default:
      throw new BautaError(9001, { detail: `catalogue swift-mt: layout of ${tag}` });
  }
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
    if ("oneOf" in row) return { kind: "one-of", texts: row.oneOf.map(ascii) };
    return { kind: "optional", steps: steps(row.optional, components) };
  });
}

interface Size {
  readonly min: number;
  readonly max: number;
  readonly lines: number;
  readonly lineMax: number;
  readonly characters: number;
}

/**
 * Reads `6!n`, `15d`, `4*35x`, `4!a2!a2!c[3!c]`, and `x` alone (any length). Of a compound type the widest character set counts:
 * its parts are checked by the component's check.
 */
function parseType(type: string): Size {
  const several = /^(\d+)\*(\d+)([a-z])$/.exec(type);
  if (several !== null) {
    const lines = Number(several[1]);
    const lineMax = Number(several[2]);
    return { min: 1, max: lines * lineMax, lines, lineMax, characters: charactersOf(several[3] as string) };
  }
  if (type === "x") return { min: 1, max: 0, lines: 0, lineMax: 0, characters: charactersOf("x") };
  let min = 0;
  let max = 0;
  let letters = "";
  for (const part of type.matchAll(/(\[?)(\d+)(!?)([a-z])\]?/g)) {
    const count = Number(part[2]);
    max += count;
    if (part[1] === "") min += part[3] === "!" ? count : 1;
    letters += part[4] as string;
  }
  const widest = new Set(letters).size === 1 ? (letters[0] as string) : "c";
  // A narrative of one long text (77T) runs over any number of lines.
  const lines = letters === "z" ? 0 : 1;
  return { min, max, lines, lineMax: lines === 0 ? 0 : max, characters: charactersOf(widest) };
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

function tagNumber(tag: string): number {
  return Number(tag.slice(0, 2));
}

function keyOf(tag: string): number {
  return tagKey(tagNumber(tag), tag.length === 2 ? 0 : tag.charCodeAt(2) - 0x40);
}
