/** `bauta run --from --to --into`: ranges of source topics masked once more, into a topic of their own. */
import type { Position } from "../kafka/addon.ts";
import { type PartitionRange, parseOffsets, parseShare, placeOf, sharedRanges } from "../kafka/offsets.ts";
import { RangeReader, watermarks } from "../kafka/range-reader.ts";
import { shadowName } from "../kafka/shadow-topics.ts";
import { BautaError } from "../kit/errors.ts";
import type { KafkaDefinition, PipelineDefinition } from "../pipeline/definition/definition.ts";
import { readText } from "./read-file.ts";

export interface ReplayTopicsOptions {
  /** Offsets, or the path of a file of them behind an `@`. */
  readonly from?: string;
  readonly to?: string;
  readonly into?: string;
  /** `2/4` */
  readonly share?: string;
  readonly resume?: boolean;
  /** Of a pipeline with a policy: that of the offsets, or that of today. Default: that of the offsets, if it was kept. */
  readonly policyOf?: "then" | "now";
}

export interface TopicsReplay {
  readonly reader: RangeReader;
  /** Group that says how far it came, and its transactional id. */
  readonly group: string;
  /**
   * Goes to where it begins, or goes on. What another process of it left open must be settled before.
   * @throws BautaError 1522 if it has begun before and is not told to go on
   */
  begin(): Promise<void>;
}

const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

/** The pipeline, with one topic in place of all its sinks. What is refused is told, and written nowhere. */
export function replayed(definition: PipelineDefinition, into: string): PipelineDefinition {
  if (!TOPIC.test(into.replace("{topic}", "x"))) throw new BautaError(1001, { detail: "--into takes the name of a topic" });
  return {
    ...definition,
    sinks: [{ kind: "topic", name: "replay", topic: into, create: true, ...viewOf(definition) }],
    routes: definition.routes.map((route) => ({ ...route, sinks: [0] })),
    ...(definition.kafka === undefined ? {} : { kafka: { ...definition.kafka, refused: undefined, audit: undefined } }),
  };
}

/** Who reads it: whoever reads the pipeline's own sinks. */
function viewOf({ sinks }: PipelineDefinition): { readonly view?: string | undefined } {
  const views = new Set(sinks.map(({ view }) => view));
  if (views.size > 1) throw new BautaError(1001, { detail: "--into is for pipelines with one view" });
  const [view] = views;
  return view === undefined ? {} : { view };
}

/**
 * Opens the reader of the ranges.
 * @throws BautaError 1517 for records that are not there any more
 */
export async function openReplay(kafka: KafkaDefinition, topics: readonly string[], options: ReplayTopicsOptions): Promise<TopicsReplay> {
  const { into = "", resume, share } = options;
  const whole = await rangesOf(kafka, topics, options);
  const ranges = share === undefined ? whole : sharedRanges(whole, parseShare(share));
  const group = [kafka.group, "replay", into.replace("{topic}", "_"), ...(share === undefined ? [] : [share.replace("/", "-of-")])].join(
    "-",
  );
  const { connection, source } = kafka;
  const topicOf = (topic: string): string => shadowName(kafka.group, topic);
  const offsets = source === undefined ? undefined : { connection, topicOf };
  const reader = new RangeReader({ connection: source ?? connection, group, ranges, offsets });
  const begin = async (): Promise<void> => {
    const hasBegun = await reader.resume();
    if (hasBegun && resume !== true) throw new BautaError(1522, { path: into });
  };
  return { reader, group, begin };
}

/** Ranges that the options name; what they do not say is the whole of a partition, as it is now. */
export async function rangesOf(
  { connection, source }: Pick<KafkaDefinition, "connection" | "source">,
  topics: readonly string[],
  options: Pick<ReplayTopicsOptions, "from" | "to">,
): Promise<readonly PartitionRange[]> {
  const [from, to] = [offsetsOf(options.from, "--from"), offsetsOf(options.to, "--to")];
  const named = new Map([...from, ...to].map((position) => [placeOf(position), position]));
  for (const { topic } of named.values())
    if (!topics.some((one) => (one.startsWith("^") ? new RegExp(one, "u").test(topic) : one === topic)))
      throw new BautaError(1001, { detail: `${topic} is no source of the pipeline` });
  const partitions = [...named.values()].map(({ topic, partition }) => ({ topic, partition }));
  const marks = await watermarks(source ?? connection, partitions);
  return partitions.map(({ topic, partition }, at) => {
    const place = placeOf({ topic, partition });
    const { first, next } = marks[at] as { first: number; next: number };
    const offsetIn = (list: readonly Position[]): number | undefined => list.find((one) => placeOf(one) === place)?.offset;
    const range = { topic, partition, from: offsetIn(from) ?? first, to: offsetIn(to) ?? next };
    if (range.from < first) throw new BautaError(1517, { path: place, detail: `it begins at ${first}` });
    if (range.to > next) throw new BautaError(1001, { detail: `${place} ends at ${next}` });
    if (range.to < range.from) throw new BautaError(1001, { detail: `--to of ${place} is before --from` });
    return range;
  });
}

const offsetsOf = (text: string | undefined, option: string): readonly Position[] =>
  text === undefined ? [] : parseOffsets(text.startsWith("@") ? readText(text.slice(1)) : text, option);
