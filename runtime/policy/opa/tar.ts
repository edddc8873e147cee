/** The files of a bundle that the compiler has just written here. */
import { gunzipSync } from "node:zlib";

const BLOCK = 512;
const BYTES_MAX = 256 * 1024 * 1024;

export function filesOfBundle(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const tar = gunzipSync(bytes, { maxOutputLength: BYTES_MAX });
  const files = new Map<string, Uint8Array>();
  const text = (start: number, length: number): string => tar.toString("latin1", start, start + length).replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    files.set(text(at, 100).replace(/^\//, ""), tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
