/** The portable engine's lockstep cipher against the general FF1, at every width and with tweaks of every alignment. */
import { describe, expect, test } from "bun:test";
import { Aes } from "../../runtime/engines/portable/crypto/aes.ts";
import { ff1BitsWide, ff1Encrypt } from "../../runtime/engines/portable/crypto/ff1.ts";
import { FeistelRows, feistelKey, LOCKSTEP_BITS_MAX } from "../../runtime/engines/portable/crypto/ff1-bits.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => (i * 29 + 11) & 255);

describe("radix 2 in lockstep", () => {
  test("widths 20 to 192 and tweaks of 0 to 40 bytes, all in one batch", () => {
    const aes = new Aes(KEY);
    const rows = new FeistelRows();
    const expected: string[] = [];
    for (let bits = 20; bits <= LOCKSTEP_BITS_MAX; bits++) {
      const tweak = Uint8Array.from({ length: (bits * 7) % 41 }, (_, i) => (i * 3 + bits) & 255);
      const digits = pattern(bits);
      expected.push(ff1Encrypt(KEY, tweak, 2, digits).join(""));
      const row = rows.add(feistelKey(aes, bits, tweak));
      const u = bits >>> 1;
      setHalf(rows.a, 3 * row, digits.subarray(0, u));
      setHalf(rows.b, 3 * row, digits.subarray(u));
    }
    const all = Int32Array.from({ length: rows.count }, (_, i) => i);
    const before = [Array.from(rows.a), Array.from(rows.b)];
    rows.run(aes, all, rows.count, false);
    for (let row = 0; row < rows.count; row++) {
      const bits = 20 + row;
      const u = bits >>> 1;
      expect(half(rows.a, 3 * row, u) + half(rows.b, 3 * row, bits - u)).toBe(expected[row] as string);
    }
    rows.run(aes, all, rows.count, true);
    expect([Array.from(rows.a).slice(0, 3 * rows.count), Array.from(rows.b).slice(0, 3 * rows.count)]).toEqual(
      before.map((limbs) => limbs.slice(0, 3 * rows.count)),
    );
  });

  test("more rows than the arrays begin with, and a part of the rows", () => {
    const aes = new Aes(KEY);
    const key = feistelKey(aes, 60, new Uint8Array(9));
    const rows = new FeistelRows();
    for (let i = 0; i < 3000; i++) {
      const row = rows.add(key);
      rows.a[3 * row] = i;
      rows.b[3 * row] = 7;
    }
    const even = Int32Array.from({ length: 1500 }, (_, i) => 2 * i);
    rows.run(aes, even, even.length, false);
    const digits = Uint16Array.from(((4n << 30n) | 7n).toString(2).padStart(60, "0"), Number);
    const whole = ff1Encrypt(KEY, new Uint8Array(9), 2, digits).join("");
    expect(half(rows.a, 12, 30) + half(rows.b, 12, 30)).toBe(whole);
    expect([rows.a[15], rows.b[15]]).toEqual([5, 7]);
  });

  test("classes beyond the lockstep: 193 to 256 bits", () => {
    const aes = new Aes(KEY);
    const tweak = Uint8Array.of(1, 2, 3);
    for (let bits = LOCKSTEP_BITS_MAX + 1; bits <= 256; bits++) {
      const digits = pattern(bits);
      const u = bits >>> 1;
      const a = BigInt(`0b${digits.subarray(0, u).join("")}`);
      const b = BigInt(`0b${digits.subarray(u).join("")}`);
      const [high, low] = ff1BitsWide(aes, tweak, bits, a, b, false);
      expect(high.toString(2).padStart(u, "0") + low.toString(2).padStart(bits - u, "0")).toBe(ff1Encrypt(KEY, tweak, 2, digits).join(""));
      expect(ff1BitsWide(aes, tweak, bits, high, low, true)).toEqual([a, b]);
    }
  });
});

function pattern(bits: number): Uint16Array {
  return Uint16Array.from({ length: bits }, (_, i) => ((i * i * 7 + i * bits + (i >> 2)) >> 1) & 1);
}

function setHalf(limbs: Int32Array, at: number, digits: Uint16Array): void {
  let number = BigInt(`0b${digits.join("")}`);
  for (let i = 0; i < 3; i++) {
    limbs[at + i] = Number(number & 0xffff_ffffn);
    number >>= 32n;
  }
}

function half(limbs: Int32Array, at: number, bits: number): string {
  let number = 0n;
  for (let i = 2; i >= 0; i--) number = (number << 32n) | BigInt((limbs[at + i] as number) >>> 0);
  return number.toString(2).padStart(bits, "0");
}
