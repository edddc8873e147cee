/**
 * One error class and one table of issues for the whole of Bauta. A message says what, where, why and what to do next;
 * it never holds a field's value, a key or source text.
 */
import { ISSUES, type Issue } from "./issues.ts";

export type { Issue };

export interface IssueContext {
  /** Path of a field, a file or a place in a model: a name, never a value. */
  readonly path?: string;
  readonly offset?: number;
  readonly length?: number;
  /** A number, a name of ours or of the operator's own files; must not come from a message. */
  readonly detail?: string;
}

export class BautaError extends Error {
  readonly issue: Issue;
  readonly context: IssueContext;

  constructor(number: number, context: IssueContext = {}) {
    const issue = issueOf(number);
    super(describeIssue(issue, context));
    this.name = "BautaError";
    this.issue = issue;
    this.context = context;
  }

  get code(): string {
    return this.issue.code;
  }
}

/** The issue with that number; an unknown number is itself a bug and answers BAUTA-9001. */
export function issueOf(number: number): Issue {
  const issue = ISSUES.get(number) ?? ISSUES.get(9001);
  if (issue === undefined) throw new Error("issue table without 9001");
  return issue;
}

/** One line for a terminal or a log: code, name, place, text, remedy. Control characters cannot occur in it. */
export function describeIssue(issue: Issue, context: IssueContext = {}): string {
  const place = [
    context.path === undefined ? "" : ` at ${printable(context.path)}`,
    context.offset === undefined ? "" : ` offset ${context.offset}`,
    context.length === undefined ? "" : ` length ${context.length}`,
  ].join("");
  const detail = context.detail === undefined ? "" : ` (${printable(context.detail)})`;
  return `${issue.code} ${issue.name}${place}: ${issue.text}${detail} ${issue.help}`.trim();
}

/** Control characters and everything outside printable ASCII as \u escapes, so that a log line stays one line. */
export function printable(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += unit >= 0x20 && unit < 0x7f ? text[i] : `\\u${unit.toString(16).padStart(4, "0")}`;
  }
  return out;
}
