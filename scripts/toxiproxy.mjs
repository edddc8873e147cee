// Toxiproxy: the proxy through which the fault tests cut, reset and delay connections to brokers; built from its Go module, once, into
// .cache/go. Plain Node. Where there is no Go, the tests over it are skipped, and say so.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./setup.mjs";

export const TOXIPROXY_VERSION = "2.12.0";

const folder = join(root, ".cache", "go");

/** Path of the binary: the one that `BAUTA_TOXIPROXY` names, or the one built here. It may not exist. */
export function toxiproxyPath() {
  return process.env.BAUTA_TOXIPROXY || join(folder, process.platform === "win32" ? "server.exe" : "server");
}

export function hasToxiproxy() {
  return spawnSync(toxiproxyPath(), ["-version"], { encoding: "utf8" }).status === 0;
}

export function buildToxiproxy() {
  if (hasToxiproxy()) return;
  mkdirSync(folder, { recursive: true });
  process.stderr.write("  building Toxiproxy …\n");
  const module = `github.com/Shopify/toxiproxy/v2/cmd/server@v${TOXIPROXY_VERSION}`;
  const { status, error, stderr } = spawnSync("go", ["install", module], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0)
    process.stdout.write(
      `${stderr ?? ""}toxiproxy: skipped: ${error === undefined ? "Go cannot build it; the lines above say why" : "there is no Go"}.\n`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildToxiproxy();
