/**
 * Several views of one read are what each of them would be of a read of its own: to the byte, refusals and their places, counts and routes.
 * Readers differ in what made-up policies answer, field by field; records are payments of all formats, changed now and then.
 *
 * The seed is printed. BAUTA_SEED repeats a run, BAUTA_PROPERTY_RUNS goes deeper.
 */

import { describe, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { loadModel } from "../../runtime/model/load.ts";
import type { Model } from "../../runtime/model/model.ts";
import type { RouterFactory } from "../../runtime/pipeline/masker.ts";
import { PolicyActivator } from "../../runtime/policies.ts";
import { answerOf, type PlainAnswer, type WrittenAnswer } from "../../runtime/policy/answer.ts";
import type { FactName, FieldFacts, ViewPolicy } from "../../runtime/policy/api.ts";
import { factsKey } from "../../runtime/policy/facts.ts";
import type { GuardTree } from "../../runtime/policy/guards.ts";
import { RECORD_STRIDE, RECORD_VALUE_COUNT } from "../../runtime/record/tables.ts";
import { policiesOf, SideBySide } from "../pipeline/views.ts";
import { type Payment, paymentModel, paymentOf } from "./payments.ts";
import { concat, spoiled } from "./streams.ts";
import { effort, type Tape, tapes } from "./tape.ts";

const runs = effort("views");
const LONG = 4000;
const MINUTE = 60_000;

const MODELS: readonly Model[] = (["test-data", "tokens", "strict"] as const).map((preset) => {
  const { model } = loadModel({ name: "test model", document: paymentModel(preset) });
  if (model === undefined) throw new Error(`no model ${preset}`);
  return model;
});

const READS: readonly (readonly FactName[])[] = [
  ["format", "class", "technique"],
  ["format", "class", "name"],
];
const GUARDS: Readonly<Record<string, GuardTree>> = {
  small: [[{ input: "amount", is: "below", than: "2000" }]],
  euro: [[{ input: "currency", is: "of", words: ["EUR"] }]],
};

const plain = (tape: Tape, namespaces: readonly string[]): PlainAnswer =>
  tape.pick<() => PlainAnswer>([
    () => ({ action: "redact" }),
    () => ({ action: "model" }),
    () => ({ action: "mask", keepFirst: tape.below(2), keepLast: tape.below(3), character: undefined, kind: undefined }),
    () => ({ action: "hash" }),
    () => ({ action: "keep", detect: tape.chance(1, 2), codeMax: tape.pick([0, 0, 4]) }),
    () => ({ action: "use", namespace: tape.pick(namespaces) }),
  ])();

const guardedBy = (guard: string): WrittenAnswer =>
  answerOf({ action: "keep", "danger-no-detect": true, when: guard, else: "redact" }, "made up");

/** What readers of a run may get: some runs have views that are denied fields, and views that fields are removed for. */
function answersOf(tape: Tape, { namespaces }: Model): readonly WrittenAnswer[] {
  const names = namespaces.map(({ name }) => name);
  const some = Array.from({ length: 6 }, (): WrittenAnswer => plain(tape, names));
  const guarded = guardedBy(tape.pick(["small", "euro"]));
  const removing: WrittenAnswer[] = tape.chance(1, 2) ? [{ action: "drop" }] : [];
  const refusing: WrittenAnswer[] = tape.chance(1, 3) ? [{ action: "refuse", reason: "denied" }] : [];
  return [...some, ...some, ...some, { action: "model" }, guarded, ...removing, ...refusing];
}

const activators = MODELS.map((model) => new PolicyActivator(model));

/** Policies of views that answer by a number made of the field and the view; of most fields all views are answered alike. */
function madeUp(tape: Tape, model: number): Promise<readonly ViewPolicy[]> {
  const seed = String(tape.next());
  const reads = tape.pick(READS);
  const answers = answersOf(tape, MODELS[model] as Model);
  const differ = tape.pick([1, 4, 40]);
  const views = Array.from({ length: 2 + tape.below(4) }, (_, i) => (i % 3 === 2 ? `partner ${i}` : `view ${i}`));
  const own = (view: string, facts: FieldFacts): WrittenAnswer => {
    const key = factsKey(facts, new Set(reads));
    const mine = digit(`${seed} ${key}`, 0) % differ === 0 ? view : "";
    return answers[digit(`${seed} ${key} ${mine}`, 4) % answers.length] as WrittenAnswer;
  };
  return policiesOf(activators[model] as PolicyActivator, views, reads, own, GUARDS);
}

const digit = (text: string, at: number): number => createHash("sha256").update(text).digest().readUInt32BE(at);

/** Sends records to three places, and one sort of them nowhere. */
const routed =
  (guards: RouterFactory | undefined): RouterFactory =>
  (formats) => {
    const inner = guards?.(formats);
    return {
      route(batch, record, format) {
        inner?.route(batch, record, format);
        const route = ((batch.records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number) + format) % 3;
        return route === 2 ? NO_ROUTE : route;
      },
    };
  };

const NO_ROUTE = 2301;

/** Values as topics have them, the same kinds again and again. */
function callsOf(tape: Tape): readonly (readonly Uint8Array[])[] {
  const kinds = Array.from({ length: 1 + tape.below(4) }, () => paymentOf(tape));
  const oneOf = (): Uint8Array => {
    const kind = tape.pick(kinds);
    const one = (payment: Payment): Uint8Array => (tape.chance(1, 6) ? spoiled(payment, tape) : payment).bytes;
    const around = (): Uint8Array => new TextEncoder().encode(tape.pick(["", "", "\n", " "]));
    return tape.chance(1, 8) ? concat([around(), one(kind), around(), one(tape.pick(kinds)), around()]) : one(kind);
  };
  return Array.from({ length: 2 + tape.below(3) }, () => Array.from({ length: 1 + tape.below(9) }, oneOf));
}

for (const [engine, cases] of [
  ["native", 25],
  ["portable", 4],
] as const) {
  describe(engine, () => {
    test(
      "views of one scan are what scans of their own make of them",
      async () => {
        await fc.assert(
          fc.asyncProperty(tapes(LONG), async (tape) => {
            const model = tape.below(MODELS.length);
            const options = tape.chance(1, 3) ? { routed } : {};
            const views = await SideBySide.open(engine, MODELS[model] as Model, await madeUp(tape, model), options);
            for (const values of callsOf(tape)) views.mask(values);
            views.close();
          }),
          runs(cases),
        );
      },
      2 * MINUTE,
    );
  });
}
