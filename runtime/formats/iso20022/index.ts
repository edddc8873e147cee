/** ISO 20022 messages in XML. */
import { Batch } from "../../record/tables.ts";
import type { Field, Format, OwnCatalogue } from "../api.ts";
import { type Catalogue, catalogueOf, fieldsOf, messageNames } from "./catalogue.ts";
import { iso20022Rules } from "./rules/index.ts";
import { Iso20022Scanner } from "./scanner.ts";

/** What a model needs to know: the fields of every message, any-content included. */
export const iso20022Catalogue: ModelCatalogue = {
  format: "iso20022",
  messages: messageNames,
  fieldsOf(message: string): readonly Field[] {
    const catalogue = catalogueOf(message);
    return catalogue === undefined ? [] : fieldsOf(catalogue);
  },
};

/** The same with catalogues of the user's own, which go before those of the same messages. */
export function withOwnCatalogues(own: readonly OwnCatalogue[]): ModelCatalogue {
  const byMessage = new Map(
    own.filter(({ format }) => format === "iso20022").map(({ message, content }) => [message, content as Catalogue]),
  );
  const names = [...new Set([...messageNames(), ...byMessage.keys()])].sort();
  return {
    format: "iso20022",
    messages: () => names,
    fieldsOf(message) {
      const catalogue = byMessage.get(message) ?? catalogueOf(message);
      return catalogue === undefined ? [] : fieldsOf(catalogue);
    },
  };
}

/** What a model is checked against; runtime/model has the same interface. */
interface ModelCatalogue {
  readonly format: "iso20022";
  readonly messages: () => readonly string[];
  readonly fieldsOf: (message: string) => readonly Field[];
}

export const iso20022: Format = {
  name: "iso20022",
  // A byte order mark, `<`, or a UTF-16 mark: the latter two encodings are claimed here in order to be refused by name.
  detect(input, start, limit) {
    const c = input[start];
    if (c === 0x3c) return true;
    if (start + 1 >= limit) return c === 0xef || c === 0xff || c === 0xfe;
    const d = input[start + 1];
    if (c === 0xef && d === 0xbb) return start + 3 >= limit || input[start + 3] === 0x3c;
    return (c === 0xff && d === 0xfe) || (c === 0xfe && d === 0xff) || (c === 0x00 && d === 0x3c);
  },
  open: (rules, options) => new Iso20022Scanner(rules, options, new Batch(1, 1, 1)),
  rules: iso20022Rules,
};
