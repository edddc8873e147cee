/**
 * The catalogue of SWIFT MT, compiled from schemas/catalogues/swift-mt: for each message type its values (`Field` of formats/api.ts),
 * the layouts that find them, and the structure that says which fields may stand where.
 */
import type { Field } from "../api.ts";
import { packedCodes } from "./codes.ts";
import { compileMessage } from "./compile.ts";
import type { MessageCatalogue } from "./layout.ts";
import { clearingCodeRows, currencyRows, messageRows, partyIdentifierCodeRows } from "./rows.ts";

/** An acknowledgement that stands alone. */
const ACK_NAME = "ACK";
/** Names of the message types that are read, by RECORD_MESSAGE. */
const NAMES: readonly string[] = [...new Set(messageRows.map(({ name }) => name)), ACK_NAME];
export const ACK: number = NAMES.indexOf(ACK_NAME);

/** Message types of a number: the plain one, and the one with the customers of a cover. */
export interface NumberedType {
  readonly plain: number;
  readonly cover: number | undefined;
}
const BY_NUMBER: ReadonlyMap<number, NumberedType> = new Map(
  messageRows
    .filter(({ name, type }) => name === `MT${type}`)
    .map(({ name, type }) => {
      const cover = NAMES.indexOf(`${name}COV`);
      return [Number(type), { plain: NAMES.indexOf(name), cover: cover < 0 ? undefined : cover }];
    }),
);

/** The message types of a number such as 103; undefined for one that is not read. */
export const typesOf = (number: number): NumberedType | undefined => BY_NUMBER.get(number);

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
/** Currencies of ISO 4217, packed. */
export const CURRENCIES: ReadonlySet<number> = packedCodes(currencyRows);
