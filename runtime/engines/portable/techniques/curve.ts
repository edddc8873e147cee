/**
 * What becomes of an amount: noise, a factor, rounding (docs/internals/engine.md, "Amounts").
 *
 * Each is a function that never falls. What stands alone is read off where it is; what is counted up, as balances are, is read off at its
 * ends: then the sum of the steps is the step of the sums, whatever the function.
 */
import { createHmac, type KeyObject } from "node:crypto";
import { nearest, ONE } from "./decimal.ts";

/** Widths of the cells of running noise, in whole units of the currency: powers of ten. */
const LEVELS: readonly number[] = [1, 3, 5, 7, 9, 11];
/** How the height of a step is cut so that its product with a place in a cell fits 128 bits. */
const GRAIN = 10_000n;
/** Draws are of 32 bits. */
const DRAWS = 1n << 32n;
/** Parts of one in which slopes are counted. */
const PARTS_PER_MILLIONTH = 1000n;

export type Curve =
  /** The nearest multiple of so many 10⁻⁹. */
  | { readonly kind: "round"; readonly unit: bigint }
  /** At most so many millionths up or down. */
  | { readonly kind: "noise"; readonly within: bigint }
  /** A whole factor between two: sums of what is multiplied are multiples of the sums. */
  | { readonly kind: "scale"; readonly low: bigint; readonly high: bigint }
  /** The greatest of some numbers that is not above the amount; the least for what is below it. */
  | { readonly kind: "bucket"; readonly bounds: readonly bigint[] };

/** What a curve is drawn from. */
export interface Draw {
  /** Of the namespace; nothing is drawn without. */
  readonly secret: KeyObject | undefined;
  /** What has a curve of its own. */
  readonly subject: Uint8Array;
  /** What was drawn before of this key for this subject, by levels and cells. */
  readonly borders: Map<string, bigint>;
}

/** Draws of borders that are held at most; a statement meets few, again and again. */
const BORDERS_MAX = 1 << 16;

const NOTHING = new Uint8Array(0);

/** A number of 64 bits of a label and what else it depends on. */
export function drawnNumber({ secret, subject }: Draw, label: string, detail: Uint8Array = NOTHING): bigint {
  if (secret === undefined) return 0n;
  const head = new Uint8Array(label.length + 9);
  for (let i = 0; i < label.length; i++) head[i] = label.charCodeAt(i);
  new DataView(head.buffer).setBigUint64(label.length + 1, BigInt(subject.length));
  const digest = createHmac("sha256", secret).update(head).update(subject).update(detail).digest();
  return digest.readBigUInt64BE(0);
}

/** A draw of 32 bits. */
const wordOf = (draw: Draw, label: string, detail: Uint8Array): bigint => drawnNumber(draw, label, detail) >> 32n;

/** A part of `amplitude` between its negative and itself, by a draw. */
const part = (amplitude: bigint, drawn: bigint): bigint => (amplitude * (2n * drawn - (DRAWS - 1n))) / (DRAWS - 1n);

/** The draw of a border between two cells of a level. */
function borderOf(draw: Draw, level: number, cell: bigint): bigint {
  const { borders } = draw;
  const key = `${level} ${cell}`;
  const known = borders.get(key);
  if (known !== undefined) return known;
  if (borders.size >= BORDERS_MAX) borders.clear();
  const drawn = wordOf(draw, "running noise", Uint8Array.of(level, ...bytesOf(cell)));
  borders.set(key, drawn);
  return drawn;
}

/** An amount by itself. */
export function alone(curve: Curve, amount: bigint, draw: Draw): bigint {
  if (curve.kind === "bucket") return curve.bounds.findLast((bound) => bound <= amount) ?? (curve.bounds[0] as bigint);
  if (curve.kind !== "noise") return running(curve, amount, draw);
  return amount + (amount * part(curve.within * PARTS_PER_MILLIONTH, wordOf(draw, "noise", bytesOf(amount)))) / ONE;
}

/** An amount that others are counted up to. */
export function running(curve: Curve, amount: bigint, draw: Draw): bigint {
  switch (curve.kind) {
    case "round":
      return nearest(amount, curve.unit);
    case "bucket":
      // What is owed is in the same range as what is had.
      return amount < 0n ? -alone(curve, -amount, draw) : alone(curve, amount, draw);
    case "scale":
      return amount * (curve.low + (drawnNumber(draw, "scale") % (curve.high - curve.low + 1n)));
    case "noise": {
      const share = (curve.within * PARTS_PER_MILLIONTH) / BigInt(LEVELS.length);
      let sum = amount;
      for (const level of LEVELS) sum += wave(amount, level, share, draw) - wave(0n, level, share, draw);
      return sum;
    }
  }
}

/** Height of one level at an amount: straight lines between the borders of its cells, no steeper than `share`, in 10⁻⁹. */
function wave(amount: bigint, level: number, share: bigint, draw: Draw): bigint {
  const width = 10n ** BigInt(level) * ONE;
  const place = ((amount % width) + width) % width;
  const cell = (amount - place) / width;
  const amplitude = ((width / ONE) * share) / 2n;
  const border = (at: bigint): bigint => part(amplitude, borderOf(draw, level, at));
  const low = border(cell);
  return low + (((border(cell + 1n) - low) / GRAIN) * place) / (width / GRAIN);
}

/** 128 bits, two's complement, big-endian. */
function bytesOf(number: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, number >> 64n);
  view.setBigUint64(8, BigInt.asUintN(64, number));
  return bytes;
}
