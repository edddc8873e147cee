/**
 * What a model does to every leaf of a message: the proof that none was forgotten, and what a new version adds to it.
 *
 * A leaf is *closed* when its type says what may stand there: a list, a number, a date, a pattern. Of all others, which can hold a name
 * as well as a code, whatever is kept is told, with the reason if schemas/iso20022/kept.json has one.
 */
import type { PlanOperation } from "../engines/plan.ts";
import type { Field, FormatName, Shape } from "../formats/api.ts";
import { isSensitivePath } from "../formats/sensitive.ts";
import { assetJson } from "../kit/assets.ts";
import { withNamed } from "./below.ts";
import type { Catalogue } from "./catalogue.ts";
import { Explainer } from "./explain.ts";
import type { Model } from "./model.ts";
import { messageKey, type PathPattern, parsePath, scopeCovers } from "./path.ts";
import { POLICY_LABEL } from "./policed.ts";
import { segmentsMatch } from "./segments.ts";

/** `code`: a code word is kept, everything else in its place is redacted or refuses the record. */
export const OUTCOMES = ["masked", "redacted", "removed", "kept", "code", "refused"] as const;
export type CoverageOutcome = (typeof OUTCOMES)[number];

export interface CoveredLeaf {
  readonly path: string;
  readonly kind: "text" | "attribute" | "any";
  readonly type: string;
  readonly shape: Shape;
  readonly class: string;
  readonly closed: boolean;
  /** Only a lenient reading has values there. */
  readonly lenient: boolean;
  readonly outcome: CoverageOutcome;
  /** `fpe account`, `redact`; empty where the record is refused. */
  readonly technique: string;
  /** Rule that says so, such as `test-data rules[3]`. */
  readonly rule: string;
  /** Why an open leaf is kept, or why its record is refused; empty where nothing needs saying. */
  readonly reason: string;
}

export interface Coverage {
  readonly format: FormatName;
  readonly message: string;
  readonly leaves: readonly CoveredLeaf[];
}

/** Shapes whose type says what may stand there. */
const CLOSED: readonly Shape[] = [
  ...(["enum", "boolean", "decimal", "number", "date", "date-time", "time", "year", "country", "currency"] as const),
  ...(["swift-amount", "swift-date", "swift-date-time"] as const),
];
/** Shapes that are patterns, which are codes or counts where the class says so. */
const PATTERNED: readonly Shape[] = ["digits", "alphanumeric", "upper-alphanumeric"];
const CODED = ["code", "number", "technical", "rate", "date"];

const CARD_DATA = "sensitive authentication data, removed whatever rules say";

export function isClosed({ fit, dataClass }: Field): boolean {
  return CLOSED.includes(fit.shape) || (PATTERNED.includes(fit.shape) && CODED.includes(dataClass));
}

/** Every leaf of a message with what becomes of it, in the order of the schema. */
export function coverageOf(model: Model, catalogue: Catalogue, message: string): Coverage {
  const { format, fieldsOf } = withNamed(catalogue, model.rules);
  const explainer = new Explainer(model);
  const leaves = [...fieldsOf(message)].map((field) => covered(explainer, model, format, message, field));
  return { format, message, leaves };
}

/** What becomes of one leaf. */
export function covered(explainer: Explainer, model: Model, format: FormatName, message: string, field: Field): CoveredLeaf {
  const name = field.path.slice(field.path.lastIndexOf("/") + 1);
  const head = {
    path: field.path,
    kind: field.type === "any" && field.below === undefined ? "any" : name.startsWith("@") ? "attribute" : "text",
    type: field.type,
    shape: field.fit.shape,
    class: field.dataClass,
    closed: isClosed(field),
    lenient: field.isLenient === true,
  } as const;
  if (format === "iso20022" && isSensitivePath(field.path)) {
    return { ...head, outcome: "removed", technique: "drop", rule: "", reason: CARD_DATA };
  }
  const { operation, outcome, rules, unfit, denied } = explainer.field(format, message, field);
  const rule = rules.filter(({ wins }) => wins).map(({ rule: { label } }) => label);
  if (denied !== undefined) return { ...head, outcome: "refused", technique: "", rule: POLICY_LABEL, reason: denied };
  if (operation === undefined) {
    if (outcome === "uncovered" && model.keepUncovered !== undefined) {
      return { ...head, outcome: "kept", technique: "keep", rule: "default", reason: model.keepUncovered };
    }
    const reason = outcome === "uncovered" ? "no rule names it" : (unfit ?? "rules as specific as each other want different operations");
    return { ...head, outcome: "refused", technique: "", rule: rule.join(", "), reason };
  }
  const became = outcomeOf(operation);
  const isOpenKept = (became === "kept" || became === "code") && !head.closed;
  const reason = isOpenKept ? (keptReason(format, message, field) ?? "") : "";
  return { ...head, outcome: became, technique: techniqueOf(operation), rule: rule[0] ?? "", reason };
}

function outcomeOf({ technique, codeMax = 0 }: PlanOperation): CoverageOutcome {
  if (technique === "keep") return codeMax > 0 ? "code" : "kept";
  if (technique === "drop") return "removed";
  return technique === "redact" ? "redacted" : "masked";
}

function techniqueOf({ technique, namespace, codeMax = 0 }: PlanOperation): string {
  if (namespace !== undefined) return `${technique} ${namespace}`;
  return codeMax > 0 ? `${technique} code-max ${codeMax}` : technique;
}

interface KeptRow {
  readonly pattern: PathPattern;
  readonly reason: string;
}
interface KeptFile {
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
  readonly elsewhere: readonly { readonly paths: readonly string[]; readonly reason: string }[];
}
/** The message that the first list was written for. */
const LISTED = messageKey("pacs.008.001.08");
export interface KeptLists {
  /** Of that message. */
  readonly pacs008: readonly KeptRow[];
  /** Of all others, besides those. */
  readonly elsewhere: readonly KeptRow[];
}
let lists: KeptLists | undefined;

/** The committed lists of what may be kept although its type is open. */
export function keptLists(): KeptLists {
  if (lists !== undefined) return lists;
  const { kept, elsewhere } = assetJson<KeptFile>("schemas/iso20022/kept.json");
  lists = {
    pacs008: kept.map(rowOf),
    elsewhere: elsewhere.flatMap(({ paths, reason }) => paths.map((path) => rowOf({ path, reason }))),
  };
  return lists;
}

function rowOf({ path, reason }: { readonly path: string; readonly reason: string }): KeptRow {
  const pattern = parsePath(path);
  if ("issue" in pattern) throw new Error(`schemas/iso20022/kept.json: ${path}`);
  return { pattern, reason };
}

function keptReason(format: FormatName, message: string, { path }: Field): string | undefined {
  const segments = path.split("/");
  const key = messageKey(message);
  const { pacs008, elsewhere } = keptLists();
  const rows = key === LISTED ? pacs008 : [...pacs008, ...elsewhere];
  return rows.find(({ pattern }) => scopeCovers(pattern.scope, format, key) && segmentsMatch(pattern.segments, segments))?.reason;
}

/** What an open leaf is kept without a reason on record. */
export const unexplained = ({ leaves }: Coverage): readonly CoveredLeaf[] =>
  leaves.filter(({ closed, outcome, reason }) => !closed && (outcome === "kept" || outcome === "code") && reason === "");

export interface Change {
  readonly change: "added" | "gone" | "moved" | "other";
  readonly path: string;
  /** Of `moved`: where it was. */
  readonly from: string;
  readonly before: CoveredLeaf | undefined;
  readonly after: CoveredLeaf | undefined;
}

/**
 * What another version adds, takes away or moves, and what becomes otherwise: a leaf has moved when one of its name, type and class is
 * gone in the one place and new in the other.
 */
export function compareCoverage(before: Coverage, after: Coverage): readonly Change[] {
  const [was, is] = [byPath(before), byPath(after)];
  const gone = before.leaves.filter(({ path }) => !is.has(path));
  const changes: Change[] = [];
  for (const leaf of after.leaves) {
    const old = was.get(leaf.path);
    if (old !== undefined) {
      if (old.outcome !== leaf.outcome || old.technique !== leaf.technique || old.type !== leaf.type) {
        changes.push({ change: "other", path: leaf.path, from: "", before: old, after: leaf });
      }
      continue;
    }
    const at = gone.findIndex((each) => lastOf(each.path) === lastOf(leaf.path) && each.type === leaf.type && each.class === leaf.class);
    const [from] = at < 0 ? [undefined] : gone.splice(at, 1);
    changes.push({ change: from === undefined ? "added" : "moved", path: leaf.path, from: from?.path ?? "", before: from, after: leaf });
  }
  for (const leaf of gone) changes.push({ change: "gone", path: leaf.path, from: "", before: leaf, after: undefined });
  return changes;
}

const byPath = ({ leaves }: Coverage): ReadonlyMap<string, CoveredLeaf> => new Map(leaves.map((leaf) => [leaf.path, leaf]));
const lastOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Leaves by outcome. */
export function countOutcomes(leaves: readonly CoveredLeaf[]): Readonly<Record<CoverageOutcome, number>> {
  const counts = { masked: 0, redacted: 0, removed: 0, kept: 0, code: 0, refused: 0 };
  for (const { outcome } of leaves) counts[outcome]++;
  return counts;
}
