/** Digests of what sources and definitions say, independent of layout, comments and the order of keys. */
import { createHash } from "node:crypto";
import type { Node } from "./node.ts";

/** SHA-256 in hex of bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 in hex over the canonical JSON of a tree: keys sorted by code units, no white space. */
export function digestOf(tree: Node): string {
  return sha256(new TextEncoder().encode(canonicalJson(tree)));
}

function canonicalJson(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return JSON.stringify(node.value);
    case "list":
      return `[${node.items.map(canonicalJson).join(",")}]`;
    case "map": {
      const entries = [...node.entries].sort((a, b) => (a.key < b.key ? -1 : 1));
      return `{${entries.map(({ key, value }) => `${JSON.stringify(key)}:${canonicalJson(value)}`).join(",")}}`;
    }
  }
}
