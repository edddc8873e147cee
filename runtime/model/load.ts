/**
 * Loads a model: reads it and what it extends, and merges them. Everything that is wrong without knowing any message's fields is
 * found here, all at once; what needs the catalogues is check.ts's part.
 */

import type { OwnCatalogue } from "../formats/api.ts";
import { parseCatalogue } from "../formats/iso20022/own.ts";
import { BautaError } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";
import { digestOf, sha256 } from "./digest.ts";
import { type Layer, mergeLayers } from "./merge.ts";
import type { Model } from "./model.ts";
import { type Node, nodeOf, parseYaml } from "./node.ts";
import { type Problem, ProblemList } from "./problem.ts";
import { type ModelPart, readModel } from "./read.ts";
import type { ModelTest } from "./read-tests.ts";
import { baseSource, isPath, type ModelSource, textBeside } from "./sources.ts";
import { checkUncatalogued } from "./uncatalogued.ts";
import { PRESETS } from "./vocabulary.ts";

/** Where `extends` leads: the source of a reference, or undefined if there is none. */
export type BaseLookup = (reference: string, from: string) => ModelSource | undefined;

/** The text of a file that a model names, looked up from there. */
export type FileLookup = (reference: string, from: string) => string | undefined;

export interface LoadOptions {
  /** Default: presets by name, files by path beside the model that extends. */
  readonly base?: BaseLookup;
  /** Text of a catalogue's file, or undefined if there is none. Default: the file at that path beside the model. */
  readonly catalogue?: FileLookup;
}

/** The model, or all its problems; never both. */
export type LoadResult =
  | {
      readonly model: Model;
      readonly problems: readonly [];
      /** Those of the model itself: what it extends has tests of its own. */
      readonly tests: readonly ModelTest[];
    }
  | {
      readonly model: undefined;
      readonly problems: readonly Problem[];
      /** All rules that could be read, with their names as they stand, for `checkNames`; undefined if a source could not be read. */
      readonly draft: Model | undefined;
    };

/** Models that extend one another at most. */
export const EXTENDS_DEPTH_MAX = 8;

/**
 * The model of a source with all that it extends, or everything that is wrong in any of them.
 *
 * @example
 * const { model, problems } = loadModel({ name: "cards.yaml", text });
 * if (model === undefined) for (const problem of problems) console.error(describeProblem(problem));
 */
export function loadModel(source: ModelSource, options: LoadOptions = {}): LoadResult {
  const lists: ProblemList[] = [];
  const layers = readChain(source, options.base ?? baseSource, lists);
  const merged = layers === undefined ? undefined : mergeLayers(layers, readCatalogues(layers, options.catalogue ?? textBeside));
  const problems = lists.flatMap((list) => list.problems);
  if (merged !== undefined) problems.push(...checkUncatalogued(merged.model));
  if (merged !== undefined && problems.length === 0) {
    return { model: merged.model, problems: [], tests: layers?.at(-1)?.part.tests ?? [] };
  }
  return { model: undefined, problems, draft: merged === undefined ? undefined : { ...merged.model, rules: merged.named } };
}

/** The source and what it extends, the base first; undefined if the chain cannot be read to its end. */
function readChain(source: ModelSource, base: BaseLookup, lists: ProblemList[]): readonly Layer[] | undefined {
  const layers: Layer[] = [];
  for (let next: ModelSource | undefined = source; next !== undefined; ) {
    const problems = new ProblemList(next.name);
    lists.unshift(problems);
    const tree = treeOf(next, problems);
    const part = tree === undefined ? undefined : readModel(tree, problems);
    if (tree === undefined || part === undefined) return undefined;
    layers.unshift({ source: next, part, problems, sha256: digestOf(untested(tree)) });
    if (part.extends === undefined) return layers;
    next = extended(part.extends, layers, base, problems);
  }
  return undefined;
}

/** What decides outputs. Tests do not, so that a model with more of them is the same model. */
const untested = (tree: Node): Node =>
  tree.kind === "map" ? { ...tree, entries: tree.entries.filter(({ key }) => key !== "tests") } : tree;

/** The catalogues that the layers name; of two of one namespace that of the extending model. */
function readCatalogues(layers: readonly Layer[], lookup: FileLookup): readonly OwnCatalogue[] {
  const found = new Map<string, OwnCatalogue>();
  for (const { part, problems, source } of layers) {
    const here = new Set<string>();
    for (const [i, { value: reference, at }] of part.catalogues.entries()) {
      const path = `catalogues[${i}]`;
      const text = lookup(reference, source.name);
      if (text === undefined) {
        problems.add(1002, at, path, "there is no such file, or it cannot be read");
        continue;
      }
      try {
        const content = parseCatalogue(text);
        const { message, namespace } = content;
        if (here.has(namespace)) problems.add(1210, at, path, "another catalogue of this model has the same namespace");
        here.add(namespace);
        found.set(namespace, { format: "iso20022", message, reference, sha256: sha256(new TextEncoder().encode(text)), content });
      } catch (error) {
        if (!(error instanceof BautaError)) throw error;
        problems.add(error.issue.number, at, path, error.context.detail ?? "it cannot be read");
      }
    }
  }
  return [...found.values()];
}

function treeOf(source: ModelSource, problems: ProblemList): Node | undefined {
  if ("tree" in source) return source.tree;
  return "text" in source ? parseYaml(source.text, problems) : nodeOf(source.document, problems);
}

function extended(
  reference: NonNullable<ModelPart["extends"]>,
  layers: readonly Layer[],
  base: BaseLookup,
  problems: ProblemList,
): ModelSource | undefined {
  const found = base(reference.value, (layers[0] as Layer).source.name);
  if (found === undefined) {
    const file = isPath(reference.value);
    const message = file ? "there is no such file, or it cannot be read" : "there is no such preset";
    problems.add(file ? 1002 : 1213, reference.at, "extends", message, file ? undefined : nearest(reference.value, PRESETS));
    return undefined;
  }
  if (layers.some((layer) => layer.source.name === found.name)) {
    problems.add(1210, reference.at, "extends", "the model extends itself");
    return undefined;
  }
  if (layers.length >= EXTENDS_DEPTH_MAX) {
    problems.add(1210, reference.at, "extends", `more than ${EXTENDS_DEPTH_MAX} models extend one another`);
    return undefined;
  }
  return found;
}
