/** The labelled set and the method of README.md by which findings are counted. */
import { readFileSync } from "node:fs";
import { projectRoot } from "../shared.ts";

export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly note?: string;
}

export interface Entry {
  readonly id: string;
  readonly part: "tune" | "held";
  readonly shape: string;
  readonly negative: boolean;
  readonly text: string;
  readonly context: { readonly names: string[]; readonly accounts: string[]; readonly references: string[]; readonly ids: string[] };
  readonly entities: Mark[];
  readonly traps: Mark[];
}

/** Kinds of labels in the order of README.md; strangers are measured apart. */
export const KINDS = ["pan", "iban", "bic", "phone", "email", "national-id", "reference", "name", "account", "id"] as const;

export function readSet(): readonly Entry[] {
  const lines = readFileSync(`${projectRoot}test/text/set.ndjson`, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Entry);
}

export interface Row {
  labels: number;
  found: number;
  /** Found where kinds are told apart. */
  ofKind: number;
  findings: number;
  right: number;
  /** Labels of which a letter or digit is left. */
  open: number;
}

export interface Figures {
  readonly rows: ReadonlyMap<string, Row>;
  readonly strangers: { readonly labels: number; readonly found: number };
  /** False findings in hard negatives for each 100 texts. */
  readonly negatives: number;
  readonly falseByTrap: ReadonlyMap<string, number>;
  readonly confusions: ReadonlyMap<string, number>;
  readonly misses: readonly string[];
}

const isInk = (text: string, at: number): boolean => /[\p{L}\p{N}+]/u.test(text.charAt(at)) || /[\ud800-\udfff]/.test(text.charAt(at));

/** Without what stands at the ends and is neither letter, digit nor `+`. */
function trimmed(text: string, { start, end }: { readonly start: number; readonly end: number }): readonly [number, number] {
  let from = start;
  let to = end;
  while (from < to && !isInk(text, from)) from++;
  while (to > from && !isInk(text, to - 1)) to--;
  return [from, to];
}

/** Counts what was found in the texts of a part. */
export function measure(part: "tune" | "held", entries: readonly Entry[], find: (entry: Entry) => readonly Mark[]): Figures {
  const rows = new Map<string, Row>();
  for (const kind of KINDS) rows.set(kind, { labels: 0, found: 0, ofKind: 0, findings: 0, right: 0, open: 0 });
  const strangers = { labels: 0, found: 0 };
  const falseByTrap = new Map<string, number>();
  const confusions = new Map<string, number>();
  const misses: string[] = [];
  let negatives = 0;
  let falseInNegatives = 0;
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const entry of entries) {
    if (entry.part !== part) continue;
    const { text } = entry;
    const findings = find(entry).map((mark) => ({ ...mark, span: trimmed(text, mark).join() }));
    const bySpan = new Map(findings.map((finding) => [finding.span, finding]));
    const labels = new Map(entry.entities.map((label) => [trimmed(text, label).join(), label]));
    if (entry.negative) negatives++;
    for (const label of entry.entities) {
      const finding = bySpan.get(trimmed(text, label).join());
      if (label.kind === "stranger") {
        strangers.labels++;
        if (finding !== undefined) strangers.found++;
        continue;
      }
      const row = rows.get(label.kind) as Row;
      row.labels++;
      if (finding !== undefined) {
        row.found++;
        if (finding.kind === label.kind) row.ofKind++;
        else count(confusions, `${label.kind} as ${finding.kind}`);
      } else
        misses.push(
          `${entry.id} miss ${label.kind}/${label.note ?? ""} ${JSON.stringify(text.slice(label.start, label.end))} in ${JSON.stringify(text.slice(Math.max(0, label.start - 30), label.end + 15))} ctx ${JSON.stringify(entry.context)}`,
        );
      for (let at = label.start; at < label.end; at++) {
        if (!isInk(text, at) || findings.some(({ start, end }) => start <= at && at < end)) continue;
        row.open++;
        break;
      }
    }
    for (const finding of findings) {
      const label = labels.get(finding.span);
      if (label?.kind === "stranger") continue;
      const row = rows.get(finding.kind) as Row;
      row.findings++;
      if (label !== undefined) row.right++;
      else {
        if (entry.negative) falseInNegatives++;
        const trap = entry.traps.find(({ start, end }) => start < finding.end && finding.start < end);
        count(falseByTrap, trap?.kind ?? "none");
        misses.push(
          `${entry.id} false ${finding.kind} ${JSON.stringify(text.slice(finding.start, finding.end))} in ${JSON.stringify(text.slice(Math.max(0, finding.start - 30), finding.end + 15))}`,
        );
      }
    }
  }
  return { rows, strangers, negatives: negatives === 0 ? 0 : (100 * falseInNegatives) / negatives, falseByTrap, confusions, misses };
}

/** Of all kinds together: recall and precision. */
export function totals({ rows }: Figures): { readonly recall: number; readonly precision: number; readonly open: number } {
  let labels = 0;
  let found = 0;
  let findings = 0;
  let right = 0;
  let open = 0;
  for (const row of rows.values()) {
    labels += row.labels;
    found += row.found;
    findings += row.findings;
    right += row.right;
    open += row.open;
  }
  return { recall: found / labels, precision: right / findings, open: open / labels };
}

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`);

/** The table for the documentation. */
export function tableOf(tune: Figures, held: Figures): string {
  const lines = ["| kind | tune: recall | precision | held: recall | precision | held: left open |", "|---|---:|---:|---:|---:|---:|"];
  for (const kind of KINDS) {
    const [a, b] = [tune.rows.get(kind) as Row, held.rows.get(kind) as Row];
    lines.push(
      `| ${kind} | ${percent(a.found, a.labels)} | ${percent(a.right, a.findings)} | ${percent(b.found, b.labels)} | ${percent(b.right, b.findings)} | ${percent(b.open, b.labels)} |`,
    );
  }
  const [a, b] = [totals(tune), totals(held)];
  lines.push(
    `| all | ${percent(a.recall, 1)} | ${percent(a.precision, 1)} | ${percent(b.recall, 1)} | ${percent(b.precision, 1)} | ${percent(b.open, 1)} |`,
  );
  lines.push(
    `| strangers | ${percent(tune.strangers.found, tune.strangers.labels)} | | ${percent(held.strangers.found, held.strangers.labels)} | | |`,
  );
  return lines.join("\n");
}
