/** `bauta diff`: whole messages before and after masking, side by side. */
import { diffHtml } from "./diff-html.ts";
import { refusalLines, summaryLines } from "./explain-text.ts";
import { Explained } from "./explained.ts";
import { columnsFor, type InspectionOptions, inspect, type Report, type Seen, Tally, unreadLines } from "./inspection.ts";
import { rowsOf } from "./layout.ts";
import { cutFront, cutTo, onOneLine } from "./shown.ts";
import { renderSideBySide } from "./side-by-side.ts";
import { type Colors, colorsFor, grouped } from "./terminal.ts";

export function diff(paths: readonly string[], options: InspectionOptions): Promise<number> {
  const { format, values, out } = options;
  const report = format === "html" ? diffHtml(values) : diffText(values, columnsFor(out), colorsFor(out === "-" ? process.stdout : {}));
  return inspect(paths, options, report);
}

function diffText(values: boolean, width: number, colors: Colors): Report {
  const tally = new Tally();
  return {
    begin: () => "",
    add(seen, plan) {
      tally.add(seen.record);
      const { refusal } = new Explained(plan, false).record({ ...seen, record: { ...seen.record, values: [] } });
      const rows = seen.record.fault === undefined ? renderSideBySide(rowsOf(seen.record, values), width, colors, false) : [];
      return `${[headOf(seen, width, colors), ...(refusal === null ? [] : refusalLines(refusal, width, colors)), ...rows, ""].join("\n")}\n`;
    },
    end(unread) {
      const stopped = unreadLines(unread).map((line) => colors.yellow(cutTo(line, width)));
      return [...stopped, ...summaryLines(tally, width, colors)].map((line) => `${line}\n`).join("");
    },
  };
}

function headOf({ source, record }: Seen, width: number, colors: Colors): string {
  const sizes = `${grouped(record.before.length)} bytes in, ${record.after === undefined ? "none" : grouped(record.after.length)} out`;
  const facts = ` · ${record.message} · ${sizes}`;
  return `${colors.bold(cutFront(`${onOneLine(source)} record ${record.record}`, width - facts.length))}${colors.dim(facts)}`;
}
