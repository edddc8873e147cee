/** Both engines for suites that run on each. A native engine that cannot be loaded fails its tests: it is never skipped. */
import type { Engine, EngineName } from "../runtime/engines/api.ts";
import { loadNativeEngine } from "../runtime/engines/native/index.ts";
import { loadPortableEngine } from "../runtime/engines/portable/index.ts";

export const ENGINE_NAMES: readonly EngineName[] = ["native", "portable"];

/** Loads the engine of that name without the canary of `selectEngine`, so that a difference shows in the test that finds it. */
export async function loadEngine(name: EngineName): Promise<Engine> {
  return name === "native" ? loadNativeEngine() : loadPortableEngine();
}
