/** The manifest of a run that was killed, from its journal: what its last commit had made durable. */
import { existsSync, readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { type Manifest, ManifestSchema } from "../audit/generated/run_pb.ts";
import { writeManifest } from "../audit/manifest-file.ts";
import { manifestOfEntries } from "../audit/record.ts";
import { signerOf } from "../audit/signature.ts";
import type { Primitives } from "../engines/api.ts";
import type { KeyRing } from "../keys/api.ts";
import { BautaError } from "../kit/errors.ts";
import { isJournal, parseJournal } from "../pipeline/journal-file.ts";

export interface Killed {
  readonly manifest: Manifest;
  /** Private names of segments that were durable and not yet visible, by their names. */
  readonly hidden: ReadonlyMap<string, string>;
}

/** What a journal tells; undefined for a file that is none. Throws BautaError 1425 for a journal of another version. */
export function readKilled(path: string, hashes: Primitives): Killed | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  if (!isJournal(text)) return undefined;
  const { task, ended, entries, statements, positions, segments } = parseJournal(text, path);
  const manifest = manifestOfEntries(hashes, entries, statements);
  manifest.task = task;
  if (ended !== undefined) {
    manifest.status = ended;
    for (const statement of manifest.statements) statement.status = ended;
  }
  for (const { statement, source, ended: isEnded } of positions) {
    const row = manifest.statements.find(({ name }) => name === statement)?.sources.findLast(({ name }) => name === source);
    if (row !== undefined && !isEnded) row.complete = false;
  }
  const hidden = segments.filter(({ name, privateName }) => privateName !== "" && !existsSync(name));
  return { manifest, hidden: new Map(hidden.map(({ name, privateName }) => [name, privateName])) };
}

/**
 * Writes it as a manifest, signed by the ring if there is one.
 * @throws BautaError 8501 when nothing was committed, 1003 over the journal, 7002 or 7003
 */
export function writeKilled(path: string, journal: string, manifest: Manifest, ring: KeyRing | undefined): void {
  if (path === journal) throw new BautaError(1003, { path });
  if (manifest.statements.length === 0) throw new BautaError(8501, { path: journal, detail: "nothing was committed" });
  const signer = ring === undefined ? undefined : signerOf(ring);
  try {
    const { signer: _, $typeName: __, ...unsigned } = manifest;
    const said =
      signer === undefined
        ? {}
        : { signer: { algorithm: "ed25519", key: signer.key, version: signer.version, environment: signer.environment } };
    writeManifest(path, create(ManifestSchema, { ...unsigned, ...said }), signer);
  } finally {
    signer?.close();
  }
}
