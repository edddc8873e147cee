/** Puts the tests of a model to it: one message through one engine, under keys that nothing stores. */
import { randomBytes } from "node:crypto";
import type { Engine } from "../engines/api.ts";
import { decodeSegment } from "../engines/portable/text/decode.ts";
import type { Format } from "../formats/api.ts";
import { seedKeyRing } from "../keys/ephemeral.ts";
import type { Model } from "../model/model.ts";
import type { ModelTest } from "../model/read-tests.ts";
import { type OpenPlan, runnable } from "../open.ts";
import { type InspectedRecord, Inspector } from "../pipeline/inspect.ts";
import { Masker } from "../pipeline/masker.ts";
import { bytesOutlet } from "../pipeline/outlet.ts";
import { FORMATS } from "../registry.ts";

/** Keys that a test is tried under: what chance does under one it does not do under all. */
export const KEYS_MAX = 3;

/** Material of the keys of one run of tests; equal for a model and its mutants, and shown nowhere. */
export const testKeys = (): readonly string[] => Array.from({ length: KEYS_MAX }, () => randomBytes(32).toString("hex"));

/** A model on an engine, ready for tests. */
export class ModelBench {
  readonly model: Model;
  readonly #engine: Engine;
  readonly #keys: readonly string[];
  readonly #plans = new Map<string, OpenPlan>();

  constructor(engine: Engine, model: Model, keys: readonly string[]) {
    this.#engine = engine;
    this.model = model;
    this.#keys = keys;
  }

  /**
   * The model under one of the keys.
   * @param opening another one is opened anew and has seen nothing of what the first one has
   */
  plan(key: number, opening = 0): OpenPlan {
    const name = `${key} ${opening}`;
    const known = this.#plans.get(name);
    if (known !== undefined) return known;
    // A ring of this kind may undo, which a ring of the moment may not; its root is as random.
    const plan = runnable(this.model, seedKeyRing(this.#keys[key] as string));
    this.#plans.set(name, plan);
    return plan;
  }

  /** Every record of the bytes with each of its values before and after. */
  look(plan: OpenPlan, test: ModelTest, bytes: Uint8Array): readonly InspectedRecord[] {
    const inspector = new Inspector({
      engine: this.#engine,
      plan,
      formats: formatsOf(test),
      scan: { input: "strict", names: "known" },
      decode: decodeSegment,
    });
    try {
      inspector.beginSource();
      return [...inspector.push(bytes), ...inspector.end()];
    } finally {
      inspector.close();
    }
  }

  /** What unmasking makes of an output; undefined if it is refused. */
  unmask(plan: OpenPlan, test: ModelTest, output: Uint8Array): Uint8Array | undefined {
    const masker = new Masker({
      engine: this.#engine,
      plan,
      formats: formatsOf(test),
      scan: { input: "strict" },
      frame: "auto",
      direction: "unmask",
      onRefuse: "divert",
      keyedHash: (bytes) => plan.keyedHash(bytes),
    });
    const pieces: Uint8Array[] = [];
    let isRefused = false;
    const outlet = bytesOutlet(
      (bytes) => pieces.push(bytes.slice()),
      () => {
        isRefused = true;
      },
    );
    try {
      masker.beginSource();
      masker.push(output, outlet);
      masker.end(outlet);
      return isRefused ? undefined : new Uint8Array(Buffer.concat(pieces));
    } finally {
      masker.close();
    }
  }

  close(): void {
    for (const plan of this.#plans.values()) plan.close();
    this.#plans.clear();
  }
}

const formatsOf = ({ format }: ModelTest): readonly Format[] =>
  format === undefined ? FORMATS : FORMATS.filter(({ name }) => name === format);
