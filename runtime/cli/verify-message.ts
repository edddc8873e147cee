/** `bauta verify-message`: whether messages add up, by rules between their values. */
import type { FormatName, Ruleset, Verdict } from "../formats/api.ts";
import { Series } from "../formats/rules.ts";
import { issueOf, printable } from "../kit/errors.ts";
import { type FormatSlot, NEXT_MORE, type Next, nextRecord } from "../pipeline/frame.ts";
import { Batch } from "../record/tables.ts";
import { FORMATS, MESSAGE_RULES } from "../registry.ts";
import { type FileSource, filesAt } from "../sources/file.ts";
import { EXIT } from "./exit.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface Judged {
  readonly source: string;
  readonly record: number;
  /** undefined: no rules know what it is. */
  readonly verdict: Verdict | undefined;
}

/** Records are cut by their formats; what they hold is not asked for. */
const ANY_RULES: Ruleset = {
  operationFor: () => 0,
  dropOperation: 1,
  jsonRules: [{ segments: ["**"], rank: 1, operation: 0, label: "any" }],
  envelope: { open: true, elements: [], namespaces: [] },
};

export async function verifyMessage(paths: readonly string[], options: { readonly json?: boolean }): Promise<number> {
  const judged: Judged[] = [];
  const series = new Map(MESSAGE_RULES.map(({ format }) => [format, new Series()]));
  for (const file of paths.flatMap((path) => filesAt(path))) judged.push(...(await judge(file, series)));
  for (const each of series.values()) each.close();
  const findings = judged.reduce((sum, { verdict }) => sum + (verdict?.findings.length ?? 0), 0);
  if (options.json) {
    for (const row of judged) print(JSON.stringify(reportOf(row)));
  } else tell(judged, findings);
  return findings > 0 ? EXIT.evidence : EXIT.done;
}

async function judge(file: FileSource, series: ReadonlyMap<FormatName, Series>): Promise<readonly Judged[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.chunks()) chunks.push(chunk.slice());
  return judgeBytes(file.name, new Uint8Array(Buffer.concat(chunks)), series);
}

/** The records of a source, one after the other. */
export function judgeBytes(source: string, input: Uint8Array, series: ReadonlyMap<FormatName, Series>): readonly Judged[] {
  const slots: readonly FormatSlot[] = FORMATS.map((format) => ({ format, open: format.open(ANY_RULES, { input: "lenient" }) }));
  const batch = new Batch();
  batch.input = input;
  const next: Next = { start: 0, end: 0, format: -1 };
  const judged: Judged[] = [];
  for (let from = 0; from < input.length; ) {
    batch.clear();
    nextRecord(slots, "auto", batch, from, input.length, true, next);
    if (next.end === NEXT_MORE) break;
    const end = next.end < 0 ? input.length : next.end;
    const name = slots[next.format]?.format.name;
    const record = input.subarray(next.start, end);
    const rules = MESSAGE_RULES.find(({ format }) => format === name);
    const verdict = rules?.verify(record, series.get(rules.format));
    judged.push({ source, record: judged.length, verdict });
    from = end;
  }
  return judged;
}

function reportOf({ source, record, verdict }: Judged): object {
  const findings = verdict?.findings.map(({ issue, path }) => ({ code: issueOf(issue).code, name: issueOf(issue).name, path }));
  return { source, record, message: verdict?.message ?? null, checked: verdict?.checked ?? 0, findings: findings ?? [] };
}

function tell(judged: readonly Judged[], findings: number): void {
  const colors = colorsFor(process.stdout);
  for (const { source, record, verdict } of judged) {
    const place = `${printable(source)} record ${record}`;
    if (verdict === undefined) print(`${colors.yellow("!")} ${place}: no rules for it`);
    for (const { issue, path } of verdict?.findings ?? []) {
      const { code, name, text } = issueOf(issue);
      print(`${colors.red("✗")} ${place} ${verdict?.message ?? ""}: ${code} ${name} ${printable(path)}: ${text}`);
    }
  }
  const checked = judged.reduce((sum, { verdict }) => sum + (verdict?.checked ?? 0), 0);
  const known = judged.filter(({ verdict }) => verdict !== undefined).length;
  print(
    `${findings === 0 ? colors.green("✓") : " "} ${grouped(known)} messages, ${grouped(checked)} rules, ${grouped(findings)} that do not hold`,
  );
}
