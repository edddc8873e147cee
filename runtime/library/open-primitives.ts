/** The primitives of a named engine, for those who build on them. */

import { engineLine } from "../audit/events/engine.ts";
import type { EngineName, Primitives } from "../engines/api.ts";
import type { PlanKind } from "../engines/plan.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError } from "../kit/errors.ts";
import { type TextCipher, type TextCipherOptions, textCipher } from "./alphabet.ts";
import { OneValue } from "./one-value.ts";

/** Kinds that a value either is of or is not: by form, ranges and check digits. */
export type CheckedKind = "pan" | "iban" | "bic" | "lei" | "uetr" | "national-id" | "creditor-id" | "rf-reference";

export interface TokenOptions {
  /** 32 bytes; copied. */
  readonly key: Uint8Array;
  /** Decides which spellings are one value; default `text`. */
  readonly kind?: PlanKind;
  /** Stands in front of the token. */
  readonly prefix?: string;
  /** Characters behind the prefix, at most 48; default 20, which is 100 bits. */
  readonly width?: number;
}

/** Tokens under one key. */
export interface Tokenizer {
  /**
   * The token of a value: the same for every spelling of it, and for a model's technique `token` under the same key.
   * @throws BautaError of the issue that a message with this value would be refused with
   */
  token(value: string): string;
  /** Overwrites the key. */
  close(): void;
}

export interface OpenPrimitives extends Primitives {
  /** The line that says which engine runs, for a log. */
  readonly engineLine: string;
  /** FF1 over texts of an alphabet. Throws BautaError 6020 if there is none to be made of it. */
  textCipher(options: TextCipherOptions): TextCipher;
  /** Keyed tokens. Throws BautaError 6011 if the options fit no field, 6020 if the key has not 32 bytes. */
  tokenizer(options: TokenOptions): Tokenizer;
  /** Whether a value, in any spelling that the kind knows, is one of the kind, check digits included. */
  isOfKind(kind: CheckedKind, value: string): boolean;
}

/**
 * The primitives of an engine.
 *
 * @param name default `native`; nothing is slipped in
 * @throws BautaError 13xx if the engine cannot be used
 * @example
 * const { textCipher } = await openPrimitives();
 * const cipher = textCipher({ key, alphabet: "0123456789" });
 * cipher.decrypt(cipher.encrypt("4111111111111111")) === "4111111111111111";
 */
export async function openPrimitives(name: EngineName = "native"): Promise<OpenPrimitives> {
  const engine = await selectEngine(name);
  const { primitives } = engine;
  const checkers = new Map<CheckedKind, OneValue>();
  const any = { shape: "text", min: 0, max: 0 } as const;
  return {
    ...primitives,
    engineLine: engineLine(engine),
    textCipher: (options) => textCipher(primitives, options),
    tokenizer({ key, kind = "text", prefix = "", width = 0 }) {
      const one = new OneValue(engine, { technique: "token", kind, prefix, width, fit: any }, key);
      return {
        token(value) {
          const token = one.transform(value);
          if (typeof token === "number") throw new BautaError(token);
          return token;
        },
        close: () => one.close(),
      };
    },
    isOfKind(kind, value) {
      if (value === "") return false;
      let checker = checkers.get(kind);
      if (checker === undefined) {
        // What is of the kind can be encrypted as one; under which key does not matter.
        checker = new OneValue(engine, { technique: "fpe", kind, otherwise: "error", fit: any }, new Uint8Array(32));
        checkers.set(kind, checker);
      }
      return typeof checker.transform(value) === "string";
    },
  };
}
