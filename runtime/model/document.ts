/**
 * The model as a user writes it: one structure for YAML files and for TypeScript. docs/model.md is its reference,
 * schemas/model.schema.json its JSON Schema for editors.
 */
import type { DataClass, FormatName, Shape } from "../formats/api.ts";
import type { Law } from "./read-tests.ts";
import type {
  Bin,
  CipherName,
  DomainRule,
  Entity,
  HashName,
  IdentityTechnique,
  KindName,
  MaskForm,
  Merge,
  Mode,
  Otherwise,
  PlainTechnique,
  Scope,
  TextMode,
  Unfit,
} from "./vocabulary.ts";

export interface ModelDocument {
  /** Version of the language. */
  readonly bauta: 1;
  readonly name: string;
  /** A preset's name, or a path to a model file relative to this one. */
  readonly extends?: string;
  readonly mode?: Mode;
  /** For mode random: how long one ephemeral key lives. */
  readonly scope?: Scope;
  /** Drives generated fields only, never identifiers. */
  readonly seed?: string;
  /** Derives the root key from `seed`: whoever holds the model can undo it. */
  readonly "danger-seed-as-key"?: boolean;
  readonly default?: "refuse" | { readonly "danger-keep-uncovered": true; readonly because: string };
  /** Distinct values that a namespace will see, for collision risks; a number, or digits with `_` between them. */
  readonly cardinality?: number | string;
  readonly namespaces?: Readonly<Record<string, NamespaceDocument>>;
  readonly rules?: readonly RuleDocument[];
  /** Free text: `replace` (other words for all of it, the default) or `detect`, and namespaces for what is found. */
  readonly text?: TextMode | TextDocument;
  readonly envelope?: EnvelopeDocument;
  /** Files of `bauta catalogue add`, by paths relative to this one. */
  readonly catalogues?: readonly string[];
  /** For `bauta test`; they change no output and no digest. */
  readonly tests?: readonly TestDocument[];
}

/** A message and what the model is to make of it: `expect`, `laws` or both. */
export interface TestDocument {
  readonly name: string;
  /** Path of a file beside the model, or one made-up message. */
  readonly given: string | { readonly text: string };
  /** Where it cannot be told by itself. */
  readonly format?: FormatName;
  /** By path, as rules name them; or `{ refused: "BAUTA-2201" }` alone. */
  readonly expect?: { readonly refused: string } | Readonly<Record<string, ExpectedDocument>>;
  readonly laws?: OneOrMore<Law>;
}

export type ExpectedDocument =
  | "kept"
  | "masked"
  | "reversible"
  | "redacted"
  | "removed"
  | { readonly equals: string }
  | { readonly "same-as": string }
  | { readonly "differs-from": string };

/** Names of namespaces by what they replace. */
export type TextDocument = { readonly mode?: TextMode } & Readonly<Partial<Record<Entity, string>>>;

export interface NamespaceDocument {
  readonly technique: IdentityTechnique;
  readonly kind: KindName;
  readonly otherwise?: Otherwise;
  readonly bin?: Bin;
  readonly prefix?: string;
  readonly width?: number;
  readonly hash?: HashName;
  /** Names: six characters behind the drawn name keep equal ones apart. */
  readonly distinct?: boolean;
  /** Names: other spellings that are one with a name. */
  readonly merge?: OneOrMore<Merge>;
  /** Pseudonyms of e-mail addresses: what becomes of the domain. */
  readonly domain?: DomainRule;
  /** Copies for different recipients (docs/policy.md) have the same pseudonyms, so that they can be joined. */
  readonly "across-recipients"?: boolean;
  /** Noise: percent that an amount changes by at most. */
  readonly within?: number;
  /** Scale: the least and the largest factor, whole numbers. Generate: the least and the greatest amount or date, as texts. */
  readonly from?: number | string;
  readonly to?: number | string;
  /** Encrypt: aes-siv (equal values equally, the default) or aes-gcm (each differently). */
  readonly cipher?: CipherName;
  /** Generate, of kind text: `INV-[A-Z]{2}[0-9]{6}`. */
  readonly pattern?: string;
  /** Generate, of other kinds: a made-up value of the form that is wanted. */
  readonly like?: string;
  /** Date shift: days at most, back or forth. */
  readonly days?: number;
  /** Scale, date shift: `record`, or the namespace whose first value in the record has a factor or shift of its own. */
  readonly subject?: string;
  readonly cardinality?: number | string;
  /** Why a collision risk above 10^-6 is acceptable. */
  readonly "accept-collisions"?: string;
  /** Takes the place of the namespace of that name in the extended model. */
  readonly override?: boolean;
}

type OneOrMore<T> = T | readonly T[];

/** Criteria, all of which must hold, and one operation. */
export interface RuleDocument {
  readonly path?: OneOrMore<string>;
  readonly type?: OneOrMore<string>;
  readonly class?: OneOrMore<DataClass>;
  readonly shape?: OneOrMore<Shape>;
  readonly format?: FormatName;
  /** Words of your own about what the rule names: policies see them. */
  readonly tags?: OneOrMore<string>;
  /** A namespace's name; or `technique`. */
  readonly use?: string;
  readonly technique?: PlainTechnique;
  /**
   * With `use`: in place of the namespace's own; it does not change what a value inside the kind becomes. With `code-max`: what becomes
   * of a value that is no code, `error` or `redact`.
   */
  readonly otherwise?: Otherwise;
  /** What happens where the field's type cannot hold the output. */
  readonly unfit?: Unfit;
  /** For paths of JSON and of envelopes, which have no catalogue: the type that the value is declared to have. */
  readonly as?: Shape | { readonly shape: Shape; readonly min?: number; readonly max?: number };
  /** With `technique: keep`: whether values that the type does not admit are refused. */
  readonly strict?: boolean;
  /** With `technique: keep`: switches the detector of card numbers and IBANs off. */
  readonly "danger-no-detect"?: boolean;
  /** With `technique: keep`: keeps nothing but code words (docs/model.md) of at most so many characters. */
  readonly "code-max"?: number;
  /** With `technique: mask`: letters and digits that stay, at most. */
  readonly "keep-first"?: number;
  readonly "keep-last"?: number;
  readonly character?: string;
  /** With `technique: constant`. */
  readonly value?: string;
  /** With `technique: bucket`: decimal numbers, ascending. */
  readonly bounds?: OneOrMore<string>;
  /** With `technique: round`: a decimal number. */
  readonly to?: string;
  /** With `technique: mask`: `pan` applies the truncation limits for card numbers, `digits` keeps separators, `email` the domain. */
  readonly kind?: MaskForm;
}

export interface EnvelopeDocument {
  readonly open?: boolean;
  readonly elements?: readonly string[];
  readonly namespaces?: readonly string[];
}

/**
 * A model in TypeScript, checked by the compiler; `loadModel({ name, document: defineModel({...}) })` checks the rest.
 *
 * @example
 * defineModel({ bauta: 1, name: "cards", extends: "test-data", rules: [{ path: "json:$.card.pan", use: "card" }] })
 */
export function defineModel(document: ModelDocument): ModelDocument {
  return document;
}
