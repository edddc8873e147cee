/** The fields that routes ask for, and where each format has them (schemas/routing.json). */
import type { FormatName } from "../../formats/api.ts";
import { assetJson } from "../../kit/assets.ts";

export const ROUTING_FIELDS = ["sender", "receiver", "debtor-country", "creditor-country", "currency", "amount", "service"] as const;
export type RoutingField = (typeof ROUTING_FIELDS)[number];

/** How values of a field are compared. */
export type Comparison = "bic" | "country" | "word" | "amount";

/** A place of a field in a format. */
export interface FieldPlace {
  /** Beginning of the message's name; undefined: any. */
  readonly message?: string;
  /** A `*` is one segment of any name. */
  readonly path: string;
  /** Path that has to be in the record too. */
  readonly with?: string;
}

export interface FieldDefinition {
  readonly is: Comparison;
  readonly iso20022: readonly FieldPlace[];
  readonly "swift-mt": readonly FieldPlace[];
}

const { fields } = assetJson<{ readonly fields: Readonly<Record<RoutingField, FieldDefinition>> }>("schemas/routing.json");

export const comparisonOf = (field: RoutingField): Comparison => fields[field].is;

/** The places of a field, the first that a record has counts. JSON has none: its paths are declared. */
export const placesOf = (field: RoutingField, format: FormatName): readonly FieldPlace[] =>
  format === "json" ? [] : fields[field][format];

/** Whether a path is that of the place. */
export function isPlace(place: FieldPlace, message: string, path: string): boolean {
  if (place.message !== undefined && !message.startsWith(place.message)) return false;
  const wanted = place.path.split("/");
  const names = path.split("/");
  return wanted.length === names.length && wanted.every((segment, i) => segment === "*" || segment === names[i]);
}
