/** The policy that was in force when a run was made: what it decided, as it was kept, or as it decides again. */
import type { Policy as PolicyOfRun } from "../audit/generated/run_pb.ts";
import type { Primitives } from "../engines/api.ts";
import { placeOf } from "../kafka/offsets.ts";
import { BautaError } from "../kit/errors.ts";
import type { KafkaDefinition, PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { ViewPolicy } from "../policy/api.ts";
import { decisionsDigest } from "../policy/decisions.ts";
import { archived } from "../policy-archive.ts";
import { type ReplayTopicsOptions, rangesOf } from "./replay-topics.ts";
import { rangesOf as readBy, readRuns } from "./topic-runs.ts";

/** Digits of a digest that tell it from others. */
const SHOWN = 16;

/** As it is told. */
export const nameOf = ({ view, revision, policy }: Pick<ViewPolicy, "view" | "revision" | "policy">): string =>
  `${revision === "" ? policy.slice(0, SHOWN) : `${revision} (${policy.slice(0, SHOWN)})`} for ${view}`;

/**
 * What a policy decided in a run.
 * @param folder archive; undefined: nobody kept it
 * @param now asks the policy once more, as it is today
 * @throws BautaError 1643 if the archive does not have it, 1644 if the policy decides otherwise today
 */
export async function policyThen(
  told: PolicyOfRun | undefined,
  folder: string | undefined,
  now: () => Promise<ViewPolicy | undefined>,
): Promise<ViewPolicy | undefined> {
  if (told === undefined) return undefined;
  if (folder !== undefined) return archived(folder, told.decisions);
  const today = await now();
  if (today !== undefined && decisionsDigest(today) === told.decisions) return today;
  const detail = today === undefined ? "there is none any more" : `${nameOf(told)} then, ${nameOf(today)} today`;
  throw new BautaError(1644, { detail: `${detail}; it is not archived` });
}

/**
 * What a policy decided for the offsets that are masked once more, as the audit topic tells it.
 * @throws BautaError 1644 if no run tells of them, or several policies were in force
 */
export async function policyOfOffsets(
  { sinks, policy, sources }: PipelineDefinition,
  kafka: KafkaDefinition,
  options: ReplayTopicsOptions,
  hashes: Primitives,
): Promise<ViewPolicy> {
  const { audit, connection } = kafka;
  if (audit === undefined || policy?.archive === undefined)
    throw new BautaError(1644, {
      detail: "the pipeline has no `audit` topic and `policy.archive`; --policy-of now takes the one of today",
    });
  const topics = sources.flatMap((source) => (source.kind === "topics" ? source.topics : []));
  const ranges = await rangesOf(kafka, topics, options);
  const runs = await readRuns(connection, audit.topic, hashes);
  const view = sinks[0]?.view;
  const found = new Map<string, { readonly told: PolicyOfRun; readonly where: string[] }>();
  for (const run of runs) {
    const told = run.manifest.statements[0]?.policy;
    if (told === undefined || told.view !== view) continue;
    for (const { row, first, next } of readBy(run)) {
      const range = ranges.find((one) => placeOf(one) === row.name);
      if (range === undefined || next <= range.from || first >= range.to) continue;
      const there = found.get(told.decisions) ?? { told, where: [] };
      found.set(told.decisions, there);
      there.where.push(`${row.name} ${Math.max(first, range.from)} to ${Math.min(next, range.to) - 1}`);
    }
  }
  const [only, ...others] = [...found.values()];
  if (only === undefined) throw new BautaError(1644, { detail: "no run tells of these offsets" });
  if (others.length > 0) {
    const each = [only, ...others].map(({ told, where }) => `${nameOf(told)}: ${where.slice(0, PLACES_TOLD).join(", ")}`);
    throw new BautaError(1644, { detail: `several were in force: ${each.join("; ")}; name offsets of one` });
  }
  return archived(policy.archive, only.told.decisions);
}

const PLACES_TOLD = 4;
