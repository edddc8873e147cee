/** The data files that a lock file pins, as they are in schemas/. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sha256 } from "./digest.ts";

export interface LockFacts {
  /** SHA-256 in hex of a file below schemas/. */
  digest(path: string): string;
  /** Paths below schemas/ of all message catalogues, sorted. */
  catalogues(): readonly string[];
}

const SCHEMAS = fileURLToPath(new URL("../../schemas/", import.meta.url));
const CATALOGUE_FOLDERS = ["catalogues/iso20022", "catalogues/swift-mt"] as const;

export const schemaFacts: LockFacts = {
  digest: (path) => sha256(readFileSync(SCHEMAS + path)),
  catalogues: () =>
    CATALOGUE_FOLDERS.flatMap((folder) => {
      const names = readdirSync(SCHEMAS + folder).filter((name) => name.endsWith(".json"));
      return names.sort().map((name) => `${folder}/${name}`);
    }),
};
