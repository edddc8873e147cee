/**
 * The record of a run in the making: trees over what went in and came out, and everything else that its manifest will say. It records
 * (pipeline/recorder.ts) and observes (pipeline/observe.ts); what it makes is handed over when the run ends, however it ends.
 */
import { create, type MessageInitShape as MessageInit } from "@bufbuild/protobuf";
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import type {
  RunEnd,
  RunEvent,
  RunObserver,
  RunStart,
  SourceEnded,
  SourceOpened,
  StatementEnd,
  StatementStart,
} from "../pipeline/observe.ts";
import type { Refusal } from "../pipeline/outlet.ts";
import type { CommitFacts, Recorder } from "../pipeline/recorder.ts";
import type { Delivery } from "../record/delivery.ts";
import type { Segment, Sink } from "../sinks/api.ts";
import { encodeEntry, mergeEntries } from "./entries.ts";
import { Gaps } from "./gaps.ts";
import {
  type FieldCountSchema,
  type FrontierSchema,
  type Manifest,
  ManifestSchema,
  type SegmentSchema,
  type Source,
  SourceSchema,
  type SourceState,
  type SourceStateSchema,
  type Statement,
  StatementSchema,
  TreeSchema,
} from "./generated/run_pb.ts";
import { addGaps, LeafMaker } from "./leaves.ts";
import { MANIFEST_VERSION } from "./manifest.ts";
import { MerkleTree } from "./merkle.ts";

/** What the names of settings begin with that are routes. */
export const ROUTE_PREFIX = "route ";

type TreeHashes = Pick<Primitives, "leaves" | "keyedLeaves" | "nodes">;

/** What a manifest says of a statement's model and key besides what the run tells of them. */
export interface StatementEvidence {
  /** HMAC key of input leaves: the ring's purpose key `run-inputs`. The caller's, and wiped by it. */
  readonly auditKey: Uint8Array;
  readonly keyCheck: string;
  readonly keyFingerprint: string;
  /** Keyed id of the seed; empty without one. */
  readonly seed: string;
  /** Entries of the lock, by name. */
  readonly lists: readonly (readonly [name: string, digest: string])[];
  /** Rules in their order. */
  readonly rules: readonly (readonly [place: string, digest: string])[];
  /** Of data files in which an entry is a line: sums that name one that changed, by name. */
  readonly entries: readonly (readonly [name: string, sums: string])[];
}

export interface RecordParts {
  readonly hashes: TreeHashes;
  evidenceOf(statement: string): StatementEvidence;
  /** Runtime and platform, for `software`. */
  readonly runtime: Readonly<Record<string, string>>;
  readonly signer: { readonly key: string; readonly version: number; readonly environment: string } | undefined;
  /** Somebody keeps the entries: without a journal they are not made. */
  readonly journaled: boolean;
  /** false: nobody goes on with the trees, so entries tell what moved, and no trees under way. Default: true. */
  readonly keepsTrees?: boolean;
  /** Takes the manifest when the run has ended. What it throws fails the run. */
  finish(manifest: Manifest): void;
}

/** Records of a partition, of which somebody else made the leaves. */
export interface PartitionLeaves {
  readonly inputs: Uint8Array;
  readonly inCount: number;
  readonly outputs: Uint8Array;
  readonly outCount: number;
  /** Of values. */
  readonly bytes: number;
  /** Offset of the first record, and the one behind the last. */
  readonly first: number;
  readonly next: number;
}

interface SourceTrees {
  readonly statement: string;
  /** Place among the sources of its statement. */
  readonly at: number;
  readonly row: Source;
  readonly inputs: MerkleTree;
  readonly outputs: MerkleTree;
  /** Sinks that have had nothing but this source so far, all of it: `outputs` is their tree, too. */
  readonly twins: Set<SinkTree>;
  /** `outputs` before the last delivery; kept while there are twins. */
  before: MerkleTree | undefined;
}

interface SinkTree {
  readonly gaps: Gaps;
  /** Records of the segment under way. */
  records: number;
  /** Once it is another than any source's. */
  tree: MerkleTree | undefined;
  twin: SourceTrees | undefined;
}

export class RunRecord implements Recorder, RunObserver {
  readonly name = "manifest";
  readonly mandatory = true;
  readonly #parts: RecordParts;
  #manifest: Manifest = create(ManifestSchema, { version: MANIFEST_VERSION });
  /** By statement and source: those that are under way. One name may be read twice, one time after the other. */
  readonly #sources = new Map<string, SourceTrees>();
  /** Those that have ended since the last entry. */
  #ended: SourceTrees[] = [];
  /** What entries of this process have told and need not tell again. */
  #isHeadTold = false;
  readonly #toldStatements = new Set<string>();
  /** How often a source was opened and not read to its end. */
  readonly #stopped = new Map<string, number>();
  readonly #sinks = new Map<string, SinkTree>();
  /** Names of the sinks that records go to; there are reports besides. */
  readonly #recordSinks = new Set<string>();
  /** Sources that have moved since the last entry. */
  readonly #moved = new Set<SourceTrees>();
  readonly #evidence = new Map<string, StatementEvidence>();
  /** Refused records of the statement under way, by code. */
  readonly #refused = new Map<string, Map<string, number>>();
  readonly #leaves: LeafMaker;
  /** Where the last delivery came from. */
  #deliverer: SourceTrees | undefined;
  /** Output leaves of the last delivery. */
  #delivered: Uint8Array = new Uint8Array(0);

  constructor(parts: RecordParts) {
    this.#parts = parts;
    this.#leaves = new LeafMaker(parts.hashes);
  }

  /** What is said of a run that does not come to its end: a signal, or a bug. */
  broken(status: "stopped" | "failed", at: number): Manifest {
    const manifest = this.soFar;
    manifest.status = status;
    manifest.ended = timeOf(at);
    return manifest;
  }

  /** The manifest as far as it is known: what would be said if the run ended here. */
  get soFar(): Manifest {
    for (const trees of this.#sources.values()) settle(trees);
    for (const statement of this.#manifest.statements) this.#sum(statement);
    return this.#manifest;
  }

  delivered(statement: string, source: string, delivery: Delivery): void {
    const trees = this.#sourceOf(statement, source);
    const { inputs, outputs, twins } = trees;
    // A sink that did not get all of the delivery before this one goes its own way.
    for (const sink of twins) if (sink.records !== outputs.size) this.#part(sink);
    trees.before = twins.size === 0 ? undefined : outputs.copy();
    const { leaves, count } = delivery;
    inputs.append(leaves?.inputs ?? this.#leaves.inputs(this.#evidenceOf(statement).auditKey, delivery), count);
    this.#delivered = leaves?.outputs ?? this.#leaves.outputs(delivery);
    outputs.append(this.#delivered, count);
    this.#deliverer = trees;
  }

  /** Records of a partition, in the order of their offsets, refused ones among those that came in. */
  deliveredApart(statement: string, source: string, leaves: PartitionLeaves): void {
    const trees = this.#sourceOf(statement, source);
    const { row } = trees;
    trees.inputs.append(leaves.inputs, leaves.inCount);
    trees.outputs.append(leaves.outputs, leaves.outCount);
    row.bytes += BigInt(leaves.bytes);
    row.firstOffset ??= BigInt(leaves.first);
    row.nextOffset = BigInt(leaves.next);
    this.#moved.add(trees);
  }

  refusedApart(statement: string, code: string): void {
    const codes = this.#refused.get(statement) ?? new Map<string, number>();
    this.#refused.set(statement, codes);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }

  /** What comes of that source from now on is a row of its own. */
  leaveSource(statement: string, source: string): void {
    const key = keyOf(statement, source);
    const trees = this.#sources.get(key);
    if (trees === undefined) return;
    settle(trees);
    this.#leave(key, trees);
  }

  /** Rows [from, to) of a delivery that no source delivered: leaves of its own are made. */
  wroteApart(sink: Sink, delivery: Delivery, from: number, to: number): void {
    const there = this.#sinkOf(sink.name);
    addGaps(there.gaps, delivery, from, to);
    there.records += to - from;
    there.tree ??= new MerkleTree(this.#parts.hashes);
    there.tree.append(this.#leaves.outputs(delivery).subarray(from * DIGEST_BYTES), to - from);
  }

  /** A segment that is no file, such as what a run wrote to a topic: nothing of it is hashed. */
  tellSegment(sink: string, name: string, records: number, bytes: number): void {
    const { statements } = this.#manifest;
    const row = statements.at(-1) === undefined ? undefined : this.#sinkRow(statements.at(-1) as Statement, sink);
    const [segment] = create(StatementSchema, {
      sinks: [{ name: sink, segments: [{ name, records: BigInt(records), bytes: BigInt(bytes) }] }],
    }).sinks.flatMap(({ segments }) => segments);
    if (segment !== undefined) row?.segments.push(segment);
  }

  /** How things stand; what it returns goes back to that. */
  snapshot(): () => void {
    const manifest = this.#manifest;
    const { commits, ended } = manifest;
    const copied = (trees: SourceTrees): SourceTrees => ({
      ...trees,
      inputs: trees.inputs.copy(),
      outputs: trees.outputs.copy(),
      twins: new Set(),
    });
    const offsets = ({ bytes, firstOffset, nextOffset }: Source) => ({ bytes, firstOffset, nextOffset });
    const sources = [...this.#sources].map(([key, trees]) => ({ key, trees: copied(trees), offsets: offsets(trees.row) }));
    const left = [...this.#ended];
    const refused = [...this.#refused].map(([statement, codes]) => [statement, new Map(codes)] as const);
    const lengths = manifest.statements.map(({ sources: rows, sinks }) => ({
      rows: rows.length,
      sinks: sinks.map(({ segments }) => segments.length),
    }));
    const [isHeadTold, told, moved] = [this.#isHeadTold, [...this.#toldStatements], new Set([...this.#moved].map(({ row }) => row))];
    return () => {
      Object.assign(manifest, { commits, ended });
      this.#sources.clear();
      this.#moved.clear();
      for (const { key, trees, offsets: before } of sources) {
        this.#sources.set(key, trees);
        Object.assign(trees.row, before);
        if (moved.has(trees.row)) this.#moved.add(trees);
        settle(trees);
      }
      this.#ended = left;
      this.#refused.clear();
      for (const [statement, codes] of refused) this.#refused.set(statement, codes);
      for (const [at, { rows, sinks }] of lengths.entries()) {
        const statement = manifest.statements[at] as Statement;
        statement.sources.length = rows;
        for (const [place, count] of sinks.entries()) (statement.sinks[place] as Statement["sinks"][number]).segments.length = count;
      }
      this.#isHeadTold = isHeadTold;
      this.#toldStatements.clear();
      for (const name of told) this.#toldStatements.add(name);
      // Whatever was written to a segment is gone with it.
      this.#sinks.clear();
    };
  }

  refused(statement: string, source: string, { bytes, inputLeaf, issue }: Refusal): void {
    const leaf = inputLeaf ?? this.#leaves.input(this.#evidenceOf(statement).auditKey, bytes);
    this.#sourceOf(statement, source).inputs.append(leaf, 1);
    const codes = this.#refused.get(statement) ?? new Map<string, number>();
    this.#refused.set(statement, codes);
    codes.set(issue.code, (codes.get(issue.code) ?? 0) + 1);
  }

  wrote(sink: Sink, delivery: Delivery, from: number, to: number): void {
    const there = this.#sinkOf(sink.name);
    addGaps(there.gaps, delivery, from, to);
    const records = to - from;
    const source = this.#deliverer;
    const isAll = records === delivery.count;
    // Most sinks get one source after the other, and most runs have one of each: then one tree serves both.
    if (source !== undefined && there.records === 0 && isAll && source.outputs.size === records) {
      there.twin = source;
      source.twins.add(there);
    } else if (there.twin !== undefined && (there.twin !== source || !isAll)) this.#part(there);
    there.records += records;
    if (there.twin !== undefined) return;
    there.tree ??= new MerkleTree(this.#parts.hashes);
    there.tree.append(this.#delivered.subarray(from * DIGEST_BYTES), records);
  }

  wroteSeparators(sink: Sink, bytes: Uint8Array): void {
    this.#sinkOf(sink.name).gaps.add(bytes, 0, bytes.length);
  }

  entry({ sequence, at, positions, segments }: CommitFacts): Uint8Array {
    const manifest = this.#manifest;
    manifest.commits = BigInt(sequence + 1);
    manifest.ended = timeOf(at);
    for (const { statement, source, offset } of positions) {
      const trees = this.#sources.get(keyOf(statement, source));
      if (trees !== undefined) trees.row.bytes = BigInt(offset);
    }
    const added = segments.flatMap((segment) => this.#close(segment));
    if (!this.#parts.journaled) return new Uint8Array(0);
    const open = [...this.#sources.values()];
    for (const trees of open) settle(trees);
    const { version, commits, ended } = manifest;
    const under = manifest.statements.at(-1);
    const soFar = create(ManifestSchema, {
      ...(this.#isHeadTold ? { version, commits, ended } : manifest),
      statements: manifest.statements.map((statement) => {
        const { name, status, sinks } = statement;
        const isTold = this.#toldStatements.has(name);
        const facts = isTold ? { name, status } : statement;
        // Sinks that nothing goes to are told of, too.
        const rows = isTold
          ? []
          : sinks.filter((sink) => !added.some((one) => one.name === sink.name)).map(({ name: sink }) => ({ name: sink }));
        const { sinks: more } = create(StatementSchema, { sinks: [...rows, ...(statement === under ? added : [])] });
        return create(StatementSchema, { ...facts, refused: this.#refusedOf(name), sources: [], sinks: more });
      }),
    });
    this.#isHeadTold = true;
    for (const { name } of manifest.statements) this.#toldStatements.add(name);
    const keepsTrees = this.#parts.keepsTrees !== false;
    const changed = keepsTrees ? [...this.#ended, ...open] : [...new Set([...this.#ended, ...this.#moved])];
    const changes = changed.map(({ statement, at: place, row }) => ({ statement, at: place, source: row }));
    this.#ended = [];
    this.#moved.clear();
    return encodeEntry(soFar, changes, keepsTrees ? open.map(stateOf) : []);
  }

  whole(): Uint8Array {
    return encodeEntry(this.soFar, [], [...this.#sources.values()].map(stateOf));
  }

  restore(entries: readonly Uint8Array[]): void {
    const { manifest, open } = mergeEntries(entries);
    this.#manifest = manifest;
    manifest.resumed = true;
    for (const { statement, at, inputs, outputs } of open) {
      const row = manifest.statements.find(({ name }) => name === statement)?.sources[at];
      if (row === undefined) throw new BautaError(8501, { detail: "entry without its source" });
      this.#open(statement, at, row, this.#grown(inputs), this.#grown(outputs));
    }
    for (const statement of manifest.statements) {
      this.#refused.set(statement.name, new Map(statement.refused.map(({ code, records }) => [code, Number(records)])));
    }
  }

  observe(event: RunEvent): void {
    switch (event.event) {
      case "run-start":
        return this.#start(event);
      case "statement-start":
        return this.#startStatement(event);
      case "source-opened":
        return this.#openSource(event);
      case "source-ended":
        return this.#endSource(event);
      case "statement-end":
        return this.#endStatement(event);
      case "run-end":
        return this.#end(event);
      case "committed":
      case "progress":
      case "refused":
      case "degrade":
      case "values":
      case "policy":
      case "policy-look":
      case "health":
      case "batch":
      case "lag":
        return;
      default:
        return event satisfies never;
    }
  }

  #start({ at, task, command, pipeline, bauta, engine, configuration }: RunStart): void {
    const { runtime, signer } = this.#parts;
    const manifest = this.#manifest;
    manifest.task = task;
    manifest.command = command;
    manifest.pipeline = pipeline;
    if (manifest.started === "") manifest.started = timeOf(at);
    const said = create(ManifestSchema, {
      software: { bauta, engine: engine.name, engineVersion: engine.version, facts: settingsOf({ ...engine.facts, ...runtime }) },
      settings: settingsOf(configuration),
      ...(signer === undefined ? {} : { signer: { algorithm: "ed25519", ...signer } }),
    });
    if (said.software !== undefined) manifest.software = said.software;
    if (said.signer !== undefined) manifest.signer = said.signer;
    manifest.settings = said.settings;
  }

  #startStatement({ statement, plan, onRefuse, frame, input, routes, sinks: shared }: StatementStart): void {
    for (const { name } of shared) this.#recordSinks.add(name);
    const { keyCheck, keyFingerprint, seed, lists, rules, entries } = this.#evidenceOf(statement);
    const said = create(StatementSchema, {
      name: statement,
      model: {
        name: plan.model,
        mode: plan.mode,
        seed,
        lock: plan.lock,
        origins: [...plan.origins],
        lists: lists.map(([name, value]) => ({ name, value })),
        rules: rules.map(([name, value]) => ({ name, value })),
        entries: entries.map(([name, value]) => ({ name, value })),
      },
      key: {
        origin: plan.keyOrigin,
        id: plan.keyId,
        environment: plan.environment,
        version: plan.keyVersion,
        check: keyCheck,
        fingerprint: keyFingerprint,
      },
      ...(plan.policy === undefined ? {} : { policy: plan.policy }),
      settings: settingsOf({
        frame,
        input,
        "on-refuse": onRefuse,
        routes: routes.map(({ name }) => name),
        ...Object.fromEntries(routes.map(({ name, digest }) => [`${ROUTE_PREFIX}${name}`, digest])),
      }),
    });
    const there = this.#manifest.statements.findIndex(({ name }) => name === statement);
    if (there < 0) {
      this.#manifest.statements.push(said);
      for (const { name } of shared) this.#sinkRow(said, name);
      return;
    }
    // A run that goes on keeps what was done.
    const { sources, sinks, counts, refused } = this.#manifest.statements[there] as Statement;
    this.#manifest.statements[there] = { ...said, sources, sinks, refused, ...(counts === undefined ? {} : { counts }) };
  }

  #openSource({ statement, source, size, sink, from }: SourceOpened): void {
    if (sink !== undefined) this.#recordSinks.add(sink);
    // One that begins anew is another, even where a run that was stopped has left one of its name.
    const key = keyOf(statement, source);
    const there = this.#sources.get(key);
    if (there !== undefined && there.inputs.size > 0 && from.offset === 0) this.#leave(key, there);
    const { row } = this.#sourceOf(statement, source);
    if (size !== undefined) row.bytesPlanned = BigInt(size);
  }

  #endSource({ statement, source, position, unreadFrom, resumes }: SourceEnded): void {
    const trees = this.#sourceOf(statement, source);
    trees.row.bytes = BigInt(position.offset);
    trees.row.complete = unreadFrom === undefined;
    settle(trees);
    const name = keyOf(statement, source);
    // The next process goes on with its trees.
    if (!resumes) this.#leave(name, trees);
    if (unreadFrom !== undefined) this.#stopped.set(name, (this.#stopped.get(name) ?? 0) + 1);
  }

  #endStatement(event: StatementEnd): void {
    const { times } = event;
    const statement = this.#statement(event.statement);
    statement.status = event.ended;
    if (statement.model !== undefined) statement.model.plan = event.planDigest;
    tellCounts(statement, event);
    statement.timings = create(StatementSchema, {
      timings: Object.entries(times).map(([stage, milliseconds]) => ({ stage, milliseconds: Math.round(milliseconds * 1000) / 1000 })),
    }).timings;
    // What was not even opened was planned all the same; of what was, the row is there.
    for (const { source } of event.unread) {
      const name = keyOf(event.statement, source);
      const stopped = this.#stopped.get(name) ?? 0;
      this.#stopped.set(name, stopped - 1);
      if (stopped > 0) continue;
      const trees = this.#sourceOf(event.statement, source);
      settle(trees);
      this.#leave(name, trees);
    }
    for (const { name, planned, exported } of event.sinks) {
      const sink = this.#sinkRow(statement, name);
      // What a process before this one exported is in its segments.
      sink.exported = sink.segments.reduce((sum, { records }) => sum + records, 0n);
      sink.planned = sink.exported + BigInt(planned - exported);
    }
  }

  #end({ at, ended, issue }: RunEnd): void {
    const manifest = this.soFar;
    manifest.status = ended;
    manifest.issue = issue?.code ?? "";
    manifest.ended = timeOf(at);
    this.#parts.finish(manifest);
  }

  #sum(statement: Statement): void {
    sumRoots(this.#parts.hashes, statement);
    if (statement.status === "") this.#sumUp(statement);
    statement.refused = this.#refusedOf(statement.name);
  }

  #refusedOf(name: string): Statement["refused"] {
    const codes = sorted([...(this.#refused.get(name) ?? [])], ([code]) => code);
    return create(StatementSchema, { refused: codes.map(([code, count]) => ({ code, records: BigInt(count) })) }).refused;
  }

  /** Of a statement that did not come to its end: what its trees tell. */
  #sumUp(statement: Statement): void {
    const { inputs, outputs, sources } = statement;
    const records = inputs?.records ?? 0n;
    const out = outputs?.records ?? 0n;
    const bytesIn = sources.reduce((sum, { bytes }) => sum + bytes, 0n);
    const said = create(StatementSchema, { counts: { in: records, out, refused: records - out, bytesIn } });
    if (said.counts !== undefined) statement.counts = said.counts;
    for (const sink of statement.sinks) {
      sink.exported = sink.segments.reduce((sum, segment) => sum + segment.records, 0n);
      sink.planned = sink.exported + BigInt(this.#sinks.get(sink.name)?.records ?? 0);
    }
  }

  /** Ends a segment: the sink, with what was added to it. */
  #close({ sink: name, name: place, firstRecord, records, bytes }: Segment): Statement["sinks"] {
    const row = this.#rowOfSink(name);
    if (row === undefined) return [];
    const trees = this.#recordSinks.has(name) ? this.#sinkOf(name) : undefined;
    const tree = trees === undefined ? undefined : this.#treeOf(trees);
    const isWhole = trees !== undefined && tree?.size === records;
    const segment: MessageInit<typeof SegmentSchema> = {
      name: place,
      firstRecord: BigInt(firstRecord),
      records: BigInt(records),
      bytes: BigInt(bytes),
      root: isWhole && tree !== undefined ? hex(tree.root()) : "",
      gaps: isWhole ? trees.gaps.finish() : "",
    };
    const added = create(StatementSchema, { sinks: [{ name, segments: [segment] }] }).sinks;
    row.segments.push(...added.flatMap(({ segments }) => segments));
    if (trees !== undefined) trees.twin?.twins.delete(trees);
    this.#sinks.delete(name);
    return added;
  }

  /** The tree of a sink's segment. */
  #treeOf(sink: SinkTree): MerkleTree {
    if (sink.twin !== undefined && sink.twin.outputs.size === sink.records) return sink.twin.outputs;
    if (sink.twin !== undefined) this.#part(sink);
    sink.tree ??= new MerkleTree(this.#parts.hashes);
    return sink.tree;
  }

  /** Gives a sink a tree of its own, as it was when it last had all of its source. */
  #part(sink: SinkTree): void {
    const { twin, records } = sink;
    const tree = [twin?.outputs, twin?.before].find((candidate) => candidate?.size === records);
    if (twin === undefined || tree === undefined) throw new BautaError(9001, { detail: "a sink that lost its tree" });
    sink.tree = tree.copy();
    sink.twin = undefined;
    twin.twins.delete(sink);
  }

  /** The sink's row, in the statement that is under way. */
  #rowOfSink(name: string): Statement["sinks"][number] | undefined {
    const statement = this.#manifest.statements.at(-1);
    return statement === undefined ? undefined : this.#sinkRow(statement, name);
  }

  #sinkRow(statement: Statement, name: string): Statement["sinks"][number] {
    const there = statement.sinks.find((sink) => sink.name === name);
    if (there !== undefined) return there;
    const [row] = create(StatementSchema, { sinks: [{ name }] }).sinks as [Statement["sinks"][number]];
    statement.sinks.push(row);
    return row;
  }

  #statement(name: string): Statement {
    const statement = this.#manifest.statements.find((one) => one.name === name);
    if (statement === undefined) throw new BautaError(9001, { detail: "a statement that did not begin" });
    return statement;
  }

  #sourceOf(statement: string, source: string): SourceTrees {
    const key = keyOf(statement, source);
    const there = this.#sources.get(key);
    if (there !== undefined) return there;
    const row = create(SourceSchema, { name: source });
    const at = this.#statement(statement).sources.push(row) - 1;
    const { hashes } = this.#parts;
    return this.#open(statement, at, row, new MerkleTree(hashes), new MerkleTree(hashes));
  }

  #open(statement: string, at: number, row: Source, inputs: MerkleTree, outputs: MerkleTree): SourceTrees {
    const trees: SourceTrees = { statement, at, row, inputs, outputs, twins: new Set(), before: undefined };
    this.#sources.set(keyOf(statement, row.name), trees);
    return trees;
  }

  /** Nothing is added to it any more. */
  #leave(key: string, trees: SourceTrees): void {
    this.#sources.delete(key);
    if (this.#parts.journaled) this.#ended.push(trees);
  }

  #sinkOf(name: string): SinkTree {
    const there = this.#sinks.get(name);
    if (there !== undefined) return there;
    const sink: SinkTree = { gaps: new Gaps(), records: 0, tree: undefined, twin: undefined };
    this.#sinks.set(name, sink);
    return sink;
  }

  #evidenceOf(statement: string): StatementEvidence {
    const there = this.#evidence.get(statement);
    if (there !== undefined) return there;
    const evidence = this.#parts.evidenceOf(statement);
    this.#evidence.set(statement, evidence);
    return evidence;
  }

  #grown(frontier: SourceState["inputs"]): MerkleTree {
    const { size = 0n, digests = new Uint8Array(0), sums = "" } = frontier ?? {};
    return new MerkleTree(this.#parts.hashes, { size: Number(size), digests, sums });
  }
}

/**
 * The manifest of a run that was killed, from the entries of its journal.
 * @param states numbers of its statements, as the journal has them
 * @throws BautaError 8501 if an entry is of another version
 */
export function manifestOfEntries(
  hashes: TreeHashes,
  entries: readonly Uint8Array[],
  states: readonly Pick<StatementEnd, "statement" | "counts" | "fields">[],
): Manifest {
  const { manifest } = mergeEntries(entries);
  manifest.status = "killed";
  for (const statement of manifest.statements) {
    if (statement.status === "") statement.status = "killed";
    sumRoots(hashes, statement);
    const state = states.find((one) => one.statement === statement.name);
    if (state !== undefined) tellCounts(statement, state);
    for (const sink of statement.sinks) {
      sink.exported = sink.segments.reduce((sum, { records }) => sum + records, 0n);
      sink.planned = sink.exported;
    }
  }
  return manifest;
}

/** The roots of a statement, over those of its sources. */
function sumRoots(hashes: TreeHashes, statement: Statement): void {
  const roots = new MerkleTree(hashes);
  const outputs = new MerkleTree(hashes);
  let records = 0n;
  let out = 0n;
  for (const row of statement.sources) {
    appendRoot(hashes, roots, row.inputs?.root ?? "");
    appendRoot(hashes, outputs, row.outputs?.root ?? "");
    records += row.inputs?.records ?? 0n;
    out += row.outputs?.records ?? 0n;
  }
  statement.inputs = create(TreeSchema, { records, root: hex(roots.root()) });
  statement.outputs = create(TreeSchema, { records: out, root: hex(outputs.root()) });
}

/** The root over roots: each is the data of a leaf. */
export function appendRoot(hashes: Pick<Primitives, "leaves">, tree: MerkleTree, root: string): void {
  const leaf = new Uint8Array(DIGEST_BYTES);
  hashes.leaves(new Uint8Array(Buffer.from(root, "hex")), Uint32Array.of(0, root.length / 2), 1, leaf);
  tree.append(leaf, 1);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const treeOf = (tree: MerkleTree): Statement["inputs"] & object =>
  create(TreeSchema, { records: BigInt(tree.size), root: hex(tree.root()), sums: tree.size < 2 ? "" : tree.sums });
/** Tells the trees in the source's row. */
function settle({ row, inputs, outputs }: SourceTrees): void {
  row.inputs = treeOf(inputs);
  row.outputs = treeOf(outputs);
  row.records = BigInt(inputs.size);
}

const timeOf = (at: number): string => new Date(at).toISOString();
const keyOf = (statement: string, source: string): string => `${statement}\0${source}`;

function stateOf({ statement, at, inputs, outputs }: SourceTrees): MessageInit<typeof SourceStateSchema> {
  const frontier = (tree: MerkleTree): MessageInit<typeof FrontierSchema> => {
    const { size, digests, sums } = tree.frontier();
    return { size: BigInt(size), digests, sums };
  };
  return { statement, at, inputs: frontier(inputs), outputs: frontier(outputs) };
}

type Numbers = Pick<StatementEnd, "counts" | "fields">;

/** Puts a statement's numbers into its row. */
function tellCounts(statement: Statement, numbers: Numbers): void {
  const { counts } = numbers;
  const { key } = statement;
  const said = create(StatementSchema, {
    counts: {
      in: BigInt(counts.in),
      out: BigInt(counts.out),
      refused: BigInt(counts.refused),
      // What a run that goes on reads again is not read twice.
      bytesIn: statement.sources.reduce((sum, { bytes }) => sum + bytes, 0n),
      bytesOut: BigInt(counts.bytesOut),
      values: BigInt(counts.found),
      masked: BigInt(counts.masked),
      kept: BigInt(counts.kept),
      removed: BigInt(counts.removed),
      otherwise: BigInt(counts.otherwise),
      left: BigInt(counts.left),
    },
    messages: messagesOf(numbers),
    namespaces: namespacesOf(numbers, key === undefined || key.id === "" ? (key?.origin ?? "") : `${key.id}/${key.version}`),
  });
  if (said.counts !== undefined) statement.counts = said.counts;
  statement.messages = said.messages;
  statement.namespaces = said.namespaces;
}

type FieldEvent = StatementEnd["fields"][number];
/** Outcomes by the names that a manifest has for them. */
const OUTCOMES = {
  masked: "masked",
  "otherwise-token": "token",
  "otherwise-redacted": "redacted",
  kept: "kept",
  removed: "removed",
  left: "left",
} as const;

/** Records by message type, and the values of its fields; a field whose operation has several outcomes is one row. */
function messagesOf({ fields, counts }: Numbers): Statement["messages"] {
  const rows = new Map<string, Map<string, MessageInit<typeof FieldCountSchema>>>();
  const formats = new Map<string, string>();
  for (const { format, message, path, dataClass, technique, kind, namespace, outcome, count } of fields) {
    formats.set(message, format);
    const there = rows.get(message) ?? new Map<string, MessageInit<typeof FieldCountSchema>>();
    rows.set(message, there);
    const key = [path, technique, namespace, kind, dataClass].join("\0");
    const row = there.get(key) ?? { path, class: dataClass, technique, kind, namespace };
    there.set(key, { ...row, [OUTCOMES[outcome]]: (row[OUTCOMES[outcome]] ?? 0n) + BigInt(count) });
  }
  const names = sorted([...new Set([...counts.recordsByMessage.keys(), ...rows.keys()])], (name) => name);
  return create(StatementSchema, {
    messages: names.map((message) => ({
      format: formats.get(message) ?? "",
      message,
      records: BigInt(counts.recordsByMessage.get(message) ?? 0),
      fields: sorted([...(rows.get(message) ?? [])], ([key]) => key).map(([, row]) => row),
    })),
  }).messages;
}

/** Values that became what a sub-key makes of them. */
function namespacesOf({ fields }: Numbers, key: string): Statement["namespaces"] {
  const sums = new Map<string, FieldEvent>();
  for (const field of fields) {
    if (field.namespace === "" || (field.outcome !== "masked" && field.outcome !== "otherwise-token")) continue;
    const there = sums.get(field.namespace);
    sums.set(field.namespace, { ...field, count: field.count + (there?.count ?? 0) });
  }
  const rows = sorted([...sums.values()], ({ namespace }) => namespace);
  return create(StatementSchema, {
    namespaces: rows.map(({ namespace, technique, kind, count }) => ({ namespace, technique, kind, key, values: BigInt(count) })),
  }).namespaces;
}

/** By code units, so that the order is the same everywhere. */
function sorted<T>(rows: readonly T[], by: (row: T) => string): T[] {
  return rows.toSorted((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
}

/** Settings by name. A list or a flag is told as its JSON, a text as it is. */
function settingsOf(values: Readonly<Record<string, unknown>>): { name: string; value: string }[] {
  const told = Object.entries(values).filter(([, value]) => value !== undefined);
  return sorted(told, ([name]) => name).map(([name, value]) => ({
    name,
    value: typeof value === "string" ? value : JSON.stringify(value),
  }));
}
