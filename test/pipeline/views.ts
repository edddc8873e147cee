/** Views over values: what each gets, of one scan or of one of its own. */
import { expect } from "bun:test";
import { createHash } from "node:crypto";
import type { EngineName } from "../../runtime/engines/api.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import type { Format } from "../../runtime/formats/api.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { Model } from "../../runtime/model/model.ts";
import { underPolicy } from "../../runtime/model/policed.ts";
import { runnable } from "../../runtime/open.ts";
import type { Frames } from "../../runtime/pipeline/frame-scan.ts";
import { FramedMasker, type FramedParts } from "../../runtime/pipeline/framed.ts";
import { FramedMessages, FramedResult } from "../../runtime/pipeline/framed-result.ts";
import { GrowingBytes } from "../../runtime/pipeline/growing-bytes.ts";
import type { RouterFactory } from "../../runtime/pipeline/masker.ts";
import { MessageNames } from "../../runtime/pipeline/messages-out.ts";
import { type ViewOutput, ViewsMasker, type ViewTaken } from "../../runtime/pipeline/views-masker.ts";
import type { PolicyActivator } from "../../runtime/policies.ts";
import type { WrittenAnswer } from "../../runtime/policy/answer.ts";
import type { FactName, FieldFacts, ViewPolicy } from "../../runtime/policy/api.ts";
import type { GuardTree } from "../../runtime/policy/guards.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { openRoutes } from "../../runtime/routes.ts";

/** A policy that answers as it is told. */
export async function policiesOf(
  activator: PolicyActivator,
  views: readonly string[],
  reads: readonly FactName[],
  answer: (view: string, facts: FieldFacts) => WrittenAnswer,
  guards: Readonly<Record<string, GuardTree>> = {},
): Promise<readonly ViewPolicy[]> {
  const engine = {
    name: "made up",
    revision: "",
    sha256: "",
    reads: new Set(reads),
    guards,
    grants: new Map(),
    views: new Map(),
    decide: async ({ name }: { readonly name: string }, fields: readonly FieldFacts[]) => fields.map((facts) => answer(name, facts)),
    close: () => undefined,
  };
  const { views: made } = await activator.activate(
    engine,
    views.map((name) => ({ name, group: "", roles: [], purpose: "", recipient: name.startsWith("partner") ? name : "", environment: "" })),
  );
  return [...made.values()];
}

interface OpenView {
  readonly parts: FramedParts;
  close(): void;
}

/** The plan and what masks under it, of one reader. */
async function openView(
  engine: EngineName,
  model: Model,
  policy: ViewPolicy,
  { routed, formats = FORMATS }: SideOptions,
): Promise<OpenView> {
  const root = createHash("sha256").update("views").digest();
  const plan = runnable(
    underPolicy(model, policy),
    ephemeralKeyRing(() => new Uint8Array(root)),
  );
  const guards = openRoutes(undefined, plan.guards);
  const router = routed === undefined ? guards : routed(guards);
  const own = {
    engine: await selectEngine(engine),
    plan,
    formats,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    router,
  } as const;
  return { parts: own, close: () => plan.close() };
}

export interface SideOptions {
  /** Where records go, behind what guards decide. */
  readonly routed?: (guards: RouterFactory | undefined) => RouterFactory;
  /** Of message types. */
  readonly names?: MessageNames;
  /** Those of the shared scan; scans of their own have the usual ones. */
  readonly formats?: readonly Format[];
}

/** Masks the same for several readers by one scan, and for each by one of its own, and wants both alike. */
export class SideBySide {
  readonly masker: ViewsMasker;
  /** Of the call before. */
  recordsByMessage: ReadonlyMap<string, number> | undefined;
  readonly #names: MessageNames;
  readonly #maskers: readonly FramedMasker[];
  readonly #outputs: readonly Output[];
  readonly #own: readonly Output[];
  readonly #opened: readonly OpenView[];

  private constructor(together: readonly OpenView[], apart: readonly OpenView[], names: MessageNames = new MessageNames()) {
    this.#names = names;
    this.masker = new ViewsMasker(
      together.map(({ parts }) => parts),
      this.#names,
    );
    this.#maskers = apart.map(({ parts }) => new FramedMasker(parts));
    this.#outputs = together.map(() => new Output());
    this.#own = together.map(() => new Output());
    this.#opened = [...together, ...apart];
  }

  static async open(engine: EngineName, model: Model, policies: readonly ViewPolicy[], options: SideOptions = {}): Promise<SideBySide> {
    const { formats: _, ...usual } = options;
    const together = await Promise.all(policies.map((policy) => openView(engine, model, policy, options)));
    return new SideBySide(together, await Promise.all(policies.map((policy) => openView(engine, model, policy, usual))), options.names);
  }

  /** Returns by view which of the values went out, and as what; undefined where it was refused. */
  mask(values: readonly Uint8Array[]): readonly (readonly (string | undefined)[])[] {
    const frames = framesOf(values);
    this.masker.mask(
      frames,
      this.#outputs.map((one) => one.begin()),
    );
    for (const [i, masker] of this.#maskers.entries()) {
      const { output, result } = (this.#own[i] as Output).begin();
      masker.mask(frames, output, result);
      const told = this.#outputs[i]?.told(frames.count, (index) => this.#names.nameOf(index));
      expect(told).toEqual(this.#own[i]?.told(frames.count, (index) => masker.messageName(index)));
    }
    this.#count();
    return this.#outputs.map((one) => one.values(frames.count));
  }

  /** Message types of what a reader got, by the numbers that go with it. */
  names(reader: number): readonly string[] {
    const { messages } = (this.#outputs[reader] as Output).result;
    return (messages?.messages ?? []).slice(0, messages?.count).map((index) => this.#names.nameOf(index));
  }

  #count(): void {
    const { byView, recordsByMessage } = this.masker.take();
    this.recordsByMessage = recordsByMessage;
    for (const [i, masker] of this.#maskers.entries()) expect(counted(byView[i] as ViewTaken)).toEqual(counted(masker.take()));
    // Records that went to any view.
    const messages = new Set(this.#own.flatMap((one) => one.messages()));
    expect([...recordsByMessage.values()].reduce((sum, count) => sum + count, 0)).toBe(messages.size);
  }

  close(): void {
    this.masker.close();
    for (const one of [...this.#maskers, ...this.#opened]) one.close();
  }
}

class Output implements ViewOutput {
  readonly output = new GrowingBytes(16);
  readonly result = new FramedResult(new FramedMessages());

  begin(): this {
    this.output.used = 0;
    return this;
  }

  values(count: number): readonly (string | undefined)[] {
    const { issues, starts, ends } = this.result;
    return Array.from({ length: count }, (_, i) =>
      issues[i] === 0 ? Buffer.from(this.output.bytes.subarray(starts[i], ends[i])).toString() : undefined,
    );
  }

  /** Each message that went out, by its value and its place among those of it. */
  messages(): readonly string[] {
    const frames = this.result.messages?.frames.slice(0, this.result.messages.count) ?? [];
    return frames.map((frame, i) => `${frame} ${i - frames.indexOf(frame)}`);
  }

  /** All that is to be known of a call. */
  told(count: number, nameOf: (index: number) => string): unknown {
    const { issues, routes, starts, ends, faults, messages } = this.result;
    const text = (start = 0, end = 0): string => Buffer.from(this.output.bytes.subarray(start, end)).toString("latin1");
    const rows = Array.from({ length: count }, (_, i) =>
      issues[i] === 0 ? [routes[i], text(starts[i], ends[i])] : [issues[i], faults.get(i)],
    );
    const out = Array.from({ length: messages?.count ?? 0 }, (_, i) => [
      messages?.frames[i],
      nameOf(messages?.messages[i] ?? 0),
      text(messages?.ownStarts[i], messages?.ownEnds[i]),
    ]);
    return { rows, out };
  }
}

/** Fields and operations are numbered as they come. */
const counted = ({ counts, fields }: ViewTaken): unknown => {
  const { found, masked, kept, removed, otherwise, left, recordsByMessage } = counts;
  return [
    { found, masked, kept, removed, otherwise, left },
    [...recordsByMessage].filter(([, count]) => count > 0).sort(),
    fields.map(({ operation, ...field }) => JSON.stringify(field)).toSorted(),
  ];
};

/** Values one behind the other, each with a place of its own. */
function framesOf(values: readonly Uint8Array[]): Frames {
  const bounds = new Uint32Array(2 * values.length);
  for (const [i, { length }] of values.entries()) {
    bounds[2 * i] = bounds[2 * i - 1] ?? 0;
    bounds[2 * i + 1] = (bounds[2 * i] as number) + length;
  }
  const origins = {
    offsets: Float64Array.from(values, (_, i) => 1000 + i),
    sources: values.map((_, i) => Uint32Array.of(1, 2, 3, i % 3)),
  };
  return { input: new Uint8Array(Buffer.concat(values)), bounds, count: values.length, origins };
}
