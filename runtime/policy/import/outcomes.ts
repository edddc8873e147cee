/** What definitions of an old policy make of a value: a word, an object with one, a table, or a value that they compute themselves. */
import { type Condition, type Conditions, NotBrought } from "./conditions.ts";
import { type Definition, type OldPolicy, pathOf, type Term, termsIn } from "./syntax.ts";
import { constantMask, isValueName, subjectOf, type Word, wordOf, wordOfName } from "./words.ts";

export interface Outcome {
  readonly word: Word;
  /** Where a table says what for whom. */
  readonly conditions: readonly Condition[];
  /** What was wrong with it there, and is otherwise here. */
  readonly changes: readonly string[];
}

/** @throws NotBrought for what is none of the vocabulary */
export function outcomesOf(rule: string, definition: Definition, policy: OldPolicy, conditions: Conditions): readonly Outcome[] {
  const { value, key } = definition;
  if (value === undefined || (value.type === "boolean" && key !== undefined)) {
    const word = key === undefined ? undefined : wordOfName(rule);
    if (word === undefined) throw new NotBrought("it lists what nobody can tell the use of");
    return [{ word, conditions: [], changes: [] }];
  }
  const found = resolved(value, definition);
  return tableOutcomes(found, definition, policy, conditions) ?? [{ conditions: [], ...spoken(rule, found, definition, policy) }];
}

/** The words of a definition that is a word, or an object with one; undefined for others. */
export function plainWord(term: Term | undefined): Word | undefined {
  if (term?.type === "string") return wordOf(String(term.value)) ?? constantMask(String(term.value));
  if (term?.type === "null" || term?.type === "number") return "redact";
  return term?.type === "object" ? objectWord(term) : undefined;
}

/** A variable of the head is what the body makes of it. */
function resolved(value: Term, { body, args }: Definition): Term {
  if (value.type !== "var" || args.some((arg) => arg.value === value.value)) return value;
  for (const { terms } of body) {
    const [operator, left, right] = terms ?? [];
    const assigns = ["assign", "eq"].includes(pathOf(operator).join("."));
    if (assigns && left?.type === "var" && left.value === value.value && right !== undefined) return right;
  }
  return value;
}

function spoken(rule: string, value: Term, definition: Definition, policy: OldPolicy): { word: Word; changes: readonly string[] } {
  const word = plainWord(value);
  if (word !== undefined) {
    if (word === "keep") refuseElsewhere(rule, value);
    const isConstant = value.type !== "object" && (value.type !== "string" || wordOf(String(value.value)) === undefined);
    return { word, changes: isConstant ? [CHANGES[word === "digits" ? "separators" : "constant"]] : [] };
  }
  if (value.type === "string" || value.type === "object") throw new NotBrought("its answer is no word of the vocabulary");
  return computed(rule, value, definition, policy);
}

/** `encryption = "none"` shows nothing: a word that is not of masks alone is one of a rule that is. */
function refuseElsewhere(rule: string, value: Term): void {
  const isOfMasks = (text: string): boolean => /mask|redact|pii|privacy|sensitiv|protect|field|column|action|decision/i.test(text);
  const says = [rule, ...(value.type === "string" ? [String(value.value)] : termsIn(value).map((term) => String(term.value)))];
  if (!says.some(isOfMasks)) throw new NotBrought("its words may be about something else than masks");
}

const ACTION_KEYS = /^(action|mask(ing)?|decision|strategy|method|technique|operation)$/;
const REMARKS = /^(reason|message|description|comment|rule|name|id)$/;
const DETAIL_KEYS = /^(type|mask_?type|format|pattern|kind|style|function)$/;

/** `{"action": "mask", "type": "email"}`. */
function objectWord(object: Term): Word | undefined {
  const members = (object.value as readonly (readonly Term[])[]).map(([key, value]) => [String(key?.value), value] as const);
  const isKnown = (key: string): boolean => [ACTION_KEYS, DETAIL_KEYS, REMARKS].some((keys) => keys.test(key.toLowerCase()));
  // `"fields": […]` would say for what the action is.
  if (!members.every(([key]) => isKnown(key))) return undefined;
  const wordAt = (keys: RegExp): Word | undefined => {
    const value = members.find(([key]) => keys.test(key.toLowerCase()))?.[1];
    return value?.type === "string" ? wordOf(String(value.value)) : undefined;
  };
  const action = wordAt(ACTION_KEYS);
  return action === "mask" || action === undefined ? (wordAt(DETAIL_KEYS) ?? action) : action;
}

/** `actions[input.field]`, `actions[input.role][input.field]`: a row for each entry. */
function tableOutcomes(value: Term, definition: Definition, policy: OldPolicy, conditions: Conditions): readonly Outcome[] | undefined {
  const [head, ...keys] = value.type === "ref" ? termsIn(value) : [];
  const rule = head?.type === "var" ? policy.rules.get(String(head.value)) : undefined;
  const [only, ...more] = rule ?? [];
  if (only?.value?.type !== "object" || more.length > 0 || only.body.length > 0) return undefined;
  const rows = (table: Term, [key, ...inner]: readonly Term[], found: readonly Condition[]): readonly Outcome[] => {
    if (key === undefined) {
      const word = plainWord(table);
      if (word === undefined) throw new NotBrought("its table has what is no word of the vocabulary");
      return [{ word, conditions: found, changes: [] }];
    }
    if (table.type !== "object") throw new NotBrought("its table is not as deep as it is asked");
    return (table.value as readonly (readonly [Term, Term])[]).flatMap(([name, entry]) => {
      if (key.type === "string") return name.value === key.value ? rows(entry, inner, found) : [];
      if (name.type !== "string") throw new NotBrought("its table has keys that are no texts");
      return rows(entry, inner, [...found, conditions.is(key, [String(name.value)], definition)]);
    });
  };
  return rows(only.value, keys, []);
}

/** What its own computing amounts to: what is masked where by what it calls, and by the texts that it puts there. */
function computed(rule: string, value: Term, definition: Definition, policy: OldPolicy): { word: Word; changes: readonly string[] } {
  if (isValue(value, definition)) return { word: "keep", changes: [] };
  const seen = new Set<string>([rule]);
  const terms: Term[] = [];
  const visit = (term: Term): void => {
    terms.push(term);
    for (const inner of termsIn(term)) visit(inner);
    const name = term.type === "ref" || term.type === "var" ? pathOf(term).join(".") : "";
    if (seen.has(name)) return;
    seen.add(name);
    // Functions make values; rules that are asked about are conditions.
    for (const called of policy.rules.get(name) ?? []) if (called.args.length > 0) for (const part of partsOf(called)) visit(part);
  };
  for (const part of [value, ...partsOf(definition)]) visit(part);
  const called = terms.filter(({ type }) => type === "ref" || type === "var").map((term) => pathOf(term).join("."));
  const texts = terms.filter(({ type }) => type === "string").map((term) => String(term.value));
  const named = [rule, ...called, ...texts].join(" ").toLowerCase();
  if (called.some((name) => /^crypto\.|hash|^hmac/.test(name))) return { word: "hash", changes: [CHANGES.digest] };
  if (texts.includes("@") || /e_?mail/.test(named)) return { word: "email", changes: [CHANGES.mailbox] };
  const cuts = called.includes("substring") || /regex\.replace|sprintf|concat/.test(named);
  if (cuts && /card|\bpan\b|last_?4|last_?four/.test(named)) return { word: "card", changes: [offsetOf(terms)] };
  return { word: "redact", changes: [CHANGES.unknown] };
}

const partsOf = ({ value, body, args }: Definition): readonly Term[] => [
  ...(value === undefined ? [] : [value]),
  ...args,
  ...body.flatMap(({ terms }) => terms ?? []),
];

function isValue(term: Term, { args }: Definition): boolean {
  const path = pathOf(term);
  if (term.type === "var")
    return subjectOf(String(term.value)) === undefined && args.some(({ type, value }) => type === "var" && value === term.value);
  return path[0] === "input" && isValueName(path.at(-1) ?? "");
}

/** `substring(card, 12, -1)` shows four digits of sixteen, and seven of nineteen. */
function offsetOf(terms: readonly Term[]): string {
  const calls = terms.filter(({ type, value }) => type === "call" && Array.isArray(value));
  const offset = calls
    .map((call) => termsIn(call))
    .find(([name, , at]) => pathOf(name).join(".") === "substring" && at?.type === "number")?.[2];
  const digits = Number(offset?.value);
  if (!(digits > 0 && digits < 19)) return CHANGES.card;
  return `it showed what stands behind the ${digits}th digit, which is ${19 - digits} digits of a card number of nineteen; ${CHANGES.card}`;
}

const CHANGES = {
  constant: "the same stars for every type are no date and no amount; here a field gets the constant of its type",
  separators: "of a number in groups each digit is hidden and the separators stay; of anything else nothing shows",
  digest: "a digest without a key is undone by trying all values; here it is keyed",
  mailbox:
    "a mailbox of one or two letters was shown whole, and stars told its length; here first and last letter show only where four others are hidden, behind five stars",
  card: "here the last four digits show at every length from 13 to 19, and of what is no card number nothing",
  unknown: "what it computes is not known; here nothing of the value shows",
} as const;
