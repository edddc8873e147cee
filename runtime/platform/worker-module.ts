/** Where the module is that worker threads run: in a checkout, in the built package, or inside an executable. */
import { pathToFileURL } from "node:url";
import { packageFile } from "../kit/assets.ts";

let module: URL | undefined;

/** An executable that was built of code and assets says where its own is, before anything starts a worker. */
export function useWorkerModule(other: URL): void {
  module = other;
}

export function workerModule(): URL {
  module ??= pathToFileURL(packageFile(import.meta.url.endsWith(".ts") ? "runtime/worker.ts" : "dist/worker.js"));
  return module;
}
