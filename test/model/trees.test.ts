/** What a build puts beside the presets: their trees, which load as the texts do, to the place of each rule. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { loadModel } from "../../runtime/model/load.ts";
import type { Node } from "../../runtime/model/node.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { projectRoot } from "../shared.ts";

const printed = spawnSync(process.execPath, [`${projectRoot}scripts/package/preset-trees.ts`], { encoding: "utf8" });
const trees = JSON.parse(printed.stdout) as Readonly<Record<string, Node>>;

test.each([...PRESETS])("%s", (name) => {
  const source = presetSource(name);
  expect("text" in source).toBe(true);
  const base = (reference: string) => ({ name: reference, preset: true, tree: trees[reference] as Node });
  const built = loadModel({ name, preset: true, tree: trees[name] as Node }, { base });
  expect(built.problems).toEqual([]);
  expect(built).toEqual(loadModel(source));
});
