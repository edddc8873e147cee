/**
 * The notations of schemas/catalogues/swift-mt: the standard's for what is in a field (`6!n3!a15d`), and ours for which fields a message
 * has, in which order (`20 13C* (61 86?)* 62FM`).
 */
import { BautaError } from "../../kit/errors.ts";
import { charactersOf } from "./characters.ts";

/** What a format says of one value. */
export interface Size {
  readonly min: number;
  /** Characters in all; 0 = no limit. */
  readonly max: number;
  /** Lines (0: any number), and characters of each (0: no limit). */
  readonly lines: number;
  readonly lineMax: number;
  /** Bit of characters.ts. */
  readonly characters: number;
}

/**
 * Reads `6!n`, `15d`, `4*35x`, `4!a2!a2!c[3!c]`, and `x` alone (any length). Of a compound type the widest character set counts:
 * its parts are checked by the component's check.
 */
export function parseType(type: string): Size {
  const several = /^(\d+)\*(\d+)([a-z])$/.exec(type);
  if (several !== null) {
    const lines = Number(several[1]);
    const lineMax = Number(several[2]);
    return { min: 1, max: lines * lineMax, lines, lineMax, characters: charactersOf(several[3] as string) };
  }
  if (type === "x") return { min: 1, max: 0, lines: 0, lineMax: 0, characters: charactersOf("x") };
  let min = 0;
  let max = 0;
  let letters = "";
  for (const part of type.matchAll(/(\[?)(\d+)(!?)([a-z])\]?/g)) {
    const count = Number(part[2]);
    max += count;
    if (part[1] === "") min += part[3] === "!" ? count : 1;
    letters += part[4] as string;
  }
  const widest = new Set(letters).size === 1 ? (letters[0] as string) : "c";
  // A narrative of one long text (77T) runs over any number of lines.
  const lines = letters === "z" ? 0 : 1;
  return { min, max, lines, lineMax: lines === 0 ? 0 : max, characters: charactersOf(widest) };
}

/** A part of a line: a value and its type, what must stand there, a sign, or what may be missing. */
export type FormatPart =
  | { readonly kind: "value"; readonly type: string }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "sign" }
  | { readonly kind: "optional"; readonly parts: readonly FormatPart[] };

export interface FormatLine {
  readonly parts: readonly FormatPart[];
  /** The line may be missing. */
  readonly optional: boolean;
}

/** A BIC is one value, however the standard spells it. */
const BIC = "4!a2!a2!c[3!c]";

/** Lines of a format such as `6!n[4!n]2a|[34x]`. */
export function parseFormat(format: string): FormatLine[] {
  return format.split("|").map((line) => {
    const inner = /^\[([^[\]]*)\]$/.exec(line);
    return { parts: parseParts(inner === null ? line : (inner[1] as string)), optional: inner !== null };
  });
}

function parseParts(text: string): FormatPart[] {
  const parts: FormatPart[] = [];
  let at = 0;
  while (at < text.length) {
    if (text.startsWith(BIC, at)) {
      parts.push({ kind: "value", type: BIC });
      at += BIC.length;
      continue;
    }
    if (text[at] === "[") {
      const close = text.indexOf("]", at);
      parts.push({ kind: "optional", parts: parseParts(text.slice(at + 1, close)) });
      at = close + 1;
      continue;
    }
    const value = /^\d+!?[a-z]/.exec(text.slice(at))?.[0];
    if (value === "1!x") parts.push({ kind: "sign" });
    else if (value !== undefined) parts.push({ kind: "value", type: value });
    else parts.push({ kind: "literal", text: text[at] as string });
    at += value?.length ?? 1;
  }
  return parts;
}

/** A place in a message's order, as its notation says it. */
export type OrderNode =
  | { readonly kind: "field"; readonly tags: readonly string[]; readonly optional: boolean; readonly repeat: boolean }
  | {
      readonly kind: "group";
      /** `B`; empty: of the sequence around it. */
      readonly sequence: string;
      readonly nodes: readonly OrderNode[];
      readonly optional: boolean;
      readonly repeat: boolean;
    };

/** A place that takes any field of the message that is spoken of. */
export const COPY = "copy";

const ORDER_TOKEN = /\s*(?:(copy)|(\d\d)([A-Z-]*)|([A-Z]?)\(|(\)))([?*+]?)/y;

/** `20 21? (61 86?)* B(20 32B)+`. */
export function parseOrder(text: string): readonly OrderNode[] {
  const stack: { sequence: string; nodes: OrderNode[] }[] = [{ sequence: "", nodes: [] }];
  ORDER_TOKEN.lastIndex = 0;
  while (ORDER_TOKEN.lastIndex < text.length) {
    const at = ORDER_TOKEN.lastIndex;
    const found = ORDER_TOKEN.exec(text);
    if (found === null) throw new BautaError(9001, { detail: `catalogue swift-mt: order of fields at ${at}` });
    const [, copy, number, letters, open, close, times] = found;
    const optional = times === "?" || times === "*";
    const repeat = times === "*" || times === "+";
    const top = stack.at(-1) as { sequence: string; nodes: OrderNode[] };
    if (copy !== undefined) top.nodes.push({ kind: "field", tags: [COPY], optional, repeat });
    else if (number !== undefined) top.nodes.push({ kind: "field", tags: tagsOf(number, letters ?? ""), optional, repeat });
    else if (close === undefined) stack.push({ sequence: open ?? "", nodes: [] });
    else {
      stack.pop();
      (stack.at(-1) as { nodes: OrderNode[] }).nodes.push({ kind: "group", ...top, optional, repeat });
    }
  }
  return (stack[0] as { nodes: OrderNode[] }).nodes;
}

function tagsOf(number: string, letters: string): string[] {
  return letters === "" ? [number] : [...letters].map((letter) => (letter === "-" ? number : number + letter));
}
