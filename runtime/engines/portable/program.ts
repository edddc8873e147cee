/** A plan made ready to run: every operation checked against its field, every constant and key prepared. */
import { createSecretKey, type KeyObject } from "node:crypto";
import { BautaError } from "../../kit/errors.ts";
import {
  Bin,
  Cipher,
  EmailDomain,
  Entity,
  Hash,
  Kind,
  type Operation,
  Otherwise,
  type Plan,
  Shape,
  Technique,
} from "../generated/plan_pb.ts";
import { PLAN_VERSION } from "../plan.ts";
import { decodePlan } from "../plan-message.ts";
import { Aes } from "./crypto/aes.ts";
import { Ciphers } from "./crypto/seal.ts";
import { Classes } from "./kinds/classes.ts";
import { drawFault, isDrawn, isWorded } from "./people/fit.ts";
import { type Figure, figureOf, isDrawnFigure, isFigure, strayFigure } from "./techniques/figures.ts";
import { type Generated, generatedOf, isClassed } from "./techniques/generate.ts";
import { type MaskSpec, maskSpec } from "./techniques/mask.ts";
import { prefixedTokenSpec } from "./techniques/prefixed.ts";
import { type RedactSpec, redactSpec } from "./techniques/redact.ts";
import { type Sealing, sealingOf } from "./techniques/seal.ts";
import { hashSpec, isTokenLike, otherwiseTokenSpec, type TokenSpec, takesIbanToken, tokenSpec } from "./techniques/token.ts";
import { type FitCheck, fitCheck } from "./text/fit.ts";

export const KEY_BYTES = 32;

/** One namespace's sub-key in the forms that its techniques need. */
export interface Namespace {
  readonly bytes: Uint8Array;
  readonly secret: KeyObject;
  readonly aes: Aes;
  readonly ciphers: Ciphers;
  readonly classes: Classes;
}

export interface CompiledOperation {
  readonly technique: Technique;
  readonly kind: Kind;
  readonly fit: FitCheck;
  readonly strict: boolean;
  readonly detect: boolean;
  /** KEEP: longest code word that is kept; 0: any value is. */
  readonly codeMax: number;
  readonly hash: Hash;
  /** Digits of a card number that stay. */
  readonly bin: number;
  readonly otherwise: Otherwise;
  /** Values of the kind are words, which line feeds part where they stand in lines. */
  readonly worded: boolean;
  /** PSEUDONYM from lists, not from a class. */
  readonly drawn: boolean;
  /** Names: a code behind the drawn one; one with what a line shows of them; one with their initials. */
  readonly distinct: boolean;
  readonly truncated: boolean;
  readonly initials: boolean;
  /** What becomes of the domain of an e-mail address that is drawn. */
  readonly domain: EmailDomain;
  /** A text that is kept but for what is found in it, and the operations that replace that. */
  readonly searches: boolean;
  readonly detects: ReadonlyMap<Entity, number>;
  /** What texts of the same message are searched for. */
  readonly feeds: Entity;
  /** Characters of a line of MT in which a text is searched; 0: no limit. */
  readonly lineMax: number;
  /** HASH, TOKEN, FPE or PSEUDONYM: equal values give equal outputs. */
  readonly isIdentity: boolean;
  /** Index in `Program.namespaces`. */
  readonly namespace: number;
  /** TOKEN, PSEUDONYM of a text kind, HASH, or `otherwise` TOKEN; undefined where that is a redaction. */
  readonly token: TokenSpec | undefined;
  /** The token behind a prefix of the value's own; `token` is that of `otherwise` then. */
  readonly prefixed: TokenSpec | undefined;
  /** `otherwise` TOKEN of a value of IBAN form is the IBAN token. */
  readonly ibanToken: boolean;
  readonly redact: RedactSpec | undefined;
  readonly mask: MaskSpec | undefined;
  /** CONSTANT to DATE_SHIFT. */
  readonly figure: Figure | undefined;
  /** ENCRYPT. */
  readonly sealing: Sealing | undefined;
  /** GENERATE. */
  readonly generated: Generated | undefined;
  /** What has a factor or shift of its own (techniques/figures.ts). */
  readonly subject: number;
  /** The value is a month and a day. */
  readonly monthDay: boolean;
}

export interface Program {
  readonly namespaces: readonly Namespace[];
  readonly operations: readonly CompiledOperation[];
  /** Whether any operation searches a text. */
  readonly searches: boolean;
  /** Whether outputs of any operation depend on where a value stands. */
  readonly isOfItsPlace: boolean;
  /** What changes generated values, and nothing else. */
  readonly seed: string;
}

/**
 * @throws BautaError 6011 naming the operation that cannot run, 9001 for bytes that are no plan or keys of the wrong length
 */
export function compile(planBytes: Uint8Array, keys: Uint8Array): Program {
  const plan = decodePlan(planBytes);
  if (plan.version !== PLAN_VERSION) throw new BautaError(6011, { detail: "plan version" });
  if (keys.length !== plan.namespaces.length * KEY_BYTES) throw new BautaError(9001, { detail: "key table length" });
  return {
    searches: plan.operations.some(({ searches }) => searches),
    isOfItsPlace: plan.operations.some(isOfItsPlace),
    seed: plan.seed,
    namespaces: plan.namespaces.map((_, index) => namespaceOf(keys.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES))),
    operations: plan.operations.map((operation, index) => {
      const compiled = compileOperation(operation, plan);
      if (typeof compiled === "string") throw new BautaError(6011, { detail: `operation ${index}: ${compiled}` });
      return compiled;
    }),
  };
}

/** Overwrites the keys; the program cannot run afterwards. */
export function wipe(program: Program): void {
  for (const { bytes, ciphers } of program.namespaces) {
    bytes.fill(0);
    ciphers.wipe();
  }
}

const isOfItsPlace = ({ technique, cipher }: Operation): boolean =>
  technique === Technique.GENERATE || (technique === Technique.ENCRYPT && cipher === Cipher.AES_GCM);

function namespaceOf(bytes: Uint8Array): Namespace {
  const secret = createSecretKey(bytes);
  return { bytes, secret, aes: new Aes(bytes), ciphers: new Ciphers(secret), classes: new Classes() };
}

/** Shapes that take any identifier, since every class keeps the sort of each character or is of letters and digits. */
const OPEN_SHAPES: readonly Shape[] = [
  Shape.TEXT,
  Shape.SWIFT_X,
  Shape.CODE,
  Shape.UNKNOWN,
  Shape.ALPHANUMERIC,
  Shape.UPPER_ALPHANUMERIC,
  Shape.REFERENCE_16X,
  Shape.NUMBER,
];

/** Kinds with classes, and the shapes that they take besides the open ones. */
const CLASS_SHAPES: ReadonlyMap<Kind, readonly Shape[]> = new Map<Kind, readonly Shape[]>([
  [Kind.PAN, [Shape.DIGITS]],
  [Kind.DIGITS, [Shape.DIGITS]],
  [Kind.MIXED, [Shape.DIGITS]],
  [Kind.IBAN, [Shape.IBAN]],
  [Kind.ACCOUNT, [Shape.IBAN]],
  [Kind.BIC, [Shape.BIC, Shape.LT_ADDRESS]],
  [Kind.LEI, [Shape.LEI]],
  [Kind.UETR, [Shape.UUID4]],
  [Kind.PHONE, [Shape.PHONE]],
  [Kind.ALPHANUMERIC, []],
  [Kind.REFERENCE, []],
  [Kind.RF_REFERENCE, []],
  [Kind.CREDITOR_ID, []],
  [Kind.NATIONAL_ID, []],
  [Kind.IDENTIFIER, []],
]);

/** What is wrong is a reason for the operator, never a value. */
function compileOperation(operation: Operation, plan: Plan): CompiledOperation | string {
  const fault =
    unknownWord(operation) ?? strayOption(operation) ?? strayDetect(operation, plan) ?? strayFigure(operation, plan.namespaces.length);
  if (fault !== undefined) return fault;
  const { technique, kind } = operation;
  if (operation.fit === undefined && technique !== Technique.KEEP && technique !== Technique.DROP) return "no fit";
  const isKeyed = isIdentity(technique) || isDrawnFigure(technique) || technique === Technique.ENCRYPT || technique === Technique.GENERATE;
  if (isKeyed && operation.namespace >= plan.namespaces.length) return "unknown namespace";
  const fit = fitCheck(operation.fit);
  const base: CompiledOperation = {
    technique,
    kind: kind as Kind,
    fit,
    strict: operation.strict,
    detect: operation.detect,
    codeMax: operation.codeMax,
    hash: operation.hash as Hash,
    bin: operation.bin === Bin.BIN_6 ? 6 : operation.bin === Bin.BIN_8 ? 8 : 0,
    otherwise: operation.otherwise as Otherwise,
    namespace: operation.namespace,
    worded: isWorded(kind as Kind) && technique !== Technique.GENERATE,
    drawn: technique === Technique.PSEUDONYM && isDrawn(kind as Kind),
    distinct: operation.distinct,
    truncated: operation.truncated,
    // Of the names of organisations nothing is a person's.
    initials: operation.initials && kind === Kind.PARTY_NAME,
    domain: operation.domain as EmailDomain,
    searches: operation.searches,
    detects: new Map(operation.detects.map((detect) => [detect.entity, detect.operation])),
    feeds: operation.feeds as Entity,
    lineMax: operation.lineMax,
    isIdentity: isIdentity(technique),
    token: undefined,
    prefixed: undefined,
    ibanToken: false,
    redact: undefined,
    mask: undefined,
    figure: undefined,
    sealing: undefined,
    generated: undefined,
    subject: operation.subject,
    monthDay: operation.monthDay,
  };
  if (isFigure(technique)) {
    const figure = figureOf(operation, fit);
    if (typeof figure === "string") return figure;
    return figure.kind === "constant" ? { ...base, figure } : withOtherwise(operation, fit, { ...base, figure });
  }
  if (base.drawn) return drawFault(base.kind, fit) ?? withOtherwise(operation, fit, base);
  if (isTokenLike(operation)) {
    if (kind === Kind.PREFIXED_ID) return compilePrefixed(operation, fit, base);
    const token = tokenSpec(operation, fit);
    return typeof token === "string" ? token : { ...base, technique: Technique.TOKEN, token };
  }
  switch (technique) {
    case Technique.KEEP:
      return fit.shape === Shape.UNKNOWN ? "keep of an unknown type" : compileKeep(fit, base);
    case Technique.DROP:
      return base;
    case Technique.REDACT: {
      const redact = redactSpec(fit);
      return typeof redact === "string" ? redact : { ...base, redact };
    }
    case Technique.MASK: {
      const mask = maskSpec(operation, fit);
      return typeof mask === "string" ? mask : { ...base, mask };
    }
    case Technique.HASH: {
      const token = hashSpec(operation, fit);
      return typeof token === "string" ? token : { ...base, token };
    }
    case Technique.ENCRYPT: {
      const sealing = sealingOf(operation, fit);
      return typeof sealing === "string" ? sealing : withOtherwise(operation, fit, { ...base, sealing });
    }
    case Technique.GENERATE:
      return compileGenerated(operation, fit, { ...base, otherwise: Otherwise.ERROR, bin: 0 });
    default:
      return compileClassed(operation, fit, base);
  }
}

function compileGenerated(operation: Operation, fit: FitCheck, base: CompiledOperation): CompiledOperation | string {
  if (isClassed(base.kind)) {
    const classed = compileClassed({ ...operation, otherwise: Otherwise.ERROR }, fit, base);
    if (typeof classed === "string") return classed;
  }
  const generated = generatedOf(operation, fit);
  return typeof generated === "string" ? generated : { ...base, generated };
}

function compileKeep(fit: FitCheck, base: CompiledOperation): CompiledOperation | string {
  if (base.codeMax === 0 || base.otherwise === Otherwise.ERROR) return base;
  if (base.otherwise === Otherwise.TOKEN) return "a kept code has no token";
  const redact = redactSpec(fit);
  return typeof redact === "string" ? redact : { ...base, redact };
}

/** FPE, and PSEUDONYM of a kind with classes. */
function compileClassed(operation: Operation, fit: FitCheck, base: CompiledOperation): CompiledOperation | string {
  const shapes = CLASS_SHAPES.get(operation.kind as Kind);
  if (shapes === undefined) return "the kind has no class of values";
  if (fit.prefix.length > 0) return "a field with a fixed prefix";
  if (!OPEN_SHAPES.includes(fit.shape) && !shapes.includes(fit.shape)) return "the kind does not keep to the shape";
  return withOtherwise(operation, fit, base);
}

function compilePrefixed(operation: Operation, fit: FitCheck, base: CompiledOperation): CompiledOperation | string {
  const prefixed = prefixedTokenSpec(operation, fit);
  if (typeof prefixed === "string") return prefixed;
  return withOtherwise(operation, fit, { ...base, technique: Technique.TOKEN, prefixed });
}

function withOtherwise(operation: Operation, fit: FitCheck, base: CompiledOperation): CompiledOperation | string {
  const redact = redactSpec(fit);
  if (operation.otherwise === Otherwise.ERROR) return base;
  if (typeof redact === "string") return redact;
  if (operation.otherwise === Otherwise.REDACT) return { ...base, redact };
  return { ...base, redact, token: otherwiseTokenSpec(operation, fit), ibanToken: takesIbanToken(operation.kind as Kind, fit) };
}

function isIdentity(technique: Technique): boolean {
  return technique === Technique.HASH || technique === Technique.TOKEN || technique === Technique.FPE || technique === Technique.PSEUDONYM;
}

/** An enum's number that this version does not know is a plan of a later one. */
function unknownWord(operation: Operation): string | undefined {
  if (operation.technique === Technique.TECHNIQUE_UNSPECIFIED || operation.technique > Technique.GENERATE) return "unknown technique";
  if (operation.kind > Kind.FREE_TEXT) return "unknown kind";
  if ((operation.fit?.shape ?? 0) > Shape.SWIFT_DATE_TIME) return "unknown shape";
  if (operation.hash > Hash.BLAKE3_KEYED) return "unknown hash";
  if (operation.bin > Bin.BIN_8) return "unknown bin";
  if (operation.domain > EmailDomain.EMAIL_KEPT) return "unknown domain";
  if (operation.cipher > Cipher.AES_GCM) return "unknown cipher";
  return operation.otherwise > Otherwise.REDACT ? "unknown otherwise" : undefined;
}

/** What searches texts, and what is said of it elsewhere. */
function strayDetect({ technique, kind, searches, detects, feeds, lineMax }: Operation, plan: Plan): string | undefined {
  if (feeds > Entity.NAME || feeds === Entity.CARD || feeds === Entity.BIC || feeds === Entity.PHONE || feeds === Entity.EMAIL)
    return "unknown feed";
  if (!searches) return detects.length > 0 || lineMax > 0 ? "an option of texts that are searched" : undefined;
  if (technique !== Technique.PSEUDONYM || kind !== Kind.FREE_TEXT) return "only a pseudonym of free text is searched";
  let before: Entity = Entity.NONE;
  for (const { entity, operation } of detects) {
    if (entity <= before || entity > Entity.NAME) return "unknown or repeated entity";
    before = entity;
    const other = plan.operations[operation];
    const isOpen = other?.fit?.shape === Shape.TEXT && other.fit.max === 0 && other.fit.prefix === "";
    if (other === undefined || !isIdentity(other.technique) || !isOpen || other.searches) return "an entity without an operation for it";
  }
  return undefined;
}

/** An option of one kind that stands beside another. */
function strayOption(operation: Operation): string | undefined {
  const { kind, distinct, truncated, initials, domain } = operation;
  const isParty = kind === Kind.PARTY_NAME || kind === Kind.ORGANISATION;
  if (!isParty && (distinct || truncated || initials)) return "an option of names";
  return domain !== EmailDomain.EMAIL_EXAMPLE && kind !== Kind.EMAIL ? "an option of e-mail addresses" : undefined;
}
