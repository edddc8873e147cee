// What the tests raised (test/issues/record.ts), against the issue table.
import { readFileSync } from "node:fs";

/** One line: how many issues tests raised, and the numbers of those that they only name. */
export function raisedLine(file) {
  const table = JSON.parse(readFileSync(new URL("../schemas/issues.json", import.meta.url), "utf8"));
  const raised = new Set(readFileSync(file, "utf8").split("\n").map(Number));
  const missing = table.issues.map(({ number }) => number).filter((number) => !raised.has(number));
  const rest = missing.length === 0 ? "" : `; not raised: ${missing.join(", ")}`;
  return `issues raised by tests: ${table.issues.length - missing.length} of ${table.issues.length}${rest}`;
}
