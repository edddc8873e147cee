/** Where a policy comes from: a folder of Rego, a bundle, a server of bundles; verified where keys are pinned, and never an older one. */
import type { PolicyEngine, PolicySourceDefinition } from "./api.ts";
import { admit, type BundleState } from "./bundle/admit.ts";
import { openBundleSource } from "./bundle/source.ts";
import type { BundleSourceDefinition } from "./bundle/source-kinds.ts";
import { readBundleState, writeBundleState } from "./bundle/state-file.ts";
import { openTrust } from "./bundle/trust.ts";
import type { TrustDefinition } from "./bundle/trust-definition.ts";
import { verifyBundle } from "./bundle/verify.ts";
import { compiledOf } from "./opa/compile.ts";
import { openOpaServer } from "./opa/server.ts";
import { openWasm } from "./opa/wasm.ts";

export interface PolicySource {
  /** How it is told. */
  readonly name: string;
  /** It gives a policy at every look, another one or the same: what it has is told by nothing but its answers. */
  readonly repeats: boolean;
  /**
   * The policy as it is now if that is another one than the last. May take as long as a server was asked to wait.
   * @throws BautaError for one that is wrong; one that does not change is wrong once
   */
  next(signal: AbortSignal): Promise<PolicyEngine | undefined>;
  /** Remembers that the last one was put in force: none that is older may follow. */
  accept(): void;
  /** Whether the last one that was looked at is the one that was put in force last. */
  readonly isAccepted: boolean;
  /** The next look gives what there is, whether it has changed or not. */
  forget(): void;
}

/** @throws BautaError 1639 for settings that cannot be, or a state that cannot be read */
export function openPolicySource(definition: PolicySourceDefinition): PolicySource {
  const { from, trust, state } = definition;
  return from.kind === "opa-server" ? openOpaServer(from, trust.dangerUnsigned === true) : openBundles(from, trust, state);
}

function openBundles(from: BundleSourceDefinition, definition: TrustDefinition, path: string | undefined): PolicySource {
  const trust = openTrust(definition);
  const source = openBundleSource(from);
  let accepted: BundleState | undefined = path === undefined ? undefined : readBundleState(path);
  let offered: BundleState | undefined;
  let isAccepted = false;
  return {
    name: source.name,
    repeats: false,
    async next(signal) {
      const bundle = await source.next(signal);
      if (bundle === undefined) return undefined;
      isAccepted = false;
      const state = admit(accepted, verifyBundle(bundle, trust));
      const engine = await openWasm(await compiledOf(bundle));
      offered = state;
      return engine;
    },
    accept() {
      if (path !== undefined && offered !== undefined) writeBundleState(path, offered);
      accepted = offered;
      isAccepted = true;
    },
    get isAccepted() {
      return isAccepted;
    },
    forget: () => source.forget(),
  };
}
