/** Where a policy comes from: a folder of Rego, a bundle, a server of bundles; verified where keys are pinned, and never an older one. */
import type { PolicySourceDefinition } from "./api.ts";
import { admit, type BundleState } from "./bundle/admit.ts";
import { openBundleSource } from "./bundle/source.ts";
import { readBundleState, writeBundleState } from "./bundle/state-file.ts";
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
  let accepted: BundleState | undefined = path === undefined ? undefined : readBundleState(path);
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
      if (path !== undefined && accepted !== undefined) writeBundleState(path, accepted);
    },
  };
}
