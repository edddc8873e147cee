// `npm run demo:stack`: a broker, OPA, a pipeline with three views, and a page that shows the raw record beside them while the policy is
// edited. Sets up what is missing; leaves nothing behind.
import { spawn, spawnSync } from "node:child_process";
import { buildOpa, hasOpa, opaPath } from "./opa.mjs";
import { bun, root, setup, setupKafka } from "./setup.mjs";

const HELP = `npm run demo:stack [-- options]
A broker, OPA, a pipeline with three views, and a page with the raw record beside them while the policy is edited.
  --terminal   draw in the terminal instead of serving a page
  --port N     of the page, on loopback (7350; 0: any)
  --once       make an edit, check what came of it, and end
  --edits N    of --once: so many edits, one behind the other (1)
`;
if (process.argv.some((word) => word === "--help" || word === "-h")) {
  process.stdout.write(HELP);
  process.exit(0);
}

setup();
setupKafka();
for (const command of ["java", "mvn"]) {
  if (!spawnSync(command, ["--version"]).error) continue;
  process.stderr.write(
    `demo: ${command} not found; the broker needs Java 17, and Maven to fetch it (Debian: openjdk-17-jdk-headless, maven).\n`,
  );
  process.exit(1);
}
buildOpa();
if (!hasOpa()) {
  process.stderr.write("demo: there is no OPA; it is built by Go (https://go.dev/dl), or named by BAUTA_OPA.\n");
  process.exit(1);
}
const child = spawn(bun(), ["scripts/demo/stack/main.ts", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, BAUTA_OPA: opaPath() },
});
// A terminal sends Ctrl-C to both; whoever ends this one alone means the other, too. It is waited for: it has to clean up.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("exit", (code) => process.exit(code ?? 1));
