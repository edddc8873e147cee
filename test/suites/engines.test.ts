/** The engine suite, mounted on both engines. */
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { judge } from "../oracles/checks.ts";
import { openSealed } from "../oracles/seal.ts";
import { engineSuite } from "./engine-suite.ts";

for (const name of ENGINE_NAMES) engineSuite(name, () => loadEngine(name), { judge, openSealed });
