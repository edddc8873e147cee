/** What values of a record tell about others of it: subjects of shifts and factors, and the last day that was met. */
import {
  type Batch,
  RECORD_FIRST_VALUE,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  TERM_DECIMALS,
  TERM_FACTOR,
  TERM_FACTOR_DECIMALS,
  TERM_FLAG_FACTOR,
  TERM_FLAG_LAST,
  TERM_FLAG_NEGATIVE,
  TERM_FLAG_RUNNING,
  TERM_FLAGS,
  TERM_PLACE,
  TERM_PRODUCT_DECIMALS,
  TERM_STRIDE,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../record/tables.ts";
import { ownBytes } from "./origin.ts";
import type { CompiledOperation, Program } from "./program.ts";
import { alone, type Curve, type Draw, running } from "./techniques/curve.ts";
import { rounded, SCALE } from "./techniques/decimal.ts";
import { SUBJECT_NAMESPACE, SUBJECT_NONE, SUBJECT_RECORD } from "./techniques/figures.ts";
import { Points } from "./techniques/points.ts";
import type { Canonical } from "./text/canonical.ts";
import { decodeSegment } from "./text/decode.ts";

const NOTHING = new Uint8Array(0);
/** Numbers of 128 bits; what is beyond them is beyond all amounts. */
const NUMBER_MAX = 2n ** 127n - 1n;
const NUMBER_MIN = -(2n ** 127n);

export class Figures {
  /** The last whole day of the record, in the clear. */
  day: number | undefined;
  readonly #operations: readonly CompiledOperation[];
  readonly #canonical: Canonical;
  readonly #subjects = new Map<number, Uint8Array>();
  /** What curves of the record have drawn, by their namespaces and subjects. */
  readonly #borders = new Map<string, Map<string, bigint>>();
  readonly #points = new Points();

  constructor({ operations }: Program, canonical: Canonical) {
    this.#operations = operations;
    this.#canonical = canonical;
    for (const { subject } of operations) if (subject !== SUBJECT_NONE) this.#subjects.set(subject, NOTHING);
  }

  /** Looks for the subjects of a record. */
  begin(batch: Batch, record: number, latin1: boolean): void {
    this.day = undefined;
    for (const borders of this.#borders.values()) borders.clear();
    for (const subject of this.#subjects.keys()) this.#subjects.set(subject, this.#find(batch, record, subject, latin1));
  }

  subject(wanted: number): Uint8Array {
    return this.#subjects.get(wanted) ?? NOTHING;
  }

  borders(namespace: number, subject: number): Map<string, bigint> {
    const key = `${namespace} ${subject}`;
    const known = this.#borders.get(key);
    if (known !== undefined) return known;
    const borders = new Map<string, bigint>();
    this.#borders.set(key, borders);
    return borders;
  }

  #find(batch: Batch, record: number, subject: number, latin1: boolean): Uint8Array {
    const { input, records, values, segments } = batch;
    const row = record * RECORD_STRIDE;
    if (subject === SUBJECT_RECORD) return ownBytes(batch, record).bytes.slice();
    const first = records[row + RECORD_FIRST_VALUE] as number;
    const end = first + (records[row + RECORD_VALUE_COUNT] as number);
    for (let value = first; value < end; value++) {
      const at = value * VALUE_STRIDE;
      const operation = this.#operations[values[at + VALUE_OPERATION] as number];
      if (operation?.isIdentity !== true || operation.namespace !== subject - SUBJECT_NAMESPACE) continue;
      const from = values[at + VALUE_FIRST_SEGMENT] as number;
      return this.#canonicalOf(operation, input, segments, from, values[at + VALUE_SEGMENT_COUNT] as number, latin1);
    }
    return NOTHING;
  }

  /** The canonical form of a value; nothing of one that has none, which refuses its record by itself. */
  #canonicalOf(
    operation: CompiledOperation,
    input: Uint8Array,
    segments: Uint32Array,
    from: number,
    count: number,
    latin1: boolean,
  ): Uint8Array {
    const points = this.#points;
    points.length = 0;
    for (let segment = from; segment < from + count; segment++) {
      const at = segment * SEGMENT_STRIDE;
      const [start, end] = [segments[at + SEGMENT_START] as number, segments[at + SEGMENT_END] as number];
      points.reserve(end - start);
      const next = decodeSegment(input, start, end, segments[at + SEGMENT_ENCODING] as number, latin1, points.data, points.length);
      if (next < 0) return NOTHING;
      points.length = next;
    }
    return this.#canonical.write(operation, points.data, 0, points.length) === 0 ? this.#canonical.view().slice() : NOTHING;
  }
}

/** What the terms of an amount come to, with its sign, and its decimals; undefined for what is beyond all amounts. */
export function sumOfTerms(
  terms: Uint32Array,
  first: number,
  curve: Curve,
  draw: Draw,
): { readonly units: bigint; readonly decimals: number } | undefined {
  let sum = 0n;
  let most = 0;
  for (let row = first * TERM_STRIDE; ; row += TERM_STRIDE) {
    const flags = terms[row + TERM_FLAGS] as number;
    let decimals = capped(terms[row + TERM_DECIMALS] as number);
    const place = placeOf(terms, row);
    const height = (flags & TERM_FLAG_RUNNING) === 0 ? alone(curve, place, draw) : running(curve, place, draw);
    let amount = rounded(height, decimals);
    if ((flags & TERM_FLAG_FACTOR) !== 0) {
      decimals = capped(terms[row + TERM_PRODUCT_DECIMALS] as number);
      const factor = BigInt(terms[row + TERM_FACTOR] as number) | (BigInt(terms[row + TERM_FACTOR + 1] as number) << 32n);
      const product = amount * factor;
      const divisor = 10n ** BigInt(terms[row + TERM_FACTOR_DECIMALS] as number);
      if (isBeyond(product) || isBeyond(divisor)) return undefined;
      amount = product / divisor;
    }
    if (decimals > most) most = decimals;
    sum = (flags & TERM_FLAG_NEGATIVE) === 0 ? sum + amount : sum - amount;
    if (isBeyond(sum)) return undefined;
    // Rounded once, and not term by term: the product of a difference is not that of two rounded ones.
    if ((flags & TERM_FLAG_LAST) !== 0) return { units: rounded(sum, most), decimals: most };
  }
}

const capped = (decimals: number): number => (decimals > SCALE ? SCALE : decimals);
const isBeyond = (number: bigint): boolean => number > NUMBER_MAX || number < NUMBER_MIN;

function placeOf(terms: Uint32Array, row: number): bigint {
  let place = 0n;
  for (let word = 3; word >= 0; word--) place = (place << 32n) | BigInt(terms[row + TERM_PLACE + word] as number);
  return BigInt.asIntN(128, place);
}
