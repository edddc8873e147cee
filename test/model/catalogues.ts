/** The catalogues that the formats have, as the model language takes them. */
import { readdirSync } from "node:fs";
import { BautaError } from "../../runtime/kit/errors.ts";
import { catalogueOf, fieldsOf as isoFieldsOf } from "../../runtime/formats/iso20022/catalogue.ts";
import { fieldsOf as mtFieldsOf, messageTypes } from "../../runtime/formats/swift-mt/catalogue.ts";
import type { Catalogue } from "../../runtime/model/catalogue.ts";
import { projectRoot } from "../shared.ts";

const isoMessages: readonly string[] = readdirSync(`${projectRoot}schemas/catalogues/iso20022`)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length))
  .sort();

const isoCatalogue: Catalogue = {
  format: "iso20022",
  messages: () => isoMessages,
  fieldsOf(message) {
    const catalogue = catalogueOf(message);
    if (catalogue === undefined) throw new BautaError(9001, { detail: `no catalogue of ${message}` });
    return isoFieldsOf(catalogue);
  },
};

const mtCatalogue: Catalogue = {
  format: "swift-mt",
  messages: messageTypes,
  fieldsOf(message) {
    const fields = mtFieldsOf(message);
    if (fields === undefined) throw new BautaError(9001, { detail: `no catalogue of ${message}` });
    return fields;
  },
};

export const CATALOGUES: readonly Catalogue[] = [isoCatalogue, mtCatalogue];
