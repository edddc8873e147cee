#!/usr/bin/env node
// The `bauta` command of a checkout: sets up if need be, then hands over to Bun.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bun, root, setup } from "./setup.mjs";

setup();
const child = spawn(bun(), ["--no-install", join(root, "runtime/cli/main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
// Who stops this process means the run: without the handlers it would go on alone, and publish its output.
const passOn = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of passOn) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`bauta: Bun cannot be started (${error.code})\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of passOn) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
