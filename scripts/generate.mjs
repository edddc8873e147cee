// `npm run generate [-- --check] [STEP…]`: writes every committed file that is derived from another one, all of them or the steps named.
// With --check nothing is written, and the run fails when a committed file is not what would be written. No step needs a network.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { canary } from "./generate/canary.mjs";
import { issuePages } from "./generate/issues.mjs";
import { notices } from "./generate/notices.mjs";
import { planCode, runCode } from "./generate/proto.mjs";
import { schemaData } from "./generate/schemas.mjs";

/** A process of its own, like the Python generators: it brings its own package. */
const peopleLists = {
  name: "people",
  title: "names and places of masked parties",
  run(root, check) {
    const generator = (...options) =>
      spawnSync(process.execPath, ["schemas/people/generate.mjs", ...options], { cwd: root, encoding: "utf8" });
    const compared = generator("--check");
    if (compared.status === 0) return {};
    const isStale = compared.stderr.startsWith("schemas/people/lists.txt");
    const written = check || !isStale ? compared : generator();
    if (isStale && (check || written.status === 0)) return { stale: ["schemas/people/lists.txt"] };
    return { failed: [`schemas/people/generate.mjs: ${written.stderr.trim().split("\n").slice(-5).join("\n    ")}`] };
  },
};

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * A step: its name on the command line, what it makes, and `run(root, check)`, which answers
 *  - `stale`: files, below the root, that were not fresh; without --check they are now, except those that only a person can write
 *  - `failed`: why the step could not do its work, or what only a person can put right
 *  - `skipped`: why there was nothing it could do
 */
const STEPS = [issuePages, planCode, runCode, ...schemaData, peopleLists, canary, notices];

const names = process.argv.slice(2).filter((argument) => argument !== "--check");
const check = process.argv.includes("--check");
const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(`generate: no step ${unknown.join(", ")}; there are ${STEPS.map((step) => step.name).join(", ")}\n`);
  process.exit(2);
}

let failed = false;
for (const step of STEPS) {
  if (names.length > 0 && !names.includes(step.name)) continue;
  const { stale = [], failed: reasons = [], skipped } = step.run(root, check);
  // The word `skipped:` is what `npm test` looks for when it repeats the reasons of skips.
  if (skipped !== undefined) process.stdout.write(`generate ${step.name}: skipped: ${skipped}\n`);
  else process.stdout.write(`generate ${step.name}: ${outcome(stale.length, reasons.length)} (${step.title})\n`);
  for (const file of stale) process.stdout.write(`  ${check ? "not fresh, run npm run generate" : "written"}: ${file}\n`);
  for (const reason of reasons) process.stdout.write(`  failed: ${reason}\n`);
  if (reasons.length > 0 || (check && stale.length > 0)) failed = true;
}
process.exit(failed ? 1 : 0);

function outcome(stale, failures) {
  if (failures > 0) return "failed";
  if (stale === 0) return "fresh";
  return check ? "not fresh" : "written";
}
