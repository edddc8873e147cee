/**
 * Choosing the engine: by name, never by what happens to load. A native engine that is missing or foreign refuses to start;
 * portable runs only when the operator said so, and the first line of every run names the one that runs.
 */
import { BautaError } from "../kit/errors.ts";
import type { Engine, EngineName } from "./api.ts";
import { proveOnCanary } from "./canary.ts";

/**
 * Loads the engine of that name. What native makes of a small fixed batch is compared first with what portable makes of it.
 * @throws BautaError 1301 or 1302 when the native engine cannot be loaded or is of another version, 1303 when the two disagree
 * @example const engine = await selectEngine("native");
 */
export async function selectEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case "portable":
      return loadPortable();
    case "native": {
      const { loadNativeEngine } = await import("./native/index.ts");
      const native = loadNativeEngine();
      proveOnCanary(native);
      return native;
    }
    default:
      return unknownEngine(name);
  }
}

/**
 * The engine of that name without the comparison: for a thread of a run whose main thread has made it.
 * @throws BautaError 1301 or 1302 when the native engine cannot be loaded or is of another version
 */
export async function loadComparedEngine(name: EngineName): Promise<Engine> {
  if (name === "portable") return loadPortable();
  const { loadNativeEngine } = await import("./native/index.ts");
  return loadNativeEngine();
}

async function loadPortable(): Promise<Engine> {
  const { loadPortableEngine } = await import("./portable/index.ts");
  return loadPortableEngine();
}

function unknownEngine(name: never): never {
  throw new BautaError(1001, { detail: `engine ${String(name)}` });
}
