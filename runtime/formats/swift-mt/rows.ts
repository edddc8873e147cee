/** The rows of schemas/catalogues/swift-mt, as they are in the files. */
import { assetJson } from "../../kit/assets.ts";
import type { Identifier, PartyContent } from "./layout.ts";

export interface ComponentRow {
  readonly type: string;
  /** Where it is less than the type says. */
  readonly lineMax?: number;
  readonly prefix?: string;
  readonly class: string;
  readonly shape: string;
  readonly check?: string;
  /** Why it is of its class. */
  readonly why?: string;
  readonly values?: readonly string[];
  readonly constants?: readonly string[];
}
/** A component's name, or what must stand there. */
export type StepRow =
  | string
  | { readonly literal: string }
  | { readonly oneOf: readonly string[] | "types" }
  | { readonly optional: readonly StepRow[] };
export interface FieldRow {
  readonly name: string;
  readonly layout: string;
  readonly format: string;
  readonly components: Readonly<Record<string, string>>;
  readonly identifier?: Identifier;
  readonly content?: PartyContent;
  readonly numbers?: readonly number[];
  readonly codes?: readonly string[];
}
export interface TagRow {
  readonly drop?: boolean;
  readonly components?: Readonly<Record<string, string>>;
  readonly line?: readonly StepRow[];
}
export interface MessageRow {
  readonly name: string;
  readonly type: string;
  readonly flag: string;
  readonly title: string;
  /** notation.ts, `parseOrder`. */
  readonly structure: string;
}
/** A field whose form others share. */
interface FormedRow {
  readonly name: string;
  readonly form: string;
}

interface Fields {
  readonly forms: Readonly<Record<string, FieldRow>>;
  readonly fields: Readonly<Record<string, FieldRow | FormedRow>>;
  readonly components: Readonly<Record<string, ComponentRow>>;
  /** What begins what in field 86: numbers of subfields and code words, each with a component. */
  readonly information: Readonly<Record<"subfields" | "words" | "codes", Readonly<Record<string, string>>>>;
  readonly currencies: readonly string[];
  readonly clearingCodes: readonly string[];
  readonly partyIdentifierCodes: readonly string[];
}
/** A header's components by their names, and how they stand in it. */
interface HeaderRow {
  readonly components: Readonly<Record<string, string>>;
  readonly line: readonly StepRow[];
}
interface Blocks {
  readonly components: Readonly<Record<string, ComponentRow>>;
  readonly block1: HeaderRow;
  readonly block2: Pick<HeaderRow, "components"> & { readonly input: readonly StepRow[]; readonly output: readonly StepRow[] };
  readonly block3: Readonly<Record<string, TagRow>>;
  readonly block5: Readonly<Record<string, TagRow>>;
  readonly lines: { readonly components: Readonly<Record<string, string>>; readonly rows: readonly (readonly StepRow[])[] };
  readonly ack: { readonly header: HeaderRow; readonly tags: Readonly<Record<string, TagRow>> };
}

const blocks = assetJson<Blocks>("schemas/catalogues/swift-mt/blocks.json");
const fields = assetJson<Fields>("schemas/catalogues/swift-mt/fields.json");

export const fieldRows: Readonly<Record<string, FieldRow>> = Object.fromEntries(
  Object.entries(fields.fields).map(([tag, row]) => [
    tag,
    "form" in row ? { ...(fields.forms[row.form] as FieldRow), name: row.name } : row,
  ]),
);
export const fieldComponents = fields.components;
export const blockComponents = blocks.components;
export const block3Rows = blocks.block3;
export const block5Rows = blocks.block5;
export const bankLineRows = blocks.lines;
export const ackRows = blocks.ack.tags;
export const messageRows = assetJson<{ readonly messages: readonly MessageRow[] }>("schemas/catalogues/swift-mt/messages.json").messages;
export const block1Row = blocks.block1;
export const block2Row = blocks.block2;
export const ackHeaderRow = blocks.ack.header;
export const clearingCodeRows = fields.clearingCodes;
export const partyIdentifierCodeRows = fields.partyIdentifierCodes;
export const currencyRows = fields.currencies;
export const informationRows = fields.information;
