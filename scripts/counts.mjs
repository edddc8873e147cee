// `npm run bench:counts`: the regression gates of the bench (bench/counts), once Bauta is set up.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bun, root, setup } from "./setup.mjs";

setup();
const program = join(root, "bench/counts/main.ts");
const result = spawnSync(bun(), ["--no-install", program, ...process.argv.slice(2)], { stdio: "inherit", cwd: root });
process.exit(result.status ?? 1);
