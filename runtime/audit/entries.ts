/**
 * Entries of a run record, one for each commit (schemas/proto/run.proto, `Checkpoint`). Each tells what is new since the one before; all
 * together are the manifest so far and the trees under way.
 */
import { create, fromBinary, type MessageInitShape as MessageInit, toBinary } from "@bufbuild/protobuf";
import { BautaError } from "../kit/errors.ts";
import {
  CheckpointSchema,
  type Manifest,
  ManifestSchema,
  type SourceChangeSchema,
  type SourceState,
  type SourceStateSchema,
  type Statement,
} from "./generated/run_pb.ts";

export const CHECKPOINT_VERSION = 2;

export function encodeEntry(
  soFar: Manifest,
  changes: readonly MessageInit<typeof SourceChangeSchema>[],
  open: readonly MessageInit<typeof SourceStateSchema>[],
): Uint8Array {
  return toBinary(
    CheckpointSchema,
    create(CheckpointSchema, { version: CHECKPOINT_VERSION, soFar, changes: [...changes], open: [...open] }),
  );
}

export interface Merged {
  /** Without the roots of its statements and what ends them. */
  readonly manifest: Manifest;
  /** Sources that are not read to their end. */
  readonly open: readonly SourceState[];
}

/** @throws BautaError 8501 if an entry is of another version, or names a source that none has told of */
export function mergeEntries(entries: readonly Uint8Array[]): Merged {
  const manifest = create(ManifestSchema);
  let states: readonly SourceState[] = [];
  for (const entry of entries) {
    const { version, soFar, changes, open } = fromBinary(CheckpointSchema, entry);
    if (version !== CHECKPOINT_VERSION || soFar === undefined) throw new BautaError(8501, { detail: `entry of version ${version}` });
    const { statements } = manifest;
    // What an entry tells at all it tells anew, but for statements, of which it tells what was added.
    if (soFar.software !== undefined) Object.assign(manifest, soFar, { statements });
    manifest.commits = soFar.commits;
    manifest.ended = soFar.ended;
    for (const added of soFar.statements) addStatement(statements, added);
    for (const { statement, at, source } of changes) {
      const sources = statements.find(({ name }) => name === statement)?.sources;
      if (sources === undefined || source === undefined || at > sources.length)
        throw new BautaError(8501, { detail: "entry without its source" });
      sources[at] = source;
    }
    states = open;
  }
  return { manifest, open: states };
}

function addStatement(statements: Statement[], added: Statement): void {
  const at = statements.findIndex(({ name }) => name === added.name);
  if (at < 0) {
    statements.push(added);
    return;
  }
  const there = statements[at] as Statement;
  const { refused, status, sinks: more } = added;
  for (const { name, segments } of more) {
    const sink = there.sinks.find((one) => one.name === name);
    if (sink === undefined) there.sinks.push(...more.filter((one) => one.name === name));
    else sink.segments.push(...segments);
  }
  const { sources, sinks } = there;
  statements[at] = Object.assign(added.model === undefined ? there : added, { refused, status, sources, sinks });
}
