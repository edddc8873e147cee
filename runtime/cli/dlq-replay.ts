/**
 * `bauta dlq replay`: refused records are read once more where they are, masked by the model as it is now, and written to where they would
 * have gone, with the position that they have had from the beginning. That a record was replayed is noted beside the note that it was
 * refused, in the same transaction: it is not replayed twice, whoever tries.
 */
import { selectEngine } from "../engines/select.ts";
import type { Partition } from "../kafka/addon.ts";
import { TopicAdmin } from "../kafka/admin.ts";
import { RecordBatch } from "../kafka/batch.ts";
import type { ConnectionDefinition } from "../kafka/connection.ts";
import { errorOfFailure, isFinal, kafkaError } from "../kafka/failure.ts";
import { RECORD_OFFSET, RECORD_STRIDE, wholeAt } from "../kafka/layout.ts";
import { isMeant, type NoteFilter, REPLAYED, type RefusedNote, readNotes, SOURCE, sourceOfNote } from "../kafka/notes.ts";
import { placeOf } from "../kafka/offsets.ts";
import { committedOf, RangeReader, watermarks } from "../kafka/range-reader.ts";
import { ShadowTopics } from "../kafka/shadow-topics.ts";
import { Tokens } from "../kafka/token.ts";
import { TopicWriter } from "../kafka/writer.ts";
import { BautaError } from "../kit/errors.ts";
import { KAFKA_CALL_MS, POLL_BYTES, REPLAY_GAP_RECORDS, TRANSACTION_RECORDS } from "../kit/limits.ts";
import { modelError } from "../model/problem.ts";
import { openPlan } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import { type BatchMasker, BatchMaskers, type RefusedRecord } from "../pipeline/topics/mask-batch.ts";
import { Targets } from "../pipeline/topics/targets.ts";
import { ViewsMasker } from "../pipeline/views-masker.ts";
import { systemClock } from "../platform/clock.ts";
import { newTask } from "../platform/task.ts";
import { refusedOf } from "./dlq.ts";
import { EXIT } from "./exit.ts";
import { readPipelineFile } from "./pipeline-file.ts";
import { policyOfPipeline } from "./policy-option.ts";
import { colorsFor, grouped, print } from "./terminal.ts";
import { openMaskers, rulesOf } from "./topic-maskers.ts";

export interface ReplayNotesOptions extends NoteFilter {
  readonly json?: boolean;
}

interface Replayed {
  replayed: number;
  /** Replayed before. */
  readonly done: number;
  readonly refusedAgain: { readonly source: string; readonly code: string; readonly path: string }[];
  /** No longer in their topics. */
  readonly gone: string[];
}

/** Records of one partition that are near to each other, in order. */
interface Chain {
  readonly topic: string;
  readonly partition: number;
  readonly offsets: number[];
}

export async function dlqReplay(path: string, options: ReplayNotesOptions): Promise<number> {
  const { connection, group, refused: notesTopic, topics } = refusedOf(path);
  const { definition, problems } = readPipelineFile(path);
  if (definition === undefined) throw modelError(problems);
  if (definition.sinks.some(({ kind }) => kind !== "topic"))
    throw new BautaError(1001, { detail: "refused records are replayed into topics, and this pipeline has other sinks" });
  if (new Set(definition.sinks.map(({ view }) => view)).size > 1)
    throw new BautaError(1001, { detail: "refused records are replayed for one view, and this pipeline has several" });
  const plan = openPlan({ ...definition, policy: await policyOfPipeline(definition), direction: "mask" });
  const source = definition.kafka?.source;
  const tokens = await Tokens.open(connection.sasl?.tokenCommand, () => undefined);
  const sourceTokens = source === undefined ? tokens : await Tokens.open(source.sasl?.tokenCommand, () => undefined);
  let writer: TopicWriter | undefined;
  try {
    const engine = await selectEngine(definition.engine);
    const admin = new TopicAdmin(connection);
    tokens?.add(admin);
    const sourceAdmin = source === undefined ? admin : new TopicAdmin(source);
    if (source !== undefined) sourceTokens?.add(sourceAdmin);
    const targets = new Targets(admin, sourceAdmin, rulesOf(definition, plan), definition.sinks, definition.routes);
    await targets.require(notesTopic);
    const before = await readNotes(connection, notesTopic);
    const named = [...new Set(before.map(({ topic }) => topic))].filter((topic) => topics.some((one) => isOf(topic, one)));
    if (source !== undefined)
      await expectSame(new ShadowTopics({ source: sourceAdmin, target: admin, group, topics: named }), connection, group);
    for (const topic of named) await targets.prepare(topic);
    const { most, least } = targets.bytesMax;
    // One id for all replays of a pipeline: whoever begins ends what another has not committed.
    const transactionalId = `${group}-dlq`;
    writer = new TopicWriter({ connection, transactionalId, messageBytesMax: most, batchBytesMax: least });
    tokens?.add(writer);
    await writer.init(KAFKA_CALL_MS);
    // Read behind that, so that what the other has committed is seen.
    const notes = (await readNotes(connection, notesTopic)).filter((note) => named.includes(note.topic) && isMeant(note, options));
    const { values, parts, batches } = openMaskers({ definition: goingOn(definition), engine, plan, writer, seal: undefined });
    const masker = new BatchMaskers(new ViewsMasker([values]), [batches]);
    try {
      const replay = new NotesReplay(masker, batches, writer, targets, source ?? connection, notesTopic, sourceTokens);
      return report(await replay.run(notes), options.json === true);
    } finally {
      masker.close();
      parts.close();
    }
  } catch (error) {
    throw kafkaError(error);
  } finally {
    tokens?.close();
    sourceTokens?.close();
    await writer?.close();
    plan.close();
  }
}

/**
 * What was refused in another cluster stands at offsets of topics there: of those that the group has read.
 * @throws BautaError 1526 for a topic that was made anew, or is another cluster's
 */
async function expectSame(shadows: ShadowTopics, connection: ConnectionDefinition, group: string): Promise<void> {
  const partitions = [...(await shadows.refresh())].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  const places = partitions.map(({ topic, partition }) => ({ topic: shadows.nameOf(topic), partition }));
  const notes = new Map((await committedOf(connection, group, places)).map((position) => [placeOf(position), position.metadata]));
  for (const [at, { topic }] of partitions.entries()) shadows.expectSame(topic, notes.get(placeOf(places[at] as Partition)) ?? undefined);
}

/** The pipeline, going on behind what it refuses and noting none of it: it is noted already. */
const goingOn = (definition: PipelineDefinition): PipelineDefinition => ({
  ...definition,
  onRefuse: "divert",
  ...(definition.kafka === undefined ? {} : { kafka: { ...definition.kafka, refused: undefined } }),
});

const isOf = (topic: string, name: string): boolean => (name.startsWith("^") ? new RegExp(name, "u").test(topic) : name === topic);

class NotesReplay {
  readonly #masker: BatchMaskers;
  readonly #batches: BatchMasker;
  readonly #writer: TopicWriter;
  readonly #targets: Targets;
  /** Of the cluster that is read, and so are the tokens. */
  readonly #connection: ConnectionDefinition;
  readonly #notesTopic: string;
  readonly #tokens: Tokens | undefined;
  readonly #task = new TextEncoder().encode(newTask(systemClock.date()));

  constructor(
    masker: BatchMaskers,
    batches: BatchMasker,
    writer: TopicWriter,
    targets: Targets,
    connection: ConnectionDefinition,
    notesTopic: string,
    tokens: Tokens | undefined,
  ) {
    this.#masker = masker;
    this.#batches = batches;
    this.#writer = writer;
    this.#targets = targets;
    this.#connection = connection;
    this.#notesTopic = notesTopic;
    this.#tokens = tokens;
  }

  async run(notes: readonly RefusedNote[]): Promise<Replayed> {
    const open = notes.filter(({ replayedAt }) => replayedAt === undefined);
    const result: Replayed = { replayed: 0, done: notes.length - open.length, refusedAgain: [], gone: [] };
    const partitions = [...new Map(open.map((note) => [`${note.topic}/${note.partition}`, note])).values()];
    const marks = await watermarks(this.#connection, partitions);
    const firsts = new Map(partitions.map(({ topic, partition }, at) => [`${topic}/${partition}`, marks[at]?.first ?? 0]));
    const there = open.filter((note) => {
      const isThere = note.offset >= (firsts.get(`${note.topic}/${note.partition}`) ?? 0);
      if (!isThere) result.gone.push(sourceOfNote(note));
      return isThere;
    });
    for (const chain of chainsOf(there)) await this.#chain(chain, result);
    return result;
  }

  async #chain({ topic, partition, offsets }: Chain, result: Replayed): Promise<void> {
    const [from, last] = [offsets[0] as number, offsets.at(-1) as number];
    const group = "bauta-reading";
    const reader = new RangeReader({ connection: this.#connection, group, ranges: [{ topic, partition, from, to: last + 1 }] });
    this.#tokens?.add(reader);
    const batch = new RecordBatch(POLL_BYTES, TRANSACTION_RECORDS);
    const wanted = new Set(offsets);
    try {
      while (!reader.isDone) {
        await reader.poll(batch, TRANSACTION_RECORDS);
        const failed = reader.events().find(({ kind, name }) => kind === "error" && isFinal({ name, fatal: false }));
        if (failed !== undefined) throw errorOfFailure(failed);
        keepOnly(batch, wanted);
        if (batch.count > 0) await this.#write(batch, topic, partition, result);
      }
    } finally {
      batch.wipe();
      this.#tokens?.remove(reader);
      await reader.close();
    }
    // A compacted topic, or one whose records were deleted, has no record there any more.
    for (const offset of wanted) result.gone.push(sourceOfNote({ topic, partition, offset }));
  }

  async #write(batch: RecordBatch, topic: string, partition: number, result: Replayed): Promise<void> {
    const writer = this.#writer;
    const batches = this.#batches;
    const [{ refused } = { refused: [] }] = this.#masker.mask(batch, [[this.#targets.planOf(topic, writer)]]);
    const again = new Set(refused.map(({ offset }) => offset));
    const notes = writer.topic(this.#notesTopic);
    let replayed = 0;
    for (let row = 0; row < batch.count; row++) {
      const offset = wholeAt(batch.records, row * RECORD_STRIDE + RECORD_OFFSET);
      if (again.has(offset)) continue;
      replayed++;
      const source = sourceOfNote({ topic, partition, offset });
      const value = new TextEncoder().encode(JSON.stringify({ event: "replayed", source: `${topic}/${partition}`, record: offset }));
      batches.append(notes, value, [
        [SOURCE, new TextEncoder().encode(source)],
        [REPLAYED, this.#task],
      ]);
    }
    if (replayed > 0) {
      await writer.stage(batches.bytes, batches.outgoing);
      await writer.commit(undefined, [], new Uint32Array(0));
    }
    result.replayed += replayed;
    result.refusedAgain.push(...refused.map(againOf));
  }
}

const againOf = (refused: RefusedRecord): Replayed["refusedAgain"][number] => ({
  source: sourceOfNote(refused),
  code: refused.issue.code,
  path: refused.path,
});

/** Records near to each other are read in one go; what is far away is sought. */
function chainsOf(notes: readonly RefusedNote[]): readonly Chain[] {
  const chains: Chain[] = [];
  for (const { topic, partition, offset } of notes) {
    const last = chains.at(-1);
    const isNear = last?.topic === topic && last.partition === partition && offset - (last.offsets.at(-1) as number) < REPLAY_GAP_RECORDS;
    if (isNear) last.offsets.push(offset);
    else chains.push({ topic, partition, offsets: [offset] });
  }
  return chains;
}

/** Takes out the rows of records that are not wanted, and those that are out of the wanted ones. */
function keepOnly(batch: RecordBatch, wanted: Set<number>): void {
  const { records } = batch;
  let kept = 0;
  for (let row = 0; row < batch.count; row++) {
    const at = row * RECORD_STRIDE;
    if (!wanted.delete(wholeAt(records, at + RECORD_OFFSET))) continue;
    records.copyWithin(kept++ * RECORD_STRIDE, at, at + RECORD_STRIDE);
  }
  batch.count = kept;
}

function report({ replayed, done, refusedAgain, gone }: Replayed, isJson: boolean): number {
  const exit = refusedAgain.length + gone.length === 0 ? EXIT.done : EXIT.refused;
  if (isJson) {
    print(JSON.stringify({ exit, replayed, done, refusedAgain, gone }));
    return exit;
  }
  const { green, yellow, dim } = colorsFor(process.stdout);
  print(green(`${grouped(replayed)} replayed`));
  if (done > 0) print(dim(`${grouped(done)} were replayed before`));
  for (const { source, code, path } of refusedAgain) print(yellow(`${source} is refused again: ${code} ${path}`));
  for (const source of gone) print(yellow(`${source} is no longer in its topic`));
  return exit;
}
