/** Where a policy comes from: a folder of Rego, a bundle, a server of bundles; verified where keys are pinned, and never an older one. */
import type { PolicySource, PolicySourceDefinition } from "./api.ts";
import { admit, type BundleState, later } from "./bundle/admit.ts";
import { openBundleSource } from "./bundle/source.ts";
import type { BundleSourceDefinition } from "./bundle/source-kinds.ts";
import { readBundleState, writeBundleState } from "./bundle/state-file.ts";
import { openTrust } from "./bundle/trust.ts";
import type { TrustDefinition } from "./bundle/trust-definition.ts";
import { type VerifiedBundle, verifyBundle } from "./bundle/verify.ts";
import { compiledOf } from "./opa/compile.ts";
import { openOpaServer } from "./opa/server.ts";
import { openWasm } from "./opa/wasm.ts";

/** @throws BautaError 1639 for settings that cannot be, or a state that cannot be read */
export function openPolicySource(definition: PolicySourceDefinition): PolicySource {
  const { from, trust, state } = definition;
  return from.kind === "opa-server" ? openOpaServer(from, trust.dangerUnsigned === true) : openBundles(from, trust, state);
}

function openBundles(from: BundleSourceDefinition, definition: TrustDefinition, path: string | undefined): PolicySource {
  const trust = openTrust(definition);
  const source = openBundleSource(from);
  let accepted: BundleState | undefined = path === undefined ? undefined : readBundleState(path);
  // Somebody may have gone back on purpose since, which the file tells.
  const told = (): BundleState | undefined => (path === undefined ? undefined : readBundleState(path));
  const known = (): BundleState | undefined => later(accepted, told());
  let offered: VerifiedBundle | undefined;
  let isAccepted = false;
  return {
    name: source.name,
    repeats: false,
    async next(signal) {
      const bundle = await source.next(signal);
      if (bundle === undefined) return undefined;
      isAccepted = false;
      const verified = verifyBundle(bundle, trust);
      admit(known(), verified);
      const engine = await openWasm(await compiledOf(bundle));
      offered = verified;
      return engine;
    },
    get offered() {
      if (offered === undefined) return undefined;
      const { bundle, signers } = offered;
      return { digest: bundle.digest, signatures: signers.length, inForce: known()?.inForce };
    },
    accept(decisions) {
      if (offered !== undefined) {
        // Looked at again: it took a while to make it ready, and somebody may have gone back meanwhile.
        const others = told();
        const state = { ...admit(later(accepted, others), offered), seen: latestOf(accepted?.seen, others?.seen) };
        accepted = decisions === undefined ? state : { ...state, inForce: { digest: state.digest, decisions } };
        // Another worker may be ahead of this one.
        const isBehind = (others?.floor ?? -1) > (accepted.floor ?? -1);
        if (path !== undefined && !isBehind) writeBundleState(path, accepted);
      }
      isAccepted = true;
    },
    get seen() {
      return latestOf(accepted?.seen, told()?.seen);
    },
    see(moment) {
      if (accepted !== undefined) accepted = { ...accepted, seen: latestOf(moment, accepted.seen) };
      const state = told() ?? accepted;
      if (path !== undefined && state !== undefined) writeBundleState(path, { ...state, seen: latestOf(moment, state.seen) });
    },
    get isAccepted() {
      return isAccepted;
    },
    forget: () => source.forget(),
    pause: (milliseconds, signal) => source.pause(milliseconds, signal),
  };
}

const latestOf = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined ? b : Math.max(a, b ?? a));
