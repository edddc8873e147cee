/** The engine suite, mounted on both engines. */
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { engineSuite } from "./engine-suite.ts";

for (const name of ENGINE_NAMES) engineSuite(name, () => loadEngine(name));
