// `npm start`: the main job on the bundled messages, from a fresh clone, without any preparation.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bun, root, setup } from "./setup.mjs";

setup();
const result = spawnSync(bun(), ["--no-install", join(root, "runtime/cli/main.ts"), "demo", ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: root,
});
process.exit(result.status ?? 1);
