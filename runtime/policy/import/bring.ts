/** Brings an old policy over: what it says, in rules of the contract; what was changed, and what was left out, by line. */
import { all, type Condition, Conditions, NotBrought, type Readers } from "./conditions.ts";
import { type Outcome, outcomesOf, plainWord } from "./outcomes.ts";
import { type Definition, type OldPolicy, pathOf, type Term, termsIn } from "./syntax.ts";
import { isValueName, WORDS, type Word } from "./words.ts";

export interface Clause {
  readonly word: Word;
  readonly lines: readonly string[];
  readonly rule: string;
  /** Of the old policy. */
  readonly line: number;
}

export interface Note {
  /** Of the old policy; 0 is all of it. */
  readonly line: number;
  readonly rule: string;
  /** A definition was left out: its fields are redacted. */
  readonly leftOut: boolean;
  readonly text: string;
}

export interface Brought {
  readonly clauses: readonly Clause[];
  /** What becomes of fields that no rule names. */
  readonly otherwise: "redact" | "mask" | "hash";
  readonly helpers: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly types: ReadonlySet<string>;
  readonly readers: Readers;
  readonly notes: readonly Note[];
}

export function bring(policy: OldPolicy): Brought {
  const conditions = new Conditions(policy);
  const notes: Note[] = general(policy);
  const found: Clause[] = [];
  const decisions = [...policy.rules].filter(([name, definitions]) => isDecision(name, definitions, policy));
  for (const [rule, definitions] of decisions) {
    for (const definition of definitions.filter(({ isDefault }) => !isDefault)) {
      const { line } = definition;
      const consumed = [...conditions.consumed];
      try {
        for (const outcome of outcomesOf(rule, definition, policy, conditions)) {
          const clause = clauseOf(rule, definition, outcome, conditions);
          found.push(clause.clause);
          for (const text of clause.changes) notes.push({ line, rule, leftOut: false, text });
        }
      } catch (error) {
        if (!(error instanceof NotBrought)) throw error;
        // It asked about other rules' words, which stay answers by themselves then.
        conditions.forgetConsumed(consumed);
        notes.push({ line, rule, leftOut: true, text: error.message });
      }
    }
  }
  const { otherwise, told } = defaultOf(decisions, conditions);
  return {
    // What other rules ask about is no answer by itself.
    clauses: found.filter(({ rule, word }) => !conditions.consumed.has(`${rule} ${word}`)),
    otherwise,
    helpers: conditions.helpers,
    types: conditions.types,
    readers: conditions.readers,
    notes: distinct([...notes, ...told]).sort((a, b) => a.line - b.line),
  };
}

/** @throws NotBrought for what would show more than somebody named */
function clauseOf(
  rule: string,
  definition: Definition,
  { word, conditions: rows, changes }: Outcome,
  conditions: Conditions,
): { readonly clause: Clause; readonly changes: readonly string[] } {
  const condition = all([...rows, conditions.of(definition)]);
  const told = [...changes];
  if (condition.asked) {
    if (word === "keep")
      throw new NotBrought("it shows a value because of what the value is; a policy is asked about names, before there are values");
    if (!condition.names) throw new NotBrought("it asks about the value alone; a policy is asked about names, before there are values");
    told.push("it asked about the value, too; here it holds for all values of the field");
  }
  if (word === "keep") refuseWide(condition);
  if (word === "keep") told.push("a record whose value holds a card number or an IBAN is refused, unless the answer says danger-no-detect");
  return { clause: { word, lines: condition.lines, rule, line: definition.line }, changes: told };
}

function refuseWide({ lines, names, excludes }: Condition): void {
  if (lines.length === 0) throw new NotBrought("it shows everything to everybody");
  if (excludes && !names)
    throw new NotBrought("it shows all fields but some; here a field is shown only if a rule names it, or its reader");
}

/** Rows of one table are told of once. */
const distinct = (notes: readonly Note[]): Note[] => [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];

/** Whether the rule says what becomes of values, rather than helps others to. */
function isDecision(name: string, definitions: readonly Definition[], policy: OldPolicy): boolean {
  const isTable =
    definitions.length === 1 && definitions[0]?.body.length === 0 && !definitions[0].isDefault && isCollection(definitions[0]);
  const isTruth = definitions.every(({ value, key }) => value?.type === "boolean" && key === undefined);
  return (
    !isTable &&
    !isTruth &&
    !isCalled(name, policy) &&
    !definitions.every(({ isDefault, value }) => isDefault && plainWord(value) === undefined)
  );
}

const isCollection = ({ value }: Definition): boolean =>
  ["set", "array", "object"].includes(value?.type ?? "") && plainWord(value) === undefined;

function isCalled(name: string, { rules }: OldPolicy): boolean {
  const calls = (term: Term): boolean => (term.type === "call" && pathOf(termsIn(term)[0])[0] === name) || termsIn(term).some(calls);
  const isFunction = rules.get(name)?.some(({ args }) => args.length > 0) === true;
  return (
    isFunction &&
    [...rules].some(
      ([other, definitions]) => other !== name && definitions.some((one) => termsOf(one).some(calls) || operatorsOf(one).includes(name)),
    )
  );
}

const termsOf = ({ value, body }: Definition): readonly Term[] => [
  ...(value === undefined ? [] : [value]),
  ...body.flatMap(({ terms }) => terms ?? []),
];
const operatorsOf = ({ body }: Definition): readonly (string | undefined)[] => body.map(({ terms }) => pathOf(terms?.[0])[0]);

/** What is said of fields that no rule names. */
function defaultOf(
  decisions: readonly (readonly [string, readonly Definition[]])[],
  conditions: Conditions,
): { readonly otherwise: Brought["otherwise"]; readonly told: readonly Note[] } {
  const defaults = decisions.flatMap(([rule, definitions]) =>
    definitions.filter(({ isDefault }) => isDefault).map(({ line, value }) => ({ rule, line, word: plainWord(value) })),
  );
  if (defaults.length === 0) {
    const text = "a field that no rule names had no answer at all, and what comes of that was left to the caller; here it is redacted";
    return { otherwise: "redact", told: [{ line: 0, rule: "", leftOut: false, text }] };
  }
  const told = defaults
    .filter(({ word }) => word === "keep")
    .map(({ rule, line }) => ({ line, rule, leftOut: true, text: "it shows all fields that no rule names; here they are redacted" }));
  const words = defaults
    .filter(({ rule, word }) => word !== undefined && !conditions.consumed.has(`${rule} ${word}`))
    .map(({ word }) => word);
  const strictest = WORDS.find((word) => words.includes(word));
  return { otherwise: strictest === "mask" || strictest === "hash" ? strictest : "redact", told };
}

/** What is to be said of the whole policy. */
function general({ isOldSyntax, rules }: OldPolicy): Note[] {
  const notes: Note[] = [];
  const say = (text: string): void => void notes.push({ line: 0, rule: "", leftOut: false, text });
  if (isOldSyntax) say("it is written in the syntax before OPA 1.0, which OPA refuses to read since; here it is in today's");
  const isValue = ([root, ...names]: readonly string[]): boolean => root === "input" && isValueName(names.at(-1) ?? "");
  const asks = (term: Term): boolean => isValue(pathOf(term)) || termsIn(term).some(asks);
  if ([...rules.values()].flat().some((definition) => termsOf(definition).some(asks))) {
    say(
      "it was asked with values, card numbers among them, which stand in OPA's decision log then; here it is asked about names only, and the masks are built in",
    );
  }
  return notes;
}
