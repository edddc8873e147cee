/**
 * The rules of several readers as those of one scan: an operation of these rules stands for one of each reader.
 *
 * Readers differ in what is done with a value, and mostly not in which values there are. Where they do, nobody shares the scan's answer:
 * a field that some of them refuse, and one that some of them remove together with what stands around it, is one that no rule covers here.
 * Records with it are refused by the shared scan, and each reader's own scan has the last word (views-masker.ts).
 */
import { type Field, type FormatName, type JsonRule, type OwnCatalogue, type Ruleset, UNCOVERED } from "../formats/api.ts";

/** `Required`: a question that formats come to ask of rules has to be answered here, too. */
export class SharedRules implements Required<Ruleset> {
  readonly dropOperation: number;
  readonly jsonRules: readonly JsonRule[];
  readonly envelope: Ruleset["envelope"];
  readonly catalogues: readonly OwnCatalogue[];
  readonly #rules: readonly Ruleset[];
  readonly #indexes = new Map<string, number>();
  /** By reader and operation of these rules: the reader's own. */
  readonly #operations: Uint32Array[];
  /** Ways in which readers were found to differ in which values there are: by reader a number that those who agree have in common. */
  readonly #partings = new Map<string, readonly number[]>();

  /** @param rules of one model, each under what a policy answered for one reader; at least one */
  constructor(rules: readonly Ruleset[]) {
    const [first] = rules as [Ruleset];
    this.#rules = rules;
    this.#operations = rules.map(() => new Uint32Array(OPERATIONS));
    this.envelope = first.envelope;
    this.catalogues = first.catalogues ?? [];
    this.dropOperation = this.#indexOf(rules.map(({ dropOperation }) => dropOperation));
    this.jsonRules = first.jsonRules.map((_, at) => this.#jsonRule(rules.map(({ jsonRules }) => jsonRules[at] as JsonRule)));
  }

  operationFor(format: FormatName, messageType: string, field: Field): number {
    return this.#shared(
      this.#rules.map((one) => one.operationFor(format, messageType, field)),
      goesWithOthers(field),
    );
  }

  /** The model's rules say it, and so it is the same for all readers. */
  namedBelow(format: FormatName, messageType: string, field: Field): readonly string[] {
    return this.#rules[0]?.namedBelow?.(format, messageType, field) ?? [];
  }

  /** By operation of these rules, so far: that of a reader. */
  operationsOf(reader: number): Uint32Array {
    return this.#operations[reader] as Uint32Array;
  }

  /** Readers by numbers that those have in common who agree in which values there are, as far as they were asked; undefined: all do. */
  get parted(): readonly number[] | undefined {
    if (this.#partings.size === 0) return undefined;
    const groups = new Map<string, number>();
    return this.#rules.map((_, reader) => {
      const key = [...this.#partings.values()].map((parting) => parting[reader]).join(" ");
      const group = groups.get(key) ?? groups.size;
      groups.set(key, group);
      return group;
    });
  }

  /** @param removes whether removing the value is the scan's matter, and not the engine's alone */
  #shared(operations: readonly number[], removes: boolean): number {
    const ways = operations.map((operation, reader) =>
      operation === UNCOVERED ? REFUSES : removes && operation === this.#rules[reader]?.dropOperation ? REMOVES : TAKES,
    );
    if (ways.some((way) => way !== ways[0])) {
      this.#partings.set(ways.join(" "), ways);
      return UNCOVERED;
    }
    return ways[0] === REFUSES ? UNCOVERED : this.#indexOf(operations);
  }

  /** Of one place in all models. A container that any of them protects is looked at as if all did. */
  #jsonRule(rules: readonly JsonRule[]): JsonRule {
    const [first] = rules as [JsonRule];
    const operation = this.#shared(
      rules.map((rule) => rule.operation),
      true,
    );
    return {
      ...first,
      operation,
      protects: rules.every(({ protects }) => protects === true),
      claims: rules.some(({ protects }) => protects === true),
    };
  }

  #indexOf(operations: readonly number[]): number {
    const key = operations.join(" ");
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#indexes.size;
    this.#indexes.set(key, index);
    for (const [reader, operation] of operations.entries()) this.#put(reader, index, operation);
    return index;
  }

  #put(reader: number, index: number, operation: number): void {
    let own = this.#operations[reader] as Uint32Array;
    if (index === own.length) {
      own = new Uint32Array(2 * index);
      own.set(this.#operations[reader] as Uint32Array);
      this.#operations[reader] = own;
    }
    own[index] = operation;
  }
}

/** Room for operations to begin with. */
const OPERATIONS = 64;

/** What a reader does with a field, as far as the scan is concerned. */
const TAKES = 0;
const REFUSES = 1;
const REMOVES = 2;

/**
 * Whether a scanner takes what is removed out with what stands around it: any content and elements in it, and signatures. Of others the
 * engine empties the value.
 */
const goesWithOthers = ({ dataClass, fit, below }: Field): boolean =>
  dataClass === "signature" || fit.shape === "unknown" || below !== undefined;
