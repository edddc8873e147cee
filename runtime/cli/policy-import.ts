/** `bauta policy import`: a policy of the simple vocabulary (mask, hash, no_mask) in the contract's, and what was changed of it. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { BautaError, printable } from "../kit/errors.ts";
import { type Brought, bring, type Note } from "../policy/import/bring.ts";
import { parsePolicy } from "../policy/import/syntax.ts";
import { dataOf, regoOf } from "../policy/import/write.ts";
import { runOpa } from "../policy/opa/binary.ts";
import { replaceFile } from "../sinks/replace.ts";
import { EXIT } from "./exit.ts";
import { openPolicy } from "./policy-option.ts";
import { colorsFor, print } from "./terminal.ts";

export interface PolicyImportOptions {
  /** Folder for the new policy; it must not hold one. */
  readonly out: string;
  readonly json?: boolean;
}

/**
 * Reads the file, writes a folder with `masking.rego` and `data.json`, compiles it, and tells what is otherwise.
 * @throws BautaError 1602 for a file that OPA cannot read, 1641 for one that says nothing of the vocabulary, 1642 if there is a policy already
 */
export async function policyImport(path: string, { out, json = false }: PolicyImportOptions): Promise<number> {
  const files = [join(out, "masking.rego"), join(out, "data.json")] as const;
  for (const file of files) if (existsSync(file)) throw new BautaError(1642, { path: file });
  const brought = bring(await parsePolicy(path));
  if (brought.clauses.length === 0 && brought.otherwise === "redact") {
    throw new BautaError(1641, { path, ...(brought.notes.length === 0 ? {} : { detail: reasonOf(brought.notes) }) });
  }
  replaceFile(files[0], new TextEncoder().encode(regoOf(brought, printable(basename(path)))));
  replaceFile(files[1], new TextEncoder().encode(dataOf(brought)));
  await format(files[0], out);
  // What does not compile would be told here, and not when it is needed.
  (await openPolicy(out)).close();
  if (json)
    print(
      JSON.stringify({
        policy: path,
        files,
        rules: brought.clauses.map(({ word, rule, line }) => ({ word, rule, line })),
        notes: brought.notes,
      }),
    );
  else print(textOf(path, files, brought));
  return EXIT.done;
}

/** In the form that OPA gives to policies. */
async function format(file: string, folder: string): Promise<void> {
  const { ok, stderr } = await runOpa(["fmt", "--write", basename(file)], folder);
  if (!ok) throw new BautaError(9001, { path: file, detail: printable(stderr.split("\n")[0] ?? "") });
}

const reasonOf = (notes: readonly Note[]): string => {
  const { line, text } = notes.find(({ leftOut }) => leftOut) ?? (notes[0] as Note);
  return line === 0 ? text : `line ${line}: ${text}`;
};

function textOf(path: string, files: readonly string[], { clauses, notes }: Brought): string {
  const colors = colorsFor(process.stdout);
  const left = notes.filter(({ leftOut }) => leftOut).length;
  const place = ({ line, rule }: Note): string => (line === 0 ? "" : `line ${line}, ${printable(rule)}: `);
  const mark = ({ leftOut }: Note): string => (leftOut ? colors.yellow("left out") : "changed ");
  return [
    `${printable(path)}: ${clauses.length} rules brought over${left === 0 ? "" : `, ${left} left out: their fields are redacted`}`,
    ...notes.map((note) => `  ${mark(note)}  ${place(note)}${printable(note.text)}`),
    ...files.map((file) => `${colors.green("written")}  ${printable(file)}`),
    "Look at the views in data.json, and at what it decides: bauta policy check, bauta explain --policy.",
  ].join("\n");
}
