/** The commands and options that the command line has, read from its own `--help`. */
import { spawnSync } from "node:child_process";
import { projectRoot } from "../shared.ts";

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bauta` in a process of its own, with the runtime that runs the tests, without colour. */
export function bauta(
  words: readonly string[],
  options: { readonly input?: string; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): CliRun {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [`${projectRoot}runtime/cli/main.ts`, ...words], {
    input: options.input ?? "",
    cwd: options.cwd ?? projectRoot,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", ...options.env },
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

export interface CommandHelp {
  /** Words behind `bauta`: `["keys", "new"]`; none for the program itself. */
  readonly words: readonly string[];
  /** Long and short options, dashes included. */
  readonly options: readonly string[];
}

/** Help of the program and all its commands, commands of commands included. Throws when one does not start. */
export function readHelp(words: readonly string[] = []): readonly CommandHelp[] {
  const { status, stdout, stderr } = bauta([...words, "--help"]);
  if (status !== 0) throw new Error(`bauta ${words.join(" ")} --help ended with ${status}: ${stderr}`);
  // How a run is watched has a help of its own.
  const more = stdout.includes("bauta help watch") ? bauta(["help", "watch"]).stdout : "";
  const options = [...new Set([...optionsOf(stdout), ...optionsOf(more)])];
  // The argument parser's own `help` says nothing that --help does not.
  const commands = itemsOf(stdout, "Commands:")
    .map((item) => item.split(" ")[0] as string)
    .filter((name) => name !== "help");
  return [{ words, options }, ...commands.flatMap((name) => readHelp([...words, name]))];
}

const optionsOf = (help: string): readonly string[] =>
  itemsOf(help, "Options:").flatMap((item) => [...item.matchAll(/(?<=^|, )--?[A-Za-z][A-Za-z-]*/g)].map((match) => match[0]));

/** What begins an entry of a list in help: two spaces deep; its description and further lines are deeper. */
function itemsOf(help: string, title: string): readonly string[] {
  const lines = help.split("\n");
  const first = lines.indexOf(title);
  if (first < 0) return [];
  const rest = lines.slice(first + 1);
  const end = rest.indexOf("");
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => line.trim().split(/ {2,}/)[0] as string);
}
