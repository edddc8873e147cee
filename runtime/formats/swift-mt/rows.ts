/** The rows of schemas/catalogues/swift-mt, as they are in the files. */
import blocksJson from "../../../schemas/catalogues/swift-mt/blocks.json" with { type: "json" };
import fieldsJson from "../../../schemas/catalogues/swift-mt/fields.json" with { type: "json" };
import messagesJson from "../../../schemas/catalogues/swift-mt/messages.json" with { type: "json" };
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

// The inferred types of the JSON files are unions of every row's own shape; these are the shapes that the files share.
export const fieldRows = fieldsJson.fields as unknown as Readonly<Record<string, FieldRow>>;
export const fieldComponents = fieldsJson.components as unknown as Readonly<Record<string, ComponentRow>>;
export const blockComponents = blocksJson.components as unknown as Readonly<Record<string, ComponentRow>>;
export const block3Rows = blocksJson.block3 as unknown as Readonly<Record<string, TagRow>>;
export const block5Rows = blocksJson.block5 as unknown as Readonly<Record<string, TagRow>>;
export const ackRows = blocksJson.ack.tags as unknown as Readonly<Record<string, TagRow>>;
export const messageRows = messagesJson.messages as unknown as readonly MessageRow[];
export const block1Row = blocksJson.block1;
export const block2Row = blocksJson.block2;
export const ackHeaderRow = blocksJson.ack.header;
export const clearingCodeRows: readonly string[] = fieldsJson.clearingCodes;
export const partyIdentifierCodeRows: readonly string[] = fieldsJson.partyIdentifierCodes;
