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
  readonly values?: readonly string[];
  readonly constants?: readonly string[];
}
/** A component's name, or what must stand there. */
export type StepRow =
  | string
  | { readonly literal: string }
  | { readonly oneOf: readonly string[] }
  | { readonly optional: readonly StepRow[] };
export interface FieldRow {
  readonly layout: string;
  readonly format: string;
  readonly components: Readonly<Record<string, string>>;
  readonly line?: readonly StepRow[];
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
  readonly flag: string;
  readonly sequences: readonly (readonly SlotRow[])[];
}
export interface SlotRow {
  readonly tags: readonly string[];
  readonly mandatory?: boolean;
  readonly repeat?: boolean;
}

interface Fields {
  readonly fields: Readonly<Record<string, FieldRow>>;
  readonly components: Readonly<Record<string, ComponentRow>>;
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
  readonly ack: { readonly header: HeaderRow; readonly tags: Readonly<Record<string, TagRow>> };
}

const blocks = assetJson<Blocks>("schemas/catalogues/swift-mt/blocks.json");
const fields = assetJson<Fields>("schemas/catalogues/swift-mt/fields.json");

export const fieldRows = fields.fields;
export const fieldComponents = fields.components;
export const blockComponents = blocks.components;
export const block3Rows = blocks.block3;
export const block5Rows = blocks.block5;
export const ackRows = blocks.ack.tags;
export const messageRows = assetJson<{ readonly messages: readonly MessageRow[] }>("schemas/catalogues/swift-mt/messages.json").messages;
export const block1Row = blocks.block1;
export const block2Row = blocks.block2;
export const ackHeaderRow = blocks.ack.header;
export const clearingCodeRows = fields.clearingCodes;
export const partyIdentifierCodeRows = fields.partyIdentifierCodes;
