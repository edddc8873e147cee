/** Suggestions: near words, and none where nothing is near. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { asciiLower, editDistance, nearest } from "../../runtime/kit/suggest.ts";
import { DEPTH, seeded } from "../seed.ts";

describe("the nearest word", () => {
  test("is the one with the fewest edits", () => {
    expect(nearest("tecnique", ["technique", "type"])).toBe("technique");
    expect(nearest("fep", ["fpe", "keep"])).toBe("fpe");
    expect(nearest("Dbtrr", ["Cdtr", "Dbtr", "DbtrAcct"])).toBe("Dbtr");
    expect(nearest("IBAN", ["iban", "bic"])).toBe("iban");
    expect(nearest("xyz", ["iban", "bic"])).toBeUndefined();
    expect(nearest("a", [])).toBeUndefined();
    expect(nearest("a".repeat(10_000), ["a".repeat(9_999)])).toBeUndefined();
  });

  test("counts edits like a plain dynamic programme", () => {
    const plain = (a: string, b: string): number => {
      const rows = Array.from({ length: a.length + 1 }, (_, i) =>
        Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
      );
      for (let i = 1; i <= a.length; i++)
        for (let j = 1; j <= b.length; j++) {
          const at = (x: number, y: number): number => rows[x]?.[y] ?? 0;
          const costs = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)];
          if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) costs.push(at(i - 2, j - 2) + 1);
          (rows[i] as number[])[j] = costs.sort((x, y) => x - y)[0] as number;
        }
      return rows[a.length]?.[b.length] ?? 0;
    };
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => expect(editDistance(a, b)).toBe(plain(a, b))),
      { seed: seeded("distance"), numRuns: 2000 * DEPTH },
    );
  });

  test("folds ASCII letters and nothing else", () => {
    expect(asciiLower("AZaz\u0130\u00c4[@")).toBe("azaz\u0130\u00c4[@");
  });
});
