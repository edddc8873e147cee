#!/usr/bin/env node
// The `bauta` command of a checkout: sets up if need be, then hands over to Bun.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bun, root, setup } from "./setup.mjs";

setup();
const result = spawnSync(bun(), ["--no-install", join(root, "runtime/cli/main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
if (result.signal) process.kill(process.pid, result.signal);
process.exit(result.status ?? 1);
