/**
 * Merges a model with what it extends. Rules add up, the extending model's above the base's at equal specificity. A namespace is
 * defined once: saying the same again is no mistake, saying something else needs `override: true`. Dangers are not inherited:
 * each model that wants one says so itself.
 */

import type { OwnCatalogue } from "../formats/api.ts";
import { nearest } from "../kit/suggest.ts";
import type { Action, Detects, Model, Namespace, Rule } from "./model.ts";
import type { ProblemList } from "./problem.ts";
import type { Located, ModelPart } from "./read.ts";
import type { NamespacePart } from "./read-namespaces.ts";
import type { RulePart, UseAction } from "./read-rules.ts";
import { textPath } from "./read-text.ts";
import { list } from "./reader.ts";
import type { ModelSource } from "./sources.ts";
import { collides, tokenSpace } from "./token-width.ts";
import {
  CARDINALITY_DEFAULT,
  DOMAINS,
  ENTITY_KINDS,
  type Entity,
  HASH_WIDTH_DEFAULT,
  HASHES,
  isReversible,
  type Mode,
  TOKEN_KINDS,
  TOKEN_WIDTH_DEFAULT,
} from "./vocabulary.ts";

/** One source of the chain, read. */
export interface Layer {
  readonly source: ModelSource;
  readonly part: ModelPart;
  readonly problems: ProblemList;
  readonly sha256: string;
}

export interface Merged {
  /** What the layers say together, as far as they say it right: a model only if no layer has a problem. */
  readonly model: Model;
  /** All rules, those without a right operation too, for a check of the names in them. */
  readonly named: readonly Rule[];
}

/** Merges what was read; what does not hold together becomes a problem of its layer. */
export function mergeLayers(layers: readonly Layer[], catalogues: readonly OwnCatalogue[]): Merged {
  const top = layers.at(-1) as Layer;
  const mode = lastOf(layers, (part) => part.mode);
  if (!layers.some(({ part }) => part.keys.has("mode"))) {
    top.problems.add(1210, { line: 1, column: 1 }, "mode", "the mode is missing: `deterministic` or `random`");
  }
  const namespaces = mergeNamespaces(layers);
  const { rules, named } = mergeRules(layers, namespaces);
  const seed = lastOf(layers, (part) => part.seed)?.value;
  checkSeed(top, mode?.value, seed, rules);
  if (mode !== undefined) checkMode(layers, mode, rules);
  const name = top.part.name ?? "";
  const model: Model = {
    name,
    mode: mode?.value ?? "deterministic",
    scope: mode?.value === "random" ? lastOf(layers, (part) => part.scope)?.value : undefined,
    seed,
    seedAsKey: top.part.seedAsKey?.value === true,
    keepUncovered: top.part.keepUncovered,
    namespaces,
    rules,
    detects: mergeText(layers, namespaces, rules),
    envelope: {
      open: lastOf(layers, (part) => part.envelope.open) ?? false,
      elements: unique(layers.flatMap((layer) => layer.part.envelope.elements)),
      namespaces: unique(layers.flatMap((layer) => layer.part.envelope.namespaces)),
    },
    catalogues,
    origins: layers.map(({ source, sha256 }, level) => ({
      reference: layers[level + 1]?.part.extends?.value ?? name,
      source: source.name,
      preset: source.preset === true,
      sha256,
    })),
  };
  return { model, named };
}

function lastOf<T>(layers: readonly Layer[], pick: (part: ModelPart) => T | undefined): T | undefined {
  return layers.map((layer) => pick(layer.part)).findLast((value) => value !== undefined);
}

const unique = <T>(words: readonly T[]): readonly T[] => [...new Set(words)];

/** Everything declared, in the order of the names' code units. */
function mergeNamespaces(layers: readonly Layer[]): readonly Namespace[] {
  const cardinality = lastOf(layers, (part) => part.cardinality) ?? CARDINALITY_DEFAULT;
  const merged = new Map<string, Namespace>();
  for (const { part, problems } of layers) {
    for (const declared of part.namespaces) {
      const namespace = completed(declared, cardinality);
      const base = merged.get(declared.name);
      const path = `namespaces.${declared.name}`;
      if (base !== undefined && !declared.override && !same(base, namespace)) {
        const message = "the extended model declares it otherwise; give it another name, or say `override: true`";
        problems.add(1206, declared.at, path, message);
      }
      if (base === undefined && declared.override) {
        problems.add(1207, declared.at, `${path}.override`, "there is nothing to override", nearest(declared.name, merged.keys()));
      }
      const space = tokenSpace(namespace);
      if (space !== undefined && collides(namespace, space)) {
        const message = `${space.width} characters of ${space.alphabet} are too few for ${namespace.cardinality} distinct values`;
        problems.add(1211, declared.at, path, message);
      }
      merged.set(declared.name, namespace);
    }
  }
  for (const { part, problems } of layers) {
    for (const { name, at, figure } of part.namespaces) {
      const subject = figure?.subject;
      if (subject === undefined || subject === "record") continue;
      const meant = merged.get(subject);
      const path = `namespaces.${name}.subject`;
      if (meant === undefined) problems.add(1207, at, path, "no namespace of this name is declared", nearest(subject, merged.keys()));
      else if (!isIdentity(meant)) problems.add(1210, at, path, `a namespace of technique ${list(IDENTITIES)} belongs here`);
    }
  }
  const sorted = [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map((namespace, index) => ({ ...namespace, index }));
}

/** Techniques under which one value is one subject, in whatever spelling, and stays one in texts. */
const IDENTITIES = ["hash", "token", "fpe", "pseudonym"];
const isIdentity = ({ technique }: Namespace): boolean => IDENTITIES.includes(technique);

function completed(part: NamespacePart, cardinality: bigint): Namespace {
  const { name, technique, kind } = part;
  const tokens = technique === "token" || (technique === "pseudonym" && TOKEN_KINDS.includes(kind));
  const width = technique === "hash" ? HASH_WIDTH_DEFAULT : tokens ? TOKEN_WIDTH_DEFAULT : 0;
  return {
    name,
    index: -1,
    technique,
    kind,
    otherwise: part.otherwise ?? "error",
    bin: part.bin ?? "none",
    prefix: part.prefix ?? "",
    width: part.width ?? width,
    hash: part.hash ?? HASHES[0],
    distinct: part.distinct ?? false,
    acrossRecipients: part.acrossRecipients ?? false,
    truncated: part.merge?.includes("truncated") ?? false,
    initials: part.merge?.includes("initials") ?? false,
    domain: part.domain ?? DOMAINS[0],
    ...(part.figure === undefined ? {} : { figure: part.figure }),
    ...(part.cipher === undefined ? {} : { cipher: part.cipher }),
    ...(part.generated === undefined ? {} : { generated: part.generated }),
    cardinality: part.cardinality ?? cardinality,
    acceptCollisions: part.acceptCollisions,
  };
}

/** Whether two definitions say the same; how many values they expect decides nothing about a value. */
function same(a: Namespace, b: Namespace): boolean {
  const keys = [
    "technique",
    "kind",
    "otherwise",
    "bin",
    "prefix",
    "width",
    "hash",
    "distinct",
    "truncated",
    "initials",
    "domain",
    "acrossRecipients",
    "cipher",
  ] as const;
  const options = ({ figure, generated }: Namespace): string => JSON.stringify([figure, generated]);
  return keys.every((key) => a[key] === b[key]) && options(a) === options(b);
}

function mergeRules(layers: readonly Layer[], namespaces: readonly Namespace[]): { readonly rules: Rule[]; readonly named: Rule[] } {
  const declared = new Set(layers.flatMap((layer) => layer.part.namespaceNames));
  const rules: Rule[] = [];
  const named: Rule[] = [];
  for (const [level, layer] of layers.entries()) {
    for (const part of layer.part.rules) {
      const source = layer.source.name;
      const place = { label: `${source} ${part.path}`, source, level, preset: layer.source.preset === true };
      const action = resolved(part, layer, namespaces, declared);
      if (action !== undefined) rules.push({ ...part, ...place, action, index: rules.length });
      named.push({ ...part, ...place, action: action ?? { kind: "redact" }, index: named.length });
    }
  }
  return { rules, named };
}

/** Namespaces of the base, and above them those of the model that extends it; nothing unless a model asks for it. */
function mergeText(layers: readonly Layer[], namespaces: readonly Namespace[], rules: readonly Rule[]): Detects | undefined {
  const merged: Partial<Record<Entity, Namespace>> = {};
  for (const { part, problems } of layers) {
    for (const [entity, { namespace: name, at }] of part.text.uses) {
      const namespace = namespaces.find((candidate) => candidate.name === name);
      const path = textPath(entity);
      if (namespace === undefined)
        problems.add(1207, at, path, "no namespace of this name is declared", nearest(name, namespaceNamesOf(layers)));
      else if (!isIdentity(namespace)) problems.add(1210, at, path, `a namespace of technique ${list(IDENTITIES)} belongs here`);
      else if (!ENTITY_KINDS[entity].includes(namespace.kind)) {
        problems.add(1210, at, path, `a namespace of kind ${list(ENTITY_KINDS[entity])} belongs here`);
      } else merged[entity] = namespace;
    }
  }
  if (lastOf(layers, (part) => part.text.mode) !== "detect") return undefined;
  if (!rules.some(({ action }) => action.kind === "use" && isTextNamespace(action.namespace))) {
    const owner = layers.findLast(({ part }) => part.text.mode === "detect") as Layer;
    owner.problems.add(1210, { line: 1, column: 1 }, "text", "no rule uses a namespace of kind `free-text`, so there is no text to search");
  }
  return merged;
}

const isTextNamespace = ({ kind, technique }: Namespace): boolean => kind === "free-text" && technique === "pseudonym";

const namespaceNamesOf = (layers: readonly Layer[]): readonly string[] => layers.flatMap(({ part }) => part.namespaceNames);

/** The action with its namespace; undefined if there is none, or not rightly declared, and the problem is reported. */
function resolved(
  part: RulePart,
  { problems }: Layer,
  namespaces: readonly Namespace[],
  declared: ReadonlySet<string>,
): Action | undefined {
  const { action } = part;
  if (action?.kind !== "use") return action;
  const namespace = namespaces.find((candidate) => candidate.name === action.namespace);
  if (namespace !== undefined) {
    checkOtherwise(part, action, namespace, problems);
    return { kind: "use", namespace, otherwise: action.otherwise ?? namespace.otherwise };
  }
  if (!declared.has(action.namespace)) {
    problems.add(1207, action.at, `${part.path}.use`, "no namespace of this name is declared", nearest(action.namespace, declared));
  }
  return undefined;
}

function checkOtherwise(part: RulePart, action: UseAction, namespace: Namespace, problems: ProblemList): void {
  const total =
    namespace.technique === "hash" ||
    namespace.technique === "generate" ||
    (!isReversible(namespace.technique) &&
      namespace.kind !== "prefixed-id" &&
      (namespace.technique === "token" || TOKEN_KINDS.includes(namespace.kind)));
  if (action.otherwise === undefined || !total) return;
  const message = "every value is inside this namespace's technique and kind, nothing is otherwise";
  problems.add(1210, action.at, `${part.path}.otherwise`, message);
}

/** A root key from the seed: only on request, with a seed, and never for card numbers. */
function checkSeed(top: Layer, mode: Mode | undefined, seed: string | undefined, rules: readonly Rule[]): void {
  const asked = top.part.seedAsKey;
  if (asked?.value !== true) return;
  const path = "danger-seed-as-key";
  if (seed === undefined) top.problems.add(1210, asked.at, path, "there is no `seed` to take the key from");
  if (mode === "random") top.problems.add(1214, asked.at, path, "mode random draws its key anew, and takes none from a seed");
  const cards = rules.find(({ action }) => action.kind === "use" && action.namespace.kind === "pan");
  if (cards?.action.kind === "use") {
    const message = `namespace \`${cards.action.namespace.name}\` holds card numbers, which a key from a seed does not protect`;
    top.problems.add(1219, asked.at, path, message);
  }
}

/** Mode random says how long a key lives, and takes no technique whose point is to be undone. */
function checkMode(layers: readonly Layer[], mode: Located<Mode>, rules: readonly Rule[]): void {
  const top = layers.at(-1) as Layer;
  if (mode.value === "deterministic") {
    const { scope } = top.part;
    if (scope !== undefined) top.problems.add(1214, scope.at, "scope", "a scope belongs to mode random");
    return;
  }
  const owner = layers.findLast((layer) => layer.part.mode !== undefined) ?? top;
  if (lastOf(layers, (part) => part.scope) === undefined) {
    owner.problems.add(1214, mode.at, "mode", "mode random needs `scope: record` or `scope: run`");
  }
  const used = rules.flatMap(({ action }) => (action.kind === "use" ? [action.namespace] : []));
  const reversible = unique(used.filter((namespace) => isReversible(namespace.technique)));
  if (reversible.length > 0) {
    const names = reversible.map(({ name }) => `\`${name}\``).join(", ");
    const techniques = unique(reversible.map(({ technique }) => technique)).join(" and ");
    const message = `technique ${techniques} is reversible, which mode random refuses: ${names}; use technique pseudonym, or extend \`one-way\``;
    owner.problems.add(1214, mode.at, "mode", message);
  }
}
