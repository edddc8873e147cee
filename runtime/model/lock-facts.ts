/** The data files that a lock file pins, as they are in schemas/. */
import { assetBytes, assetNames } from "../kit/assets.ts";
import { sha256 } from "./digest.ts";

export interface LockFacts {
  /** SHA-256 in hex of a file below schemas/. */
  digest(path: string): string;
  /** Paths below schemas/ of all message catalogues, sorted. */
  catalogues(): readonly string[];
}

const CATALOGUE_FOLDERS = ["catalogues/iso20022", "catalogues/swift-mt"] as const;

export const schemaFacts: LockFacts = {
  digest: (path) => sha256(assetBytes(`schemas/${path}`)),
  catalogues: () => CATALOGUE_FOLDERS.flatMap((folder) => assetNames(`schemas/${folder}`).map((name) => `${folder}/${name}`)),
};
