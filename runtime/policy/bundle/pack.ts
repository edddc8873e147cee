/** Packs the files of a bundle as `opa build` does: the same files are the same bytes. */
import { gzipSync } from "node:zlib";
import { BautaError } from "../../kit/errors.ts";

const BLOCK = 512;
/** Bytes of a header's field for names, and of the one in front of it. */
const NAME_MAX = 100;
const PREFIX_MAX = 155;

/**
 * A .tar.gz of ustar (POSIX.1-1988), readable by its owner alone when unpacked.
 * @param files by path, without a stroke in front
 * @throws BautaError 1622 for a path that is too long for it
 */
export function packBundle(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const blocks = sorted.flatMap(([path, bytes]) => [headerOf(path, bytes.length), bytes, new Uint8Array(-bytes.length & (BLOCK - 1))]);
  // Two empty blocks are the end.
  return gzipSync(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]));
}

function headerOf(path: string, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  const [prefix, name] = halves(path);
  header.write(name, 0, "utf8");
  header.write("0000600\0", 100, "latin1");
  header.write("0000000\0", 108, "latin1");
  header.write("0000000\0", 116, "latin1");
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("00000000000\0", 136, "latin1");
  // The checksum is made as if its own field were blank.
  header.write("        ", 148, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, "utf8");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** What stands before a stroke, and behind it: as long a name as there is room for. */
function halves(path: string): readonly [string, string] {
  if (Buffer.byteLength(path) <= NAME_MAX) return ["", path];
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= PREFIX_MAX && Buffer.byteLength(name) <= NAME_MAX) return [prefix, name];
  }
  throw new BautaError(1622, { path, detail: "a path of more bytes than a tar archive has room for" });
}
