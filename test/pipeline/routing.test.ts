/** Where routes look: every place of schemas/routing.json is one that a message has, and every message has most of them. */
import { expect, test } from "bun:test";
import { isPlace, placesOf, ROUTING_FIELDS } from "../../runtime/pipeline/route/fields.ts";
import { CATALOGUES } from "../../runtime/registry.ts";

/** Messages of payments and statements: what admi, head and investigations have none of is not asked of them. */
const MONEY = /^(?:pacs\.00[3-9]|pacs\.010|pain\.00[178]|camt\.05[2-4]|MT10[1-7]|MT20[0-5]|MT9[145])/;

const newest = (messages: readonly string[]): readonly string[] => [
  ...new Map(messages.map((name) => [name.split(".").slice(0, 2).join("."), name])).values(),
];

test("every place is a path of some message", () => {
  for (const { format, messages, fieldsOf } of CATALOGUES) {
    const all = newest([...messages()]).concat(messages().filter((name) => /001\.0[12]$/.test(name)));
    const paths = all.flatMap((message) => [...fieldsOf(message)].map(({ path }) => [message, path] as const));
    for (const field of ROUTING_FIELDS) {
      for (const place of placesOf(field, format)) {
        expect([field, place.path, paths.some(([message, path]) => isPlace(place, message, path))]).toEqual([field, place.path, true]);
      }
    }
  }
});

test("every payment and statement has an amount and a currency to route by", () => {
  for (const { format, messages, fieldsOf } of CATALOGUES) {
    for (const message of newest(messages()).filter((name) => MONEY.test(name))) {
      const paths = [...fieldsOf(message)].map(({ path }) => path);
      const has = (field: (typeof ROUTING_FIELDS)[number]): boolean =>
        placesOf(field, format).some((place) => paths.some((path) => isPlace(place, message, path)));
      expect([message, has("amount") || message === "MT941", has("currency")]).toEqual([message, true, true]);
    }
  }
});
