/**
 * What is wrong with a model: one entry for each mistake, with its place, so that all of them can be shown at once.
 * Texts name keys and words of the language and of the operator's own model; a seed is never among them.
 */
import { BautaError, issueOf, printable } from "../kit/errors.ts";

/** A place in a model's source. Lines and columns count from 1; both are 0 for a model built in TypeScript. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export const NOWHERE: Place = { line: 0, column: 0 };

export interface Problem {
  /** Number in schemas/issues.json. */
  readonly issue: number;
  /** Name of the source: a file's path or a preset's name. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** Path inside the model, `rules[3].path`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  /** The nearest known word, if one is near. */
  readonly suggestion?: string;
}

/** Gathers the problems of one source. */
export class ProblemList {
  readonly problems: Problem[] = [];
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Adds a problem; the same one at the same place counts once. */
  add(issue: number, at: Place, path: string, message: string, suggestion?: string): void {
    const known = this.problems.some((one) => one.issue === issue && one.path === path && one.message === message && one.line === at.line);
    if (known) return;
    const place = { source: this.#source, line: at.line, column: at.column };
    this.problems.push({ issue, ...place, path, message, ...(suggestion === undefined ? {} : { suggestion }) });
  }
}

/** One line for a terminal: `cards.yaml:12:5 BAUTA-1203 rules[3].technique: …; did you mean …?` */
export function describeProblem(problem: Problem): string {
  return described(problem, `${issueOf(problem.issue).code} `);
}

/** The same for what is no mistake. */
export const describeNote = (note: Omit<Problem, "issue">): string => described(note, "");

function described({ source, line, column, path, message, suggestion }: Omit<Problem, "issue">, code: string): string {
  const place = line === 0 ? source : `${source}:${line}:${column}`;
  const hint = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
  return printable(`${place} ${code}${path === "" ? "" : `${path}: `}${message}${hint}`);
}

/** The one exception for a list of problems: it carries the first one's issue and says how many there are. */
export function modelError(problems: readonly Problem[]): BautaError {
  const first = problems[0];
  if (first === undefined) return new BautaError(9001, { detail: "a model was refused without a problem" });
  const more = problems.length === 1 ? "" : ` and ${problems.length - 1} more`;
  return new BautaError(first.issue, { detail: describeProblem(first) + more });
}
