/**
 * Loads a model: reads it and what it extends, merges them, resolves names, and finds everything that is wrong without knowing
 * any message's fields. What needs the catalogues is check.ts's part.
 */
import type { ModelDocument } from "./document.ts";
import { digestOf } from "./digest.ts";
import { mergeNamespaces, type Named } from "./merge.ts";
import type { Model, Namespace, Origin, Rule } from "./model.ts";
import { type Node, nodeOf, parseYaml } from "./node.ts";
import { type Problem, ProblemList } from "./problem.ts";
import { type ModelPart, readModel } from "./read.ts";
import type { RulePart } from "./read-rules.ts";
import { baseSource } from "./sources.ts";
import { nearest } from "./suggest.ts";

/** A model to load: YAML, or what `defineModel` gave. */
export type ModelSource = {
  /** Path of the file, or another name for messages; `extends` with a path is looked up beside it. */
  readonly name: string;
  /** It comes with Bauta: rules that match nothing, or that others take, are no mistakes in it. */
  readonly preset?: boolean;
} & ({ readonly text: string } | { readonly document: ModelDocument });

export interface LoadOptions {
  /**
   * Where `extends` leads: the source of a reference, undefined if there is none. Default: presets by name, files by path beside
   * the model that extends.
   */
  readonly base?: (reference: string, from: string) => ModelSource | undefined;
}

/** The model, or all its problems; never both. */
export type LoadResult =
  | { readonly model: Model; readonly problems: readonly [] }
  | { readonly model: undefined; readonly problems: readonly Problem[] };

/** Models that extend one another at most. */
export const EXTENDS_DEPTH_MAX = 8;

/** One source of the chain, read. */
export interface Layer {
  readonly source: ModelSource;
  readonly part: ModelPart;
  readonly problems: ProblemList;
  readonly sha256: string;
}

/**
 * The model of a source with all it extends, or everything that is wrong in any of them.
 *
 * @example
 * const { model, problems } = loadModel({ name: "cards.yaml", text });
 * if (model === undefined) for (const problem of problems) console.error(describeProblem(problem));
 */
export function loadModel(source: ModelSource, options: LoadOptions = {}): LoadResult {
  const problems: Problem[] = [];
  const layers = readChain(source, options.base ?? baseSource, problems);
  const model = layers === undefined ? undefined : mergeLayers(layers);
  for (const layer of layers ?? []) problems.push(...layer.problems.problems);
  if (model === undefined || problems.length > 0) return { model: undefined, problems };
  return { model, problems: [] };
}

/** The source and what it extends, the base first; undefined if one of them cannot be read at all. */
function readChain(
  source: ModelSource, base: NonNullable<LoadOptions["base"]>, problems: Problem[],
): readonly Layer[] | undefined {
  const layers: Layer[] = [];
  const names: string[] = [];
  let next: ModelSource | undefined = source;
  while (next !== undefined) {
    const list = new ProblemList(next.name);
    const tree: Node | undefined = "text" in next ? parseYaml(next.text, list) : nodeOf(next.document, list);
    const part: ModelPart | undefined = tree === undefined ? undefined : readModel(tree, list);
    if (tree === undefined || part === undefined) {
      for (const layer of layers) problems.push(...layer.problems.problems);
      problems.push(...list.problems);
      return undefined;
    }
    layers.unshift({ source: next, part, problems: list, sha256: digestOf(tree) });
    names.push(next.name);
    next = part.extends === undefined ? undefined : extended(part.extends, next, base, list, names);
  }
  return layers;
}

function extended(
  reference: NonNullable<ModelPart["extends"]>, from: ModelSource, base: NonNullable<LoadOptions["base"]>, problems: ProblemList,
  names: readonly string[],
): ModelSource | undefined {
  const found = base(reference.value, from.name);
  if (found === undefined) {
    const issue = /[/.]/.test(reference.value) ? 1002 : 1213;
    const message = issue === 1213 ? "no such preset" : "no such file, or it cannot be read";
    problems.add(issue, reference.at, "extends", message, issue === 1213 ? nearest(reference.value, PRESET_NAMES) : undefined);
    return undefined;
  }
  if (names.includes(found.name) || names.length >= EXTENDS_DEPTH_MAX) {
    const message = names.includes(found.name) ? "the model extends itself" : `more than ${EXTENDS_DEPTH_MAX} models extend one another`;
    problems.add(1210, reference.at, "extends", message);
    return undefined;
  }
  return found;
}
