/** Masks bytes in process, through the same parts as the command line, under a key that the tests know. */
import { createHash } from "node:crypto";
import type { Direction, EngineName } from "../runtime/engines/api.ts";
import { selectEngine } from "../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../runtime/model/document.ts";
import { loadModel } from "../runtime/model/load.ts";
import { describeProblem } from "../runtime/model/problem.ts";
import { fileSource, presetSource } from "../runtime/model/sources.ts";
import { runnable } from "../runtime/open.ts";
import type { FrameMode } from "../runtime/pipeline/frame.ts";
import { type Counts, Masker } from "../runtime/pipeline/masker.ts";
import { bytesOutlet, type Refusal } from "../runtime/pipeline/outlet.ts";
import { FORMATS } from "../runtime/registry.ts";

export const ENGINES: readonly EngineName[] = ["native", "portable"];

export interface RunOptions {
  readonly preset?: string;
  /** Path of a model file, or the model itself. */
  readonly model?: string | ModelDocument;
  readonly engine: EngineName;
  /** Any text; equal texts are equal keys. */
  readonly key?: string;
  readonly input?: "strict" | "lenient";
  readonly frame?: FrameMode;
  readonly direction?: Direction;
  readonly onRefuse?: "stop" | "divert";
  /** Sizes of the chunks that the bytes arrive in; the last one repeats. */
  readonly chunks?: readonly number[];
}

export interface RunResult {
  readonly output: Uint8Array;
  readonly text: string;
  readonly refusals: readonly (Omit<Refusal, "bytes"> & { readonly code: number })[];
  readonly counts: Counts;
  readonly stopped: string | undefined;
}

/** One source of bytes through a masker. Throws when in is not out plus refused. */
export async function run(input: Uint8Array | string, options: RunOptions): Promise<RunResult> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const source =
    options.preset !== undefined
      ? presetSource(options.preset)
      : typeof options.model === "string"
        ? fileSource(options.model)
        : { name: "test model", document: options.model ?? { bauta: 1 as const, name: "empty", mode: "deterministic" as const } };
  const { model, problems } = loadModel(source);
  if (model === undefined) throw new Error(problems.map(describeProblem).join("\n"));
  const root = createHash("sha256")
    .update(options.key ?? "test key")
    .digest();
  // What a ring may do is the command line's concern; here the same root serves both directions.
  const plan = runnable(
    model,
    ephemeralKeyRing(() => new Uint8Array(root)),
    options.input,
  );
  const masker = new Masker({
    engine: await selectEngine(options.engine),
    plan,
    formats: FORMATS,
    scan: { input: options.input ?? "strict" },
    frame: options.frame ?? "auto",
    direction: options.direction ?? "mask",
    onRefuse: options.onRefuse ?? "divert",
    keyedHash: (record) => plan.keyedHash(record),
  });
  const parts: Uint8Array[] = [];
  const refusals: (Omit<Refusal, "bytes"> & { code: number })[] = [];
  const outlet = bytesOutlet(
    (written: Uint8Array) => void parts.push(written.slice()),
    ({ bytes: _, ...refusal }: Refusal) => void refusals.push({ ...refusal, code: refusal.issue.number }),
  );
  try {
    masker.beginSource();
    const sizes = options.chunks ?? [bytes.length];
    let at = 0;
    for (let i = 0; at < bytes.length; i++) {
      const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? bytes.length);
      masker.push(bytes.subarray(at, at + size), outlet);
      at += size;
    }
    masker.end(outlet);
    masker.reconcile();
    const output = new Uint8Array(Buffer.concat(parts));
    return { output, text: new TextDecoder().decode(output), refusals, counts: masker.counts, stopped: masker.stopped };
  } finally {
    masker.close();
    plan.close();
  }
}
