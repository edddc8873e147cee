/**
 * The rules of a model as one automaton over member names and array levels, so that a step of the walk costs one look-up however many
 * rules there are. States are sets of places in rules, made when first met (the subset construction, lazily).
 */
import { type JsonRule, UNCOVERED } from "../api.ts";

/** Rules of the same rank with different operations meet in this path. The model refuses such rules where it can see them. */
export const AMBIGUOUS = -2;

/** The number of a name that no rule spells out (`NameTable.literals`). */
const ANY_NAME = 0;
const ONE_LEVEL = -1;
const ANY_DEPTH = -2;
const RULE_END = -3;

/** Numbers that all states together may hold, about; beyond it they are forgotten and made again, so that memory is bounded. */
const STATE_BUDGET = 2_000_000;
const STATES_MIN = 64;

/** Where the walk is in all rules at once. Equal sets are one object while the automaton remembers them. */
export class PathState {
  /** Ascending indexes into the automaton's places. */
  readonly places: readonly number[];
  /** Operation of a leaf in this place, UNCOVERED or AMBIGUOUS. */
  readonly operation: number;
  /** Index of the rule that gives the operation; -1 without one. */
  readonly rule: number;
  /** That rule does more than keep. */
  readonly protects: boolean;
  /** So it does with what is inside of a container that it names. */
  readonly claims: boolean;
  /** By number of the name, filled as they are met. */
  readonly members: (PathState | undefined)[] = [];
  element: PathState | undefined = undefined;

  constructor(places: readonly number[], operation: number, rule: number, { protects, claims = protects }: Partial<JsonRule>) {
    this.places = places;
    this.operation = operation;
    this.rule = rule;
    this.protects = protects === true;
    this.claims = claims === true;
  }
}

export class PathAutomaton {
  /** Names that rules spell out; the number of `literals[i]` is i + 1. */
  readonly literals: readonly string[];
  readonly root: PathState;
  readonly #rules: readonly JsonRule[];
  /** What is expected at a place: ONE_LEVEL, ANY_DEPTH, RULE_END or the number of a name. The places of a rule are consecutive. */
  readonly #expected: number[] = [];
  readonly #ruleOfPlace: number[] = [];
  readonly #states: Map<string, PathState> = new Map();
  readonly #statesMax: number;

  constructor(rules: readonly JsonRule[]) {
    const numbers = new Map<string, number>();
    const start: number[] = [];
    for (const [index, rule] of rules.entries()) {
      start.push(this.#expected.length);
      for (const segment of rule.segments) this.#place(index, expectedBy(segment, numbers));
      this.#place(index, RULE_END);
    }
    this.#rules = rules;
    this.literals = [...numbers.keys()];
    this.#statesMax = STATES_MIN + STATE_BUDGET / (this.literals.length + this.#expected.length + 1);
    this.root = this.#state(start);
  }

  /** The state of the member with that name; `literal` is the name's number, 0 for every name that no rule spells out. */
  member(from: PathState, literal: number): PathState {
    let to = from.members[literal];
    if (to === undefined) {
      to = this.#step(from, literal);
      from.members[literal] = to;
    }
    return to;
  }

  /** The state of an array's elements: indexes are one level without a name. */
  element(from: PathState): PathState {
    from.element ??= this.#step(from, ANY_NAME);
    return from.element;
  }

  /** Whether a rule that can apply here spells this name out for this very level. */
  spellsOut(from: PathState, literal: number): boolean {
    return literal !== ANY_NAME && from.places.some((place) => this.#expected[place] === literal);
  }

  /**
   * Whether the rule of a leaf may decide on it inside a container that another rule names: it is the more specific of the two, or goes
   * on where the other ends, or spells out a name of the leaf's path inside.
   * @param levels from the container to the leaf, at least 1
   */
  mayDecide(leaf: number, container: number, levels: number): boolean {
    const inner = this.#rules[leaf] as JsonRule;
    const outer = this.#rules[container] as JsonRule;
    if (inner.rank > outer.rank || outer.segments.every((segment, i) => inner.segments[i] === segment)) return true;
    let open = 0;
    while (inner.segments.at(-1 - open) === "*") open++;
    const last = inner.segments.at(-1 - open);
    return last !== undefined && last !== "**" && open < levels;
  }

  #place(rule: number, expected: number): void {
    this.#expected.push(expected);
    this.#ruleOfPlace.push(rule);
  }

  #step(from: PathState, literal: number): PathState {
    const next: number[] = [];
    for (const place of from.places) {
      const expected = this.#expected[place] as number;
      if (expected === ANY_DEPTH) next.push(place);
      else if (expected === ONE_LEVEL || (expected > 0 && expected === literal)) next.push(place + 1);
    }
    return this.#state(next);
  }

  #state(from: readonly number[]): PathState {
    const places = this.#withoutDepth(from);
    const key = places.join();
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= this.#statesMax) this.#forget();
      state = this.#resolve(places);
      this.#states.set(key, state);
    }
    return state;
  }

  /** States that a walk still holds stay usable; they only are no longer found again. */
  #forget(): void {
    this.#states.clear();
    this.#states.set(this.root.places.join(), this.root);
    this.root.members.length = 0;
    this.root.element = undefined;
  }

  /** Adds the places behind `**`, which also stands for no level at all. */
  #withoutDepth(from: readonly number[]): number[] {
    const places = new Set<number>();
    for (const first of from) {
      let place = first;
      places.add(place);
      while (this.#expected[place] === ANY_DEPTH) places.add(++place);
    }
    return [...places].sort((a, b) => a - b);
  }

  #resolve(places: readonly number[]): PathState {
    let best: JsonRule | undefined;
    let bestIndex = -1;
    let ambiguous = false;
    for (const place of places) {
      if (this.#expected[place] !== RULE_END) continue;
      const index = this.#ruleOfPlace[place] as number;
      const rule = this.#rules[index] as JsonRule;
      if (best === undefined || rule.rank > best.rank) {
        best = rule;
        bestIndex = index;
        ambiguous = false;
      } else if (rule.rank === best.rank && rule.operation !== best.operation) {
        ambiguous = true;
      }
    }
    if (best === undefined) return new PathState(places, UNCOVERED, -1, {});
    return new PathState(places, ambiguous ? AMBIGUOUS : best.operation, bestIndex, best);
  }
}

function expectedBy(segment: string, numbers: Map<string, number>): number {
  if (segment === "*") return ONE_LEVEL;
  if (segment === "**") return ANY_DEPTH;
  const number = numbers.get(segment) ?? numbers.size + 1;
  numbers.set(segment, number);
  return number;
}

/** A rule's path as the model writes it: `$.card.pan`, `$.**.amount`, `$['card number']`. */
export function rulePath(segments: readonly string[]): string {
  return segments.reduce((path, segment) => path + step(segment), "$");
}

function step(segment: string): string {
  return segment === "*" || segment === "**" || /^[A-Za-z0-9_$@#:-]+$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
}
