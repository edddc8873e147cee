// `npm run conformance`: all of OPA's own cases of Rego against the engine inside Bauta; `npm test` looks at a sample of them. Some minutes.
import { spawnSync } from "node:child_process";
import { buildOpa } from "./opa.mjs";
import { bun, root, setup } from "./setup.mjs";

setup();
buildOpa();
const env = { ...process.env, BAUTA_CONFORMANCE: "all" };
process.exit(spawnSync(bun(), ["test", "./test/policy/conformance.test.ts"], { cwd: root, stdio: "inherit", env }).status ?? 1);
