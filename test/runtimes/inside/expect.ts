/**
 * What the engine suite needs of `bun:test`, for runtimes that do not have it: registered in order, run in order, counted. Equality is
 * Node's deep strict equality, which tells apart all that Bun's `toEqual` does and more.
 */
import { isDeepStrictEqual } from "node:util";

type Body = () => unknown;
interface Registered {
  readonly name: string;
  readonly body: Body;
}

const before: Body[] = [];
const tests: Registered[] = [];
let path: readonly string[] = [];

export function describe(name: string, body: () => void): void {
  const outer = path;
  path = [...outer, name];
  body();
  path = outer;
}

export const beforeAll = (body: Body): void => void before.push(body);

export function test(name: string, body: Body): void {
  tests.push({ name: [...path, name].join(" > "), body });
}

test.each =
  (rows: readonly unknown[]) =>
  (name: string, body: (...row: unknown[]) => unknown): void => {
    rows.forEach((row, i) => {
      const cells = Array.isArray(row) ? row : [row];
      test(`${name} [${i}]`, () => body(...cells));
    });
  };

/** Runs what was registered, prints what failed, and returns how many passed and failed. */
export async function runTests(): Promise<{ passed: number; failed: number }> {
  for (const body of before) await body();
  let failed = 0;
  for (const { name, body } of tests) {
    try {
      await body();
    } catch (error) {
      failed++;
      console.log(`(fail) ${name}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { passed: tests.length - failed, failed };
}

interface Matchers {
  readonly not: Matchers;
  toBe(expected: unknown): void;
  toEqual(expected: unknown): void;
  toBeGreaterThan(expected: number): void;
  toBeGreaterThanOrEqual(expected: number): void;
  toBeLessThan(expected: number): void;
  toBeLessThanOrEqual(expected: number): void;
  toContain(expected: unknown): void;
  toStartWith(expected: string): void;
  toEndWith(expected: string): void;
  toHaveLength(expected: number): void;
  toMatch(expected: RegExp): void;
  toThrow(expected?: RegExp | string): void;
}

export const expect = (actual: unknown): Matchers => matchers(actual, false);

function matchers(actual: unknown, negated: boolean): Matchers {
  const hold = (holds: boolean, what: string, expected: unknown): void => {
    if (holds === negated) throw new Error(`expected ${shown(actual)} ${negated ? "not " : ""}${what} ${shown(expected)}`);
  };
  const text = (): string => {
    if (typeof actual !== "string") throw new Error(`expected a text, got ${shown(actual)}`);
    return actual;
  };
  return {
    get not() {
      return matchers(actual, !negated);
    },
    toBe: (expected) => hold(Object.is(actual, expected), "to be", expected),
    toEqual: (expected) => hold(isDeepStrictEqual(actual, expected), "to equal", expected),
    toBeGreaterThan: (expected) => hold((actual as number) > expected, "to be above", expected),
    toBeGreaterThanOrEqual: (expected) => hold((actual as number) >= expected, "to be at least", expected),
    toBeLessThan: (expected) => hold((actual as number) < expected, "to be below", expected),
    toBeLessThanOrEqual: (expected) => hold((actual as number) <= expected, "to be at most", expected),
    toContain: (expected) => hold(contains(actual, expected), "to contain", expected),
    toStartWith: (expected) => hold(text().startsWith(expected), "to start with", expected),
    toEndWith: (expected) => hold(text().endsWith(expected), "to end with", expected),
    toHaveLength: (expected) => hold((actual as ArrayLike<unknown>).length === expected, "to have length", expected),
    toMatch: (expected) => hold(expected.test(text()), "to match", expected),
    toThrow: (expected) => hold(throws(actual as Body, expected), "to throw", expected),
  };
}

function contains(actual: unknown, expected: unknown): boolean {
  if (typeof actual === "string") return actual.includes(expected as string);
  return [...(actual as Iterable<unknown>)].includes(expected);
}

function throws(call: Body, expected: RegExp | string | undefined): boolean {
  try {
    call();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (expected === undefined) return true;
    return typeof expected === "string" ? message.includes(expected) : expected.test(message);
  }
  return false;
}

function shown(value: unknown): string {
  return value instanceof RegExp
    ? String(value)
    : (JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value));
}
