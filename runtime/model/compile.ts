/** Compiles a model: the answers that formats ask for, and the plan that engines run. */
import { encodePlan, type PlanNamespace, type PlanOperation } from "../engines/plan.ts";
import {
  type EnvelopeRules,
  type Field,
  type FormatName,
  type JsonRule,
  type OwnCatalogue,
  type Ruleset,
  UNCOVERED,
} from "../formats/api.ts";
import { BautaError } from "../kit/errors.ts";
import { namedBelow, withNamed } from "./below.ts";
import type { Catalogue } from "./catalogue.ts";
import { decideRule } from "./decide.ts";
import { Decider, partRule } from "./decider.ts";
import { detectOperations, feeding, isSearched } from "./detecting.ts";
import { sha256 } from "./digest.ts";
import { DROP } from "./lower.ts";
import { KEEP_RULE, type Model } from "./model.ts";
import { inOwnOrder, OperationTable } from "./operation-table.ts";
import { messageKey } from "./path.ts";
import { compareRanks } from "./rank.ts";
import { segmentText } from "./segments.ts";
import { JSON_FIELD, jsonRulesOf } from "./uncatalogued.ts";

export interface CompileOptions {
  /**
   * Messages whose operations go into the table now, in this order. What is not named here gets its operations when a format first
   * asks; an engine that was opened before must then be opened again.
   */
  readonly catalogues?: readonly Catalogue[];
  /**
   * `strict` (the default): a value that its XSD type does not admit refuses the record, whatever is done with it. SWIFT MT's scanner
   * checks its own grammar, JSON has no types. Values that are kept are checked in either case.
   */
  readonly input?: "strict" | "lenient";
  /** Version of the key that the namespaces' sub-keys come from; default 1. */
  readonly keyVersion?: number;
}

/**
 * A compiled model. It never throws on a field: one whose rules are ambiguous, or do not fit its type, is uncovered, and so its
 * record is refused; `checkModel` says so before a run.
 *
 * The operation table only grows, and a plan emitted earlier is a prefix of a later one. A pipeline that compiled without
 * catalogues compares `operations.length` after a scan with that of its open plan.
 */
export class CompiledModel implements Ruleset {
  readonly model: Model;
  /** In the order of the plan and of the key table: by name. */
  readonly namespaces: readonly PlanNamespace[];
  /** The only operation of technique drop: a scanner may take away what surrounds the value as well. */
  readonly dropOperation: number;
  readonly jsonRules: readonly JsonRule[];
  readonly envelope: EnvelopeRules;
  readonly catalogues: readonly OwnCatalogue[];
  readonly #decider: Decider;
  readonly #table = new OperationTable();
  readonly #strict: boolean;
  /** Only where something is drawn by it: plans of other models do not depend on it. */
  readonly #seed: string | undefined;
  /** Operations that replace what is found in texts. */
  #detects: Readonly<Record<string, number>> | undefined;

  constructor(model: Model, options: CompileOptions) {
    this.model = model;
    this.#strict = options.input !== "lenient";
    const isDrawn = model.namespaces.some(({ technique, cipher }) => technique === "generate" || cipher === "aes-gcm");
    this.#seed = isDrawn && model.seed !== undefined ? sha256(new TextEncoder().encode(model.seed)) : undefined;
    this.namespaces = model.namespaces.map(({ name }) => ({ name, keyVersion: options.keyVersion ?? 1 }));
    this.envelope = model.envelope;
    this.catalogues = model.catalogues;
    this.dropOperation = this.#table.indexOf(DROP);
    this.#decider = new Decider(model);
    this.jsonRules = this.#compileJson();
    for (const catalogue of (options.catalogues ?? []).map((known) => withNamed(known, model.rules))) {
      for (const message of catalogue.messages()) {
        for (const field of catalogue.fieldsOf(message)) this.operationFor(catalogue.format, message, field);
      }
    }
  }

  /** The operations so far; the index is the value table's operation column. */
  get operations(): readonly PlanOperation[] {
    return this.#table.operations;
  }

  operationFor(format: FormatName, messageType: string, field: Field): number {
    const decision = this.#decider.field(format, messageType, field);
    if (decision.kind === "operation") {
      const made = (operation: PlanOperation): PlanOperation => this.#searching(this.#checked(operation, format, field), format, field);
      return this.#indexOf(made(decision.operation), decision.guarded && { ...decision.guarded, held: made(decision.guarded.held) });
    }
    if (decision.kind === "uncovered" && this.model.keepUncovered !== undefined) return this.#kept(format, field);
    return UNCOVERED;
  }

  namedBelow(format: FormatName, messageType: string, field: Field): readonly string[] {
    return namedBelow(this.model.rules, format, messageKey(messageType), field);
  }

  /**
   * Index of the operation by which a namespace masks a text that stands in no message, such as a record's key: that of a JSON value.
   * undefined: the model has no such namespace.
   * @throws BautaError 1211 or 1212 if the namespace cannot mask a text, 1609 if the policy denies it
   */
  operationOfNamespace(name: string): number | undefined {
    const namespace = this.model.namespaces.find((one) => one.name === name);
    if (namespace === undefined) return undefined;
    const decision = this.#decider.part(partRule(namespace));
    if (decision.kind === "denied") throw new BautaError(1609, { path: name, detail: decision.reason });
    if (decision.kind === "unfit") throw new BautaError(decision.issue, { path: name, detail: decision.reason });
    if (decision.kind !== "operation") throw new BautaError(9001);
    return this.#table.indexOf(decision.operation);
  }

  /** Operations that a record's guards may change, by their index. */
  readonly guarded: Map<number, GuardedOperation> = new Map();

  /** Index of an operation; of one that a guard may change, apart from those that do the same. */
  #indexOf(operation: PlanOperation, guarded: { readonly guard: string; readonly held: PlanOperation } | undefined): number {
    if (guarded === undefined) return this.#table.indexOf(operation);
    const [held, otherwise] = [this.#table.indexOf(guarded.held), this.#table.indexOf(operation)];
    const index = this.#table.indexOf({ ...operation, guard: `${guarded.guard} ${held}` });
    this.guarded.set(index, { guard: guarded.guard, held, otherwise });
    return index;
  }

  /** Bytes of `bauta.plan.v1.Plan` over the operations so far. */
  plan(): Uint8Array {
    return this.#encode(this.operations);
  }

  /** The same with the operations in an order that does not depend on the messages' one: for digests. */
  planInOwnOrder(): Uint8Array {
    return this.#encode(inOwnOrder(this.operations));
  }

  /** Index of an operation that the same model was compiled to elsewhere. */
  adopt(operation: PlanOperation): number {
    return this.#table.indexOf(operation);
  }

  #encode(operations: readonly PlanOperation[]): Uint8Array {
    return encodePlan({ model: this.model.name, namespaces: this.namespaces, operations, seed: this.#seed });
  }

  /** The operation, which where the model says `text: detect` searches its text, or says what texts are searched for. */
  #searching(operation: PlanOperation, format: FormatName, field: Field): PlanOperation {
    const { detects } = this.model;
    if (detects === undefined) return operation;
    if (!isSearched(operation, format, field)) return feeding(operation, field);
    this.#detects ??= Object.fromEntries(
      Object.entries(detectOperations(detects)).map(([entity, replacing]) => [entity, this.#table.indexOf(replacing)]),
    );
    const lineMax = field.fit.lineMax ?? 0;
    return { ...operation, searches: true, detects: this.#detects, ...(lineMax > 0 ? { lineMax } : {}) };
  }

  /** The operation, which in strict reading also checks the value against its XSD type. */
  #checked(operation: PlanOperation, format: FormatName, field: Field): PlanOperation {
    const typed = format === "iso20022" && field.fit.shape !== "unknown" && field.dataClass !== "envelope";
    if (!this.#strict || !typed || operation.technique === "drop") return operation;
    // Of a code whose list is kept outside of it the XSD says no more than how long it is.
    const isListedOutside = operation.fit.shape === "code" && operation.technique !== "keep";
    return { ...operation, strict: true, fit: isListedOutside ? { ...operation.fit, shape: "text" } : operation.fit };
  }

  /** A field that no rule names, where the model says in words that such are kept. */
  #kept(format: FormatName, field: Field): number {
    const decision = decideRule(KEEP_RULE, format, field);
    return decision.kind === "operation" ? this.#table.indexOf(decision.operation) : UNCOVERED;
  }

  /** Ranks of JSON rules are their places in the order of specificity, from 1; 0 is for what no rule names. */
  #compileJson(): readonly JsonRule[] {
    const rules: JsonRule[] = [];
    let rank = 0;
    const ascending = jsonRulesOf(this.#decider.index);
    for (const [i, { rule, rank: row }] of ascending.entries()) {
      const before = ascending[i - 1];
      if (before === undefined || compareRanks(before.rank, row) !== 0) rank++;
      const decision = this.#decider.json(rule);
      const segments = (rule.pattern?.segments ?? []).map(segmentText);
      const label = rule.pattern?.text ?? rule.label;
      // What a policy denies is refused here, and does not fall to a less specific rule.
      if (decision.kind === "denied") {
        rules.push({ segments, rank, operation: UNCOVERED, protects: true, label });
        continue;
      }
      // loadModel refuses such a model: left out, the value would fall to a less specific rule.
      if (decision.kind === "uncovered" || decision.kind === "ambiguous") throw new BautaError(9001);
      if (decision.kind === "unfit") throw new BautaError(decision.issue, { path: rule.label, detail: decision.reason });
      const operation = this.#searching(decision.operation, "json", JSON_FIELD);
      const guarded = decision.guarded && { ...decision.guarded, held: this.#searching(decision.guarded.held, "json", JSON_FIELD) };
      rules.push({
        segments,
        rank,
        operation: this.#indexOf(operation, guarded),
        protects: operation.technique !== "keep",
        label,
      });
    }
    if (this.model.keepUncovered !== undefined) {
      rules.push({ segments: ["**"], rank: 0, operation: this.#kept("json", JSON_FIELD), label: "default" });
    }
    return rules;
  }
}

/** What a record becomes of for which a guard holds, and for which it does not. */
export interface GuardedOperation {
  readonly guard: string;
  readonly held: number;
  readonly otherwise: number;
}

/** @see CompiledModel */
export function compileModel(model: Model, options: CompileOptions = {}): CompiledModel {
  return new CompiledModel(model, options);
}
