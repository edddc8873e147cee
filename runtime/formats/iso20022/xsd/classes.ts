/** The rules that give each leaf its class of data: schemas/iso20022/classes.json, and a user's own of the same form. */
import { assetJson } from "../../../kit/assets.ts";
import { BautaError } from "../../../kit/errors.ts";
import { DATA_CLASSES, type DataClass } from "../../api.ts";

export interface ClassRule {
  /** Patterns over whole names: of the type that has the leaf, of the element (attributes with `@`), of the leaf's type. */
  readonly within?: string;
  readonly element?: string;
  readonly type?: string;
  readonly class: DataClass;
  readonly reason: string;
}

export interface Classed {
  readonly dataClass: DataClass;
  readonly reason: string;
  /** Place of the rule in the table. */
  readonly rule: number;
}

const TABLE = "schemas/iso20022/classes.json";
const MEMBERS = ["within", "element", "type"] as const;

/** The project's own rules. */
export const ownRules = (): readonly ClassRule[] => assetJson<{ rules: readonly ClassRule[] }>(TABLE).rules;

/**
 * The rules of a file of the user's: `{"rules": [{"within": …, "element": …, "type": …, "class": …, "reason": …}]}`.
 * @throws BautaError 1233 where it is no such file
 */
export function parseRules(text: string): readonly ClassRule[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BautaError(1233, { detail: "the file of classes is not JSON" });
  }
  const rules = (value as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules)) throw new BautaError(1233, { detail: "the file of classes has no list `rules`" });
  for (const [i, rule] of rules.entries()) {
    if (!isRule(rule))
      throw new BautaError(1233, { detail: `rule ${i + 1} of the classes needs a pattern, a \`class\` there is and a \`reason\`` });
  }
  return rules as readonly ClassRule[];
}

function isRule(value: unknown): value is ClassRule {
  if (typeof value !== "object" || value === null) return false;
  const rule = value as Record<string, unknown>;
  if (Object.keys(rule).some((key) => ![...MEMBERS, "class", "reason"].includes(key))) return false;
  const patterns = MEMBERS.map((member) => rule[member]).filter((pattern) => pattern !== undefined);
  return (
    patterns.length > 0 &&
    patterns.every((pattern) => typeof pattern === "string" && isPattern(pattern)) &&
    DATA_CLASSES.some((known) => known === rule["class"]) &&
    typeof rule["reason"] === "string" &&
    rule["reason"] !== ""
  );
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

/** The first rule wins whose patterns all match the whole names. */
export class Classes {
  readonly #rules: readonly { readonly patterns: readonly (RegExp | undefined)[]; readonly rule: ClassRule }[];
  readonly #used = new Set<number>();

  constructor(rules: readonly ClassRule[]) {
    this.#rules = rules.map((rule) => ({
      rule,
      patterns: MEMBERS.map((member) => (rule[member] === undefined ? undefined : new RegExp(`^(?:${rule[member]})$`))),
    }));
  }

  /**
   * The class of a leaf; undefined if no rule has one.
   * @param within type that has it
   * @param alias name that ISO's schemas would give a type of these facets (`Max35Text`), asked where its own name says nothing
   */
  of(within: string, element: string, type: string, alias?: string): Classed | undefined {
    const owner = plainName(within);
    return this.#first([owner, element, plainName(type)]) ?? (alias === undefined ? undefined : this.#first([owner, element, alias]));
  }

  /** Rules that classed nothing so far. */
  unused(): readonly ClassRule[] {
    return this.#rules.filter((_, i) => !this.#used.has(i)).map(({ rule }) => rule);
  }

  #first(names: readonly string[]): Classed | undefined {
    for (const [i, { patterns, rule }] of this.#rules.entries()) {
      if (!patterns.every((pattern, k) => pattern === undefined || pattern.test(names[k] as string))) continue;
      this.#used.add(i);
      return { dataClass: rule.class, reason: rule.reason, rule: i };
    }
    return undefined;
  }
}

/**
 * A type's name without what market practices put around ISO's own: `PartyIdentification135__1`, `CBPR_RestrictedFINXMax35Text_Extended`,
 * `CashAccount16-CH_IdTpCcy`. ISO's names stay as they are.
 */
export function plainName(name: string): string {
  return name
    .replace(/__\d+$/, "")
    .replace(/_(?:SimpleType|Extended)$/, "")
    .replace(/^[A-Z][A-Za-z0-9]{0,11}_(?=[A-Z])/, "")
    .replace(/^Restricted(?:FIN)?X?(?=Max\d)/, "")
    .replace(/(?:-CH|_FRS|_EPC|_SEPA|_GBIC)\w*$/, "");
}
