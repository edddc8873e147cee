/** What is compiled of a policy: all that it may be asked for, however that is written, and under a digest of all that decides. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { OPA_THERE } from "./opa.ts";
import { compilePolicy, policyFolder } from "./policies.ts";

setDefaultTimeout(120_000);
const PLAN = `default plan := "model"\n\nplan := "redact" if input.field.class == "contact"`;

describe.skipIf(!OPA_THERE)("of a policy", () => {
  test("denials are compiled however they are written, and where there are none none are", async () => {
    const deny = `deny contains "no" if input.view.recipient == "x"`;
    const elsewhere = { "other.rego": `package bauta\n\nmasking.${deny}\n` };
    const raw = "text := `\ndeny this\n`";
    const [usual, away, none] = await Promise.all([
      compilePolicy(policyFolder(`${PLAN}\n\n${deny}`)),
      compilePolicy(policyFolder(PLAN, undefined, elsewhere)),
      compilePolicy(policyFolder(`${PLAN}\n\n${raw}`)),
    ]);
    expect([usual.hasDeny, away.hasDeny, none.hasDeny]).toEqual([true, true, false]);
    expect(usual.reads).toEqual(["class"]);
  });

  test("another condition of a guard is another policy", async () => {
    const guarded = (limit: number): string =>
      `default plan := {"action": "keep", "when": "small", "else": "hash"}\n\nguards.small if input.amount < ${limit}`;
    const [a, b, again] = await Promise.all([10, 20, 10].map((limit) => compilePolicy(policyFolder(guarded(limit)))));
    expect(a?.sha256).not.toBe(b?.sha256 as string);
    expect(again?.sha256).toBe(a?.sha256 as string);
  });
});
