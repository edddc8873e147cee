/** A known answer of the lockstep cipher, asked once at load: byte order and cipher object of this runtime are then as we think. */
import { BautaError } from "../../../kit/errors.ts";
import { Aes } from "./aes.ts";
import { FeistelRows, feistelKey } from "./ff1-bits.ts";

/** FF1, AES-256, key 00 01 … 1f, empty tweak, radix 2: the 40 bits of 0x0123456789 encrypt to these halves of 20 bits. */
const HIGH = 0xe0977;
const LOW = 0x8aeab;

/** @throws BautaError 1303 when the answer is another */
export function proveLockstep(): void {
  const aes = new Aes(Uint8Array.from({ length: 32 }, (_, i) => i));
  const rows = new FeistelRows();
  rows.add(feistelKey(aes, 40, new Uint8Array(0)));
  rows.a[0] = 0x01234;
  rows.b[0] = 0x56789;
  rows.run(aes, Int32Array.of(0), 1, false);
  if (rows.a[0] !== HIGH || rows.b[0] !== LOW) throw new BautaError(1303, { detail: "FF1" });
}
