/** What the rules between values say of a whole file. */
import { judgeBytes } from "../../runtime/cli/verify-message.ts";
import { Series } from "../../runtime/formats/rules.ts";
import { MESSAGE_RULES } from "../../runtime/registry.ts";

export interface Verdicts {
  readonly checked: number;
  readonly findings: readonly string[];
}

/** What is said of the records of a file, and from one to the next. */
export function verdictsOf(name: string, bytes: Uint8Array): Verdicts {
  const series = new Map(MESSAGE_RULES.map(({ format }) => [format, new Series()]));
  const judged = judgeBytes(name, bytes, series);
  for (const each of series.values()) each.close();
  return {
    checked: judged.reduce((sum, { verdict }) => sum + (verdict?.checked ?? 0), 0),
    findings: judged.flatMap(({ record, verdict }) => verdict?.findings.map(({ issue, path }) => `${record} ${issue} ${path}`) ?? []),
  };
}
