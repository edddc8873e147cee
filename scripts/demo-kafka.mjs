// `npm run demo:kafka`: a broker, a pipeline, real messages, and the raw topic beside the masked one. Leaves nothing behind.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bun, root, setup, setupKafka, step } from "./setup.mjs";

// What is missing is said before anything is built for minutes.
for (const command of ["java", "mvn"]) {
  if (!spawnSync(command, ["--version"]).error) continue;
  process.stderr.write(
    `demo: ${command} not found; the broker needs Java 17, and Maven to fetch it (Debian: openjdk-17-jdk-headless, maven).\n`,
  );
  process.exit(1);
}
setup();
setupKafka();
const broker = "test/services/kafka";
if (!existsSync(join(root, broker, "target", "lib")))
  step("fetching Apache Kafka (43 MB, a minute the first time)", "mvn", ["-q", "-B", "-f", `${broker}/pom.xml`, "package"]);
const child = spawn(bun(), ["scripts/demo/kafka.ts"], { cwd: root, stdio: "inherit" });
// Ctrl-C goes to the demonstration, too: it ends the broker and takes its files away.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
