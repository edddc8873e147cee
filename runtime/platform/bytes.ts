/** Byte checks that the runtimes do faster than we could; all three have them under the same name. */
import { isUtf8 as nodeIsUtf8 } from "node:buffer";

/** Whether `input[start, end)` is valid UTF-8 (no overlong forms, no surrogates). */
export function isUtf8(input: Uint8Array, start: number, end: number): boolean {
  return nodeIsUtf8(input.subarray(start, end));
}
