/** Terms in rows are the terms that were given, whatever their size, and the batch gets them in the words that engines read. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Term, TermTable } from "../../runtime/formats/terms.ts";
import { Batch, TERM_FLAG_LAST, TERM_FLAGS, TERM_PLACE, TERM_STRIDE, VALUE_STRIDE, VALUE_TERMS } from "../../runtime/record/tables.ts";
import { effort } from "../property/tape.ts";

const { seed, numRuns } = effort("terms")(500);

/** One of the places of the engines' tables, in units of decimal.ts. */
const GRAIN = 10n ** 9n;
const term: fc.Arbitrary<Term> = fc.record(
  {
    place: fc.oneof(
      fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }).map((units) => units * GRAIN),
      fc.bigInt({ min: -(2n ** 127n) + 1n, max: 2n ** 127n - 1n }).map((units) => units * GRAIN),
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.constantFrom(...[-1n, 0n, 1n, -(2n ** 32n), 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n)].map((units) => units * GRAIN)),
    ),
    decimals: fc.nat({ max: 9 }),
    isRunning: fc.boolean(),
    isNegative: fc.boolean(),
    factor: fc.record({
      digits: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      decimals: fc.nat({ max: 30 }),
      productDecimals: fc.nat({ max: 9 }),
    }),
  },
  { requiredKeys: ["place", "decimals", "isRunning", "isNegative"] },
);
const given = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.array(term, { maxLength: 4 })), { maxLength: 12 });

test("they come back, and stand in the batch", () => {
  fc.assert(
    fc.property(given, (rows) => {
      const table = new TermTable();
      for (const [value, terms] of rows) table.give(value, terms);
      const last = new Map(rows);
      const batch = new Batch();
      for (let value = 0; value < 6; value++) batch.addValue(0, 0, 0);
      table.writeTo(batch);
      for (let value = 0; value < 6; value++) {
        const terms = last.get(value);
        expect(table.of(value)).toEqual(terms as Term[]);
        const isWritten = terms !== undefined && terms.length > 0 && terms.every(({ place }) => place % GRAIN === 0n);
        const first = batch.values[value * VALUE_STRIDE + VALUE_TERMS] as number;
        expect(first > 0).toBe(isWritten);
        for (const [i, { place }] of (isWritten ? terms : []).entries()) {
          const at = (first - 1 + i) * TERM_STRIDE;
          const words = [3, 2, 1, 0].map((word) => BigInt(batch.terms[at + TERM_PLACE + word] as number));
          expect(
            BigInt.asIntN(
              128,
              words.reduce((units, word) => (units << 32n) | word, 0n),
            ) * GRAIN,
          ).toBe(place);
          expect(((batch.terms[at + TERM_FLAGS] as number) & TERM_FLAG_LAST) !== 0).toBe(i === (terms?.length ?? 0) - 1);
        }
      }
    }),
    { seed, numRuns },
  );
});
