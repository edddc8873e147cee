/**
 * Guards of a policy, decided for each record before the engine sees it: values whose operation a guard may change get the one that the
 * record is to have. Comparisons are those of routes, over all values of the record: a guard holds if it holds for each of its transactions,
 * and does not where what it asks for is missing or is not of its type.
 */
import type { GuardTest, GuardTree } from "../../policy/api.ts";
import { type Batch, RECORD_FIRST_VALUE, RECORD_STRIDE, RECORD_VALUE_COUNT, VALUE_OPERATION, VALUE_STRIDE } from "../../record/tables.ts";
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

class Guarding implements RecordRouter {
  readonly #operations: GuardsParts["operations"];
  readonly #guards: ReadonlyMap<string, Guard>;
  readonly #inner: RecordRouter | undefined;
  /** What was found of the record under way, by guard. */
  readonly #known = new Map<string, boolean>();

  constructor(operations: GuardsParts["operations"], guards: ReadonlyMap<string, Guard>, inner: RecordRouter | undefined) {
    this.#operations = operations;
    this.#guards = guards;
    this.#inner = inner;
  }

  route(batch: Batch, record: number, format: number): number {
    const { values, records } = batch;
    this.#known.clear();
    const first = records[record * RECORD_STRIDE + RECORD_FIRST_VALUE] as number;
    const end = first + (records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number);
    for (let value = first; value < end; value++) {
      const at = value * VALUE_STRIDE + VALUE_OPERATION;
      const guarded = this.#operations.get(values[at] as number);
      if (guarded !== undefined) values[at] = this.#holds(guarded.guard, batch, record, format) ? guarded.held : guarded.otherwise;
    }
    return this.#inner?.route(batch, record, format) ?? 0;
  }

  #holds(name: string, batch: Batch, record: number, format: number): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const guard = this.#guards.get(name);
    const holds = guard !== undefined && guard.router.route(batch, record, format) < guard.alternatives;
    this.#known.set(name, holds);
    return holds;
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
