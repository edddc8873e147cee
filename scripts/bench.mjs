// `npm run bench`: the throughput harness (bench/), after building what it compares.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bun, root, setup, step } from "./setup.mjs";

setup();
step("building the peers", "cargo", ["build", "--release", "--locked", "--manifest-path", "bench/peers/Cargo.toml"]);
const result = spawnSync(bun(), ["--no-install", join(root, "bench/main.ts"), ...process.argv.slice(2)], { stdio: "inherit", cwd: root });
process.exit(result.status ?? 1);
