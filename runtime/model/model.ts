/** The model after loading: checked, merged with what it extends, and with every name resolved. */

import type { DataClass, EnvelopeRules, Fit, FormatName, OwnCatalogue, Shape } from "../formats/api.ts";
import type { ViewPolicy } from "../policy/api.ts";
import type { PathPattern } from "./path.ts";
import type { Place } from "./problem.ts";
import type { Segment } from "./segments.ts";
import type {
  Bin,
  CipherName,
  DomainRule,
  Entity,
  HashName,
  IdentityTechnique,
  KindName,
  MaskForm,
  Mode,
  Otherwise,
  Scope,
  Unfit,
} from "./vocabulary.ts";

export interface Model {
  readonly name: string;
  readonly mode: Mode;
  /** Life of the ephemeral key; only in mode random. */
  readonly scope: Scope | undefined;
  readonly seed: string | undefined;
  /** The root key is derived from the seed. */
  readonly seedAsKey: boolean;
  /** Why fields without a rule are kept; undefined: they are refused. */
  readonly keepUncovered: string | undefined;
  /** Sorted by name (code units): the order of the plan's namespaces and of the key table. */
  readonly namespaces: readonly Namespace[];
  /** In source order, those of the extended models first. */
  readonly rules: readonly Rule[];
  /** What is found in free text, and the namespaces that replace it; undefined: other words replace all of it. */
  readonly detects: Detects | undefined;
  readonly envelope: EnvelopeRules;
  /** Messages that the model describes itself, by files beside it. */
  readonly catalogues: readonly OwnCatalogue[];
  /** What a policy answered for the view whose plan this is; undefined: no policy has a say. */
  readonly policy?: ViewPolicy | undefined;
  /** The chain of models that were merged, the base first and the model itself last. */
  readonly origins: readonly Origin[];
}

/** Namespaces by what they replace in a text; where there is none, letters and digits become X. */
export type Detects = Readonly<Partial<Record<Entity, Namespace>>>;

/** One source of a model. */
export interface Origin {
  /** How the model that extends names it; for the model itself its own name. No path of this host. */
  readonly reference: string;
  /** Preset name, or path of the file as it was found. */
  readonly source: string;
  readonly preset: boolean;
  /** SHA-256 in hex over the canonical JSON of what the source says; comments and layout do not count. */
  readonly sha256: string;
}

export interface Namespace {
  readonly name: string;
  /** Place in `Model.namespaces`. */
  readonly index: number;
  readonly technique: IdentityTechnique;
  readonly kind: KindName;
  readonly otherwise: Otherwise;
  readonly bin: Bin;
  readonly prefix: string;
  /** Characters behind the prefix; 0 for techniques without. */
  readonly width: number;
  readonly hash: HashName;
  /** A code behind drawn names keeps equal ones apart. */
  readonly distinct: boolean;
  /** Names are one with what 35 characters show of them. */
  readonly truncated: boolean;
  /** Names are one with their initials. */
  readonly initials: boolean;
  readonly domain: DomainRule;
  /** Under a policy: one key for all recipients. */
  readonly acrossRecipients: boolean;
  /** Techniques noise, scale and date-shift. */
  readonly figure?: FigureOptions;
  /** Technique encrypt. */
  readonly cipher?: CipherName;
  /** Technique generate. */
  readonly generated?: GeneratedOptions;
  readonly cardinality: bigint;
  readonly acceptCollisions: boolean;
}

/** What generate takes. */
export interface GeneratedOptions {
  /** An amount's or date's ends. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Of a text: for each place the characters that may stand there. */
  readonly places?: readonly string[] | undefined;
  /** A value of the form that is wanted; undefined: the kind's own. */
  readonly like?: string | undefined;
}

/** What noise, scale and date-shift take. */
export interface FigureOptions {
  /** Noise: percent. */
  readonly within?: number | undefined;
  /** Scale: the least and the largest factor. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Date shift: days at most. */
  readonly days?: number | undefined;
  /** `record`, or the namespace whose first value in the record has a shift or factor of its own. */
  readonly subject?: string | undefined;
}

export type Action =
  | { readonly kind: "use"; readonly namespace: Namespace; readonly otherwise: Otherwise }
  | {
      readonly kind: "keep";
      readonly strict: boolean | undefined;
      readonly detect: boolean;
      /** Longest code word that is kept, and what becomes of any other value; 0: any value is kept. */
      readonly codeMax: number;
      readonly otherwise: "error" | "redact";
    }
  | { readonly kind: "redact" }
  | { readonly kind: "constant"; readonly value: string }
  | { readonly kind: "bucket"; readonly bounds: readonly string[] }
  | { readonly kind: "month"; readonly otherwise: "error" | "redact" }
  | { readonly kind: "round"; readonly unit: string }
  | { readonly kind: "drop" }
  | {
      readonly kind: "mask";
      readonly form: MaskForm;
      readonly keepFirst: number;
      readonly keepLast: number;
      /** undefined: what the field's shape takes. */
      readonly character: string | undefined;
    };

export type TypePattern = Extract<Segment, { readonly kind: "literal" | "partial" }>;

export interface Rule {
  /** Place in `Model.rules`. */
  readonly index: number;
  /** `cards.yaml rules[3]`, for messages. */
  readonly label: string;
  readonly source: string;
  readonly at: Place;
  /** Path inside its source, `rules[3]` or `rules[3].path[1]`. */
  readonly path: string;
  /** 0 for the base of all, one more for each model that extends. */
  readonly level: number;
  readonly preset: boolean;
  readonly pattern: PathPattern | undefined;
  readonly types: readonly TypePattern[] | undefined;
  readonly classes: ReadonlySet<DataClass> | undefined;
  readonly shapes: ReadonlySet<Shape> | undefined;
  readonly format: FormatName | undefined;
  /** Words of the operator's own about what the rule names, for policies. */
  readonly tags: readonly string[];
  readonly action: Action;
  readonly unfit: Unfit;
  /** Type declared by the rule, for values that no catalogue describes. */
  readonly declared: Fit | undefined;
}

/** Keeps a value, without saying which: what a rule is of which nothing was written. */
export const KEEP_RULE: Rule = {
  index: -1,
  label: "default",
  source: "",
  at: { line: 0, column: 0 },
  path: "default",
  level: 0,
  preset: false,
  pattern: undefined,
  types: undefined,
  classes: undefined,
  shapes: undefined,
  format: undefined,
  tags: [],
  action: { kind: "keep", strict: undefined, detect: true, codeMax: 0, otherwise: "error" },
  unfit: "error",
  declared: undefined,
};
