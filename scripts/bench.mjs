// `npm run bench`, `npm run bench:peers`: the bench (bench/), once Bauta is set up. Peers set themselves up there, below .cache/bench; Node and Deno to
// compare with are those of the tests.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installRuntimes } from "./runtimes.mjs";
import { bun, root, setup } from "./setup.mjs";

setup();
installRuntimes();
const result = spawnSync(bun(), ["--no-install", join(root, "bench/main.ts"), ...process.argv.slice(2)], { stdio: "inherit", cwd: root });
process.exit(result.status ?? 1);
