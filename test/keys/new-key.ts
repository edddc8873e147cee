/**
 * Key files of tests: the same keys on every day and machine. Under a new key, three letters and two digits of a clear value may well
 * come back by chance, as `FR76` does in one of a hundred French accounts, and a test that looks for them would fail for nothing.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { newKeyFile } from "../../runtime/keys/key-file.ts";
import { seeded } from "../seed.ts";

let seed: number | undefined;

/** A key file with both capabilities; equal names give equal keys, whatever folder they stand in. */
export function newKey(path: string, environment = "test"): string {
  seed ??= seeded("keys");
  const label = `${seed} ${basename(path)} ${environment}`;
  let calls = 0;
  const random = (length: number): Uint8Array => {
    const hash = createHash("shake256", { outputLength: length });
    return Uint8Array.from(hash.update(`${label} ${calls++}`).digest());
  };
  newKeyFile(path, { environment, random });
  return path;
}
