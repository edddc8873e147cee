/** Memory while a stream of any length goes through the command line. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newKeyFile } from "../runtime/keys/key-file.ts";
import type { BenchRow } from "./report.ts";

const MAIN = fileURLToPath(new URL("../runtime/cli/main.ts", import.meta.url));
const MESSAGE = fileURLToPath(new URL("messages/payment-3k.xml", import.meta.url));
const WRITE_BYTES = 1024 * 1024;

/** Pipes `total` bytes of messages through `bauta mask` and samples its resident memory the whole time. */
export async function streamCase(total: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "bauta-bench-"));
  try {
    const keyFile = join(folder, "bench.key");
    newKeyFile(keyFile, { environment: "bench" });
    const child = spawn(process.execPath, [MAIN, "mask", "--preset", "test-data", "--key-file", keyFile, "--json"], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    let report = "";
    child.stderr.on("data", (chunk: Buffer) => {
      report += chunk.toString();
    });
    let peak = 0;
    const sampler = setInterval(() => {
      peak = Math.max(peak, residentBytes(child.pid ?? 0));
    }, 50);
    const from = performance.now();
    const message = readFileSync(MESSAGE);
    const chunk = Buffer.concat(Array.from({ length: Math.ceil(WRITE_BYTES / message.length) }, () => message));
    for (let sent = 0; sent < total; sent += chunk.length) {
      if (!child.stdin.write(chunk)) await new Promise((resume) => child.stdin.once("drain", resume));
    }
    child.stdin.end();
    const code = await new Promise<number | null>((resume) => child.once("close", resume));
    clearInterval(sampler);
    const seconds = (performance.now() - from) / 1000;
    if (code !== 0) throw new Error(`bauta mask ended with ${code}: ${report.slice(-400)}`);
    const megabytes = peak / 1e6;
    const figure = `peak RSS in MB while ${(total / 1e9).toFixed(1)} GB stream through (${(total / 1e6 / seconds).toFixed(0)} MB/s)`;
    return [{ name: "memory of a stream", figure, ours: megabytes, peer: undefined, ratio: megabytes, goal: 200, sense: "at most" }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function residentBytes(pid: number): number {
  try {
    const match = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? 0 : Number(match[1]) * 1024;
  } catch {
    return 0;
  }
}
