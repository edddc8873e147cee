/** Byte checks that the runtimes do faster than we could; all three have them under the same name. */
import { isUtf8 as nodeIsUtf8 } from "node:buffer";

/** Whether `input[start, end)` is valid UTF-8 (no overlong forms, no surrogates). */
export function isUtf8(input: Uint8Array, start: number, end: number): boolean {
  return nodeIsUtf8(input.subarray(start, end));
}

/**
 * Gives the memory of an array back at once, where the runtime can (Node 20 cannot): a large one that was grown out of is otherwise held
 * until garbage is collected, beside the one that took its place. Nobody may look at it afterwards.
 */
export function release(array: Uint8Array | Uint32Array): void {
  const { buffer } = array as { readonly buffer: ArrayBufferLike & { readonly transfer?: (length: number) => ArrayBuffer } };
  buffer.transfer?.(0);
}
