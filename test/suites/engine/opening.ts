/** Operations that `open` refuses. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import type { PlanShape } from "../../../runtime/engines/plan.ts";
import { type Draft, KEY, planOf, refusalOf } from "./bench.ts";

export function opening(engine: () => Engine): void {
  const fit = (shape: PlanShape, min = 0, max = 0) => ({ shape, min, max });
  const refused: readonly (readonly [string, Draft])[] = [
    ["token for what is no code", { technique: "keep", codeMax: 4, otherwise: "token" }],
    ["redaction of an enumeration for what is no code", { technique: "keep", codeMax: 4, otherwise: "redact", fit: fit("enum") }],
    ["keep of an unknown type", { technique: "keep", fit: fit("unknown") }],
    ["token longer than the field", { technique: "token", fit: fit("text", 0, 19) }],
    ["token shorter than the field", { technique: "token", fit: fit("text", 21, 0) }],
    ["prefix and token longer than the field", { technique: "token", prefix: "NM", fit: fit("text", 0, 21) }],
    ["token wider than 48", { technique: "token", width: 49 }],
    ["prefix outside the alphabet", { technique: "token", prefix: "n", fit: fit("upper-alphanumeric", 0, 35) }],
    ["prefix with a slash in front", { technique: "token", prefix: "/N", width: 10, fit: fit("reference-16x", 0, 16) }],
    ["token of an IBAN in 23 characters", { technique: "token", fit: fit("iban", 0, 23) }],
    ["token of a BIC", { technique: "token", fit: fit("bic") }],
    ["token of an unknown type", { technique: "token", fit: fit("unknown") }],
    ["token of a date", { technique: "token", fit: fit("date") }],
    ["e-mail token in charset X", { technique: "token", kind: "email", fit: fit("swift-x") }],
    ["hash wider than its digest", { technique: "hash", width: 65 }],
    ["hash in capitals", { technique: "hash", fit: fit("upper-alphanumeric") }],
    ["hash of digits", { technique: "hash", fit: fit("digits") }],
    ["fpe of a text", { technique: "fpe", kind: "text" }],
    ["fpe of a party name", { technique: "fpe", kind: "party-name" }],
    ["fpe of an e-mail", { technique: "fpe", kind: "email" }],
    ["fpe of a date", { technique: "fpe", kind: "date" }],
    ["pseudonym of an amount", { technique: "pseudonym", kind: "amount" }],
    ["fpe of a reference in digits", { technique: "fpe", kind: "reference", fit: fit("digits", 6, 9) }],
    ["fpe of a BIC in an IBAN", { technique: "fpe", kind: "bic", fit: fit("iban") }],
    ["fpe behind a prefix", { technique: "fpe", kind: "digits", fit: { ...fit("digits"), prefix: "CH" } }],
    ["mask of a date", { technique: "mask", fit: fit("date") }],
    ["mask character outside the alphabet", { technique: "mask", maskCharacter: "*", fit: fit("swift-x") }],
    ["mask character of two", { technique: "mask", maskCharacter: "**" }],
    ["otherwise redact of an enumeration", { technique: "fpe", kind: "reference", otherwise: "redact", fit: fit("enum") }],
  ];
  describe("open", () => {
    test.each(refused.map((row) => [...row] as const))("refuses: %s", (_, draft) => {
      expect(refusalOf(engine(), draft)).toBe(6011);
    });
    test("names the operation and no key", () => {
      const plan = [{ technique: "keep" }, { technique: "token", fit: fit("bic") }] as const;
      expect(() => refusalOfPlan(engine(), plan)).toThrow(/operation 1/);
    });
  });
}

function refusalOfPlan(engine: Engine, drafts: readonly Draft[]): void {
  engine.open(planOf(...drafts), KEY, "mask").close();
}
