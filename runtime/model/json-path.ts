/**
 * Paths of JSON: `$.card.pan`, `$.items[*].iban`, `$.**.amount`, `$['a b']`.
 *
 * A level is a member of an object or an item of an array. Items are all alike, so that an index cannot be named: `[*]`.
 * `*` is one level, `**` any number, none included.
 */
import type { PathError, Segment } from "./segments.ts";

/** One step behind `$`: `.name`, `.*`, `.**`, `[*]`, `['name']`, `["name"]`, `[0]`. */
const STEP = /\.(?<dot>[^.[\]'"\s]+)|\[\s*(?:(?<star>\*)|'(?<single>[^'\\]*)'|"(?<double>[^"\\]*)"|(?<index>[0-9]+))\s*\]/y;

export function parseJsonPath(text: string): readonly Segment[] | PathError {
  if (!text.startsWith("$")) return { issue: 1210, message: "a JSON path begins with `$`" };
  const segments: Segment[] = [];
  let at = 1;
  while (at < text.length) {
    STEP.lastIndex = at;
    const step = STEP.exec(text);
    if (step === null) return stepError(text, at);
    at = STEP.lastIndex;
    const segment = segmentOf(step.groups ?? {});
    if ("issue" in segment) return segment;
    if (segment.kind !== "any" || segments.at(-1)?.kind !== "any") segments.push(segment);
  }
  if (segments.length === 0) return { issue: 1210, message: "`$` alone names no value; `$.**` names all" };
  return segments;
}

function segmentOf(step: Record<string, string | undefined>): Segment | PathError {
  if (step.index !== undefined) return { issue: 1210, message: "items of an array are all alike: write `[*]` in place of an index" };
  if (step.star !== undefined || step.dot === "*") return { kind: "one" };
  if (step.dot === "**") return { kind: "any" };
  const name = step.dot ?? step.single ?? step.double ?? "";
  if (step.dot?.includes("*") === true) {
    return { issue: 1210, message: "a `*` inside a name is not a wildcard in JSON: quote the name as in `$['a*b']`" };
  }
  if (name === "*" || name === "**") return { issue: 1210, message: "a member of this name cannot be told from a wildcard" };
  return { kind: "literal", text: name };
}

function stepError(text: string, at: number): PathError {
  if (text.startsWith("..", at)) {
    return { issue: 1210, message: "any depth is written `.**.`", suggestion: `json:${text.slice(0, at)}.**${text.slice(at + 1)}` };
  }
  return { issue: 1210, message: "behind `$` come steps such as `.name`, `['a name']`, `[*]`, `.*`, `.**`" };
}

/** Whether some path is taken in by both patterns. */
export function patternsMeet(a: readonly Segment[], b: readonly Segment[]): boolean {
  const seen = new Set<number>();
  const width = b.length + 1;
  const open: [number, number][] = [[0, 0]];
  while (open.length > 0) {
    const [i, j] = open.pop() as [number, number];
    if (seen.has(i * width + j)) continue;
    seen.add(i * width + j);
    const left = a[i];
    const right = b[j];
    if (left === undefined && right === undefined) return true;
    if (left?.kind === "any") open.push([i + 1, j]);
    if (right?.kind === "any") open.push([i, j + 1]);
    if (left === undefined || right === undefined) continue;
    if (left.kind === "literal" && right.kind === "literal" && left.text !== right.text) continue;
    // One level that both take; a `**` may take more.
    open.push([left.kind === "any" ? i : i + 1, right.kind === "any" ? j : j + 1]);
  }
  return false;
}

/** Whether every path that `inner` takes in is taken in by `outer`. */
export function patternContains(outer: readonly Segment[], inner: readonly Segment[]): boolean {
  // A name that neither pattern mentions stands for all the others.
  const names = new Set<string | undefined>([undefined]);
  for (const segment of [...outer, ...inner]) if (segment.kind === "literal") names.add(segment.text);
  const start = closure(outer, [0]);
  const seen = new Set<string>();
  const open: { readonly at: number; readonly states: readonly number[] }[] = [{ at: 0, states: start }];
  while (open.length > 0) {
    const { at, states } = open.pop() as { at: number; states: readonly number[] };
    const key = `${at}:${states.join(",")}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const segment = inner[at];
    if (segment === undefined) {
      if (!states.includes(outer.length)) return false;
      continue;
    }
    if (segment.kind === "any") open.push({ at: at + 1, states });
    for (const name of segment.kind === "literal" ? [segment.text] : names) {
      open.push({ at: segment.kind === "any" ? at : at + 1, states: advance(outer, states, name) });
    }
  }
  return true;
}

function advance(pattern: readonly Segment[], states: readonly number[], name: string | undefined): readonly number[] {
  const next: number[] = [];
  for (const state of states) {
    const segment = pattern[state];
    if (segment === undefined) continue;
    if (segment.kind === "any") next.push(state);
    else if (segment.kind === "one" || (segment.kind === "literal" && segment.text === name)) next.push(state + 1);
  }
  return closure(pattern, next);
}

/** States that are reached without taking a level: behind each `**`. Sorted and without repetition. */
function closure(pattern: readonly Segment[], states: readonly number[]): readonly number[] {
  const reached = new Set<number>();
  for (let state of states) {
    reached.add(state);
    while (pattern[state]?.kind === "any") reached.add(++state);
  }
  return [...reached].sort((a, b) => a - b);
}
