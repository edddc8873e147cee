// `npm run fuzz [-- FORMAT|all [CASES [SEED]]]`: the fuzzer at length, a million cases for each format by default, in processes that are
// watched: one that hangs or dies is named by its case. `npm test` runs the same with a fixed seed and a few cases.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bun, root, setup } from "./setup.mjs";

const [asked = "all", cases = "1000000", seed = String(Math.floor(Math.random() * 0x7fff_ffff))] = process.argv.slice(2);
const PART = 20_000;
/** A case takes a fraction of a millisecond: a process whose case has not changed for so long hangs. */
const HANG_MS = 60_000;

setup();
const formats = asked === "all" ? ["xml", "json", "swift-mt", "swift-mt-lenient"] : [asked];
let failed = false;
for (const format of formats) {
  const totals = { cases: 0, masked: 0, refused: 0 };
  const begun = Date.now();
  let broken = false;
  for (let from = 0; from < Number(cases) && !broken; from += PART) {
    const count = Math.min(PART, Number(cases) - from);
    const part = await run(format, from, count);
    if (part.status !== 0) {
      broken = true;
      failed = true;
      process.stdout.write(`FAIL ${format}: ${part.why}\nrepeat: bun test/fuzz/main.ts ${format} ${seed} ${part.at} 1 /tmp/fuzz-case\n`);
      for (const { number, what, detail } of part.result?.failures ?? []) process.stdout.write(`  case ${number}: ${what} (${detail})\n`);
    } else for (const key of Object.keys(totals)) totals[key] += part.result[key];
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(0);
  process.stdout.write(
    `${broken ? "FAIL" : "ok  "} fuzz ${format}: seed ${seed}, ${totals.cases} cases, ${totals.masked} masked, ${totals.refused} refused (${seconds} s)\n`,
  );
}
process.exit(failed ? 1 : 0);

function run(format, from, count) {
  const folder = mkdtempSync(join(tmpdir(), "bauta-fuzz-"));
  const place = join(folder, "case");
  const child = spawn(bun(), ["test/fuzz/main.ts", format, seed, String(from), String(count), place], { cwd: root });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const caseNow = () => {
    try {
      return readFileSync(place, "utf8").trim();
    } catch {
      return "";
    }
  };
  let last = "";
  let hangs = false;
  const watch = setInterval(() => {
    const now = caseNow();
    hangs = now !== "" && now === last;
    last = now;
    if (hangs) child.kill("SIGKILL");
  }, HANG_MS);
  return new Promise((resolve) => {
    child.on("close", (status, signal) => {
      clearInterval(watch);
      const text = Buffer.concat(output).toString("utf8");
      const line = text.split("\n").find((each) => each.startsWith("{"));
      const at = caseNow() || String(from);
      rmSync(folder, { recursive: true, force: true });
      const result = line === undefined ? undefined : JSON.parse(line);
      const why = hangs ? `hangs in case ${at}` : result === undefined ? `died in case ${at} (${signal ?? status})` : "failures";
      resolve({ status: hangs ? 1 : (status ?? 1), why, at: result?.failures?.[0]?.number ?? at, result });
    });
  });
}
