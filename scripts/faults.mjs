// `npm run faults`: the long version of the kill tests, 200 kills unless BAUTA_FAULT_KILLS says otherwise. Prints its seed.
//
//   npm run faults                        files
//   npm run faults -- kafka [SCENARIO…]   pipelines over topics: `killed` (workers and brokers that are killed and freeze, members that
//                                         come and go), `cut` (connections), `across` (two clusters); all three if none is named
//   npm run faults -- kafka figures       what the runs so far came to, added up; a run may be done in parts, over BAUTA_FAULT_…
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bun, root, setup, setupKafka } from "./setup.mjs";
import { buildToxiproxy } from "./toxiproxy.mjs";

const KAFKA = {
  BAUTA_FAULT_WORKER_KILLS: "50",
  BAUTA_FAULT_BROKER_KILLS: "20",
  BAUTA_FAULT_FREEZES: "20",
  BAUTA_FAULT_FREEZE_SECONDS_MAX: "30",
  BAUTA_FAULT_STORMS: "10",
  BAUTA_FAULT_CUT_SECONDS: "600",
  BAUTA_FAULT_ACROSS_WORKER_KILLS: "20",
  BAUTA_FAULT_ACROSS_BROKER_KILLS: "10",
};
const FIGURES = process.env.BAUTA_FAULT_FIGURES ?? join(root, ".cache", "kafka-faults.jsonl");

const [what, ...scenarios] = process.argv.slice(2);
if (what === "kafka" && scenarios[0] === "figures") tellFigures();
else process.exit(run());

function run() {
  setup();
  if (what !== "kafka") return testOf("./test/faults/kill.test.ts", { BAUTA_FAULT_KILLS: "200" });
  setupKafka();
  buildToxiproxy();
  spawnSync("mvn", ["-q", "-B", "-f", "test/services/kafka/pom.xml", "package"], { cwd: root, stdio: "inherit" });
  mkdirSync(join(root, ".cache"), { recursive: true });
  const named = scenarios.length === 0 ? {} : { BAUTA_FAULT_SCENARIOS: scenarios.join(",") };
  return testOf("./test/faults/kafka.test.ts", { ...KAFKA, ...named, BAUTA_FAULT_FIGURES: FIGURES });
}

function testOf(file, usual) {
  const env = { ...usual, ...process.env };
  const { status } = spawnSync(bun(), ["test", "--timeout", "3600000", file], { cwd: root, stdio: "inherit", env });
  return status ?? 1;
}

/** The lines of all runs by scenario, added up. Only runs that held their promise have left one. */
function tellFigures() {
  const lines = existsSync(FIGURES) ? readFileSync(FIGURES, "utf8").trim().split("\n") : [];
  const sums = new Map();
  for (const { scenario, seed, seconds, records, refused, faults, ends } of lines.map((line) => JSON.parse(line))) {
    const sum = sums.get(scenario) ?? { runs: 0, seeds: [], seconds: 0, records: 0, refused: 0, faults: {}, ends: {} };
    sums.set(scenario, sum);
    sum.runs++;
    sum.seeds.push(seed);
    sum.seconds += seconds;
    sum.records += records;
    sum.refused += refused;
    for (const [all, own] of [
      [sum.faults, faults],
      [sum.ends, ends],
    ])
      for (const [name, times] of Object.entries(own)) all[name] = (all[name] ?? 0) + times;
  }
  const listed = (counts) =>
    Object.entries(counts)
      .map(([name, times]) => `${name} × ${times}`)
      .join(", ") || "none";
  for (const [scenario, { runs, seeds, seconds, records, refused, faults, ends }] of sums)
    process.stdout.write(
      `${scenario}: ${runs} runs (seeds ${seeds.join(", ")}), ${seconds} s: ${records} records, each once, ${refused} refused; ` +
        `${listed(faults)}; workers that ended by themselves: ${listed(ends)}\n`,
    );
}
