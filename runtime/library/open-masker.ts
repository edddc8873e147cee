/** Masking for programs: a model under keys, on a named engine, over batches, streams, iterables and single messages. */

import { engineLine } from "../audit/events/engine.ts";
import type { Direction, EngineName } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import type { KeySource } from "../keys/source.ts";
import { BautaError, describeIssue, issueOf } from "../kit/errors.ts";
import type { ModelDocument } from "../model/document.ts";
import { fileSource, isPath, type ModelSource, presetSource } from "../model/sources.ts";
import { type OpenPlan, openSource } from "../open.ts";
import type { FrameMode } from "../pipeline/frame.ts";
import type { MaskerParts } from "../pipeline/masker.ts";
import { FORMATS } from "../registry.ts";
import { Collector } from "./collector.ts";
import { Feed } from "./feed.ts";
import type { BatchResult, IssueCode, MaskCounts, MessageResult, Refusal } from "./results.ts";
import type { SourceRun } from "./run.ts";

/** Number of the issue of what is not exactly one message. */
const NOT_ONE_MESSAGE = 2010;
/** Number of the issue of a masker that is used after `close`. */
const CLOSED = 1315;

export interface MaskerOptions {
  /** Name of a preset, path of a model file (anything with a dot or a slash), or what `defineModel` gave. */
  readonly model: string | ModelDocument;
  /** Left out only for models that take no key: of mode random, or with `danger-seed-as-key`. */
  readonly keys?: KeySource;
  /** Default `native`. Nothing is slipped in: an engine that cannot be loaded is an error. */
  readonly engine?: EngineName;
  /** How messages are read; default `strict`. */
  readonly input?: "strict" | "lenient";
  /** How messages are told apart in batches, streams and iterables; default `auto`: by themselves. */
  readonly frame?: FrameMode;
}

export interface StreamOptions {
  /** Is told of each refused message, which is left out of the output. Without it the first refusal ends the stream with a `RefusedError`. */
  readonly onRefused?: (refusal: Refusal) => void;
}

/** A transform stream that says what it has done so far. */
export interface MaskStream extends TransformStream<Uint8Array, Uint8Array> {
  readonly counts: MaskCounts;
}

/** A model, keys and an engine, ready. Not to be shared between threads; any number of streams may be under way at once. */
export interface Masker {
  /** The line that says which engine runs, for a log. */
  readonly engineLine: string;
  /** Names, ids and digests of model, key and plan, for a log; never a key. */
  describe(): Readonly<Record<string, string>>;
  /** Masks a batch: any number of messages, formats mixed. Refused ones are left out of the output, and told. */
  mask(input: Uint8Array): BatchResult;
  /** Masks one message; whatever is not exactly one is refused (BAUTA-2010). White space around it is passed on. */
  maskOne(message: Uint8Array): MessageResult;
  /**
   * A stream of any length, cut anywhere. It waits for its reader, and holds no more than a message and what one chunk made.
   * Where nothing more can be told apart into messages, it ends with a `RefusedError`, `onRefused` or not.
   */
  stream(options?: StreamOptions): MaskStream;
  /** The same over an iterable: yields masked bytes as they come. */
  maskAll(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: StreamOptions,
  ): AsyncGenerator<Uint8Array, MaskCounts, undefined>;
  /** Overwrites the keys; every later call throws BautaError 1315. A second call does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

/** Reverses what a model masks reversibly (technique fpe); values that cannot be reversed are left, and counted. */
export interface Unmasker {
  readonly engineLine: string;
  describe(): Readonly<Record<string, string>>;
  unmask(input: Uint8Array): BatchResult;
  unmaskOne(message: Uint8Array): MessageResult;
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Opens a masker.
 *
 * @throws BautaError 11xx for what is wrong with the keys, 12xx with the model, 13xx with the engine; its message says what to do
 * @example
 * const masker = await openMasker({ model: "test-data", keys: { file: "qa.key" } });
 * const { output, refusals } = masker.mask(bytes);
 * masker.close();
 */
export async function openMasker(options: MaskerOptions): Promise<Masker> {
  return openFor(options, "mask");
}

/**
 * Opens an unmasker: its output is clear data.
 * @throws BautaError as `openMasker`; 1105 if the key may not unmask, 1305 if the model has nothing to reverse
 */
export async function openUnmasker(options: MaskerOptions): Promise<Unmasker> {
  const opened = await openFor(options, "unmask");
  return {
    engineLine: opened.engineLine,
    describe: () => opened.describe(),
    unmask: (input) => opened.mask(input),
    unmaskOne: (message) => opened.maskOne(message),
    close: () => opened.close(),
    [Symbol.dispose]: () => opened.close(),
  };
}

async function openFor(options: MaskerOptions, direction: Direction): Promise<OpenMasker> {
  const { model, keys, engine: engineName = "native", input = "strict", frame = "auto" } = options;
  const engine = await selectEngine(engineName);
  const plan = openSource(sourceOf(model), { keys, direction, input });
  const parts: MaskerParts = {
    engine,
    plan,
    formats: FORMATS,
    scan: { input },
    frame,
    direction,
    onRefuse: "divert",
    keyedHash: (bytes) => plan.keyedHash(bytes),
  };
  return new OpenMasker(engineLine(engine), plan, parts);
}

function sourceOf(model: string | ModelDocument): ModelSource {
  if (typeof model !== "string") return { name: model.name, document: model };
  return isPath(model) ? fileSource(model) : presetSource(model);
}

class OpenMasker implements Masker {
  readonly engineLine: string;
  readonly #plan: OpenPlan;
  readonly #parts: MaskerParts;
  /** What is under way: its engine handles hold keys. */
  readonly #runs = new Set<SourceRun>();
  #batch: Collector | undefined;
  #single: Collector | undefined;
  #closed = false;

  constructor(line: string, plan: OpenPlan, parts: MaskerParts) {
    this.engineLine = line;
    this.#plan = plan;
    this.#parts = parts;
  }

  describe(): Readonly<Record<string, string>> {
    return this.#plan.describe();
  }

  mask(input: Uint8Array): BatchResult {
    this.#requireOpen();
    this.#batch ??= this.#collector(this.#parts);
    const { run, ...found } = this.#batch.collect(input);
    return { ...found, counts: run.counts, unreadFrom: run.unreadFrom };
  }

  maskOne(message: Uint8Array): MessageResult {
    this.#requireOpen();
    this.#single ??= this.#collector({ ...this.#parts, frame: "auto" });
    const { output, refusals, run } = this.#single.collect(message);
    const [refusal] = refusals;
    const { records } = run;
    if (records === 1 && refusal === undefined) return { ok: true, output };
    if (records === 1 && refusal !== undefined) return { ok: false, refusal };
    return { ok: false, refusal: this.#notOne(message, records) };
  }

  stream({ onRefused }: StreamOptions = {}): MaskStream {
    const feed = this.#feed(onRefused);
    const transformer: Transformer<Uint8Array, Uint8Array> & { cancel(): void } = {
      transform: (chunk, controller) => {
        for (const bytes of feed.push(chunk)) controller.enqueue(bytes);
      },
      flush: (controller) => {
        for (const bytes of feed.end()) controller.enqueue(bytes);
      },
      // Not every runtime calls it; where none does, the keys go when the masker is closed.
      cancel: () => feed.close(),
    };
    const stream = new TransformStream(transformer);
    return Object.defineProperty(stream, "counts", { get: () => feed.counts, enumerable: true }) as MaskStream;
  }

  async *maskAll(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { onRefused }: StreamOptions = {},
  ): AsyncGenerator<Uint8Array, MaskCounts, undefined> {
    const feed = this.#feed(onRefused);
    try {
      for await (const chunk of chunks) yield* feed.push(chunk);
      yield* feed.end();
      return feed.counts;
    } finally {
      feed.close();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const run of this.#runs) run.close();
    this.#runs.clear();
    this.#plan.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #requireOpen(): void {
    if (this.#closed) throw new BautaError(CLOSED);
  }

  #collector(parts: MaskerParts): Collector {
    const collector = new Collector(parts);
    this.#runs.add(collector.run);
    return collector;
  }

  #feed(onRefused: ((refusal: Refusal) => void) | undefined): Feed {
    this.#requireOpen();
    const feed = new Feed({ ...this.#parts, onRefuse: onRefused === undefined ? "stop" : "divert" }, onRefused, {
      requireOpen: () => this.#requireOpen(),
      done: (run) => {
        run.close();
        this.#runs.delete(run);
      },
    });
    this.#runs.add(feed.run);
    return feed;
  }

  #notOne(message: Uint8Array, records: number): Refusal {
    const issue = issueOf(NOT_ONE_MESSAGE);
    const place = { offset: 0, length: message.length };
    return {
      code: issue.code as IssueCode,
      name: issue.name,
      blame: issue.blame,
      message: describeIssue(issue, { ...place, detail: `${records} messages` }),
      record: 0,
      ...place,
      format: "unknown",
      path: "",
      faultOffset: 0,
      faultLength: message.length,
      hash: this.#plan.keyedHash(message),
    };
  }
}
