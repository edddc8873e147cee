/** `bauta help`: an error's page by its code, or a command's options. */
import type { Command } from "commander";
import { assetText } from "../kit/assets.ts";
import { BautaError } from "../kit/errors.ts";
import { ISSUES, type Issue } from "../kit/issues.ts";
import { editDistance, nearest } from "../kit/suggest.ts";
import { pageLines } from "./help-page.ts";
import { colorsFor, print } from "./terminal.ts";
import { watchHelp } from "./watch-options.ts";

const COLUMNS_MAX = 100;
const COLUMNS_WITHOUT_TERMINAL = 80;

/**
 * Prints the page of an issue (`BAUTA-2104`, `bauta-2104`, `2104`, `LIMIT_VALUES`), or the help of the command that the words name.
 * @throws BautaError 1001 when there is neither, with what may have been meant
 */
export function help(topic: readonly string[], program: Command): void {
  const [first, ...more] = topic;
  if (first === undefined) return program.outputHelp();
  if (first === "watch" && more.length === 0)
    return print(watchHelp().configureHelp({ helpWidth: COLUMNS_WITHOUT_TERMINAL }).helpInformation().trimEnd());
  const issue = more.length === 0 ? issueNamed(first) : undefined;
  if (issue !== undefined) return printPage(issue);
  const command = commandNamed(topic, program);
  if (command === undefined) throw new BautaError(1001, { detail: `no help on ${topic.join(" ")}${meant(first, program)}` });
  command.outputHelp();
}

const CODE = /^(?:BAUTA[-_ ]?)?(\d{1,4})$/;

function issueNamed(topic: string): Issue | undefined {
  const upper = topic.toUpperCase().replaceAll("-", "_");
  const number = CODE.exec(upper)?.[1];
  if (number !== undefined) return ISSUES.get(Number(number));
  return [...ISSUES.values()].find(({ name }) => name === upper);
}

function commandNamed(words: readonly string[], program: Command): Command | undefined {
  let command: Command | undefined = program;
  for (const word of words) command = command?.commands.find((candidate) => candidate.name() === word);
  return command;
}

function meant(topic: string, program: Command): string {
  const upper = topic.toUpperCase();
  const number = CODE.exec(upper.replaceAll("-", "_"))?.[1];
  const found =
    number === undefined
      ? nearest(upper, [
          ...[...ISSUES.values()].map(({ name }) => name),
          ...program.commands.map((command) => command.name().toUpperCase()),
        ])
      : nearestCode(number);
  if (found === undefined) return "; docs/issues/README.md lists the codes";
  return `; did you mean ${program.commands.some((command) => command.name() === found.toLowerCase()) ? found.toLowerCase() : found}?`;
}

/** The code that looks most like the digits; of equals the nearest in number. */
function nearestCode(digits: string): string | undefined {
  const ranked = [...ISSUES.values()].map(({ number, code }) => ({
    code,
    far: editDistance(digits, String(number)),
    apart: Math.abs(number - Number(digits)),
  }));
  ranked.sort((a, b) => a.far - b.far || a.apart - b.apart);
  return ranked[0]?.code;
}

function printPage({ code }: Issue): void {
  const width = Math.min(process.stdout.columns ?? COLUMNS_WITHOUT_TERMINAL, COLUMNS_MAX);
  const lines = pageLines(assetText(`docs/issues/${code}.md`), width, colorsFor(process.stdout));
  print(lines.join("\n"));
}
