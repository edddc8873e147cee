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
/** Message types by RECORD_MESSAGE. */
export const MESSAGES: readonly MessageCatalogue[] = ["MT103", "MT202", "MT202COV", "ACK"].map(compileMessage);

/** Names of the message types that are read. */
export function messageTypes(): readonly string[] {
  return MESSAGES.map((message) => message.name);
}

/** Every value that a message type can have, in the order of VALUE_FIELD; none for a type that is not known. */
export function fieldsOf(messageType: string): readonly Field[] {
  return MESSAGES.find((message) => message.name === messageType)?.fields ?? [];
}

/** What a model needs to know of the format. */
export const swiftMtCatalogue = { format: "swift-mt", messages: messageTypes, fieldsOf } as const;

/** Codes of national clearing systems, packed (codes.ts). */
export const CLEARING_CODES: ReadonlySet<number> = packedCodes(clearingCodeRows);
/** Codes of the party identifier of 50F, packed. */
export const PARTY_IDENTIFIER_CODES: ReadonlySet<number> = packedCodes(partyIdentifierCodeRows);
