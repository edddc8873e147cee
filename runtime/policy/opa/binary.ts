/** The OPA binary: it compiles what is written in Rego. Signed bundles carry what it made, and need none. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { BautaError } from "../../kit/errors.ts";

/** One call may take so long; a policy of a thousand rules takes a tenth of a second. */
const CALL_MS = 30_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Where the binary is: `BAUTA_OPA`, or the first `opa` on the path. @throws BautaError 1601 if there is none */
export function opaBinary(): string {
  const named = process.env["BAUTA_OPA"];
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return resolve(named);
    throw new BautaError(1601, { detail: "BAUTA_OPA names no file" });
  }
  const name = process.platform === "win32" ? "opa.exe" : "opa";
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (folder !== "" && existsSync(path)) return resolve(path);
  }
  throw new BautaError(1601);
}

export interface OpaCall {
  /** Ended with 0. */
  readonly ok: boolean;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs it. What it prints is about the operator's own policy, never about records: it has not seen any. */
export async function runOpa(args: readonly string[], folder: string): Promise<OpaCall> {
  const options = {
    cwd: folder,
    timeout: CALL_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    encoding: "buffer",
    // Nothing of this process's surroundings is a policy's business, and nobody is told that a policy is compiled.
    env: { HOME: folder, OPA_DISABLE_TELEMETRY: "true" },
  } as const;
  const binary = opaBinary();
  return new Promise((done, reject) => {
    execFile(binary, [...args], options, (error, stdout, stderr) => {
      // A code is how OPA ended; without one it did not start, or did not end.
      if (error !== null && typeof error.code !== "number") reject(new BautaError(1601, { detail: error.name }));
      else done({ ok: error === null, stdout, stderr: stderr.toString("utf8") });
    });
  });
}
