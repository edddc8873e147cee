/** Counts of several maskers, or of a run before and after it was resumed, added up. */
import type { Counts } from "./masker.ts";
import type { OperationFacts } from "./observe.ts";
import type { FieldCount, ValueNumbers } from "./value-counts.ts";

export type CountNumbers = Omit<Counts, "refusedByCode" | "recordsByMessage">;

export const NO_NUMBERS: CountNumbers = {
  in: 0,
  out: 0,
  refused: 0,
  bytesIn: 0,
  bytesOut: 0,
  found: 0,
  masked: 0,
  kept: 0,
  removed: 0,
  otherwise: 0,
  left: 0,
};

export const NO_COUNTS: Counts = { ...NO_NUMBERS, refusedByCode: new Map(), recordsByMessage: new Map() };

/** Sums of values alone. */
export const addValues = (a: ValueSums, b: ValueSums): ValueSums => ({
  found: a.found + b.found,
  masked: a.masked + b.masked,
  kept: a.kept + b.kept,
  removed: a.removed + b.removed,
  otherwise: a.otherwise + b.otherwise,
  left: a.left + b.left,
});
export type ValueSums = Omit<ValueNumbers, "recordsByMessage">;

export const addValueNumbers = (a: ValueNumbers, b: ValueNumbers): ValueNumbers => ({
  ...addValues(a, b),
  recordsByMessage: addMaps(a.recordsByMessage, b.recordsByMessage),
});

export const addCounts = (a: Counts, b: Counts): Counts => ({
  in: a.in + b.in,
  out: a.out + b.out,
  refused: a.refused + b.refused,
  bytesIn: a.bytesIn + b.bytesIn,
  bytesOut: a.bytesOut + b.bytesOut,
  ...addValues(a, b),
  refusedByCode: addMaps(a.refusedByCode, b.refusedByCode),
  recordsByMessage: addMaps(a.recordsByMessage, b.recordsByMessage),
});

/**
 * Rows that speak of the same are one.
 * @param keyOf what a row speaks of
 */
export function addRows<Row extends { readonly count: number }>(
  a: readonly Row[],
  b: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  if (a.length === 0) return b;
  const rows = new Map<string, Row>();
  for (const row of [...a, ...b]) {
    const key = keyOf(row);
    const known = rows.get(key);
    rows.set(key, known === undefined ? row : { ...known, count: known.count + row.count });
  }
  return [...rows.values()];
}

/** Operations have other numbers in another process: their facts say which one it is. */
export const addFields = <Row extends FieldCount & OperationFacts>(a: readonly Row[], b: readonly Row[]): readonly Row[] =>
  addRows(a, b, ({ format, message, path, outcome, technique, kind, namespace }) =>
    JSON.stringify([format, message, path, outcome, technique, kind, namespace]),
  );

function addMaps(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sum = new Map(a);
  for (const [key, count] of b) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}
