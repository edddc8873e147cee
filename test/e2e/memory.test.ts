/** Memory: bounded however long the stream is, and kept out of core dumps. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { EXIT } from "../../runtime/cli/exit.ts";
import { ENGINES } from "../harness.ts";
import { EXAMPLE_XML, ended, folder, newKey, start, until, write } from "./cli.ts";

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

/** A statement of so many entries, each of another customer. */
function statementOf(entries: number): string {
  const entry = (i: number): string =>
    `<Ntry><NtryRef>R${i}</NtryRef><Amt Ccy="EUR">${(i % 900) + 1}.25</Amt><CdtDbtInd>${i % 2 === 0 ? "DBIT" : "CRDT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-${i}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Customer Number ${i}</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>7320-${i}</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Invoice ${i} of May</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`;
  const head =
    "<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-20T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>7320-1</Id></Othr></Id></Acct>";
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>${head}${Array.from({ length: entries }, (_, i) => entry(i)).join("")}</Stmt></BkToCstmrStmt></Document>`;
}

describe("one large message", () => {
  linux(
    `of 100,000 entries takes 100 MB and three times its length${why}`,
    async () => {
      const file = write(join(here, "statement.xml"), statementOf(100_000));
      const { size } = statSync(file);
      const child = start([...mask("native"), "--in", file, "--out", join(here, "masked.xml")], { stdio: ["ignore", "ignore", "pipe"] });
      child.stderr?.resume();
      let peak = 0;
      const sampling = setInterval(() => {
        peak = Math.max(peak, peakBytes(child.pid ?? 0));
      }, 20);
      try {
        expect(await ended(child)).toEqual({ code: EXIT.done, signal: null });
      } finally {
        clearInterval(sampling);
      }
      console.log(`one message of ${Math.round(size / 1048576)} MB: at most ${Math.round(peak / 1048576)} MB resident`);
      expect(size).toBeGreaterThan(50_000_000);
      expect(peak).toBeGreaterThan(size);
      expect(peak).toBeLessThan(100 * 1024 * 1024 + 3 * size);
    },
    SLOW,
  );
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

const residentBytes = (pid: number): number => statusBytes(pid, /VmRSS:\s+(\d+) kB/);
/** What was resident at most until now. */
const peakBytes = (pid: number): number => statusBytes(pid, /VmHWM:\s+(\d+) kB/);

function statusBytes(pid: number, line: RegExp): number {
  try {
    return Number(line.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
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
