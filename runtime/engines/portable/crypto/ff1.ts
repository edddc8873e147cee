/**
 * FF1 for any radix and length (NIST SP 800-38G Revision 1, Algorithms 7 and 8).
 *
 * Two arithmetics: plain numbers while radix^v stays below 2^45, so that `y · 256 + byte` stays below 2^53; BigInt above.
 */
import { BautaError } from "../../../kit/errors.ts";
import { FF1_DOMAIN_MIN, FF1_LENGTH_MAX, FF1_TWEAK_BYTES_MAX } from "../../../kit/limits.ts";
import { AES_BLOCK, Aes } from "./aes.ts";

const ROUNDS = 10;
const NARROW_MAX = 2 ** 45;

/** Lengths and moduli of one (radix, n, t): steps 1 to 5, which no digit takes part in. */
interface Parameters {
  readonly u: number;
  readonly v: number;
  /** radix^u and radix^v. */
  readonly modulusU: bigint;
  readonly modulusV: bigint;
  /** Bytes of NUM(B) in Q. */
  readonly b: number;
  /** Bytes of S that make y. */
  readonly d: number;
  /** P ‖ Q with the tweak in place and zeros for round number and NUM(B). */
  readonly message: Uint8Array;
}

/**
 * Encrypts digits below `radix` under an AES key of 16, 24 or 32 bytes.
 * @throws BautaError 6020 on parameters or digits outside the standard's or our limits, 6003 on a domain below 10^6
 * @example ff1Encrypt(key, new Uint8Array(0), 10, Uint16Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
 */
export function ff1Encrypt(key: Uint8Array, tweak: Uint8Array, radix: number, digits: Uint16Array): Uint16Array {
  return cipher(key, tweak, radix, digits, false);
}

/** The inverse of `ff1Encrypt`; the same errors. */
export function ff1Decrypt(key: Uint8Array, tweak: Uint8Array, radix: number, digits: Uint16Array): Uint16Array {
  return cipher(key, tweak, radix, digits, true);
}

function cipher(key: Uint8Array, tweak: Uint8Array, radix: number, digits: Uint16Array, inverse: boolean): Uint16Array {
  const aes = new Aes(key);
  checkParameters(tweak, radix, digits);
  const n = digits.length;
  const parameters = prepare(tweak, radix, n);
  const { u, v, modulusV } = parameters;
  // Step 2: A = X[1..u], B = X[u+1..n].
  let a: number | bigint;
  let b: number | bigint;
  if (modulusV <= NARROW_MAX) {
    [a, b] = feistelNarrow(aes, parameters, toNumber(digits, 0, u, radix), toNumber(digits, u, n, radix), inverse);
  } else {
    [a, b] = feistelWide(aes, parameters, toBigInt(digits, 0, u, radix), toBigInt(digits, u, n, radix), inverse);
  }
  // Step 7: A ‖ B.
  const out = new Uint16Array(n);
  writeDigits(out, 0, u, radix, a);
  writeDigits(out, u, u + v, radix, b);
  return out;
}

/**
 * FF1 with radix 2 over the two halves of an `n`-bit number as integers, for domains that are too wide for the batch kernel.
 * The caller has checked the domain. Returns the two halves, u and v bits.
 */
export function ff1BitsWide(aes: Aes, tweak: Uint8Array, n: number, a: bigint, b: bigint, inverse: boolean): [bigint, bigint] {
  return feistelWide(aes, prepare(tweak, 2, n), a, b, inverse);
}

function checkParameters(tweak: Uint8Array, radix: number, digits: Uint16Array): void {
  // Section 5.1: 2 ≤ radix ≤ 2^16, 2 ≤ minlen ≤ n ≤ maxlen, t ≤ maxTlen; minlen and maxlen are ours.
  if (!Number.isInteger(radix) || radix < 2 || radix > 65_536) throw new BautaError(6020, { detail: "radix" });
  if (digits.length < 2 || digits.length > FF1_LENGTH_MAX) throw new BautaError(6020, { detail: "number of digits" });
  if (tweak.length > FF1_TWEAK_BYTES_MAX) throw new BautaError(6020, { detail: "tweak length" });
  for (const digit of digits) if (digit >= radix) throw new BautaError(6020, { detail: "digit not below the radix" });
  // Section 5.1, the bound that Revision 1 raised from 100: radix^minlen ≥ 1,000,000.
  let domain = 1;
  for (let i = 0; i < digits.length && domain < FF1_DOMAIN_MIN; i++) domain *= radix;
  if (domain < FF1_DOMAIN_MIN) throw new BautaError(6003);
}

function prepare(tweak: Uint8Array, radix: number, n: number): Parameters {
  // Step 1.
  const u = Math.floor(n / 2);
  const v = n - u;
  const modulusU = BigInt(radix) ** BigInt(u);
  const modulusV = u === v ? modulusU : modulusU * BigInt(radix);
  // Step 3: b = ⌈⌈v · log2(radix)⌉ / 8⌉. The inner ceiling is the bit length of radix^v − 1, which needs no logarithm.
  const b = byteLength(modulusV - 1n);
  // Step 4.
  const d = 4 * Math.floor((b + 3) / 4) + 4;
  // Step 5: P = [1] ‖ [2] ‖ [1] ‖ [radix]³ ‖ [10] ‖ [u mod 256] ‖ [n]⁴ ‖ [t]⁴.
  const t = tweak.length;
  const message = new Uint8Array(AES_BLOCK + blocksOf(t + b + 1) * AES_BLOCK);
  const view = new DataView(message.buffer);
  message.set([1, 2, 1], 0);
  message[3] = radix >>> 16;
  view.setUint16(4, radix & 0xffff);
  message[6] = ROUNDS;
  message[7] = u & 0xff;
  view.setUint32(8, n);
  view.setUint32(12, t);
  // Step 6.i: Q = T ‖ [0]^((−t−b−1) mod 16) ‖ [i] ‖ [NUM(B)]^b.
  message.set(tweak, AES_BLOCK);
  return { u, v, modulusU, modulusV, b, d, message };
}

function blocksOf(bytes: number): number {
  return Math.floor((bytes + AES_BLOCK - 1) / AES_BLOCK);
}

function feistelNarrow(aes: Aes, parameters: Parameters, first: number, second: number, inverse: boolean): [number, number] {
  const { d, message, b: bytes } = parameters;
  const modulusU = Number(parameters.modulusU);
  const modulusV = Number(parameters.modulusV);
  // A and B change places each round (steps 6.viii and 6.ix), so the half of even rounds is always the one of u digits.
  let a = first;
  let b = second;
  for (let step = 0; step < ROUNDS; step++) {
    const round = inverse ? ROUNDS - 1 - step : step;
    const even = round % 2 === 0;
    let rest = even ? b : a;
    message[message.length - bytes - 1] = round;
    for (let at = 1; at <= bytes; at++) {
      message[message.length - at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    const s = expand(aes, aes.prf(message), d);
    const modulus = even ? modulusU : modulusV;
    // Steps 6.iii, 6.iv and 6.vi: y = NUM(S) mod radix^m, byte by byte.
    let y = 0;
    for (let i = 0; i < d; i++) y = (y * 256 + (s[i] as number)) % modulus;
    const sum = (even ? a : b) + (inverse ? modulus - y : y);
    if (even) a = sum % modulus;
    else b = sum % modulus;
  }
  return [a, b];
}

function feistelWide(aes: Aes, parameters: Parameters, first: bigint, second: bigint, inverse: boolean): [bigint, bigint] {
  const { d, message, b: bytes, modulusU, modulusV } = parameters;
  let a = first;
  let b = second;
  for (let step = 0; step < ROUNDS; step++) {
    const round = inverse ? ROUNDS - 1 - step : step;
    const even = round % 2 === 0;
    message[message.length - bytes - 1] = round;
    writeBigInt(message, message.length - bytes, bytes, even ? b : a);
    const y = readBigInt(expand(aes, aes.prf(message), d), d);
    const modulus = even ? modulusU : modulusV;
    const half = even ? a : b;
    const sum = (inverse ? half - (y % modulus) + modulus : half + y) % modulus;
    if (even) a = sum;
    else b = sum;
  }
  return [a, b];
}

/** Step 6.iii: the first d bytes of R ‖ CIPH(R ⊕ [1]¹⁶) ‖ CIPH(R ⊕ [2]¹⁶) … */
function expand(aes: Aes, r: Uint8Array, d: number): Uint8Array {
  const blocks = blocksOf(d);
  if (blocks === 1) return r;
  const counters = new Uint8Array((blocks - 1) * AES_BLOCK);
  const view = new DataView(counters.buffer);
  for (let j = 1; j < blocks; j++) {
    const start = (j - 1) * AES_BLOCK;
    counters.set(r, start);
    view.setUint32(start + 12, view.getUint32(start + 12) ^ j);
  }
  const s = new Uint8Array(blocks * AES_BLOCK);
  s.set(r);
  s.set(aes.encrypt(counters), AES_BLOCK);
  return s;
}

function toNumber(digits: Uint16Array, from: number, to: number, radix: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * radix + (digits[i] as number);
  return number;
}

/** Halves of the range first: the additions are then few and wide, and 4096 digits stay far from quadratic. */
function toBigInt(digits: Uint16Array, from: number, to: number, radix: number): bigint {
  if (to - from <= 3) return BigInt(toNumber(digits, from, to, radix));
  const middle = from + Math.floor((to - from) / 2);
  return toBigInt(digits, from, middle, radix) * BigInt(radix) ** BigInt(to - middle) + toBigInt(digits, middle, to, radix);
}

function writeDigits(out: Uint16Array, from: number, to: number, radix: number, number: number | bigint): void {
  if (typeof number === "number" || to - from <= 3) {
    let rest = Number(number);
    for (let i = to - 1; i >= from; i--) {
      out[i] = rest % radix;
      rest = Math.floor(rest / radix);
    }
    return;
  }
  const middle = from + Math.floor((to - from) / 2);
  const power = BigInt(radix) ** BigInt(to - middle);
  writeDigits(out, from, middle, radix, number / power);
  writeDigits(out, middle, to, radix, number % power);
}

function byteLength(number: bigint): number {
  return Math.floor((number.toString(16).length + 1) / 2);
}

function readBigInt(bytes: Uint8Array, length: number): bigint {
  let hex = "0x";
  for (let i = 0; i < length; i++) hex += (bytes[i] as number).toString(16).padStart(2, "0");
  return BigInt(hex);
}

function writeBigInt(out: Uint8Array, at: number, length: number, number: bigint): void {
  const hex = number.toString(16).padStart(length * 2, "0");
  for (let i = 0; i < length; i++) out[at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
}
