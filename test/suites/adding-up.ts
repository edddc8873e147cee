/** Models that change amounts, and what the rules between values say of a whole file. */
import { judgeBytes } from "../../runtime/cli/verify-message.ts";
import { Series } from "../../runtime/formats/rules.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
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

const AMOUNTS = { class: "amount", unfit: "redact" } as const;
/** Each of them, over the preset test-data. */
export const TECHNIQUES: Readonly<Record<string, Partial<ModelDocument>>> = {
  scale: {
    namespaces: { amounts: { technique: "scale", kind: "amount", from: 3, to: 9, subject: "account" } },
    rules: [{ ...AMOUNTS, use: "amounts" }],
  },
  noise: { namespaces: { amounts: { technique: "noise", kind: "amount", within: 10 } }, rules: [{ ...AMOUNTS, use: "amounts" }] },
  round: { rules: [{ ...AMOUNTS, technique: "round", to: "10" }] },
  bucket: { rules: [{ ...AMOUNTS, technique: "bucket", bounds: ["0", "100", "500", "1000", "5000", "10000", "100000", "1000000"] }] },
};
