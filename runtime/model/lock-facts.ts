/** The data files that a lock file pins, as they are in schemas/, and lock files themselves on disk. */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BautaError } from "../kit/errors.ts";
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

/** Where the lock of a model file stands: `cards.yaml` has `cards.lock.json`. */
export const lockPath = (modelPath: string): string => `${modelPath.replace(/\.ya?ml$/, "")}.lock.json`;

/** Text of a model's lock file; undefined if it has none. */
export function readLockFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new BautaError(1002, { path });
  }
}

/** Writes a lock file whole or not at all. */
export function writeLockFile(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
    throw new BautaError(7003, { path });
  }
}
