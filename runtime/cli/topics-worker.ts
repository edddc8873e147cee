import { TopicAdmin } from "../kafka/admin.ts";
import { givenUp } from "../kafka/answered.ts";
import { errorOfFailure, failureOf, isFinal, issueOfFailure, kafkaError } from "../kafka/failure.ts";
import { Marks } from "../kafka/marks.ts";
import type { BatchReader } from "../kafka/reader.ts";
import { Tokens } from "../kafka/token.ts";
import { TopicWriter } from "../kafka/writer.ts";
import { BautaError } from "../kit/errors.ts";
import { KAFKA_LEAVE_MS, KAFKA_TOLD_MS, KAFKA_WAIT_MS } from "../kit/limits.ts";
import type { KafkaDefinition, PipelineDefinition } from "../pipeline/definition/definition.ts";
import { Targets } from "../pipeline/topics/targets.ts";
import { systemClock } from "../platform/clock.ts";
import type { StopRequest } from "../platform/process.ts";
import type { TopicsReplay } from "./replay-topics.ts";
import type { TopicView } from "./topic-maskers.ts";
import { isPattern, openSource, type TopicsSource } from "./topics-source.ts";
import type { Watch } from "./watch.ts";

export interface Worker {
  readonly reader: BatchReader;
  readonly writer: TopicWriter;
  /** By view. */
  readonly targets: readonly Targets[];
  /** Of a view under another policy; topics that were looked at are not looked at again. */
  targetsOf(view: TopicView): Targets;
  readonly marks: Marks;
  /** Tries until the cluster answers; undefined if the worker was told to stop. */
  whenThere<T>(attempt: () => Promise<T>): Promise<T | undefined>;
  close(): Promise<void>;
}

export interface WorkerChoice {
  readonly definition: PipelineDefinition;
  readonly kafka: KafkaDefinition;
  readonly views: readonly TopicView[];
  readonly instance: string | undefined;
  readonly task: string;
  readonly stop: StopRequest;
  readonly watch: Watch;
  readonly replay: TopicsReplay | undefined;
}

/** Opens reader and writer once the cluster answers; undefined if the worker was told to stop before. */
export async function openWorker({
  definition,
  kafka,
  views,
  instance,
  task,
  stop,
  watch,
  replay,
}: WorkerChoice): Promise<Worker | undefined> {
  const { connection, group } = kafka;
  const named = definition.sources.flatMap((source) => (source.kind === "topics" ? source.topics : []));
  const topics = replay?.reader.topics() ?? named;
  const failed = (error: unknown): void => {
    if (error instanceof BautaError) watch.degraded("token", error);
  };
  const tokens = await Tokens.open(connection.sasl?.tokenCommand, failed);
  const admin = new TopicAdmin(connection);
  tokens?.add(admin);
  const source = await openSource({ kafka, topics, admin, failed });
  const closeTokens = (): void => {
    tokens?.close();
    source.close();
  };
  const first: Targets[] = [];
  const targetsOf = ({ rules, routes }: TopicView): Targets => new Targets(admin, source.admin, rules, definition.sinks, routes, first[0]);
  for (const view of views) first.push(targetsOf(view));
  const targets: readonly Targets[] = first;
  const asked = systemClock.ticks();
  const known = await whenThere(stop, watch, async () => {
    const found = await source.topics();
    for (const one of targets) {
      for (const topic of found) await one.prepare(topic);
      for (const topic of [kafka.refused, kafka.audit?.topic]) if (topic !== undefined) await one.require(topic);
    }
    return found;
  });
  if (known === undefined) {
    closeTokens();
    return undefined;
  }
  watch.answered("kafka", systemClock.ticks() - asked);
  const most = Math.max(...targets.map(({ bytesMax }) => bytesMax.most));
  const least = Math.min(...targets.map(({ bytesMax }) => bytesMax.least));
  const writer = new TopicWriter({
    connection,
    transactionalId: replay?.group ?? `${group}-${instance ?? task}`,
    shadowGroup: replay?.group,
    offsetTopic: (topic) => source.offsetTopic(topic),
    offsetNote: (topic) => source.offsetNote(topic),
    // What a pattern comes to name later may take more: how large a record may be is checked against its own topic.
    messageBytesMax: topics.some(isPattern) || !Number.isFinite(most) ? MESSAGE_BYTES : most + MESSAGE_ROOM,
    batchBytesMax: Number.isFinite(least) ? least : MESSAGE_BYTES,
  });
  tokens?.add(writer);
  const ready = await whenThere(stop, watch, async () => {
    try {
      await writer.init(KAFKA_WAIT_MS);
      return true;
    } catch (error) {
      // The writer knows better than the call, which only ran out of time.
      const event = writer.events().find(({ kind, name }) => kind === "error" && isFinal({ name, fatal: false }));
      throw event === undefined ? error : errorOfFailure(event);
    }
  });
  if (ready === undefined) {
    closeTokens();
    await writer.close();
    return undefined;
  }
  if (replay !== undefined) addTokens(replay.reader, tokens, source);
  const begun = await whenThere(stop, watch, async () => {
    await replay?.begin();
    return true;
  }).catch(async (error: unknown) => {
    closeTokens();
    await writer.close();
    throw error;
  });
  if (begun === undefined) {
    closeTokens();
    await writer.close();
    return undefined;
  }
  const reader = replay?.reader ?? source.open(instance);
  if (replay === undefined) addTokens(reader, tokens, source);
  // Any topic that is there would do; these may be read.
  const marks = new Marks({ connection, group: `${group}-${instance ?? task}`, topics: known.map((topic) => source.offsetTopic(topic)) });
  tokens?.add(marks);
  return {
    reader,
    writer,
    targets,
    targetsOf,
    marks,
    whenThere: (attempt) => whenThere(stop, watch, attempt),
    async close() {
      closeTokens();
      // A transaction that is still open is nobody's any more, and would keep readers waiting.
      await givenUp(() => writer.abort(KAFKA_LEAVE_MS));
      await givenUp(() => reader.close());
      await givenUp(() => writer.close());
    },
  };
}

function addTokens(reader: BatchReader, tokens: Tokens | undefined, source: TopicsSource): void {
  tokens?.add(reader);
  source.tokens?.add({ setToken: (token) => reader.setSourceToken(token) });
}

/** Largest batch that librdkafka takes in hand, where no topic says less; and room for its own framing. */
const MESSAGE_BYTES = 100_000_000;
const MESSAGE_ROOM = 1024;

/** Tries until the cluster answers; undefined if the worker was told to stop. What waiting does not mend is thrown. */
async function whenThere<T>(stop: StopRequest, watch: Watch, attempt: () => Promise<T>): Promise<T | undefined> {
  let told = Number.NEGATIVE_INFINITY;
  for (;;) {
    if (stop.signal.aborted) return undefined;
    try {
      return await attempt();
    } catch (error) {
      const failure = failureOf(error);
      const issue = failure === undefined ? (error instanceof BautaError ? error.issue.number : 0) : issueOfFailure(failure);
      const known = kafkaError(error);
      // Such as a coordinator that is not done with the transaction before: it was elected a moment ago.
      const waits = issue === UNREACHABLE || (failure?.retriable === true && !failure.fatal);
      if (!waits || !(known instanceof BautaError)) throw known;
      if (systemClock.ticks() - told >= KAFKA_TOLD_MS) {
        told = systemClock.ticks();
        watch.degraded("kafka", known);
      }
      await systemClock.sleep(KAFKA_WAIT_MS, stop.signal);
    }
  }
}

const UNREACHABLE = 1511;
