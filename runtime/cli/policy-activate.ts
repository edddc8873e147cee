/** `bauta policy activate` and `rollback`: a policy put where pipelines read it, or the one before put back; both written down. */
import { userInfo } from "node:os";
import { BautaError, printable } from "../kit/errors.ts";
import { modelError } from "../model/problem.ts";
import { systemClock } from "../platform/clock.ts";
import { type Candidate, type PlannedAct, PolicyPlace } from "../policy-activation.ts";
import type { PolicyAct } from "../policy-history.ts";
import { EXIT } from "./exit.ts";
import { readPipelineFile } from "./pipeline-file.ts";
import { grantFacts, grantText } from "./policy.ts";
import { printChanges } from "./policy-diff.ts";
import { modelOf } from "./policy-option.ts";
import { colorsFor, print } from "./terminal.ts";

export interface PolicyActOptions {
  /** What it is done for; goes into the history. */
  readonly reason?: string;
  /** Nothing is written. */
  readonly dryRun?: boolean;
  /** Exit with 9, and write nothing, if a change loosens. */
  readonly refuseLoosening?: boolean;
  readonly json?: boolean;
}

/** Puts a policy where the pipeline reads it. Returns the exit code. */
export const policyActivate = (pipeline: string, policy: string, options: PolicyActOptions): Promise<number> =>
  acted(pipeline, options, (place) => place.toActivate(policy));

/** Puts back what was there before, or what `to` names. Returns the exit code. */
export const policyRollback = (pipeline: string, options: PolicyActOptions & { readonly to?: string }): Promise<number> =>
  acted(pipeline, options, (place) => place.toRollback(options.to));

async function acted(path: string, options: PolicyActOptions, plan: (place: PolicyPlace) => Promise<PlannedAct>): Promise<number> {
  const { reason = "", dryRun: isDry = false, refuseLoosening = false } = options;
  if (reason.length > REASON_MAX || reason !== printable(reason))
    throw new BautaError(1001, { detail: `--reason takes up to ${REASON_MAX} printable characters` });
  const place = placeOf(path);
  try {
    const planned = await plan(place);
    const isRefused = refuseLoosening && planned.changes.some(({ loosens }) => loosens);
    // What it lacks signatures for is shown before it is refused.
    if (options.json !== true) {
      printChanges(planned.changes, planned.changes.filter(({ loosens }) => loosens).length);
      for (const grant of planned.next.decided.grants) print(grantText(grant));
    }
    place.requireSignatures(planned);
    const isWritten = !isDry && !isRefused && !planned.isThere;
    const done = isWritten ? place.apply(planned, { at: systemClock.date(), by: userInfo().username, reason }) : undefined;
    const exit = isRefused ? EXIT.evidence : EXIT.done;
    if (options.json === true) print(JSON.stringify(reportOf(path, planned, done, exit)));
    else printAct(planned, done, isRefused);
    return exit;
  } finally {
    place.close();
  }
}

const REASON_MAX = 200;

function placeOf(path: string): PolicyPlace {
  const { definition, problems } = readPipelineFile(path);
  if (definition === undefined) throw modelError(problems);
  const { model, preset, policy, sinks } = definition;
  if (policy === undefined) throw new BautaError(1645, { path, detail: "the pipeline has no policy" });
  const { from, trust, state } = policy.source;
  if (from.kind === "http" || from.kind === "opa-server")
    throw new BautaError(1645, {
      path: from.url,
      detail: "it reads its policy from a server: put it there, with a higher serial to go back",
    });
  const { looseningSignatures } = policy;
  const views = [...new Set(sinks.flatMap(({ view }) => view ?? []))];
  return new PolicyPlace({ path: from.path, state, trust, looseningSignatures, model: modelOf({ model, preset }), views });
}

const factsOf = ({ sha256, decided: { grants }, verified: { bundle, signers } }: Candidate) => ({
  revision: bundle.manifest.revision,
  serial: bundle.serial ?? null,
  sha256,
  signers: signers.map(({ key }) => key),
  grants: grants.map(grantFacts),
});

const reportOf = (pipeline: string, { act, before, next, changes, isThere }: PlannedAct, done: PolicyAct | undefined, exit: number) => ({
  exit,
  act,
  pipeline,
  written: done !== undefined,
  unchanged: isThere,
  before: before === undefined ? null : factsOf(before),
  after: factsOf(next),
  changes,
  entry: done ?? null,
});

function printAct({ act, before, next, isThere }: PlannedAct, done: PolicyAct | undefined, isRefused: boolean): void {
  const colors = colorsFor(process.stdout);
  const from = before === undefined ? "nothing" : nameOf(before);
  if (isThere) return print(`${colors.green("unchanged")}  ${nameOf(next)} is in place`);
  if (isRefused) return print(`${colors.red("refused")}  ${nameOf(next)} loosens; ${from} stays in place`);
  if (done === undefined) return print(`${colors.yellow("dry run")}  ${from} would become ${nameOf(next)}; nothing was written`);
  const word = act === "activate" ? "activated" : "rolled back";
  print(`${colors.green(word)}  ${from} → ${nameOf(next)}; act ${done.sequence} of the history`);
}

/** Digits of a digest that tell it from others. */
const SHOWN = 16;

const nameOf = ({ sha256, verified: { bundle } }: Candidate): string => {
  const { revision } = bundle.manifest;
  const serial = bundle.serial === undefined ? "" : `, serial ${bundle.serial}`;
  return `${revision === "" ? "" : `${printable(revision)} `}(${sha256.slice(0, SHOWN)}${serial})`;
};
