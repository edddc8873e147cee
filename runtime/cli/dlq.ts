/** `bauta dlq list | open | key`: what a pipeline refused, and what is sealed of it. */
import { existsSync } from "node:fs";
import { isMeant, type NoteFilter, type RefusedNote, readNotes, sourceOfNote } from "../kafka/notes.ts";
import { newSealKeys, unseal } from "../kafka/seal.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { writeAll } from "../sinks/write.ts";
import { type ClusterOfPipeline, clusterOf } from "./compare-topics.ts";
import { EXIT } from "./exit.ts";
import { readText } from "./read-file.ts";
import { colorsFor, grouped, print, say } from "./terminal.ts";

export interface ListOptions extends NoteFilter {
  /** Those too that were replayed. */
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Lists refused records, and how many there are by code. */
export async function dlqList(path: string, options: ListOptions): Promise<number> {
  const { connection, refused } = refusedOf(path);
  const notes = (await readNotes(connection, refused)).filter((note) => isMeant(note, options));
  const shown = options.all ? notes : notes.filter(({ replayedAt }) => replayedAt === undefined);
  if (options.json) for (const note of shown) print(JSON.stringify(rowOf(note)));
  else printNotes(shown, notes.length - notes.filter(({ replayedAt }) => replayedAt === undefined).length);
  return EXIT.done;
}

export interface OpenOptions {
  /** Path of the private key. */
  readonly identity: string;
  /** `TOPIC/PARTITION/OFFSET` */
  readonly source: string;
  readonly out: string;
}

/** Opens the seal of one refused record, and writes what it holds: clear text. */
export async function dlqOpen(path: string, { identity, source, out }: OpenOptions): Promise<number> {
  const { connection, refused } = refusedOf(path);
  const key = readText(identity);
  const note = (await readNotes(connection, refused)).find((one) => sourceOfNote(one) === source);
  if (note === undefined) throw new BautaError(1001, { detail: `no refused record of ${printable(source)} is in ${refused}` });
  if (note.sealed === undefined) throw new BautaError(1525, { path: source, detail: "nothing of it was sealed" });
  const value = await unseal(key, note.sealed);
  if (out === "-") writeAll(1, value, "stdout");
  else writeFile(out, value);
  return EXIT.done;
}

/** Makes a pair of keys: the private one into a file of mode 0600, the public one on standard output. */
export async function dlqKey(path: string): Promise<number> {
  // What is sealed to a key that is overwritten is lost.
  if (existsSync(path)) throw new BautaError(1001, { detail: `${printable(path)} is there already` });
  const { privateKey, publicKey } = await newSealKeys();
  writeFile(path, new TextEncoder().encode(`# public key: ${publicKey}\n${privateKey}\n`));
  say(`✓ made ${printable(path)} (mode 0600). Whoever has it can open what is sealed to this public key:`);
  print(publicKey);
  return EXIT.done;
}

/** The cluster of a pipeline that has a topic of refused records. */
export function refusedOf(path: string): ClusterOfPipeline & { readonly refused: string } {
  const cluster = clusterOf(path);
  if (cluster.refused === undefined) throw new BautaError(1001, { detail: `${path} has no topic of refused records` });
  return { ...cluster, refused: cluster.refused };
}

function writeFile(path: string, bytes: Uint8Array): void {
  const sink = fileSink(path, { private: true });
  try {
    sink.write(bytes, 0);
    commitSink(sink);
  } finally {
    sink.close();
  }
}

function rowOf(note: RefusedNote): Record<string, unknown> {
  const { code, path, hash, at, sealed, replayedAt } = note;
  return {
    source: sourceOfNote(note),
    code,
    path,
    hash,
    at: new Date(at).toISOString(),
    sealed: sealed !== undefined,
    replayed: replayedAt === undefined ? null : new Date(replayedAt).toISOString(),
  };
}

function printNotes(notes: readonly RefusedNote[], replayed: number): void {
  const { dim, green } = colorsFor(process.stdout);
  const byCode = new Map<string, number>();
  for (const note of notes) {
    byCode.set(note.code, (byCode.get(note.code) ?? 0) + 1);
    const marks = [...(note.sealed === undefined ? [] : ["sealed"]), ...(note.replayedAt === undefined ? [] : ["replayed"])];
    print(`${note.code} ${sourceOfNote(note)} ${printable(note.path)}${marks.length === 0 ? "" : ` ${dim(`(${marks.join(", ")})`)}`}`);
  }
  for (const [code, count] of [...byCode].sort()) print(`${code} ${grouped(count)}  ${dim(`bauta help ${code}`)}`);
  if (notes.length === 0) print(green("no refused record waits"));
  if (replayed > 0) print(dim(`${grouped(replayed)} were replayed`));
}
