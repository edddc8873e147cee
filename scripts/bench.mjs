// `npm run bench`, `npm run bench:peers`, `npm run bench:policy-reload`: the bench (bench/), once Bauta is set up. Peers set themselves up there, below .cache/bench; Node and Deno to
// compare with are those of the tests.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installRuntimes } from "./runtimes.mjs";
import { bun, root, setup } from "./setup.mjs";

setup();
installRuntimes();
const [first, ...rest] = process.argv.slice(2);
const [program, args] = first === "--policy-reload" ? ["bench/policy-reload.ts", rest] : ["bench/main.ts", process.argv.slice(2)];
const result = spawnSync(bun(), ["--no-install", join(root, program), ...args], { stdio: "inherit", cwd: root });
process.exit(result.status ?? 1);
