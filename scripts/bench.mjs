// `npm run bench`, `npm run bench:peers`, `npm run bench:policy-reload`: the bench (bench/), once Bauta is set up. Peers set themselves up there, below .cache/bench; Node and Deno to
// compare with are those of the tests.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildOpa, opaPath } from "./opa.mjs";
import { installRuntimes } from "./runtimes.mjs";
import { bun, root, setup, setupKafka } from "./setup.mjs";

setup();
installRuntimes();
const [first, ...rest] = process.argv.slice(2);
const isReload = first === "--policy-reload";
if (isReload) {
  setupKafka();
  buildOpa();
}
const [program, args] = isReload ? ["bench/policy-reload.ts", rest] : ["bench/main.ts", process.argv.slice(2)];
const env = { ...process.env, BAUTA_OPA: opaPath() };
const result = spawnSync(bun(), ["--no-install", join(root, program), ...args], { stdio: "inherit", cwd: root, env });
process.exit(result.status ?? 1);
