/** The `when` of a route: conditions that hold together. */

import { nearest } from "../../kit/suggest.ts";
import type { Catalogue } from "../../model/catalogue.ts";
import type { Node } from "../../model/node.ts";
import { type Entries, join, type Reader } from "../../model/reader.ts";
import { type Decimal, decimalOf, pointsOf } from "../route/compare.ts";
import type { RoutingField } from "../route/fields.ts";
import { type Condition, isMessage, type RouteCriteria, type Test } from "../route/router.ts";
import { FORMAT_NAMES } from "./words.ts";

export const WHEN_KEYS = [
  "format",
  "message",
  "sender",
  "receiver",
  "sender-country",
  "receiver-country",
  "debtor-country",
  "creditor-country",
  "currency",
  "amount",
  "service",
] as const;
export const AMOUNT_KEYS = ["from", "below"] as const;

const VALUE = 1403;
const UNKNOWN_MESSAGE = 1406;

/** Keys whose values are words, with the form of a word and how it is compared. */
const WORDS: readonly {
  readonly key: (typeof WHEN_KEYS)[number];
  readonly field: RoutingField;
  readonly kind: Exclude<Test["kind"], "band">;
  readonly form: RegExp;
  readonly says: string;
}[] = [
  ...(["sender", "receiver"] as const).flatMap((field) => [
    {
      key: field,
      field,
      kind: "bics" as const,
      form: /^[A-Z0-9]{4}(?:[A-Z]{2}(?:[A-Z0-9]{2}(?:[A-Z0-9]{3})?)?)?$/,
      says: "a BIC or its beginning belongs here: 4, 6, 8 or 11 characters in capitals",
    },
    {
      key: `${field}-country` as const,
      field,
      kind: "bic-countries" as const,
      form: /^[A-Z]{2}$/,
      says: "a country of two capitals belongs here",
    },
  ]),
  { key: "debtor-country", field: "debtor-country", kind: "words", form: /^[A-Z]{2}$/, says: "a country of two capitals belongs here" },
  { key: "creditor-country", field: "creditor-country", kind: "words", form: /^[A-Z]{2}$/, says: "a country of two capitals belongs here" },
  { key: "currency", field: "currency", kind: "words", form: /^[A-Z]{3}$/, says: "a currency of three capitals belongs here" },
  { key: "service", field: "service", kind: "words", form: /^\S(?:.*\S)?$/, says: "the name of a business service belongs here" },
];

/** Everything matches where there is no `when`. */
export function readCriteria(reader: Reader, route: Entries, path: string, catalogues: readonly Catalogue[]): RouteCriteria {
  const entry = route.get("when");
  const here = join(path, "when");
  const entries = entry === undefined ? undefined : reader.map(entry.value, here, WHEN_KEYS);
  if (entries === undefined) return { formats: undefined, messages: undefined, conditions: [] };
  if (entries.size === 0 && entry !== undefined)
    reader.problems.add(VALUE, entry.value.at, here, "there is no condition in it; leave `when` out");
  const conditions: Condition[] = [];
  for (const { key, field, kind, form, says } of WORDS) {
    const words = texts(reader, entries, key, here, form, says);
    if (words !== undefined) conditions.push({ field, test: { kind, words: words.map(pointsOf) } });
  }
  const band = readBand(reader, entries, here);
  if (band !== undefined) conditions.push({ field: "amount", test: band });
  return {
    formats: reader.wordList(entries, "format", here, FORMAT_NAMES),
    messages: readMessages(reader, entries, here, catalogues),
    conditions,
  };
}

function texts(reader: Reader, entries: Entries, key: string, path: string, form: RegExp, says: string): readonly string[] | undefined {
  return reader.oneOrMore(entries, key, path)?.flatMap(({ node, path: at }) => {
    const text = reader.textOf(node, at);
    if (text === undefined || form.test(text)) return text === undefined ? [] : [text];
    reader.problems.add(VALUE, node.at, at, says);
    return [];
  });
}

function readMessages(reader: Reader, entries: Entries, path: string, catalogues: readonly Catalogue[]): readonly string[] | undefined {
  const known = ["json", ...catalogues.flatMap((catalogue) => catalogue.messages())];
  const families = new Set(known.flatMap((name) => [name, ...(/^[a-z]{4}\.\d{3}/.exec(name) ?? [])]));
  return reader.oneOrMore(entries, "message", path)?.flatMap(({ node, path: at }) => {
    const text = reader.textOf(node, at);
    if (text === undefined) return [];
    if (!known.some((name) => isMessage(text, name)))
      reader.problems.add(UNKNOWN_MESSAGE, node.at, at, "no catalogue has this message", nearest(text, families));
    return [text];
  });
}

function readBand(reader: Reader, entries: Entries, path: string): Test | undefined {
  const entry = entries.get("amount");
  const here = join(path, "amount");
  const inner = entry === undefined ? undefined : reader.map(entry.value, here, AMOUNT_KEYS);
  if (inner === undefined) return undefined;
  const from = decimal(reader, inner.get("from")?.value, join(here, "from"));
  const below = decimal(reader, inner.get("below")?.value, join(here, "below"));
  if (inner.size === 0 && entry !== undefined) reader.problems.add(VALUE, entry.value.at, here, "`from`, `below` or both belong here");
  return { kind: "band", from, below };
}

/** A whole number, or decimal digits in quotes: a number with a point would be binary before anybody could compare it. */
function decimal(reader: Reader, node: Node | undefined, path: string): Decimal | undefined {
  if (node === undefined) return undefined;
  const value = node.kind === "scalar" ? node.value : undefined;
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : typeof value === "string" ? value : "";
  const found = /^\d+(?:\.\d+)?$/.test(text) ? decimalOf(text) : undefined;
  if (found === undefined) reader.problems.add(VALUE, node.at, path, 'an amount belongs here, such as `10000` or `"99.50"`');
  return found;
}
