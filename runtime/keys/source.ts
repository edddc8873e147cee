/** Where a program's keys come from: plain data, so that it can stand in a configuration. */
import { BautaError } from "../kit/errors.ts";
import type { Capability, KeyRing } from "./api.ts";
import { utf8 } from "./derive.ts";
import { ephemeralKeyRing } from "./ephemeral.ts";
import { openKeyBytes, openKeyFile } from "./key-file.ts";

/** `environment` refuses a key of another one; left out, the key's own is taken. */
export type KeySource =
  /** Path of a key file that only its owner can read (`bauta keys new`). */
  | { readonly file: string; readonly environment?: string }
  /** Content of a key file, from a key store. The digits of the roots in it are overwritten. */
  | { readonly bytes: Uint8Array; readonly environment?: string }
  /** Name of an environment variable that holds the content of a key file. JavaScript cannot overwrite it there: prefer the others. */
  | { readonly variable: string; readonly environment?: string }
  /** A key of the moment that nothing stores: for tests, and for output that need never be joined with other output. */
  | "ephemeral";

/**
 * The key ring of a source. The caller closes it.
 * @throws BautaError as `openKeyFile`; 1101 if the variable is not set; 1105 if a key of the moment is to unmask
 */
export function openKeys(source: KeySource, need: Capability): KeyRing {
  if (source === "ephemeral") {
    if (need === "unmask") throw new BautaError(1105, { detail: "a key of the moment has masked nothing" });
    return ephemeralKeyRing();
  }
  const options = { environment: source.environment, need };
  if ("file" in source) return openKeyFile(source.file, options);
  if ("bytes" in source) return openKeyBytes(source.bytes, "key", options);
  const text = process.env[source.variable];
  if (text === undefined || text === "") throw new BautaError(1101, { detail: `the variable ${source.variable} is not set` });
  return openKeyBytes(utf8(text), source.variable, options);
}
