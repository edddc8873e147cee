// `npm run demo:kafka`: a broker, a pipeline, real messages, and the raw topic beside the masked one. Leaves nothing behind.
import { spawnSync } from "node:child_process";
import { bun, root, setup, setupKafka } from "./setup.mjs";

setup();
setupKafka();
for (const command of ["java", "mvn"]) {
  if (!spawnSync(command, ["--version"]).error) continue;
  process.stderr.write(
    `demo: ${command} not found; the broker needs Java 17, and Maven to fetch it (Debian: openjdk-17-jdk-headless, maven).\n`,
  );
  process.exit(1);
}
const { status } = spawnSync(bun(), ["scripts/demo/kafka.ts"], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
