/** `bauta policy`: what a policy makes of a model, for each reader. */
import { BautaError, printable } from "../kit/errors.ts";
import { type Activation, activatePolicy } from "../policies.ts";
import type { Answer } from "../policy/answer.ts";
import type { PolicyEngine } from "../policy/api.ts";
import { runOpa } from "../policy/opa/binary.ts";
import { type View, viewNamed } from "../policy/views.ts";
import { EXIT } from "./exit.ts";
import { modelOf, openPolicy, type PolicyOptions } from "./policy-option.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface PolicyCommandOptions extends PolicyOptions {
  readonly json?: boolean;
}

/** Compiles a policy, asks it all that a run would ask, and tells what it decides by view. */
export async function policyCheck(path: string, options: PolicyCommandOptions): Promise<number> {
  const model = modelOf(options);
  const engine = await openPolicy(path);
  try {
    const views = viewsOf(engine, options.view);
    const { fields, kinds, views: made, grants } = await activatePolicy(engine, model, views);
    const rows = views.map(({ name }) => ({ view: name, actions: countActions(Object.values(made.get(name)?.answers ?? {})) }));
    const facts = { model: model.name, revision: engine.revision, sha256: engine.sha256, reads: [...engine.reads], fields, kinds };
    if (options.json === true)
      print(JSON.stringify({ policy: path, ...facts, guards: Object.keys(engine.guards), grants: grants.map(grantFacts), views: rows }));
    else {
      print(checkText(path, facts, engine, rows));
      for (const grant of grants) print(grantText(grant));
    }
    return EXIT.done;
  } finally {
    engine.close();
  }
}

type NamedGrant = Activation["grants"][number];

export const grantFacts = ({ name, until, reason, isEnded }: NamedGrant) => ({ name, until: momentText(until), reason, ended: isEnded });

/** `grant incident-12 until 2026-12-01T18:00:00Z`. */
export function grantText({ name, until, isEnded }: NamedGrant): string {
  const colors = colorsFor(process.stdout);
  return isEnded
    ? colors.dim(`grant ${name} ended ${momentText(until)}; it is ignored`)
    : `${colors.yellow("grant")} ${name} until ${momentText(until)}`;
}

const momentText = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");

/** The view that is named, or all there are. */
export function viewsOf(engine: PolicyEngine, name: string | undefined): readonly View[] {
  if (name !== undefined) return [viewNamed(engine.views, name)];
  if (engine.views.size === 0) throw new BautaError(1607, { detail: "the policy's data has no views" });
  return [...engine.views.values()];
}

interface Facts {
  readonly model: string;
  readonly revision: string;
  readonly sha256: string;
  readonly reads: readonly string[];
  readonly fields: number;
  readonly kinds: number;
}

function checkText(
  path: string,
  { model, revision, sha256, reads, fields, kinds }: Facts,
  { guards }: PolicyEngine,
  rows: readonly { readonly view: string; readonly actions: Readonly<Record<string, number>> }[],
): string {
  const colors = colorsFor(process.stdout);
  const width = Math.max(...rows.map(({ view }) => view.length));
  const asked = `${grouped(fields)} fields under ${printable(model)}, in ${grouped(kinds)} kinds that it can tell apart`;
  return [
    `${colors.green("ok")}  ${printable(path)}${revision === "" ? "" : ` at ${printable(revision)}`}  ${colors.dim(sha256.slice(0, 16))}`,
    `${asked}; it reads ${reads.length === 0 ? "nothing of them" : reads.join(", ")}`,
    ...(Object.keys(guards).length === 0 ? [] : [`guards: ${Object.keys(guards).join(", ")}`]),
    ...rows.map(({ view, actions }) => `  ${view.padEnd(width)}  ${countsText(actions)}`),
  ].join("\n");
}

export const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(", ");

function countActions(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action } of answers) counts[action] = (counts[action] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The policy's own tests, by OPA. Returns the exit code. */
export async function policyTest(path: string, { json = false }: { readonly json?: boolean }): Promise<number> {
  const { ok, stdout, stderr } = await runOpa(["test", "--format", json ? "json" : "pretty", "--bundle", path], process.cwd());
  const text = stdout.toString("utf8").trimEnd();
  if (!ok && text === "") throw new BautaError(1602, { path, detail: stderr.trim().split("\n")[0] ?? "" });
  print(text === "" ? "no tests: rules called `test_…` in files `…_test.rego` are" : text);
  return ok ? EXIT.done : EXIT.evidence;
}
