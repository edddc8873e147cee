/** The class of data of values that no catalogue knows, such as those of JSON: by what the model says of them. */
import { DATA_CLASSES, type DataClass } from "../formats/api.ts";
import type { KindName } from "./vocabulary.ts";

/** Classes by kind; none where values of a kind may be anything. */
const CLASSES: Readonly<Record<KindName, DataClass | "">> = {
  text: "",
  digits: "",
  alphanumeric: "",
  mixed: "",
  pan: "account",
  iban: "account",
  account: "account",
  bic: "agent",
  lei: "identifier",
  identifier: "identifier",
  "national-id": "identifier",
  "creditor-id": "identifier",
  uetr: "reference",
  reference: "reference",
  "rf-reference": "reference",
  "prefixed-id": "reference",
  "free-text": "free-text",
  amount: "amount",
  date: "date",
  phone: "contact",
  email: "contact",
  street: "contact",
  "building-number": "contact",
  postcode: "contact",
  town: "contact",
  subdivision: "contact",
  "address-line": "contact",
  "party-name": "person",
  "given-name": "person",
  "family-name": "person",
  "birth-date": "person",
  organisation: "organisation",
};

const NAMES: ReadonlySet<string> = new Set(DATA_CLASSES);

/**
 * The class that a tag of the rule names (of several the first), else that of the kind; empty where neither tells.
 * @param kind empty where the rule gives values no kind
 */
export const classByModel = (tags: readonly string[], kind: KindName | ""): DataClass | "" =>
  (tags.find((tag) => NAMES.has(tag)) as DataClass | undefined) ?? (kind === "" ? "" : CLASSES[kind]);
