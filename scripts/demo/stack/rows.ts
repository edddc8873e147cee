/** Messages as rows of fields, so that the same field of several copies stands in one line. */

export interface Leaf {
  /** The same in every copy of a message. */
  readonly key: string;
  /** Short, for people. */
  readonly name: string;
  readonly text: string;
}

/** Leaves of a message: of XML its elements, of JSON its members, of an MT its fields. */
export function leavesOf(value: string): readonly Leaf[] {
  const text = value.trimStart();
  if (text.startsWith("<")) return xmlLeaves(text);
  return text.startsWith("{1:") ? mtLeaves(text) : jsonLeaves(JSON.parse(text, asWritten) as unknown, []);
}

function xmlLeaves(text: string): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const path: string[] = [];
  const seen = new Map<string, number>();
  for (const [, close, name = "", empty, content = ""] of text.matchAll(/<(\/?)([A-Za-z][\w.:-]*)[^>]*?(\/?)>([^<]*)/g)) {
    if (close === "/") {
      path.pop();
      continue;
    }
    if (empty === "/") continue;
    path.push(name);
    if (content.trim() === "") continue;
    const place = path.join("/");
    const count = (seen.get(place) ?? 0) + 1;
    seen.set(place, count);
    // Wrappers that say nothing of whose field it is.
    const short = path.filter((one) => !/^(?:FinInstnId|PstlAdr|Id|Othr|FIId|BusMsg|Document)$/.test(one) || one === name).slice(-2);
    leaves.push({ key: `${place}#${count}`, name: short.join("/"), text: content.trim() });
  }
  return leaves;
}

function mtLeaves(text: string): readonly Leaf[] {
  const fields = text.matchAll(/\r?\n:(\d\d[A-Z]?):([\s\S]*?)(?=\r?\n(?::\d\d[A-Z]?:|-\}))/g);
  const blocks = [...text.matchAll(/\{([12]):([^{}]*)\}/g)].map(([, block = "", content = ""]) => ({
    key: `{${block}`,
    name: block === "1" ? "Sender" : "Receiver",
    text: content,
  }));
  const own = [...fields].map(([, tag = "", content = ""]) => ({ key: tag, name: `:${tag}:`, text: content.replaceAll("\r", "") }));
  return [...blocks, ...own];
}

/** Numbers stay as they are written: 1845.50. */
const asWritten = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" ? (context?.source ?? value) : value;

function jsonLeaves(value: unknown, path: readonly string[]): readonly Leaf[] {
  if (typeof value !== "object" || value === null) return [{ key: path.join("."), name: path.join("."), text: String(value) }];
  return Object.entries(value).flatMap(([name, member]) => jsonLeaves(member, [...path, name]));
}

/** A field in the raw message and in each view. */
export interface Row {
  readonly name: string;
  readonly raw: string;
  readonly views: readonly Cell[];
}

export interface Cell {
  /** `none`: this view has no copy. */
  readonly state: "masked" | "kept" | "removed" | "none";
  readonly text: string;
}

/**
 * Rows of the fields that some view does not have as they are.
 * @param copies by view; undefined: there is none
 */
export function rowsOf(raw: string, copies: readonly (string | undefined)[]): readonly Row[] {
  const leaves = leavesOf(raw);
  const views = copies.map((copy) => (copy === undefined ? undefined : new Map(leavesOf(copy).map(({ key, text }) => [key, text]))));
  return leaves
    .map(({ key, name, text }): Row => ({ name, raw: text, views: views.map((view) => cellOf(text, view, key)) }))
    .filter(({ views: cells }) => cells.some(({ state }) => state === "masked" || state === "removed"));
}

function cellOf(raw: string, view: ReadonlyMap<string, string> | undefined, key: string): Cell {
  if (view === undefined) return { state: "none", text: "" };
  const text = view.get(key);
  return text === undefined ? { state: "removed", text: "" } : { state: text === raw ? "kept" : "masked", text };
}
