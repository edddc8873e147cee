/**
 * XXH3-64 with a seed, in BigInt arithmetic (xxHash specification, XXH3-64; section names in the comments).
 *
 * hash-wasm fixes the seed when a hasher is made, asynchronously, and an engine's primitives are synchronous; so the seeded
 * form, which nothing on the hot path uses, is here. Slow and short on purpose; tested against the vectors and hash-wasm.
 */

const MASK = 0xffff_ffff_ffff_ffffn;
const PRIME32_1 = 0x9e3779b1n;
const PRIME32_2 = 0x85ebca77n;
const PRIME32_3 = 0xc2b2ae3dn;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const PRIME_MX1 = 0x165667919e3779f9n;
const PRIME_MX2 = 0x9fb21c651e98df25n;

/** The default secret, 192 bytes. */
const SECRET = viewOfHex(
  "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221" +
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb" +
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e",
);
const SECRET_BYTES = 192;
const STRIPE = 64;
const STRIPES_PER_BLOCK = 16;

/** XXH3-64 of `data` under `seed` (its low 64 bits), as a number. */
export function xxh3Seeded(data: Uint8Array, seed: bigint): bigint {
  const input = new DataView(data.buffer, data.byteOffset, data.length);
  const s = seed & MASK;
  if (data.length <= 16) return hashShort(input, s);
  if (data.length <= 128) return hashMedium(input, s);
  if (data.length <= 240) return hashLonger(input, s);
  return hashLong(input, s);
}

/** "Small inputs": 0, 1–3, 4–8 and 9–16 bytes. */
function hashShort(input: DataView, seed: bigint): bigint {
  const length = input.byteLength;
  if (length > 8) {
    const low = read(input, 0) ^ (((read(SECRET, 24) ^ read(SECRET, 32)) + seed) & MASK);
    const high = read(input, length - 8) ^ (((read(SECRET, 40) ^ read(SECRET, 48)) - seed) & MASK);
    return avalanche(BigInt(length) + swapBytes(low) + high + fold(low, high));
  }
  if (length > 3) {
    const mixedSeed = seed ^ ((swapBytes(seed & 0xffff_ffffn) >> 32n) << 32n);
    const combined = BigInt(input.getUint32(length - 4, true)) + (BigInt(input.getUint32(0, true)) << 32n);
    let h = combined ^ (((read(SECRET, 8) ^ read(SECRET, 16)) - mixedSeed) & MASK);
    h ^= rotate(h, 49n) ^ rotate(h, 24n);
    h = (h * PRIME_MX2) & MASK;
    h ^= (h >> 35n) + BigInt(length);
    h = (h * PRIME_MX2) & MASK;
    return h ^ (h >> 28n);
  }
  if (length > 0) {
    const first = input.getUint8(0);
    const middle = input.getUint8(length >> 1);
    const last = input.getUint8(length - 1);
    const combined = BigInt(((first << 16) | (middle << 24) | (length << 8) | last) >>> 0);
    return avalanche64(combined ^ ((BigInt(SECRET.getUint32(0, true) ^ SECRET.getUint32(4, true)) & 0xffff_ffffn) + seed));
  }
  return avalanche64(seed ^ read(SECRET, 56) ^ read(SECRET, 64));
}

/** "Medium inputs": 17–128 bytes, from both ends inwards. */
function hashMedium(input: DataView, seed: bigint): bigint {
  const length = input.byteLength;
  let sum = BigInt(length) * PRIME64_1;
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum += mix(input, 16 * i, SECRET, 32 * i, seed) + mix(input, length - 16 * (i + 1), SECRET, 32 * i + 16, seed);
  }
  return avalanche(sum);
}

/** "Medium inputs": 129–240 bytes. */
function hashLonger(input: DataView, seed: bigint): bigint {
  const length = input.byteLength;
  let sum = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 8; i++) sum += mix(input, 16 * i, SECRET, 16 * i, seed);
  sum = avalanche(sum);
  for (let i = 8; i < length >> 4; i++) sum += mix(input, 16 * i, SECRET, 16 * (i - 8) + 3, seed);
  return avalanche(sum + mix(input, length - 16, SECRET, 136 - 17, seed));
}

/** "Large inputs": stripes of 64 bytes in blocks of 16, under a secret derived from the seed. */
function hashLong(input: DataView, seed: bigint): bigint {
  const length = input.byteLength;
  const secret = secretOf(seed);
  const lanes = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1];
  const stripes = Math.floor((length - 1) / STRIPE);
  for (let stripe = 0; stripe < stripes; stripe++) {
    accumulate(lanes, input, stripe * STRIPE, secret, (stripe % STRIPES_PER_BLOCK) * 8);
    if (stripe % STRIPES_PER_BLOCK === STRIPES_PER_BLOCK - 1) scramble(lanes, secret);
  }
  accumulate(lanes, input, length - STRIPE, secret, SECRET_BYTES - STRIPE - 7);
  let sum = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 4; i++) {
    const a = (lanes[2 * i] as bigint) ^ read(secret, 11 + 16 * i);
    const b = (lanes[2 * i + 1] as bigint) ^ read(secret, 19 + 16 * i);
    sum += fold(a, b);
  }
  return avalanche(sum);
}

function secretOf(seed: bigint): DataView {
  const secret = new DataView(new ArrayBuffer(SECRET_BYTES));
  for (let at = 0; at < SECRET_BYTES; at += 16) {
    secret.setBigUint64(at, read(SECRET, at) + seed, true);
    secret.setBigUint64(at + 8, read(SECRET, at + 8) - seed, true);
  }
  return secret;
}

function accumulate(lanes: bigint[], input: DataView, at: number, secret: DataView, secretAt: number): void {
  for (let i = 0; i < 8; i++) {
    const value = read(input, at + 8 * i);
    const keyed = value ^ read(secret, secretAt + 8 * i);
    lanes[i ^ 1] = ((lanes[i ^ 1] as bigint) + value) & MASK;
    lanes[i] = ((lanes[i] as bigint) + (keyed & 0xffff_ffffn) * (keyed >> 32n)) & MASK;
  }
}

function scramble(lanes: bigint[], secret: DataView): void {
  for (let i = 0; i < 8; i++) {
    const lane = lanes[i] as bigint;
    lanes[i] = ((lane ^ (lane >> 47n) ^ read(secret, SECRET_BYTES - STRIPE + 8 * i)) * PRIME32_1) & MASK;
  }
}

function mix(input: DataView, at: number, secret: DataView, secretAt: number, seed: bigint): bigint {
  const low = read(input, at) ^ ((read(secret, secretAt) + seed) & MASK);
  const high = read(input, at + 8) ^ ((read(secret, secretAt + 8) - seed) & MASK);
  return fold(low, high);
}

/** The two halves of the 128-bit product, xored. */
function fold(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK) ^ (product >> 64n);
}

function avalanche(hash: bigint): bigint {
  let h = hash & MASK;
  h = ((h ^ (h >> 37n)) * PRIME_MX1) & MASK;
  return h ^ (h >> 32n);
}

/** The finalisation of XXH64, which the shortest inputs use. */
function avalanche64(hash: bigint): bigint {
  let h = hash & MASK;
  h = ((h ^ (h >> 33n)) * PRIME64_2) & MASK;
  h = ((h ^ (h >> 29n)) * PRIME64_3) & MASK;
  return h ^ (h >> 32n);
}

function rotate(value: bigint, count: bigint): bigint {
  return ((value << count) | (value >> (64n - count))) & MASK;
}

function swapBytes(value: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view.getBigUint64(0, false);
}

function read(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true);
}

function viewOfHex(hex: string): DataView {
  const view = new DataView(new ArrayBuffer(hex.length / 2));
  for (let i = 0; i < view.byteLength; i++) view.setUint8(i, Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return view;
}
