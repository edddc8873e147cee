/** Amounts as exact numbers: plain ones are read without a pattern, and say what the pattern says. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { decimalOf, fractionDigitsOf } from "../../runtime/formats/decimal.ts";
import { effort } from "../property/tape.ts";

const { seed, numRuns } = effort("decimals")(2000);

/** A space in front is no part of an amount, and makes it one that is not plain. */
const byPattern = (text: string): bigint | undefined => decimalOf(` ${text}`);

test("with or without the pattern they are the same", () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789."), maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(..."0123456789.+-,e "), maxLength: 8 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(decimalOf(text)).toEqual(byPattern(text) as bigint);
      expect(fractionDigitsOf(text)).toBe(fractionDigitsOf(` ${text}`));
    }),
    { seed, numRuns },
  );
});

test("ends of what is plain", () => {
  for (const text of ["", ".", "0", "5.", ".5", "007.50", "999999999999999", "9999999999999999", "1.2.3", "99999999999999.9"])
    expect(decimalOf(text)).toEqual(byPattern(text) as bigint);
  expect(decimalOf(".")).toBeUndefined();
  expect(decimalOf("1.50")).toBe(1_500_000_000_000_000_000n);
});
