/**
 * A policy for twenty views put in force in a process of its own, from what OPA compiled to plans that are open: once with all catalogues to
 * be read, and once more as an edit while a run goes on. Prints milliseconds of both and decisions, as JSON.
 *
 * Argument: a folder with the policy.
 */
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { underPolicy } from "../../runtime/model/policed.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { runnable } from "../../runtime/open.ts";
import { PolicyActivator } from "../../runtime/policies.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { compiledOf } from "../../runtime/policy/opa/compile.ts";
import { openWasm } from "../../runtime/policy/opa/wasm.ts";

const { model } = loadModel(presetSource("test-data"));
if (model === undefined) throw new Error("the preset does not load");
const compiled = await compiledOf(readBundle(process.argv[2] ?? ""));
const activator = new PolicyActivator(model);

/** Returns milliseconds: of the process and by the clock. */
async function activated(): Promise<{ readonly cpu: number; readonly wall: number; readonly decisions: number; readonly fields: number }> {
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  const engine = await openWasm(compiled);
  const { views, kinds, fields } = await activator.activate(engine, [...engine.views.values()]);
  const plans = [...views.values()].map((policy) =>
    runnable(
      underPolicy(model as NonNullable<typeof model>, policy),
      ephemeralKeyRing((length) => new Uint8Array(length).fill(7)),
    ),
  );
  const used = process.cpuUsage(cpu);
  for (const plan of plans) plan.close();
  return { cpu: (used.user + used.system) / 1e3, wall: performance.now() - from, decisions: kinds * views.size, fields };
}

const first = await activated();
const next = await activated();
process.stdout.write(JSON.stringify({ first, next }));
