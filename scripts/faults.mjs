// `npm run faults`: the long version of the kill tests, 200 kills unless BAUTA_FAULT_KILLS says otherwise. With `-- kafka` pipelines over
// topics instead: kills of workers and brokers, freezes, connections that are cut, rebalance storms. Prints its seed.
import { spawnSync } from "node:child_process";
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

setup();
const isKafka = process.argv.includes("kafka");
if (isKafka) {
  setupKafka();
  buildToxiproxy();
  spawnSync("mvn", ["-q", "-B", "-f", "test/services/kafka/pom.xml", "package"], { cwd: root, stdio: "inherit" });
}
const env = isKafka ? { ...KAFKA, ...process.env } : { BAUTA_FAULT_KILLS: "200", ...process.env };
const what = isKafka ? "./test/faults/kafka-faults.ts" : "test/faults";
const { status } = spawnSync(bun(), ["test", "--timeout", "3600000", what], { cwd: root, stdio: "inherit", env });
process.exit(status ?? 1);
