// Paths of fields as rules write them: an optional prefix that says which messages, and a pattern over the path's segments.
//
//     pacs.008:**/Dbtr/Nm      any version of pacs.008, at any depth
//     mt103:50K/name           one field of MT103 and its variants
//     iso20022:**/@Ccy         all messages of a format
//     json:$.card.pan          JSON, see json-path.ts
//
// `*` is one level, or any run of characters inside one name (`50*`); `**` is any number of levels, none included.
import type { FormatName } from "../formats/api.ts";
import { asciiLower, nearest } from "../kit/suggest.ts";
import { parseJsonPath } from "./json-path.ts";
import type { PathError, Segment } from "./segments.ts";

/** Which messages a path speaks of. `rank` orders them: 0 any message, 1 a format, 2 a message, 3 one version or variant of it. */
export interface MessageScope {
  readonly rank: 0 | 1 | 2 | 3;
  /** undefined: every format that has a catalogue. */
  readonly format: FormatName | undefined;
  /** Name in the form of `messageKey`; undefined: all of the format. */
  readonly message: string | undefined;
}

export interface PathPattern {
  /** As written in the model. */
  readonly text: string;
  readonly scope: MessageScope;
  readonly segments: readonly Segment[];
}

/** Prefix and message name of text and attributes of wrappers, which are in no catalogue. */
export const ENVELOPE = "envelope";

const FORMATS = ["iso20022", "swift-mt", "json"] as const satisfies readonly FormatName[];
/** `pacs.008`, `pacs.008.001.08`. */
const ISO_MESSAGE = /^[a-z]{4}\.[0-9]{3}(\.[0-9]{3}\.[0-9]{2})?$/;
/** `mt103`, `mt202cov`, and acknowledgements that stand alone. */
const MT_MESSAGE = /^(mt[0-9]{3}[a-z]*|ack)$/;

export function parsePath(text: string): PathPattern | PathError {
  const colon = text.indexOf(":");
  if (colon === -1 && text.startsWith("$")) {
    return { issue: 1210, message: "a JSON path needs its format in front", suggestion: `json:${text}` };
  }
  const scope = colon === -1 ? ANYWHERE : parseScope(text.slice(0, colon));
  if ("issue" in scope) return scope;
  const rest = text.slice(colon + 1);
  const segments = scope.format === "json" ? parseJsonPath(rest) : parseSegments(rest);
  return "issue" in segments ? segments : { text, scope, segments };
}

/** A message's name in the one form that scopes are compared in: lower case, an MT's without separators. */
export function messageKey(name: string): string {
  const lower = asciiLower(name);
  return lower.startsWith("mt") ? lower.replace(/[^a-z0-9]/g, "") : lower;
}

/**
 * Whether a scope takes in a message. A name takes in its versions and variants: `pacs.008` all of pacs.008, `mt202` MT202COV too.
 * @param message in the form of `messageKey`
 */
export function scopeCovers(scope: MessageScope, format: FormatName, message: string): boolean {
  if (scope.format !== undefined && scope.format !== format) return false;
  if (scope.message === undefined || scope.message === message) return true;
  if (!message.startsWith(scope.message)) return false;
  const next = message.charCodeAt(scope.message.length);
  return next < 0x30 || next > 0x39;
}

const ANYWHERE: MessageScope = { rank: 0, format: undefined, message: undefined };

function parseScope(prefix: string): MessageScope | PathError {
  const format = FORMATS.find((name) => name === prefix);
  if (format !== undefined) return { rank: 1, format, message: undefined };
  const key = messageKey(prefix);
  if (key === ENVELOPE) return { rank: 2, format: "iso20022", message: ENVELOPE };
  if (ISO_MESSAGE.test(key)) return { rank: key.length > 8 ? 3 : 2, format: "iso20022", message: key };
  if (MT_MESSAGE.test(key)) return { rank: key.length > 5 ? 3 : 2, format: "swift-mt", message: key };
  const suggestion = nearest(prefix, [...FORMATS, ENVELOPE]);
  return {
    issue: 1205,
    message: `\`${prefix}\` is neither a format, nor a message such as pacs.008 or mt103, nor \`${ENVELOPE}\``,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function parseSegments(text: string): readonly Segment[] | PathError {
  const segments: Segment[] = [];
  for (const part of text.split("/")) {
    if (part === "") return { issue: 1210, message: "a path has names with a single / between them, and none in front" };
    if (!/^@?[A-Za-z0-9_.*-]+$/.test(part)) return { issue: 1210, message: "a path's names are of letters, digits, `_`, `.`, `-`, `*`" };
    if (part === "**") {
      if (segments.at(-1)?.kind !== "any") segments.push({ kind: "any" });
    } else if (part === "*") {
      segments.push({ kind: "one" });
    } else if (part.includes("**")) {
      return { issue: 1210, message: "`**` stands for whole levels: write it between two /" };
    } else if (part.includes("*")) {
      segments.push({ kind: "partial", text: part, parts: part.split("*") });
    } else {
      segments.push({ kind: "literal", text: part });
    }
  }
  return segments;
}
