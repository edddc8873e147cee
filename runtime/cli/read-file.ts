/** Files that a command is told to read whole. */
import { readFileSync } from "node:fs";
import { BautaError } from "../kit/errors.ts";

/**
 * @param named what the error calls it, where that is another than its place
 * @throws BautaError 1002
 */
export function readBytes(path: string, named: string = path): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    throw new BautaError(1002, { path: named });
  }
}

/**
 * The text of a file in UTF-8.
 * @throws BautaError 1002
 */
export const readText = (path: string): string => Buffer.from(readBytes(path)).toString("utf8");
