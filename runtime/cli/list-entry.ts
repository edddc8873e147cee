/** What stands in the line of a data file that `compare` names, where this Bauta has one of the two files. */
import type { Difference } from "../audit/compare.ts";
import { assetBytes } from "../kit/assets.ts";
import { sha256 } from "../model/digest.ts";

/** The difference, with the list and its entry behind the line. Data files are ours and public. */
export function withEntry(difference: Difference): Difference {
  const [, path, line] = /^data (.+), line (\d+)$/.exec(difference.what) ?? [];
  if (path === undefined) return difference;
  const bytes = bytesOf(path);
  const digest = bytes === undefined ? "" : sha256(bytes);
  const side = [difference.before, difference.after].indexOf(digest);
  if (bytes === undefined || side < 0) return difference;
  const lines = new TextDecoder().decode(bytes).split("\n");
  const at = Number(line) - 1;
  const list = lines.slice(0, at).findLast((one) => one.startsWith("@"));
  const entry = `${list === undefined ? "" : `${list.slice(1)}: `}${(lines[at] ?? "").trim().slice(0, ENTRY_SHOWN)}`;
  return { ...difference, what: `${difference.what} (${entry}, in the ${side === 0 ? "first" : "second"})` };
}

/** Characters of an entry that are told. */
const ENTRY_SHOWN = 60;

function bytesOf(path: string): Uint8Array | undefined {
  try {
    return assetBytes(`schemas/${path}`);
  } catch {
    return undefined;
  }
}
