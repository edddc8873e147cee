/**
 * The catalogue of SWIFT MT, compiled from schemas/catalogues/swift-mt: for each message type its values (`Field` of formats/api.ts),
 * the layouts that find them, and the structure that says which fields may stand where.
 */
import blocksJson from "../../../schemas/catalogues/swift-mt/blocks.json" with { type: "json" };
import fieldsJson from "../../../schemas/catalogues/swift-mt/fields.json" with { type: "json" };
import messagesJson from "../../../schemas/catalogues/swift-mt/messages.json" with { type: "json" };
import { BautaError } from "../../kit/errors.ts";
import type { DataClass, Field, Fit, Shape } from "../api.ts";
import { ascii, charactersOf } from "./characters.ts";
import { packCode } from "./codes.ts";

/** Checks beyond length and characters. */
export type Check =
  | "none" | "swift-date" | "hour-minute" | "utc-offset" | "calendar-day" | "swift-amount" | "reference-16x" | "bic" | "lt-address" | "enum" | "uuid4";

/** One value of a field: where it is in the message type's list of fields, and what it is made of. */
export interface Component {
  readonly index: number;
  readonly min: number;
  /** Characters in all; 0 = no limit. */
  readonly max: number;
  /** Lines, and characters of each. */
  readonly lines: number;
  readonly lineMax: number;
  /** Bit of characters.ts. */
  readonly characters: number;
  readonly check: Check;
  /** `enum`: what it may be. */
  readonly values: readonly Uint8Array[];
  /** Texts that are no value but a constant of the standard. */
  readonly constants: readonly Uint8Array[];
}

/** A step of a one-line layout. */
export type Step =
  | { readonly kind: "component"; readonly component: Component }
  | { readonly kind: "literal"; readonly text: Uint8Array }
  | { readonly kind: "one-of"; readonly texts: readonly Uint8Array[] }
  | { readonly kind: "optional"; readonly steps: readonly Step[] };

export type Identifier = "none" | "account" | "account-required" | "agent" | "agent-required" | "account-or-code";
export type PartyContent = "bic" | "location" | "name-address" | "none";

interface OptionBase {
  /** `50K`. */
  readonly tag: string;
  readonly key: number;
  readonly unparsed: Component;
  /** Whether the field has character set Z. */
  readonly charactersZ: boolean;
}
export interface LineOption extends OptionBase {
  readonly layout: "line";
  readonly steps: readonly Step[];
}
export interface PartyOption extends OptionBase {
  readonly layout: "party";
  readonly identifier: Identifier;
  readonly content: PartyContent;
  readonly account: Component | undefined;
  readonly clearingId: Component | undefined;
  readonly bic: Component | undefined;
  readonly location: Component | undefined;
  readonly name: Component | undefined;
  readonly address: Component | undefined;
}
export interface NumberedOption extends OptionBase {
  readonly layout: "numbered";
  readonly identifier: Identifier;
  readonly account: Component;
  readonly partyCountry: Component | undefined;
  readonly partyIssuer: Component | undefined;
  readonly partyNumber: Component | undefined;
  /** By line number 1 to 8. */
  readonly lines: readonly (NumberedLine | undefined)[];
}
export interface NarrativeOption extends OptionBase {
  readonly layout: "narrative";
  readonly text: Component;
  /** Packed code words. */
  readonly codes: ReadonlySet<number>;
}
export type Option = LineOption | PartyOption | NumberedOption | NarrativeOption;

/** How the first line of a number of 50F and 59F begins: `country` and `issuer` are followed by a slash. */
export interface NumberedLine {
  readonly country: Component | undefined;
  readonly issuer: Component | undefined;
  /** What is left of the line, and the lines of the same number that follow. */
  readonly text: Component;
}

/** A place in a message's order. */
export interface Slot {
  /** `59a`: how the field is named in a message to the operator. */
  readonly label: string;
  readonly keys: ReadonlySet<number>;
  readonly mandatory: boolean;
  readonly repeat: boolean;
}

export interface Sequence {
  /** Index of the first slot. */
  readonly first: number;
  /** Slot index by field number, -1 where the sequence has no such field. */
  readonly slotOf: Int16Array;
  /** Every option that a lenient reading takes, by tag key. */
  readonly options: ReadonlyMap<number, Option>;
}

export interface Structure {
  /** The validation flag that selects it; empty: none. */
  readonly flag: string;
  readonly slots: readonly Slot[];
  readonly sequences: readonly Sequence[];
}

/** A tag of blocks 3, 5 or of an acknowledgement. */
export interface HeaderTag {
  /** Set for what is removed, whatever a rule says: it is computed over the clear text. */
  readonly dropped: Component | undefined;
  readonly steps: readonly Step[];
}

export interface HeaderTags {
  readonly tags: ReadonlyMap<number, HeaderTag>;
  readonly unparsed: Component;
}

export interface MessageCatalogue {
  /** RECORD_MESSAGE. */
  readonly index: number;
  readonly name: string;
  readonly fields: readonly Field[];
  readonly block1: readonly Step[];
  readonly block2Input: readonly Step[];
  readonly block2Output: readonly Step[];
  readonly block3: HeaderTags;
  readonly block5: HeaderTags;
  /** The S block, removed as a whole. */
  readonly blockS: Component;
  readonly ackHeader: readonly Step[];
  readonly ackTags: HeaderTags;
  readonly structures: readonly Structure[];
}

/** Letters and digits of clearing system codes, packed. */
export const CLEARING_CODES: ReadonlySet<number> = new Set(fieldsJson.clearingCodes.map((code) => packCode(ascii(code), 0, code.length)));
/** Codes of the party identifier of 50F, packed; true where an issuer stands before the number. */
export const PARTY_IDENTIFIER_CODES: ReadonlyMap<number, boolean> = new Map(
  Object.entries(fieldsJson.partyIdentifierCodes).map(([code, form]) => [packCode(ascii(code), 0, code.length), form === "issuer-number"]),
);

export const MT103 = 0;
export const MT202 = 1;
export const MT202COV = 2;
/** An acknowledgement that stands alone. */
export const ACK = 3;
/** Message types by RECORD_MESSAGE. */
export const MESSAGES: readonly MessageCatalogue[] = ["MT103", "MT202", "MT202COV", "ACK"].map(compileMessage);

/** What a model needs to know of the format: its message types, and every value of one in the order of VALUE_FIELD. */
export const swiftMtCatalogue = {
  format: "swift-mt",
  messages: (): readonly string[] => MESSAGES.map((message) => message.name),
  fieldsOf: (message: string): readonly Field[] => MESSAGES.find((known) => known.name === message)?.fields ?? [],
} as const;

/** Key of a tag: number × 27 + letter (A = 1), 0 for none. */
export function tagKey(number: number, letter: number): number {
  return number * 27 + letter;
}

interface ComponentRow {
  readonly type: string;
  readonly class: string;
  readonly shape: string;
  readonly check?: string;
  readonly values?: readonly string[];
  readonly constants?: readonly string[];
}
type StepRow = string | { readonly literal: string } | { readonly oneOf: readonly string[] } | { readonly optional: readonly StepRow[] };
interface FieldRow {
  readonly layout: string;
  readonly format: string;
  readonly components: Readonly<Record<string, string>>;
  readonly line?: readonly StepRow[];
  readonly identifier?: Identifier;
  readonly content?: PartyContent;
  readonly numbers?: readonly number[];
  readonly codes?: readonly string[];
}
interface TagRow {
  readonly drop?: boolean;
  readonly components?: Readonly<Record<string, string>>;
  readonly line?: readonly StepRow[];
}
interface MessageRow {
  readonly name: string;
  readonly flag: string;
  readonly sequences: readonly (readonly SlotRow[])[];
}
interface SlotRow {
  readonly tags: readonly string[];
  readonly mandatory?: boolean;
  readonly repeat?: boolean;
}

// The inferred types of the JSON files are unions of every row's own shape; these are the shapes that the files share.
const fieldRows = fieldsJson.fields as unknown as Readonly<Record<string, FieldRow>>;
const fieldComponents = fieldsJson.components as unknown as Readonly<Record<string, ComponentRow>>;
const blockComponents = blocksJson.components as unknown as Readonly<Record<string, ComponentRow>>;
const block3Rows = blocksJson.block3 as unknown as Readonly<Record<string, TagRow>>;
const block5Rows = blocksJson.block5 as unknown as Readonly<Record<string, TagRow>>;
const ackRows = blocksJson.ack.tags as unknown as Readonly<Record<string, TagRow>>;
const messageRows = messagesJson.messages as unknown as readonly MessageRow[];

/** Collects the fields of one message type while its layouts are compiled. */
class FieldList {
  readonly fields: Field[] = [];

  add(path: string, row: ComponentRow): Component {
    const size = parseType(row.type);
    const fit: Fit = {
      shape: row.shape as Shape,
      min: size.min,
      max: size.max,
      ...(size.lines > 1 ? { lineMax: size.lineMax } : {}),
      ...(row.values === undefined ? {} : { values: row.values }),
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

function compileMessage(name: string, index: number): MessageCatalogue {
  const list = new FieldList();
  const ackHeader = headerSteps(list, "ack/", blocksJson.ack.header.components, blocksJson.ack.header.line);
  const ackTags = headerTags(list, "ack", ackRows);
  const block1 = headerSteps(list, "block1/", blocksJson.block1.components, blocksJson.block1.line);
  const block2 = headerComponents(list, "block2/", blocksJson.block2.components);
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
    block2Input: steps(blocksJson.block2.input as readonly StepRow[], block2),
    block2Output: steps(blocksJson.block2.output as readonly StepRow[], block2),
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
  const sequenceCount = rows.reduce((most, row) => (row.sequences.length > most ? row.sequences.length : most), 0);
  return Array.from({ length: sequenceCount }, (_, sequence) => {
    const numbers = new Set(rows.flatMap((row) => (row.sequences[sequence] ?? []).flatMap((slot) => slot.tags.map(tagNumber))));
    const prefix = sequence === 0 ? "" : `sequence${"ABC"[sequence] ?? String(sequence)}/`;
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
    const slotOf = new Int16Array(100).fill(-1);
    for (const slotRow of slotRows) {
      const tag = slotRow.tags[0] as string;
      slotOf[tagNumber(tag)] = slots.length;
      slots.push({
        label: slotRow.tags.length > 1 ? `${tag.slice(0, 2)}a` : tag,
        keys: new Set(slotRow.tags.map(keyOf)),
        mandatory: slotRow.mandatory === true,
        repeat: slotRow.repeat === true,
      });
    }
    return { first, slotOf, options: options[sequence] ?? new Map() };
  });
  return { flag: row.flag, slots, sequences };
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
        partyIssuer: components.get("party-id/issuer"),
        partyNumber: components.get("party-id/number"),
        lines: numberedLines(row.numbers ?? [], components),
      };
    case "narrative":
      return {
        ...base,
        layout: "narrative",
        text: needed(components, "text"),
        codes: new Set((row.codes ?? []).map((code) => packCode(ascii(code), 0, code.length))),
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
      issuer: components.get(`${number}/issuer`),
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

function headerSteps(list: FieldList, prefix: string, definitions: Readonly<Record<string, string>>, line: readonly unknown[]): readonly Step[] {
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
