/** The report of `bauta explain` on a terminal: two lines for each value, under the element that encloses it. */
import type { OpenPlan } from "../open.ts";
import { OUTCOMES, type Outcome } from "../pipeline/inspect.ts";
import {
  type Explained,
  type ExplainedRecord,
  type ExplainedRefusal,
  type ExplainedValue,
  shortPlaceOf,
  techniqueText,
} from "./explained.ts";
import { type Report, Tally, unreadLines } from "./inspection.ts";
import { cell, columnsOf, cutFront, cutTo, onOneLine, padTo } from "./shown.ts";
import { type Colors, grouped } from "./terminal.ts";

/** Signs of the outcomes: told apart without colour, too. */
export const MARKS: Readonly<Record<Outcome, string>> = {
  masked: "●",
  kept: "=",
  removed: "−",
  "otherwise-token": "◆",
  "otherwise-redacted": "◇",
  refused: "✗",
};
const LEGEND: Readonly<Record<Outcome, string>> = {
  masked: "masked",
  kept: "kept",
  removed: "removed",
  "otherwise-token": "token by `otherwise`",
  "otherwise-redacted": "redacted by `otherwise`",
  refused: "refused",
};

const NAME_COLUMNS_MIN = 8;
const NAME_COLUMNS_MAX = 26;

export function explainText(explained: (plan: OpenPlan) => Explained, width: number, colors: Colors): Report {
  const tally = new Tally();
  const met = new Set<Outcome>();
  return {
    begin: () => "",
    add(seen, plan) {
      tally.add(seen.record);
      for (const { outcome } of seen.record.values) met.add(outcome);
      return lines(recordLines(explained(plan).record(seen), width, colors));
    },
    end(unread) {
      return lines([
        ...legendOf(met, width).map(colors.dim),
        ...unreadLines(unread).map((line) => colors.yellow(cutTo(line, width))),
        ...summaryLines(tally, width, colors),
      ]);
    },
  };
}

/** The balance and the values, on one line if there is room. */
export function summaryLines(tally: Tally, width: number, colors: Colors): readonly string[] {
  const [balance, values] = tally.lines();
  const painted = tally.refused === 0 ? colors.green(balance) : colors.yellow(balance);
  return columnsOf(balance) + 3 + columnsOf(values) <= width ? [`${painted} · ${values}`] : [painted, ...wrapped(values, width)];
}

/** The signs that were met, as many on a line as there is room for. */
function legendOf(met: ReadonlySet<Outcome>, width: number): readonly string[] {
  const entries = OUTCOMES.filter((outcome) => met.has(outcome)).map((outcome) => `${MARKS[outcome]} ${LEGEND[outcome]}`);
  const rows: string[] = [];
  for (const entry of entries) {
    const row = rows.at(-1);
    if (row !== undefined && columnsOf(row) + 2 + columnsOf(entry) <= width) rows[rows.length - 1] = `${row}  ${entry}`;
    else rows.push(entry);
  }
  return rows;
}

function* recordLines(record: ExplainedRecord, width: number, colors: Colors): Generator<string> {
  const place = `${onOneLine(record.source)} record ${record.record}`;
  const facts = ` · ${record.message} · offset ${grouped(record.offset)}, ${grouped(record.length)} bytes`;
  const title = cutFront(place, width - columnsOf(facts));
  yield `${colors.bold(title)}${colors.dim(facts)}`;
  if (record.refusal !== null) {
    yield* refusalLines(record.refusal, width, colors);
    if (record.values.length > 0) yield `    ${colors.dim("what its values would have become:")}`;
  }
  for (const { title: group, values } of groupsOf(record.values)) {
    yield `  ${colors.dim(cutFront(onOneLine(group), width - 2))}`;
    const longest = Math.max(...values.map(({ name }) => columnsOf(name)));
    const nameColumns = Math.min(NAME_COLUMNS_MAX, Math.max(NAME_COLUMNS_MIN, longest));
    for (const { name, value } of values) {
      const mark = painter(value.status, colors)(MARKS[value.status]);
      const label = name.includes(" ") ? cutTo(name, nameColumns) : cutFront(name, nameColumns);
      yield `  ${mark} ${padTo(label, nameColumns)}  ${changeText(value, width - nameColumns - 6, colors)}`.trimEnd();
      yield `    ${colors.dim(cutTo(reasonText(value), width - 4))}`;
      if (value.issue !== undefined && record.refusal?.value !== record.values.indexOf(value))
        yield `    ${colors.red(cutTo(`${value.issue.code} ${value.issue.name}: ${value.issue.why}`, width - 4))}`;
    }
  }
  yield "";
}

export function* refusalLines(refusal: ExplainedRefusal, width: number, colors: Colors): Generator<string> {
  const { code, name, path, why, help, rules } = refusal;
  const at = spanOf(refusal);
  yield `  ${colors.red(`✗ refused: ${code} ${name}`)}${colors.dim(`, nothing of it goes out`)}`;
  yield `    ${colors.dim("where")} ${cutFront(path === "" ? at : `${onOneLine(path)}, ${at}`, width - 10)}`;
  for (const [i, line] of wrapped(why, width - 10).entries()) yield `    ${colors.dim(i === 0 ? "why  " : "     ")} ${line}`;
  for (const [i, line] of wrapped(help, width - 10).entries()) yield `    ${colors.dim(i === 0 ? "do   " : "     ")} ${line}`;
  for (const rule of rules) yield `          ${cutTo(onOneLine(rule), width - 10)}`;
}

/** A place in the source: `offset 1,060, 10 bytes`. */
export const spanOf = ({ offset, length }: Pick<ExplainedRefusal, "offset" | "length">): string =>
  `offset ${grouped(offset)}${length === 0 ? "" : length === 1 ? ", 1 byte" : `, ${grouped(length)} bytes`}`;

/** `clear → masked`; of what stays the same, once; of what goes, the clear text alone. */
function changeText(value: ExplainedValue, columns: number, colors: Colors): string {
  const { clear, masked, status } = value;
  if (clear === undefined || masked === undefined) return painter(status, colors)(status);
  const before = onOneLine(clear);
  if (status === "kept") return `${cutTo(before, columns - 7)} ${colors.dim("· kept")}`;
  if (masked === null) {
    const word = status === "removed" ? "removed" : "refused";
    return `${colors.red(cutTo(before, columns - word.length - 3))} ${colors.dim(`→ ${word}`)}`;
  }
  const after = onOneLine(masked);
  const half = Math.floor((columns - 3) / 2);
  // What one side does not need the other may have.
  const left = Math.max(half, columns - 3 - columnsOf(after));
  const shown = columnsOf(before) <= half ? (columnsOf(after) <= half ? cell(before, half) : before) : cutTo(before, left);
  return `${colors.red(shown)} ${colors.dim("→")} ${painter(status, colors)(cutTo(after, columns - 3 - columnsOf(shown)))}`;
}

function reasonText(value: ExplainedValue): string {
  const { rule, why, type } = value;
  if (rule === null) return onOneLine(`${techniqueText(value)} ← ${why}`);
  const criteria = rule.criteria.join(", ");
  const field = type === "" ? "" : criteria.includes(`class ${value.class}`) ? ` · ${type}` : ` · ${value.class} ${type}`;
  // The place, what the rule says, and the type fit; the rest of the reason is shown as far as there is room.
  return onOneLine(`${techniqueText(value)} ← ${shortPlaceOf(rule)} ${criteria}${field}${why.slice(criteria.length)}`);
}

export interface Named {
  /** Below the group's element. */
  readonly name: string;
  readonly value: ExplainedValue;
}

export interface Group {
  /** Path of the element that encloses the values. */
  readonly title: string;
  readonly values: Named[];
}

/** Elements nearer to the root than this do not take the values of those below them. */
const GROUP_DEPTH_MIN = 3;

/** Values side by side under the element that encloses them; what stands deeper in a party or an agent stays with it. */
export function groupsOf(values: readonly ExplainedValue[]): readonly Group[] {
  const groups: Group[] = [];
  let steps: readonly string[] = [];
  let last: ExplainedValue | undefined;
  for (const value of values) {
    const group = groups.at(-1);
    const path = stepsOf(value.place ?? value.path);
    // What has no path of names (a comment) stays where it stands.
    if (path === undefined) {
      if (group === undefined) groups.push({ title: value.message, values: [{ name: value.path, value }] });
      else group.values.push({ name: value.path, value });
      continue;
    }
    const parent = parentOf(path);
    const same = last !== undefined && last.scope === value.scope && last.message === value.message;
    const within = steps.every((step, i) => path[i] === step) && (steps.length >= GROUP_DEPTH_MIN || steps.length === parent.length);
    if (group !== undefined && same && within) group.values.push({ name: joinSteps(path.slice(steps.length)), value });
    else {
      steps = parent;
      groups.push({ title: joinSteps(parent) || value.message, values: [{ name: joinSteps(path.slice(parent.length)), value }] });
    }
    last = value;
  }
  return groups;
}

/** Names and the signs in front of them: `A/B/@C` is A, /B, /@C; `$.a[0]` is $, .a, [0]. undefined: words, not a path. */
function stepsOf(path: string): readonly string[] | undefined {
  if (path.startsWith("$")) return path.match(/^\$|\.[^.[]+|\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/g) ?? [path];
  return path.includes(" ") ? undefined : (path.match(/(?:^|\/)[^/]*/g) ?? [path]);
}

/** An attribute stands beside the elements that its own element stands beside. */
const parentOf = (steps: readonly string[]): readonly string[] => steps.slice(0, steps.at(-1)?.startsWith("/@") ? -2 : -1);

const joinSteps = (steps: readonly string[]): string => steps.join("").replace(/^[/.]/, "");

export function painter(status: Outcome, colors: Colors): (text: string) => string {
  switch (status) {
    case "masked":
      return (text) => colors.bold(colors.green(text));
    case "kept":
      return colors.dim;
    case "removed":
    case "refused":
      return colors.red;
    case "otherwise-token":
    case "otherwise-redacted":
      return colors.yellow;
  }
}

const lines = (list: Iterable<string>): string => [...list].map((line) => `${line}\n`).join("");

/** Words in lines of so many columns. */
export function wrapped(text: string, columns: number): readonly string[] {
  const rows: string[] = [];
  for (const word of text.split(" ")) {
    const row = rows.at(-1);
    if (row !== undefined && columnsOf(row) + 1 + columnsOf(word) <= columns) rows[rows.length - 1] = `${row} ${word}`;
    else rows.push(word);
  }
  return rows;
}
