/** The issue table (schemas/issues.json), by number. */
import table from "../../schemas/issues.json" with { type: "json" };

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

export const ISSUES: ReadonlyMap<number, Issue> = new Map(
  table.issues.map((row) => [row.number, { ...row, code: `BAUTA-${row.number}` } as Issue]),
);
