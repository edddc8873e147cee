// The OPA binary that policies are compiled by, and that the tests of policies and bundles compare with: built from its Go module, once,
// into .cache/go. Plain Node. Where there is no Go, the tests over it are skipped, and say so.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./setup.mjs";

export const OPA_VERSION = "1.22.2";

const folder = join(root, ".cache", "go");

/** Path of the binary: the one that `BAUTA_OPA` names, or the one built here. It may not exist. */
export function opaPath() {
  return process.env.BAUTA_OPA || join(folder, process.platform === "win32" ? "opa.exe" : "opa");
}

/** Whether there is a binary of that version. */
export function hasOpa() {
  const { stdout, status } = spawnSync(opaPath(), ["version"], {
    encoding: "utf8",
    env: { ...process.env, OPA_DISABLE_TELEMETRY: "true" },
  });
  return status === 0 && stdout.split("\n", 1)[0] === `Version: ${OPA_VERSION}`;
}

export function buildOpa() {
  if (hasOpa()) return;
  mkdirSync(folder, { recursive: true });
  process.stderr.write("  building OPA (some minutes the first time) …\n");
  const { status, error, stderr } = spawnSync("go", ["install", `github.com/open-policy-agent/opa@v${OPA_VERSION}`], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  // The tests over it are skipped then, visibly; `npm test` repeats this line.
  if (status !== 0)
    process.stdout.write(
      `${stderr ?? ""}opa: skipped: ${error === undefined ? "Go cannot build it; the lines above say why" : "there is no Go"}.\n`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildOpa();
