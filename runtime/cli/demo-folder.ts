/** `bauta demo FOLDER`: a folder to try things in, with a model, one payment in three formats, and the commands. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { assetBytes } from "../kit/assets.ts";
import { BautaError } from "../kit/errors.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { EXIT } from "./exit.ts";
import { colorsFor, print } from "./terminal.ts";

/** The examples of the folder, and their names in it. */
const FILES: readonly (readonly [from: string, to: string])[] = [
  ["models/demo.yaml", "model.yaml"],
  ["messages/payment.pacs.008.xml", "messages/payment.pacs.008.xml"],
  ["messages/payment.mt103", "messages/payment.mt103"],
  ["messages/payment.json", "messages/payment.json"],
];

/** What to try, in order; each runs in the folder. */
const STEPS: readonly (readonly [what: string, command: string])[] = [
  ["Make a key file for one environment.", "bauta keys new qa.key --env qa"],
  ["Mask the three messages.", "bauta mask --model model.yaml --key-file qa.key --out masked messages"],
  ["See what became of each value, and why.", "bauta explain --model model.yaml --key-file qa.key messages/payment.mt103"],
  [
    "See the messages before and after, as a page.",
    "bauta diff --model model.yaml --key-file qa.key --format html --out diff.html messages",
  ],
  ["Ask whether the model covers your own messages.", "bauta check model.yaml --sample messages"],
  ["Undo what the model masks reversibly.", "bauta unmask --model model.yaml --key-file qa.key masked/payment.mt103"],
];

/**
 * Writes the folder and prints what to try.
 * @throws BautaError 1001 if something is there already, 7002 or 7003 if it cannot be written
 */
export function demoFolder(folder: string): number {
  if (!isFree(folder)) throw new BautaError(1001, { detail: `${folder} is there already, and not empty` });
  for (const [from, to] of FILES) write(join(folder, to), assetBytes(`examples/${from}`));
  write(join(folder, "README.md"), new TextEncoder().encode(readme()));
  const colors = colorsFor(process.stdout);
  print(`${colors.bold(folder)}: a model, one payment in three formats, and README.md with these commands`);
  print("");
  print(colors.dim(`  cd ${quoted(folder)}`));
  for (const [what, command] of STEPS) {
    print("");
    print(`  ${colors.dim(`# ${what}`)}`);
    for (const line of wrapped(command)) print(`  ${line}`);
  }
  return EXIT.done;
}

/** Nothing is there, or an empty folder. */
function isFree(path: string): boolean {
  const existing = statSync(path, { throwIfNoEntry: false });
  return existing === undefined || (existing.isDirectory() && readdirSync(path).length === 0);
}

function write(path: string, bytes: Uint8Array): void {
  const sink = fileSink(path);
  try {
    sink.write(bytes, 0);
    commitSink(sink);
  } finally {
    sink.close();
  }
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

const LINE_WIDTH = 76;

/** A command over as many lines as it needs on a terminal of 80 columns. */
function wrapped(command: string): string[] {
  if (command.length <= LINE_WIDTH) return [command];
  const cut = command.lastIndexOf(" --", LINE_WIDTH - 2);
  return [`${command.slice(0, cut)} \\`, `    ${command.slice(cut + 1)}`];
}

function readme(): string {
  const steps = STEPS.map(([what, command]) => `${what}\n\n\`\`\`sh\n${wrapped(command).join("\n")}\n\`\`\`\n`);
  return `# Bauta, to try

| file | what |
|---|---|
| model.yaml | what happens to each field: the preset test-data, and rules for the JSON payment |
| messages/ | one payment as ISO 20022 pacs.008, SWIFT MT103 and JSON; everybody in it is made up |

The commands run in this folder. In a checkout of Bauta, \`bauta\` is \`node …/scripts/bauta.mjs\`.

${steps.join("\n")}
The debtor's account, name and bank have the same pseudonym in all three masked messages. Change \`model.yaml\`, or put messages of your own
beside these, and look again.
`;
}
