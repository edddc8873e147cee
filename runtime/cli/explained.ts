/** Inspected records with the reasons of a model: what `bauta explain` says in every form, and its JSON as it stands. */
import { basename } from "node:path";
import { criteriaOf, Explainer, type Explanation, specificityOf } from "../model/explain.ts";
import type { Model, Rule } from "../model/model.ts";
import type { OpenPlan } from "../open.ts";
import type { InspectedFault, InspectedRecord, InspectedValue, Outcome } from "../pipeline/inspect.ts";
import { cataloguesOf } from "../registry.ts";
import type { Seen } from "./inspection.ts";
import { jsonPlaces } from "./json-place.ts";

export interface ExplainedRule {
  /** `test-data rules[9]`. */
  readonly label: string;
  /** Model file or preset, and the place in it; 0 where there is none. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  readonly preset: boolean;
  /** What it says of the fields that it takes. */
  readonly criteria: readonly string[];
  /** 0 for the base of all, one more for each model that extends. */
  readonly level: number;
  /** What makes it more specific than others, the weightiest first. */
  readonly specificity: string;
  /** Why its own operation does not fit the field's type: `unfit: redact` took its place. */
  readonly unfit?: string;
  /** Rules that name the field too and are less specific, the most specific first. */
  readonly over: readonly string[];
}

export interface ExplainedIssue {
  readonly code: string;
  readonly name: string;
  readonly why: string;
  /** What to do. */
  readonly help: string;
}

export interface ExplainedValue {
  readonly path: string;
  /** JSON: the value's own path, where `path` is its rule's. Left out by --no-values, since its names are the sender's. */
  readonly place?: string;
  readonly message: string;
  readonly class: string;
  /** Type in the format's own standard; "" where there is none. */
  readonly type: string;
  readonly scope: number;
  readonly offset: number;
  readonly length: number;
  readonly status: Outcome;
  readonly technique: string;
  readonly kind: string | null;
  readonly namespace: string | null;
  /** null: no rule of the model decided, see `why`. */
  readonly rule: ExplainedRule | null;
  /** The reason in words. */
  readonly why: string;
  /** Of a value that is refused. */
  readonly issue?: ExplainedIssue;
  /** Left out by --no-values. */
  readonly clear?: string;
  /** null: nothing is written. Left out by --no-values. */
  readonly masked?: string | null;
}

export interface ExplainedRefusal extends ExplainedIssue {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** Index of the value to blame, in `values`; null if the record was refused before it had any. */
  readonly value: number | null;
  /** What no rule names, and a rule for it to begin with: a line for the model. */
  readonly rules: readonly string[];
}

export interface ExplainedRecord {
  readonly source: string;
  readonly record: number;
  readonly offset: number;
  readonly length: number;
  readonly format: string;
  readonly message: string;
  readonly outcome: "masked" | "refused";
  readonly refusal: ExplainedRefusal | null;
  readonly values: readonly ExplainedValue[];
}

/** Techniques of which the namespace and its kind say how the value is masked. */
const UNCOVERED = 2201;
const KINDED: readonly string[] = ["hash", "token", "fpe", "pseudonym", "noise", "scale", "date-shift", "encrypt", "generate"];

/** Explains the records of one run; what was found out of a field is remembered. */
export class Explained {
  readonly #explainer: Explainer;
  readonly #known = new Map<string, Pick<ExplainedValue, "rule" | "why">>();
  readonly #plan: OpenPlan;
  readonly #model: Model;
  readonly #showsValues: boolean;

  constructor(plan: OpenPlan, showsValues: boolean) {
    this.#plan = plan;
    this.#model = plan.model;
    this.#explainer = new Explainer(plan.model);
    this.#showsValues = showsValues;
  }

  record({ source, record }: Seen): ExplainedRecord {
    const { fault } = record;
    const places = record.format === "json" && this.#showsValues ? jsonPlaces(record) : [];
    return {
      source,
      record: record.record,
      offset: record.offset,
      length: record.before.length,
      format: record.format,
      message: record.message,
      outcome: fault === undefined ? "masked" : "refused",
      refusal: fault === undefined ? null : this.#refusal(fault, record),
      values: record.values.map((value, i) => this.#value(value, record, places[i])),
    };
  }

  #refusal(fault: InspectedFault, record: InspectedRecord): ExplainedRefusal {
    const { issue, path, offset, length, value, uncovered } = fault;
    const text = issueText(issue);
    const detail = issue.number === UNCOVERED ? this.#uncoveredBecause(path, record) : undefined;
    return {
      ...text,
      why: detail === undefined ? text.why : `${text.why} ${detail}`,
      path,
      offset,
      length,
      value: value ?? null,
      rules: [...new Set(uncovered.map(ruleForJson))],
    };
  }

  /** A field of a catalogue may have rules and yet no operation. */
  #uncoveredBecause(path: string, { format, message }: InspectedRecord): string | undefined {
    if (format === "unknown" || format === "json") return undefined;
    const catalogue = cataloguesOf(this.#plan.model).find((candidate) => candidate.format === format);
    const fields = catalogue?.messages().includes(message) ? catalogue.fieldsOf(message) : [];
    for (const field of fields) {
      if (field.path !== path) continue;
      const { outcome, rules, unfit } = this.#explainer.field(format, message, field);
      const names = rules.filter(({ wins }) => wins).map(({ rule }) => rule.label);
      if (outcome === "unfit") return `${names.join(", ")} names it, but ${unfit ?? "does not fit its type"}.`;
      if (outcome === "ambiguous") return `${names.join(" and ")} name it alike and want different operations.`;
      return `It is of class ${field.dataClass} and type ${field.type}.`;
    }
    return undefined;
  }

  #value(value: InspectedValue, record: InspectedRecord, place: string | undefined): ExplainedValue {
    const operation = this.#plan.operationOf(value.operation);
    const technique = operation?.technique ?? "keep";
    const kinded = KINDED.includes(technique);
    const { path, scope, offset, length, outcome, issue, asked } = value;
    return {
      path,
      ...(place === undefined ? {} : { place }),
      message: asked?.message ?? record.message,
      class: value.dataClass,
      type: asked?.field.type ?? "",
      scope,
      offset,
      length,
      status: outcome,
      technique,
      kind: kinded ? (operation?.kind ?? "text") : null,
      namespace: kinded ? (operation?.namespace ?? null) : null,
      ...this.#reason(value, record),
      ...(issue === undefined ? {} : { issue: issueText(issue) }),
      ...(this.#showsValues ? { clear: clearOf(value, record), masked: value.masked ?? null } : {}),
    };
  }

  #reason(value: InspectedValue, record: InspectedRecord): Pick<ExplainedValue, "rule" | "why"> {
    const key = `${record.format} ${value.asked?.message ?? ""} ${value.field} ${value.operation}`;
    let reason = this.#known.get(key);
    if (reason === undefined) {
      reason = this.#reasonOf(value, record);
      this.#known.set(key, reason);
    }
    return reason;
  }

  #reasonOf({ asked, field, operation }: InspectedValue, { format }: InspectedRecord): Pick<ExplainedValue, "rule" | "why"> {
    const drops = operation === this.#plan.dropOperation;
    const found = this.#explanation(format, asked, field);
    const winner = found?.rules[0]?.rule;
    if (found !== undefined && winner !== undefined && found.outcome === "operation" && drops === (found.operation?.technique === "drop"))
      return { rule: ruleOf(winner, found, asked?.field), why: whyOf(winner, found, asked?.field) };
    if (drops) return { rule: null, why: "goes always, whatever the model says" };
    return { rule: null, why: `no rule names it, and the model keeps such: ${this.#model.keepUncovered ?? "default"}` };
  }

  #explanation(format: InspectedRecord["format"], asked: InspectedValue["asked"], field: number): Explanation | undefined {
    if (format === "unknown") return undefined;
    if (asked !== undefined) return this.#explainer.field(format, asked.message, asked.field);
    return format === "json" ? this.#explainer.json(field) : undefined;
  }
}

function ruleOf(rule: Rule, { rules, unfit }: Explanation, field: Parameters<typeof criteriaOf>[1]): ExplainedRule {
  return {
    label: rule.label,
    source: rule.source,
    line: rule.at.line,
    column: rule.at.column,
    preset: rule.preset,
    criteria: criteriaOf(rule, field),
    level: rule.level,
    specificity: specificityOf(rule),
    ...(unfit === undefined ? {} : { unfit }),
    over: rules.filter(({ wins }) => !wins).map((other) => other.rule.label),
  };
}

function whyOf(rule: Rule, { unfit, rules }: Explanation, field: Parameters<typeof criteriaOf>[1]): string {
  const criteria = criteriaOf(rule, field).join(", ");
  const others = rules.filter(({ wins }) => !wins).length;
  const over = others === 0 ? "" : `; more specific than ${others} ${others === 1 ? "other" : "others"} (${specificityOf(rule)})`;
  return `${criteria}${unfit === undefined ? "" : `; redacted, since ${unfit}`}${over}`;
}

/** A JSON member that goes takes a comma along, which says nothing. */
const clearOf = ({ clear, outcome }: InspectedValue, { format }: InspectedRecord): string =>
  format === "json" && outcome === "removed" ? clear.replace(/^\s*,\s*/, "").replace(/\s*,\s*$/, "") : clear;

const issueText = ({ code, name, text, help }: InspectedFault["issue"]): ExplainedIssue => ({ code, name, why: text, help });

/** `$.b[0].c` has the rule `json:$.b.*.c`: levels of arrays are a star. Redaction is what harms least until somebody has thought about it. */
const ruleForJson = (path: string): string => `- {path: ${JSON.stringify(`json:${path.replaceAll(/\[\d+\]/g, ".*")}`)}, technique: redact}`;

/** Place of a rule: `test-data rules[9], line 65`. */
export const placeOf = (rule: ExplainedRule): string => (rule.line === 0 ? rule.label : `${rule.label}, line ${rule.line}`);

/** The same, as compilers have it: `test-data:65`, `cards.yaml:12`. */
export const shortPlaceOf = (rule: ExplainedRule): string =>
  rule.line === 0 ? rule.label : `${rule.preset ? rule.source : basename(rule.source)}:${rule.line}`;

/** `fpe account in account`, `redact`. */
export function techniqueText({ technique, kind, namespace }: ExplainedValue): string {
  if (kind === null) return technique;
  return namespace === null || namespace === kind ? `${technique} ${kind}` : `${technique} ${kind} in ${namespace}`;
}
