/**
 * Maskers that are opened once and then asked again and again, as a long run does it: what one source leaves behind in a masker must
 * not show in the next.
 */
import { createHash } from "node:crypto";
import type { Direction, Engine, EngineName } from "../../runtime/engines/api.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { fileSource, type ModelSource, presetSource } from "../../runtime/model/sources.ts";
import { type OpenPlan, runnable } from "../../runtime/open.ts";
import type { FrameMode } from "../../runtime/pipeline/frame.ts";
import { Masker, type MaskerParts, type RouterFactory } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet, type Refusal } from "../../runtime/pipeline/outlet.ts";
import { FORMATS } from "../../runtime/registry.ts";

export interface MaskingOptions {
  readonly engine: EngineName;
  /** A preset's name, a model file's path, or a model. */
  readonly model: string | ModelDocument;
  /** Any text; equal texts are equal keys. */
  readonly key?: string;
  readonly direction?: Direction;
  readonly input?: "strict" | "lenient";
  readonly frame?: FrameMode;
  readonly onRefuse?: "stop" | "divert";
  readonly router?: RouterFactory;
  /** What becomes of the engine's templates; left out: they are used as they are. */
  readonly templates?: (open: NonNullable<Engine["templates"]>) => Engine["templates"];
}

/** A refusal without the view of the bytes, which does not outlive the call. */
export interface Refused {
  readonly code: number;
  readonly record: number;
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  readonly faultOffset: number;
  readonly hash: string;
}

export interface Masked {
  readonly output: Uint8Array;
  readonly refusals: readonly Refused[];
  /** Records of this source. */
  readonly records: number;
  readonly stopped: string | undefined;
}

export class Masking {
  readonly plan: OpenPlan;
  readonly #masker: Masker;

  private constructor(plan: OpenPlan, masker: Masker) {
    this.plan = plan;
    this.#masker = masker;
  }

  static async open(options: MaskingOptions): Promise<Masking> {
    const { plan, parts } = await partsOf(options);
    return new Masking(plan, new Masker(parts));
  }

  /**
   * One source from its beginning to its end.
   * @param chunks sizes of the pieces in which the bytes arrive; the last one repeats; left out: in one piece
   */
  mask(input: Uint8Array, chunks: readonly number[] = []): Masked {
    const masker = this.#masker;
    const parts: Uint8Array[] = [];
    const refusals: Refused[] = [];
    const outlet = bytesOutlet(
      (bytes: Uint8Array) => void parts.push(bytes.slice()),
      ({ issue, record, offset, length, path, faultOffset, hash }: Refusal) =>
        void refusals.push({ code: issue.number, record, offset, length, path, faultOffset, hash }),
    );
    const before = masker.counts.in;
    masker.beginSource();
    for (let at = 0, piece = 0; at < input.length; piece++) {
      const size = chunks[Math.min(piece, chunks.length - 1)] ?? input.length;
      masker.push(input.subarray(at, at + size), outlet);
      at += size;
    }
    masker.end(outlet);
    masker.reconcile();
    return { output: new Uint8Array(Buffer.concat(parts)), refusals, records: masker.counts.in - before, stopped: masker.stopped };
  }

  /** As `mask`, for input that must not be refused. */
  maskWhole(input: Uint8Array, chunks: readonly number[] = []): Uint8Array {
    const { output, refusals } = this.mask(input, chunks);
    if (refusals.length > 0) throw new Error(`refused: ${refusals.map(({ code, path }) => `${code} ${path}`).join(", ")}`);
    return output;
  }

  close(): void {
    this.#masker.close();
    this.plan.close();
  }
}

/** What a masker is made of. */
export async function partsOf(options: MaskingOptions): Promise<{ readonly plan: OpenPlan; readonly parts: MaskerParts }> {
  const { model, problems } = loadModel(sourceOf(options.model));
  if (model === undefined) throw new Error(problems.map(describeProblem).join("\n"));
  const root = createHash("sha256")
    .update(options.key ?? "test key")
    .digest();
  // Mode random has a key of the moment, which is nobody's to choose.
  const ring = model.mode === "random" ? ephemeralKeyRing() : ephemeralKeyRing(() => new Uint8Array(root));
  const plan = runnable(model, ring, options.input);
  const engine = await selectEngine(options.engine);
  const templates = engine.templates === undefined ? undefined : (options.templates ?? ((open) => open))(engine.templates);
  const { templates: _, ...walking } = engine;
  const parts: MaskerParts = {
    engine: templates === undefined ? walking : { ...walking, templates },
    plan,
    formats: FORMATS,
    scan: { input: options.input ?? "strict" },
    frame: options.frame ?? "auto",
    direction: options.direction ?? "mask",
    onRefuse: options.onRefuse ?? "divert",
    router: options.router,
    keyedHash: (record) => plan.keyedHash(record),
  };
  return { plan, parts };
}

function sourceOf(model: string | ModelDocument): ModelSource {
  if (typeof model !== "string") return { name: "test model", document: model };
  return model.endsWith(".yaml") ? fileSource(model) : presetSource(model);
}
