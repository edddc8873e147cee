/** Coverage of a corpus: which paths occur in messages, how often, and what becomes of them. Values are counted, never shown. */

import { selectEngine } from "../engines/select.ts";
import { printable } from "../kit/errors.ts";
import { openPlan } from "../open.ts";
import type { ViewPolicy } from "../policy/api.ts";
import { filesAt } from "../sources/file.ts";
import type { CoverageOptions } from "./coverage-text.ts";
import { EXIT } from "./exit.ts";
import { Explained } from "./explained.ts";
import { inspectorOf, recordsOf } from "./inspection.ts";
import { grouped } from "./terminal.ts";

interface PathCount {
  readonly message: string;
  readonly path: string;
  readonly outcome: string;
  readonly technique: string;
  readonly rule: string;
  count: number;
}

interface Refused {
  readonly message: string;
  readonly code: string;
  readonly path: string;
  count: number;
}

export async function corpusCoverage(
  { model, preset, format }: CoverageOptions,
  policy: ViewPolicy | undefined,
  paths: readonly string[],
): Promise<{ readonly text: string; readonly exit: number }> {
  const plan = openPlan({ model, preset, keyOfTheMoment: true, direction: "mask", input: "strict", policy });
  const counts = new Map<string, PathCount>();
  const refused = new Map<string, Refused>();
  const messages = new Map<string, number>();
  const unread: string[] = [];
  try {
    const inspector = inspectorOf(await selectEngine("portable"), plan, { input: "strict", values: false });
    const explained = new Explained(plan, false);
    for (const source of paths.flatMap((path) => filesAt(path))) {
      for await (const record of recordsOf(inspector, source)) {
        const { message, refusal, values } = explained.record({ source: source.name, record });
        messages.set(message, (messages.get(message) ?? 0) + 1);
        if (refusal !== null)
          add(refused, `${message} ${refusal.code} ${refusal.path}`, { message, code: refusal.code, path: refusal.path, count: 0 });
        for (const { path, status, technique, rule } of values) {
          add(counts, `${message} ${path} ${status}`, { message, path, outcome: status, technique, rule: rule?.label ?? "", count: 0 });
        }
      }
      if (inspector.stopped) unread.push(source.name);
    }
    inspector.close();
  } finally {
    plan.close();
  }
  const rows = [...counts.values()].sort((a, b) => compare(a.message, b.message) || b.count - a.count || compare(a.path, b.path));
  const exit = unread.length > 0 ? EXIT.framing : EXIT.done;
  if (format === "json") {
    const report = { messages: Object.fromEntries(messages), paths: rows, refused: [...refused.values()], unread };
    return { text: `${JSON.stringify(report, null, 1)}\n`, exit };
  }
  const lines = rows.map(
    ({ message, path, outcome, technique, count }) =>
      `${grouped(count).padStart(9)}  ${outcome.padEnd(8)}  ${technique.padEnd(10)}  ${printable(message)}  ${printable(path)}`,
  );
  const refusals = [...refused.values()].map(
    ({ message, code, path, count }) => `${grouped(count).padStart(9)}  refused   ${code}  ${printable(message)}  ${printable(path)}`,
  );
  const whole = [...messages.values()].reduce((a, b) => a + b, 0);
  const left = unread.map((name) => `not read to its end: ${printable(name)}`);
  return { text: `${[...lines, ...refusals, ...left, `${grouped(whole)} messages, ${grouped(rows.length)} paths`].join("\n")}\n`, exit };
}

function add<T extends { count: number }>(map: Map<string, T>, key: string, row: T): void {
  const known = map.get(key) ?? row;
  known.count++;
  map.set(key, known);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
