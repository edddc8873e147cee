/** The issue table (schemas/issues.json), by number. */
import { assetJson } from "./assets.ts";

export interface Issue {
  readonly number: number;
  /** `BAUTA-nnnn`; has a page docs/issues/BAUTA-nnnn.md. */
  readonly code: string;
  readonly name: string;
  readonly stage: string;
  readonly blame: "operator" | "input" | "dependency" | "bug";
  readonly retriable: boolean;
  readonly text: string;
  readonly help: string;
}

const { issues } = assetJson<{ readonly issues: readonly Omit<Issue, "code">[] }>("schemas/issues.json");

export const ISSUES: ReadonlyMap<number, Issue> = new Map(issues.map((row) => [row.number, { ...row, code: `BAUTA-${row.number}` }]));
