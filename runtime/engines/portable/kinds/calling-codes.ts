/** Country calling codes (ITU-T E.164; schemas/kinds/calling-codes.json). No code is a prefix of another. */
import { assetJson } from "../../../kit/assets.ts";

const { codes } = assetJson<{ readonly codes: readonly string[] }>("schemas/kinds/calling-codes.json");
const CODES: ReadonlySet<number> = new Set(codes.map((code) => code.length * 1000 + Number(code)));

/** How many of the first digits of `digits[0, length)` are a calling code; 0 if none are. */
export function callingCodeLength(digits: Uint8Array, length: number): number {
  let number = 0;
  for (let i = 0; i < 3 && i < length; i++) {
    number = number * 10 + (digits[i] as number) - 0x30;
    if (CODES.has((i + 1) * 1000 + number)) return i + 1;
  }
  return 0;
}
