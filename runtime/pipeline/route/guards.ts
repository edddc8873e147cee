/**
 * Guards of a policy, decided for each record before the engine sees it: values whose operation a guard may change get the one that the
 * record is to have. Comparisons are those of routes, over all values of the record: a guard holds if it holds for each of its transactions,
 * and does not where what it asks for is missing or is not of its type.
 */
import type { GuardTest, GuardTree } from "../../policy/api.ts";
import { type Batch, RECORD_FIRST_VALUE, RECORD_STRIDE, RECORD_VALUE_COUNT, VALUE_OPERATION, VALUE_STRIDE } from "../../record/tables.ts";
import type { GuardTesterFactory } from "../inspect.ts";
import type { RecordRouter, RouterFactory } from "../masker.ts";
import { decimalOf, pointsOf } from "./compare.ts";
import { type Condition, type RouterOptions, routerOf, type Test } from "./router.ts";

export interface GuardsParts extends Pick<RouterOptions, "jsonPaths" | "decode"> {
  /** By index; grows while message types are met. */
  readonly operations: ReadonlyMap<number, { readonly guard: string; readonly held: number; readonly otherwise: number }>;
  readonly trees: Readonly<Record<string, GuardTree>>;
}

/** A router that decides guards first, and then says where the record goes. */
export const guarding =
  (parts: GuardsParts, router: RouterFactory | undefined): RouterFactory =>
  (formats) => {
    const guards = new Map(
      Object.entries(parts.trees).map(([name, tree]) => [name, { alternatives: tree.length, router: guardOf(tree, parts)(formats) }]),
    );
    return new Guarding(parts.operations, guards, router?.(formats));
  };

/** All guards of a policy, comparison by comparison: for telling, not for masking. */
export const guardTests =
  ({ trees, jsonPaths, decode }: Omit<GuardsParts, "operations">): GuardTesterFactory =>
  (formats) => {
    const parts = { trees, jsonPaths, decode, operations: new Map() };
    const guards = Object.entries(trees).map(([name, tree]) => ({
      name,
      tree,
      whole: guardOf(tree, parts)(formats),
      tests: tree.map((tests) => tests.map((test) => guardOf([[test]], parts)(formats))),
    }));
    return (batch, record, format) =>
      guards.map(({ name, tree, whole, tests }) => ({
        name,
        holds: whole.route(batch, record, format) < tree.length,
        alternatives: tests.map((routers) => routers.map((router) => router.route(batch, record, format) === 0)),
      }));
  };

/** A route for each alternative, and one behind them for records that have none: the guard holds if the record takes one before the last. */
const guardOf = (tree: GuardTree, { jsonPaths, decode }: GuardsParts): RouterFactory =>
  routerOf({
    routes: tree.map((tests) => ({ formats: undefined, messages: undefined, conditions: tests.map(conditionOf) })),
    otherwise: tree.length,
    jsonPaths,
    decode,
  });

interface Guard {
  readonly alternatives: number;
  readonly router: RecordRouter;
}

/** What is known of a guard for the record under way. */
const UNKNOWN = 0;
const HOLDS = 1;
const HOLDS_NOT = 2;
/** Operation of which no guard is asked. */
const NO_GUARD = -1;

class Guarding implements RecordRouter {
  readonly #operations: GuardsParts["operations"];
  readonly #names: readonly string[];
  readonly #guards: readonly Guard[];
  readonly #inner: RecordRouter | undefined;
  /** By guard. */
  readonly #known: Uint8Array;
  /** By operation: its guard, and what it becomes. */
  #guardOf = new Int32Array(0);
  #held = new Uint32Array(0);
  #otherwise = new Uint32Array(0);
  /** Operations that the tables are made of. */
  #size = -1;

  constructor(operations: GuardsParts["operations"], guards: ReadonlyMap<string, Guard>, inner: RecordRouter | undefined) {
    this.#operations = operations;
    this.#names = [...guards.keys()];
    this.#guards = [...guards.values()];
    this.#inner = inner;
    this.#known = new Uint8Array(this.#guards.length + 1);
  }

  route(batch: Batch, record: number, format: number): number {
    const { values, records } = batch;
    if (this.#operations.size !== this.#size) this.#learn();
    const guardOf = this.#guardOf;
    const first = records[record * RECORD_STRIDE + RECORD_FIRST_VALUE] as number;
    const end = (first + (records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number)) * VALUE_STRIDE;
    let isAsked = false;
    for (let at = first * VALUE_STRIDE + VALUE_OPERATION; at < end; at += VALUE_STRIDE) {
      const operation = values[at] as number;
      const guard = operation < guardOf.length ? (guardOf[operation] as number) : NO_GUARD;
      if (guard === NO_GUARD) continue;
      if (!isAsked) this.#known.fill(UNKNOWN);
      isAsked = true;
      values[at] = (this.#holds(guard, batch, record, format) ? this.#held[operation] : this.#otherwise[operation]) as number;
    }
    return this.#inner?.route(batch, record, format) ?? 0;
  }

  #holds(guard: number, batch: Batch, record: number, format: number): boolean {
    const known = this.#known[guard];
    if (known !== UNKNOWN) return known === HOLDS;
    const asked = this.#guards[guard];
    const holds = asked !== undefined && asked.router.route(batch, record, format) < asked.alternatives;
    this.#known[guard] = holds ? HOLDS : HOLDS_NOT;
    return holds;
  }

  /** Operations are added while message types are met. A guard that there is not never holds. */
  #learn(): void {
    const length = Math.max(0, ...this.#operations.keys()) + 1;
    this.#guardOf = new Int32Array(length).fill(NO_GUARD);
    this.#held = new Uint32Array(length);
    this.#otherwise = new Uint32Array(length);
    for (const [operation, { guard, held, otherwise }] of this.#operations) {
      const at = this.#names.indexOf(guard);
      this.#guardOf[operation] = at < 0 ? this.#guards.length : at;
      this.#held[operation] = held;
      this.#otherwise[operation] = otherwise;
    }
    this.#size = this.#operations.size;
  }
}

function conditionOf(test: GuardTest): Condition {
  if (test.input === "amount") return { field: "amount", test: bandOf(test.is, test.than) };
  const words = test.words.map(pointsOf);
  const isOf = test.is === "of";
  const word: Test = { kind: isOf ? "words" : "other-words", words };
  const country: Test = { kind: isOf ? "bic-countries" : "other-bic-countries", words };
  switch (test.input) {
    case "currency":
      return { field: "currency", test: word, each: true };
    case "debtor_country":
      return { field: "debtor-country", test: word, each: true };
    case "creditor_country":
      return { field: "creditor-country", test: word, each: true };
    case "sender_country":
      return { field: "sender", test: country };
    case "receiver_country":
      return { field: "receiver", test: country };
    default:
      return test satisfies never;
  }
}

function bandOf(is: "below" | "upTo" | "above" | "from", than: string): Test {
  const decimal = decimalOf(than);
  if (decimal === undefined) throw new Error("a guard's amount is a decimal");
  return { kind: "band", from: undefined, below: undefined, [is]: decimal };
}
