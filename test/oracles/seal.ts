/** pyca/cryptography as judge of ciphertexts. The interpreter with the package: BAUTA_PYTHON, set by `npm test`. */
import { spawnSync } from "node:child_process";
import { projectRoot } from "../shared.ts";
import { python } from "./checks.ts";

export interface SealedRequest {
  readonly cipher: "aes-siv" | "aes-gcm";
  /** Hex: 64 bytes of aes-siv, 32 of aes-gcm. */
  readonly key: string;
  readonly sealed: string;
}

/** What each is, in hex, and whether a deterministic cipher would write the same again; null for what does not open. */
export function openSealed(requests: readonly SealedRequest[]): readonly { readonly clear: string | null; readonly same: boolean }[] {
  const input = requests.map((request) => JSON.stringify(request)).join("\n");
  const result = spawnSync(python(), [`${projectRoot}test/oracles/seal.py`], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`the oracle of ciphertexts failed: ${result.stderr}`);
  return result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { clear: string | null; same: boolean });
}
