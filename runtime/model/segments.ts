/** Patterns over the segments of a path, and what they take in. */

export type Segment =
  | { readonly kind: "literal"; readonly text: string }
  /** `50*`: the fixed parts between the stars. */
  | { readonly kind: "partial"; readonly text: string; readonly parts: readonly string[] }
  | { readonly kind: "one" }
  | { readonly kind: "any" };

/** Why a path cannot be read. */
export interface PathError {
  readonly issue: number;
  readonly message: string;
  readonly suggestion?: string;
}

/** Whether a pattern takes in the path with these segments. Time is linear in the path for each `**` of the pattern. */
export function segmentsMatch(pattern: readonly Segment[], path: readonly string[]): boolean {
  let p = 0;
  let s = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (s < path.length) {
    const segment = pattern[p];
    if (segment?.kind === "any") {
      lastAny = p++;
      resumeAt = s;
    } else if (segment !== undefined && segmentMatches(segment, path[s] as string)) {
      p++;
      s++;
    } else if (lastAny !== -1) {
      // The last `**` takes one level more.
      p = lastAny + 1;
      s = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p]?.kind === "any") p++;
  return p === pattern.length;
}

export function segmentMatches(segment: Segment, name: string): boolean {
  switch (segment.kind) {
    case "literal":
      return segment.text === name;
    case "partial":
      return partsMatch(segment.parts, name);
    case "one":
    case "any":
      return true;
  }
}

/** The segments as text, without prefix. */
export function segmentText(segment: Segment): string {
  switch (segment.kind) {
    case "literal":
    case "partial":
      return segment.text;
    case "one":
      return "*";
    case "any":
      return "**";
  }
}

/** Fixed parts in order, the first at the start and the last at the end of the name. */
function partsMatch(parts: readonly string[], name: string): boolean {
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
