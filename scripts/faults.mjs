// `npm run faults`: the long version of the kill tests, 200 kills unless BAUTA_FAULT_KILLS says otherwise. Prints its seed.
import { spawnSync } from "node:child_process";
import { bun, root, setup } from "./setup.mjs";

setup();
const env = { ...process.env, BAUTA_FAULT_KILLS: process.env.BAUTA_FAULT_KILLS ?? "200" };
const { status } = spawnSync(bun(), ["test", "--timeout", "3600000", "test/faults"], { cwd: root, stdio: "inherit", env });
process.exit(status ?? 1);
