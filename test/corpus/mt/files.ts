/** The corpus as files: one message in each, and the framings that hold several. */
import { cases, render } from "./messages.ts";

export interface CorpusFile {
  readonly name: string;
  readonly text: string;
  /** Messages in it. */
  readonly messages: number;
}

/** Sector of a DOS-PCC file, bytes. */
const SECTOR = 512;

export function corpusFiles(): readonly CorpusFile[] {
  const single = cases.map((message, ordinal): CorpusFile => {
    const text = render(message, ordinal);
    if (message.header !== "none") return { name: `${message.name}.fin`, text, messages: 1 };
    // Text only ends with the dash of block 4, with its dash and brace, or with the file.
    return { name: `${message.name}.txt`, text: message.type === "202" ? `${text}-}\r\n` : message.lineEnd === "\n" ? text : `${text}-\r\n`, messages: 1 };
  });
  const full = single.filter(({ name }) => name.endsWith(".fin"));
  const pick = (...names: string[]): string[] => names.map((name) => (full.find((file) => file.name === `${name}.fin`) as CorpusFile).text);
  const transfers = pick("mt103-50f-account", "mt103-70-invoice", "mt202-plain", "mt202cov-plain");
  const acknowledged = pick("mt103-acknowledged", "mt202-acknowledged", "mt103-rejected", "mt202cov-acknowledged");
  const mixed = pick("mt103-lf", "mt202-output-lf", "mt103-output", "mt202cov-57c-lf");
  return [
    ...single,
    { name: "batch.rje", text: transfers.join("$"), messages: 4 },
    { name: "batch-lines.rje", text: `${transfers.join("\r\n$\r\n")}\r\n$\r\n`, messages: 4 },
    { name: "batch-acknowledged.rje", text: `${acknowledged.join("\r\n$")}\r\n`, messages: 4 },
    { name: "back-to-back.fin", text: transfers.join(""), messages: 4 },
    { name: "line-ends-mixed.fin", text: `${mixed.join("\n")}\n`, messages: 4 },
    { name: "batch.pcc", text: [...transfers, ...acknowledged].map(sectors).join(""), messages: 8 },
    { name: "text-only.rje", text: single.filter(({ name }) => name.endsWith(".txt")).map(({ text }) => text.replace(/-\}?\r?\n$/, "")).join("$\r\n"), messages: 3 },
  ];
}

/** DOS-PCC: SOH, message, ETX, filled with blanks to whole sectors. */
function sectors(message: string): string {
  const framed = `\u0001${message}\u0003`;
  return framed.padEnd(Math.ceil(framed.length / SECTOR) * SECTOR, " ");
}
