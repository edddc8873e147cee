/** `bauta policy diff`: what changes for whom when one policy takes another's place. */
import { printable } from "../kit/errors.ts";
import type { Model } from "../model/model.ts";
import { activatePolicy } from "../policies.ts";
import type { PolicyEngine } from "../policy/api.ts";
import { changesOverTime, type PolicyChange } from "../policy-changes.ts";
import { EXIT } from "./exit.ts";
import { type PolicyCommandOptions, viewsOf } from "./policy.ts";
import { modelOf, openPolicy } from "./policy-option.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface PolicyDiffOptions extends PolicyCommandOptions {
  /** Exit with 9 if a change loosens. */
  readonly refuseLoosening?: boolean;
}

export async function policyDiff(before: string, after: string, options: PolicyDiffOptions): Promise<number> {
  const model = modelOf(options);
  const engines = [await openPolicy(before), await openPolicy(after)] as const;
  try {
    const changes = await changesOf(model, engines, options.view);
    const loosenings = changes.filter(({ loosens }) => loosens).length;
    const exit = options.refuseLoosening === true && loosenings > 0 ? EXIT.evidence : EXIT.done;
    if (options.json === true) print(JSON.stringify({ exit, model: model.name, before, after, changes }));
    else printChanges(changes, loosenings);
    return exit;
  } finally {
    for (const engine of engines) engine.close();
  }
}

/** Of all views that both policies have, and of those that one has alone. */
async function changesOf(
  model: Model,
  [before, after]: readonly [PolicyEngine, PolicyEngine],
  only: string | undefined,
): Promise<readonly PolicyChange[]> {
  const [old, next] = [
    await activatePolicy(before, model, viewsOf(before, only)),
    await activatePolicy(after, model, viewsOf(after, only)),
  ];
  return changesOverTime(model, old, next);
}

const SHOWN = 40;

export function printChanges(changes: readonly PolicyChange[], loosenings: number): void {
  const colors = colorsFor(process.stdout);
  if (changes.length === 0) return print(colors.green("no field of any view changes"));
  const width = (pick: (change: PolicyChange) => string): number => Math.max(...changes.map((change) => pick(change).length));
  const [views, classes, befores] = [width(({ view }) => view), width((change) => change.class), width(({ before }) => before)];
  for (const { view, class: dataClass, before, after, loosens, from, fields } of changes.slice(0, SHOWN)) {
    const mark = loosens ? colors.red("looser ") : colors.green("tighter");
    const facts = `${view.padEnd(views)}  ${dataClass.padEnd(classes)}  ${before.padEnd(befores)} → ${after}${from === undefined ? "" : ` from ${from}`}`;
    const example = printable(fields[0] ?? "");
    print(`${mark}  ${facts}  ${colors.dim(`${grouped(fields.length)} ${fields.length === 1 ? "field" : "fields"}, such as ${example}`)}`);
  }
  if (changes.length > SHOWN) print(`and ${grouped(changes.length - SHOWN)} more (--json tells all)`);
  const fields = changes.reduce((sum, change) => sum + change.fields.length, 0);
  print(
    `${grouped(fields)} changes of fields; ${loosenings === 0 ? "none loosens" : colors.red(`${grouped(loosenings)} kinds of them loosen`)}`,
  );
}
