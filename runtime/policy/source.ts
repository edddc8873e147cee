/** Where a policy comes from: a folder of Rego, a bundle, a server of bundles; verified where keys are pinned, and never an older one. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { BautaError } from "../kit/errors.ts";
import type { PolicySourceDefinition } from "./api.ts";
import { admit, type BundleState, encodeState, parseState } from "./bundle/admit.ts";
import { openBundleSource } from "./bundle/source.ts";
import { openTrust } from "./bundle/trust.ts";
import { verifyBundle } from "./bundle/verify.ts";
import { type CompiledPolicy, compiledOf } from "./opa/compile.ts";

export interface PolicySource {
  /** How it is told. */
  readonly name: string;
  /**
   * The policy as it is now if that is another one than the last. May take as long as a server was asked to wait.
   * @throws BautaError for one that is wrong; one that does not change is wrong once
   */
  next(signal: AbortSignal): Promise<CompiledPolicy | undefined>;
  /** Remembers that the last one was put in force: none that is older may follow. */
  accept(): void;
}

/** @throws BautaError 1639 for settings that cannot be, or a state that cannot be read */
export function openPolicySource({ from, trust: definition, state: path }: PolicySourceDefinition): PolicySource {
  const trust = openTrust(definition);
  const source = openBundleSource(from);
  let accepted: BundleState | undefined = path !== undefined && existsSync(path) ? parseState(readFileSync(path), path) : undefined;
  let offered: BundleState | undefined;
  return {
    name: source.name,
    async next(signal) {
      const bundle = await source.next(signal);
      if (bundle === undefined) return undefined;
      const state = admit(accepted, verifyBundle(bundle, trust));
      const compiled = await compiledOf(bundle);
      offered = state;
      return compiled;
    },
    accept() {
      accepted = offered;
      if (path !== undefined && accepted !== undefined) writeState(path, accepted);
    },
  };
}

/** Whole or not at all. */
function writeState(path: string, state: BundleState): void {
  try {
    writeFileSync(`${path}.new`, encodeState(state), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new BautaError(1639, { path, detail: `the state cannot be written: ${String((error as NodeJS.ErrnoException).code)}` });
  }
}
