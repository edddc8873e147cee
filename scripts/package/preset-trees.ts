/** Prints the presets as trees, in JSON by name: what a build puts beside their texts, so that a start need not read YAML. Run by Bun. */
import { readFileSync } from "node:fs";
import { parseYaml } from "../../runtime/model/node.ts";
import { describeProblem, ProblemList } from "../../runtime/model/problem.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";

const trees = PRESETS.map((name) => {
  const problems = new ProblemList(name);
  const tree = parseYaml(readFileSync(new URL(`../../schemas/presets/${name}.yaml`, import.meta.url), "utf8"), problems);
  if (tree === undefined) throw new Error(problems.problems.map(describeProblem).join("\n"));
  return [name, tree] as const;
});
console.log(JSON.stringify(Object.fromEntries(trees)));
