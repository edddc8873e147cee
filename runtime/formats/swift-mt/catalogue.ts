/**
 * The catalogue of SWIFT MT, compiled from schemas/catalogues/swift-mt: for each message type its values (`Field` of formats/api.ts),
 * the layouts that find them, and the structure that says which fields may stand where.
 */
import type { Field } from "../api.ts";
import { packedCodes } from "./codes.ts";
import { compileMessage } from "./compile.ts";
import type { MessageCatalogue } from "./layout.ts";
import { clearingCodeRows, partyIdentifierCodeRows } from "./rows.ts";

export const MT103 = 0;
export const MT202 = 1;
export const MT202COV = 2;
/** An acknowledgement that stands alone. */
export const ACK = 3;
/** Names of the message types that are read, by RECORD_MESSAGE. */
const NAMES: readonly string[] = ["MT103", "MT202", "MT202COV", "ACK"];
const compiled: (MessageCatalogue | undefined)[] = [];

/** A message type by RECORD_MESSAGE, compiled when it is first asked for; undefined for one that is not read. */
export function messageAt(index: number): MessageCatalogue | undefined {
  const name = NAMES[index];
  if (name === undefined) return undefined;
  compiled[index] ??= compileMessage(name, index);
  return compiled[index];
}

/** Names of the message types that are read. */
export const messageTypes = (): readonly string[] => NAMES;

/** Every value that a message type can have, in the order of VALUE_FIELD; none for a type that is not known. */
export function fieldsOf(messageType: string): readonly Field[] {
  return messageAt(NAMES.indexOf(messageType))?.fields ?? [];
}

/** What a model needs to know of the format. */
export const swiftMtCatalogue = { format: "swift-mt", messages: messageTypes, fieldsOf } as const;

/** Codes of national clearing systems, packed (codes.ts). */
export const CLEARING_CODES: ReadonlySet<number> = packedCodes(clearingCodeRows);
/** Codes of the party identifier of 50F, packed. */
export const PARTY_IDENTIFIER_CODES: ReadonlySet<number> = packedCodes(partyIdentifierCodeRows);
