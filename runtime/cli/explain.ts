/** `bauta explain`: each value of each message, what became of it, and which rule said so. */
import type { OpenPlan } from "../open.ts";
import { explainHtml } from "./explain-html.ts";
import { explainText } from "./explain-text.ts";
import { Explained } from "./explained.ts";
import { columnsFor, type InspectionOptions, inspect, type Report } from "./inspection.ts";
import { colorsFor } from "./terminal.ts";

export function explain(paths: readonly string[], options: InspectionOptions): Promise<number> {
  return inspect(paths, options, reportFor(options));
}

function reportFor({ format, values, out }: InspectionOptions): Report {
  switch (format) {
    case "text":
      return explainText(explainedOnce(values), columnsFor(out), colorsFor(out === "-" ? process.stdout : {}));
    case "html":
      return explainHtml(explainedOnce(values), values);
    case "json":
      return jsonLines(explainedOnce(values));
  }
}

/** One object for each record. */
const jsonLines = (explained: (plan: OpenPlan) => Explained): Report => ({
  begin: () => "",
  add: (seen, plan) => `${JSON.stringify(explained(plan).record(seen))}\n`,
  end: () => "",
});

function explainedOnce(values: boolean): (plan: OpenPlan) => Explained {
  let explained: Explained | undefined;
  return (plan) => (explained ??= new Explained(plan, values));
}
