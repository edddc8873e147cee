/**
 * Loaded before every test file (bunfig.toml): notes which issues the code under test raises, so that a code that is only named by a test
 * is not taken for one that is raised. `npm test` names the file for it (BAUTA_RAISED) and reads it at its end (scripts/raised.mjs).
 */
import { appendFileSync } from "node:fs";
import { ISSUES, type Issue } from "../../runtime/kit/issues.ts";
import { ProblemList } from "../../runtime/model/problem.ts";

const file = process.env["BAUTA_RAISED"];
const seen = new Set<number>();

/** Whoever raises or refuses looks the issue up: the first place outside of kit/ is who. What a test makes itself is not raised. */
function isRaised(): boolean {
  const frames = (new Error("here").stack ?? "").split("\n").filter((frame) => /\/(?:runtime|test)\//.test(frame));
  const who = frames.find((frame) => !frame.includes("/runtime/kit/") && !frame.includes("/test/issues/record.ts"));
  return who?.includes("/runtime/") === true && !who.includes("/runtime/cli/help");
}

export function noteRaised(number: number): void {
  if (file === undefined || seen.has(number)) return;
  seen.add(number);
  appendFileSync(file, `${number}\n`);
}

/** Codes that a command printed; `help` prints pages of what never happened. */
export function noteTold(args: readonly string[], ...texts: readonly string[]): void {
  if (file === undefined || args[0] === "help") return;
  for (const [, number] of texts.join("\n").matchAll(/\bBAUTA-(\d{4})\b/g)) noteRaised(Number(number));
}

if (file !== undefined) {
  const issues = ISSUES as Map<number, Issue>;
  const get = issues.get.bind(issues);
  issues.get = (number) => {
    if (!seen.has(number) && isRaised()) noteRaised(number);
    return get(number);
  };
  // What is wrong with a model or a pipeline is listed by number.
  const { add } = ProblemList.prototype;
  ProblemList.prototype.add = function (issue, ...more) {
    noteRaised(issue);
    return add.call(this, issue, ...more);
  };
}
