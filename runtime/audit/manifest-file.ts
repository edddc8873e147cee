/** A manifest and its signature on disk. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { BautaError } from "../kit/errors.ts";
import type { Sink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { decodeManifest, encodeManifest, MANIFEST_BYTES_MAX, type Manifest } from "./manifest.ts";
import { type ManifestSigner, SIGNATURE_SUFFIX } from "./signature.ts";

/** Writes the manifest and, if somebody signs, its signature: both whole or not at all. Throws BautaError 7002 or 7003. */
export function writeManifest(path: string, manifest: Manifest, signer: ManifestSigner | undefined): void {
  const bytes = encodeManifest(manifest);
  const files: (readonly [string, Uint8Array])[] = [[path, bytes]];
  if (signer !== undefined) files.push([`${path}${SIGNATURE_SUFFIX}`, signer.sign(bytes)]);
  const sinks: Sink[] = [];
  try {
    const segments = files.map(([name, content]) => {
      const sink = fileSink(name);
      sinks.push(sink);
      sink.write(content, 0);
      return { sink, segment: sink.prepare() };
    });
    // The signature first: a manifest that can be seen has one.
    for (const { sink, segment } of segments.toReversed()) if (segment !== undefined) sink.publish(segment);
  } finally {
    for (const sink of sinks) sink.close();
  }
}

export interface ReadManifest {
  readonly path: string;
  readonly manifest: Manifest;
  /** Of the file: what the signature is over. */
  readonly bytes: Uint8Array;
  /** undefined if there is none. */
  readonly signature: Uint8Array | undefined;
}

/** @throws BautaError 1002 if there is no file, 8501 if it is no manifest */
export function readManifest(path: string): ReadManifest {
  const bytes = read(path);
  try {
    const signature = `${path}${SIGNATURE_SUFFIX}`;
    return { path, manifest: decodeManifest(bytes), bytes, signature: existsSync(signature) ? read(signature) : undefined };
  } catch (error) {
    throw error instanceof BautaError ? new BautaError(error.issue.number, { ...error.context, path }) : error;
  }
}

function read(path: string): Uint8Array {
  try {
    if (statSync(path).size > MANIFEST_BYTES_MAX) throw new BautaError(8501, { path, detail: "too large" });
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw error instanceof BautaError ? error : new BautaError(1002, { path });
  }
}
