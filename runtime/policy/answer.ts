/** What a policy may answer: the contract, read strictly. */
import { BautaError } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";
import { isObject } from "./views.ts";

/** What becomes of a field of one view. */
export type Answer =
  /** What the model says. */
  | { readonly action: "model" }
  /** As the model's namespace of that name masks. */
  | { readonly action: "use"; readonly namespace: string }
  | { readonly action: "keep"; readonly detect: boolean; readonly codeMax: number }
  /** A constant of the field's type. */
  | { readonly action: "redact" }
  | { readonly action: "drop" }
  | {
      readonly action: "mask";
      readonly keepFirst: number;
      readonly keepLast: number;
      readonly character: string | undefined;
      /** What values are taken for; undefined: a card number where the model says so, else a text. */
      readonly kind: MaskKind | undefined;
    }
  /** A keyed digest. */
  | { readonly action: "hash" }
  /** A record with the field is refused. */
  | { readonly action: "refuse"; readonly reason: string }
  /** `then` where a condition on the record holds, `otherwise` where it does not, or cannot be told. */
  | { readonly action: "guarded"; readonly guard: string; readonly then: PlainAnswer; readonly otherwise: PlainAnswer };
/** As policies write it: `during` until a grant ends, `otherwise` from then on. */
export type WrittenAnswer =
  | Answer
  | { readonly action: "granted"; readonly grant: string; readonly during: Answer; readonly otherwise: PlainAnswer };
export type PlainAnswer = Exclude<Answer, { readonly action: "guarded" }>;

/** As in models. */
const MASK_KINDS = ["pan", "digits", "email", "text"] as const;
export type MaskKind = (typeof MASK_KINDS)[number];

export const ACTIONS = ["model", "use", "keep", "redact", "drop", "mask", "hash", "refuse"] as const;
type Action = (typeof ACTIONS)[number];

/** Keys that each action takes besides `action` and `when`. */
const KEYS: Readonly<Record<Action, readonly string[]>> = {
  model: [],
  use: ["namespace"],
  keep: ["danger-no-detect", "code-max"],
  redact: [],
  drop: [],
  mask: ["keep-first", "keep-last", "character", "kind"],
  hash: [],
  refuse: ["reason"],
};
/** Characters that may stay of a masked value, and of a code word, at most: as in models. */
const KEEP_MAX = 15;
const CODE_MAX = 64;

/**
 * Reads an answer: a word, or an object with `action` and what belongs to it.
 * @param where what was asked, for messages: names only
 * @throws BautaError 1604
 */
export function answerOf(written: unknown, where: string): WrittenAnswer {
  if (typeof written === "string") return plain({ action: written }, where);
  if (!isObject(written)) throw wrong(where, "an answer is a word or an object with `action`");
  const { when, grant, else: other, ...rest } = written;
  const then = plain(rest, where);
  if (when === undefined && grant === undefined) {
    if (other !== undefined) throw wrong(where, "`else` belongs to `when` or `grant`");
    return then;
  }
  const otherwise = elseOf(other, where);
  if (when !== undefined && typeof when !== "string") throw wrong(where, "`when` is the name of a guard");
  const guarded: Answer = when === undefined ? then : { action: "guarded", guard: when, then, otherwise };
  if (grant === undefined) return guarded;
  if (typeof grant !== "string") throw wrong(where, "`grant` is the name of a grant");
  return { action: "granted", grant, during: guarded, otherwise };
}

function elseOf(written: unknown, where: string): PlainAnswer {
  if (written === undefined) return { action: "model" };
  const answer = answerOf(written, where);
  if (answer.action === "guarded" || answer.action === "granted") throw wrong(where, "one `when` and one `grant` to an answer");
  return answer;
}

function plain(written: Readonly<Record<string, unknown>>, where: string): PlainAnswer {
  const { action } = written;
  if (typeof action !== "string") throw wrong(where, "`action` is missing");
  if (!isAction(action)) throw wrong(where, unknownWord("action", action, ACTIONS));
  for (const key of Object.keys(written)) {
    if (key !== "action" && !KEYS[action].includes(key)) throw wrong(where, unknownWord(`key of ${action}`, key, KEYS[action]));
  }
  switch (action) {
    case "model":
    case "redact":
    case "drop":
    case "hash":
      return { action };
    case "use":
      return { action, namespace: text(written, "namespace", where) };
    case "keep":
      return {
        action,
        detect: !flag(written, "danger-no-detect", where),
        codeMax: whole(written, "code-max", CODE_MAX, where),
      };
    case "mask":
      return {
        action,
        keepFirst: whole(written, "keep-first", KEEP_MAX, where),
        keepLast: whole(written, "keep-last", KEEP_MAX, where),
        character: character(written, where),
        kind: maskKind(written, where),
      };
    case "refuse":
      return { action, reason: written["reason"] === undefined ? "" : text(written, "reason", where) };
  }
}

const isAction = (word: string): word is Action => ACTIONS.some((action) => action === word);

function unknownWord(what: string, word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return `there is no ${what} ${word}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

function text(written: Readonly<Record<string, unknown>>, key: string, where: string): string {
  const value = written[key];
  if (typeof value !== "string" || value === "") throw wrong(where, `\`${key}\` is a text`);
  return value;
}

function flag(written: Readonly<Record<string, unknown>>, key: string, where: string): boolean {
  const value = written[key] ?? false;
  if (typeof value !== "boolean") throw wrong(where, `\`${key}\` is true or false`);
  return value;
}

function whole(written: Readonly<Record<string, unknown>>, key: string, most: number, where: string): number {
  const value = written[key] ?? 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most) {
    throw wrong(where, `\`${key}\` is a whole number up to ${most}`);
  }
  return value;
}

function character(written: Readonly<Record<string, unknown>>, where: string): string | undefined {
  const value = written["character"];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || !/^[!-~]$/.test(value)) throw wrong(where, "`character` is one printable ASCII character");
  return value;
}

function maskKind(written: Readonly<Record<string, unknown>>, where: string): MaskKind | undefined {
  const value = written["kind"];
  const kind = MASK_KINDS.find((one) => one === value);
  if (value !== undefined && kind === undefined) throw wrong(where, `\`kind\` is one of ${MASK_KINDS.join(", ")}`);
  return kind;
}

const wrong = (path: string, detail: string): BautaError => new BautaError(1604, { path, detail });

/**
 * How much an answer lets through, for comparing policies: a change to a larger figure is a loosening. The model's own answer has the
 * rank of what the model does.
 */
export const LEVELS = [
  ...(["refuse", "drop", "redact", "constant", "generate", "mask", "hash", "pseudonym", "token", "encrypt", "fpe"] as const),
  ...(["bucket", "month", "round", "noise", "scale", "date-shift", "keep"] as const),
] as const;
