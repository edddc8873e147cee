/** Memory: bounded however long the stream is, and kept out of core dumps. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { EXIT } from "../../runtime/cli/exit.ts";
import { ENGINES } from "../harness.ts";
import { EXAMPLE_XML, ended, folder, newKey, start, until } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const mask = (engine: string): string[] => ["mask", "--preset", "test-data", "--key-file", key, "--engine", engine, "--json"];
const SLOW = 120_000;

const STREAM_BYTES = 200 * 1024 * 1024;
const RESIDENT_BYTES_MAX = 300 * 1024 * 1024;

const isLinux = process.platform === "linux";
const linux = isLinux ? test : test.skip;
const why = isLinux ? "" : " (skipped: needs /proc)";

describe("bounded", () => {
  for (const engine of ENGINES) {
    linux(
      `200 MB through ${engine} stay below 300 MB resident${why}`,
      async () => {
        const child = start(mask(engine), { stdio: ["pipe", "ignore", "pipe"] });
        let told = "";
        (child.stderr as Readable).on("data", (text: Buffer) => {
          told += text.toString();
        });
        let peak = 0;
        const sampling = setInterval(() => {
          peak = Math.max(peak, residentBytes(child.pid ?? 0));
        }, 50);
        const finished = ended(child);
        const chunk = Buffer.from(`${EXAMPLE_XML}\n`.repeat(400));
        const rounds = Math.ceil(STREAM_BYTES / chunk.length);
        try {
          for (let i = 0; i < rounds; i++) await writeWhole(child.stdin as Writable, chunk);
          child.stdin?.end();
          expect(await finished).toEqual({ code: EXIT.done, signal: null });
        } finally {
          clearInterval(sampling);
          child.kill("SIGKILL");
        }
        const summary = JSON.parse(told.trim().split("\n").at(-1) ?? "") as { in: number; out: number; bytesIn: number };
        expect([summary.in, summary.out, summary.bytesIn]).toEqual([rounds * 400, rounds * 400, rounds * chunk.length]);
        console.log(`${engine}: ${Math.round(summary.bytesIn / 1048576)} MB, at most ${Math.round(peak / 1048576)} MB resident`);
        expect(peak).toBeGreaterThan(10 * 1024 * 1024);
        expect(peak).toBeLessThan(RESIDENT_BYTES_MAX);
      },
      SLOW,
    );
  }
});

describe("core dumps", () => {
  linux(
    `hold no memory: the filter is 0 before the first byte is read${why}`,
    async () => {
      const child = start(mask("native"), { stdio: ["pipe", "ignore", "pipe"] });
      try {
        let told = "";
        (child.stderr as Readable).on("data", (text: Buffer) => {
          told += text.toString();
        });
        await until(() => told.includes("FASTOPS"), "the first line");
        expect(Number.parseInt(readFileSync(`/proc/${child.pid}/coredump_filter`, "utf8"), 16)).toBe(0);
      } finally {
        child.kill("SIGKILL");
      }
    },
    SLOW,
  );

  linux(
    `of a process that dies half-way hold no message and no key${why}`,
    async () => {
      const secret = "CANARYQUILLFEATHER";
      const control = folder();
      const sleeping = start([], { command: ["env", `SECRET=${secret}`, "sleep", "60"], cwd: control, dumps: true });
      await new Promise((resume) => setTimeout(resume, 200));
      sleeping.kill("SIGABRT");
      await ended(sleeping);
      if (!holds(control, secret))
        console.log("skipped: this system writes no core dumps into the folder of a process, so there is none to look at");

      const at = folder();
      const child = start(mask("native"), { stdio: ["pipe", "ignore", "pipe"], cwd: at, dumps: true });
      let told = "";
      (child.stderr as Readable).on("data", (text: Buffer) => {
        told += text.toString();
      });
      await until(() => told.includes("FASTOPS"), "the first line");
      const half = EXAMPLE_XML.replaceAll("Ottilie Brandhorst", secret);
      await writeWhole(child.stdin as Writable, Buffer.from(half + half.slice(0, half.length / 2)));
      await new Promise((resume) => setTimeout(resume, 200));
      child.kill("SIGABRT");
      expect((await ended(child)).signal).toBe("SIGABRT");
      for (const hidden of [secret, readFileSync(key, "utf8").match(/[A-Za-z0-9+/_=-]{40,}/)?.[0] ?? "no key found"])
        expect(holds(at, hidden)).toBe(false);
    },
    SLOW,
  );
});

/** Whether a file in the folder holds that text. */
function holds(folder: string, text: string): boolean {
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text));
}

function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    // It has ended between two samples.
    return 0;
  }
}

function writeWhole(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
