// `npm run hunt [-- MINUTES [PATH…]]`: the property tests with new seeds and ten times as many runs, round after round, until the time
// is over (default 30 minutes) or one fails; what repeats the failure is printed. `npm test` runs the same laws with a fixed seed.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bun, oracles, root, setup } from "./setup.mjs";

const [minutes = "30", ...paths] = process.argv.slice(2);
const until = Date.now() + Number(minutes) * 60_000;
if (!Number.isFinite(until)) {
  process.stderr.write("hunt: the first argument is a number of minutes\n");
  process.exit(2);
}

setup();
const python = oracles();

const suites = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .map((path) => join(root, "test", path))
  .filter((path) => path.endsWith(".test.ts") && /\/seed\.ts"|\/tape\.ts"/.test(readFileSync(path, "utf8")))
  .map((path) => relative(root, path))
  .filter((path) => paths.length === 0 || paths.some((start) => path.startsWith(start)));

for (let round = 1; Date.now() < until; round++) {
  for (const suite of suites) {
    if (Date.now() >= until) break;
    const seed = String(Math.floor(Math.random() * 0x7fff_ffff));
    const env = { BAUTA_PROPERTY_RUNS: "10", ...process.env, BAUTA_PYTHON: python, BAUTA_SEED: seed };
    const from = Date.now();
    const result = spawnSync(bun(), ["test", "--timeout", "3000000", suite], { cwd: root, encoding: "utf8", maxBuffer: 1 << 30, env });
    const ok = result.status === 0;
    process.stdout.write(`${ok ? "ok  " : "FAIL"} round ${round} ${suite} (${((Date.now() - from) / 1000).toFixed(0)} s)\n`);
    if (ok) continue;
    process.stdout.write(
      `${result.stdout}${result.stderr}\nrepeat: BAUTA_SEED=${seed} BAUTA_PROPERTY_RUNS=${env.BAUTA_PROPERTY_RUNS} bun test ${suite}\n`,
    );
    process.exit(1);
  }
}
