/** Sums name the one item that is another, wherever it stands, and name none where there are several. */
import { describe, expect, test } from "bun:test";
import { Locator, lineSums, placeOfChange } from "../../runtime/audit/locator.ts";
import { Random } from "../generators/random.ts";

const seed = Number(process.env["BAUTA_SEED"] ?? Date.now() % 1_000_000);
console.log(`locator: seed ${seed}`);
const random = new Random(seed);

const hash = (): number => random.below(2 ** 32);
const sumsOf = (items: readonly number[]): string => {
  const locator = new Locator();
  for (const item of items) locator.add(item);
  return locator.text;
};

describe("the locator", () => {
  test("names one change at any place", () => {
    for (const count of [1, 2, 3, 100, 5000]) {
      const items = Array.from({ length: count }, hash);
      for (let round = 0; round < 50; round++) {
        const place = round === 0 ? 0 : round === 1 ? count - 1 : random.below(count);
        const changed = items.with(place, ((items[place] as number) ^ (1 << random.below(26))) >>> 0);
        expect([count, placeOfChange(sumsOf(items), sumsOf(changed), count)]).toEqual([count, place]);
      }
    }
  });

  test("names nothing where there is no change, two, an exchange, or no sums", () => {
    const items = Array.from({ length: 1000 }, (_, i) => i * 4_000_037);
    expect(placeOfChange(sumsOf(items), sumsOf(items), 1000)).toBeUndefined();
    for (const [a, b] of [
      [0, 1],
      [17, 999],
      [500, 501],
    ] as const) {
      const [first, second] = [items[a] as number, items[b] as number];
      expect(placeOfChange(sumsOf(items), sumsOf(items.with(a, first + 1).with(b, second + 1)), 1000)).toBeUndefined();
      expect(placeOfChange(sumsOf(items), sumsOf(items.with(a, second).with(b, first)), 1000)).toBeUndefined();
    }
    for (const text of ["", "0", "z".repeat(21), "f".repeat(21)]) expect(placeOfChange(sumsOf(items), text, 1000)).toBeUndefined();
  });

  test("digests in whatever calls are their first 26 bits, one by one", () => {
    const digests = Uint8Array.from({ length: 32 * 1000 }, () => random.below(256));
    const one = new Locator();
    const view = new DataView(digests.buffer);
    for (let i = 0; i < 1000; i++) one.add(view.getUint32(32 * i) >>> 6);
    const many = new Locator();
    for (let at = 0; at < 1000; ) {
      const count = Math.min(1000 - at, 1 + random.below(200));
      many.addDigests(digests.subarray(32 * at), count, 32);
      at += count;
    }
    expect(many.text).toBe(one.text);
  });

  test("goes on from its text", () => {
    const items = Array.from({ length: 300 }, hash);
    const first = new Locator();
    for (const item of items.slice(0, 120)) first.add(item);
    const rest = new Locator(first.text, 120);
    for (const item of items.slice(120)) rest.add(item);
    expect(rest.text).toBe(sumsOf(items));
    expect(() => new Locator("no sums", 1)).toThrow("BAUTA-8501");
  });

  test("a text's lines, with and without a line end behind the last", () => {
    const text = Array.from({ length: 500 }, (_, i) => `line ${i}`);
    const sums = (lines: readonly string[], end = "\n"): ReturnType<typeof lineSums> =>
      lineSums(new TextEncoder().encode(lines.join("\n") + end));
    expect([sums(text).lines, sums(text, "").lines, sums([], "").lines]).toEqual([500, 500, 0]);
    expect(sums(text, "").sums).toBe(sums(text).sums);
    expect(placeOfChange(sums(text).sums, sums(text.with(321, "lime 321")).sums, 500)).toBe(321);
  });
});
