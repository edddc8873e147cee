/**
 * The facts that come with the code: schemas, presets, examples, the package's own version. They are files beside it; an executable
 * that was built of both has them inside, and says so before anything else is loaded (`useAssets`).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Assets {
  /** Bytes of a file. Throws where there is none. */
  read(path: string): Uint8Array;
  /** Whether there is one. */
  has(path: string): boolean;
  /** Names in a folder, in any order. */
  list(folder: string): readonly string[];
}

/** Root of the package, with a slash behind: two folders above this file, as it is and as it is built (dist/chunks). */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let assets: Assets = {
  read: (path) => readFileSync(ROOT + path),
  has: (path) => existsSync(ROOT + path),
  list: (folder) => readdirSync(ROOT + folder),
};

/** Where a file of the package is on disk, if it is there. */
export const packageFile = (path: string): string => ROOT + path;

/** Takes assets from elsewhere from now on. */
export function useAssets(other: Assets): void {
  assets = other;
}

/** @param path below the package's root, such as `schemas/issues.json` */
export const assetBytes = (path: string): Uint8Array => assets.read(path);

const utf8 = new TextDecoder();
export const assetText = (path: string): string => utf8.decode(assets.read(path));

/** A JSON file of ours, whose form its own test has checked. */
export const assetJson = <T>(path: string): T => JSON.parse(assetText(path)) as T;

/** The same of a file that need not be there. */
export const assetJsonIfThere = <T>(path: string): T | undefined => (assets.has(path) ? assetJson<T>(path) : undefined);

/** Names of the data files in a folder, in byte order. */
export const assetNames = (folder: string): string[] =>
  assets
    .list(folder)
    .filter((name) => name.endsWith(".json") || name.endsWith(".ndjson"))
    .sort();
