/** Guards: conditions on records, as OPA has them and as they are decided natively. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { activatePolicy } from "../../runtime/policies.ts";
import { bauta, EXAMPLE_MT, EXAMPLE_XML, folder, newKey } from "../e2e/cli.ts";
import { OPA_THERE } from "./opa.ts";
import { openRules, policyFolder, presetModel } from "./policies.ts";

setDefaultTimeout(120_000);

const here = folder();
const key = newKey(join(here, "k"));
const code = (number: number): object => expect.objectContaining({ code: `BAUTA-${number}` });
const RULES = `default plan := "model"

plan := {"action": "keep", "when": "WHICH", "else": "redact"} if {
	input.field.class == "reference"
	input.field.shape != "uuid4"
}
`;

/** Of the XML's EndToEndId and of the MT's field 20. */
const REFERENCES = ["RG-2026-08815", "INSTR4711"];

/** Whether the reference of a message is kept under a guard of this condition. */
function kept(condition: string, message: string, ...rest: string[]): boolean | string {
  const policy = policyFolder(`${RULES.replace("WHICH", "it")}\nguards.it if {\n\t${condition}\n}`, { bauta: { views: { v: {} } } });
  const args = ["mask", "--preset", "test-data", "--key-file", key, "--policy", policy, "--view", "v", ...rest];
  const { code: exit, stdout, stderr } = bauta(args, { input: message });
  if (exit !== 0) return stderr;
  return REFERENCES.some((reference) => stdout.includes(reference));
}

const AMOUNT = "1845.50";
const transactions = (...of: readonly (readonly [string, string])[]): string => {
  const [head, rest] = EXAMPLE_XML.split("<CdtTrfTxInf>") as [string, string];
  const [one, tail] = rest.split("</CdtTrfTxInf>") as [string, string];
  const each = of.map(
    ([amount, currency]) => `<CdtTrfTxInf>${one.replaceAll(AMOUNT, amount).replaceAll('Ccy="EUR"', `Ccy="${currency}"`)}</CdtTrfTxInf>`,
  );
  return `${head.replace("<NbOfTxs>1<", `<NbOfTxs>${of.length}<`)}${each.join("")}${tail}`;
};

describe.skipIf(!OPA_THERE)("a guard", () => {
  test.each([
    ["input.amount < 1845.51", true],
    ["input.amount < 1845.5", false],
    ["input.amount <= 1845.50", true],
    ["input.amount > 1845.5", false],
    ["input.amount >= 1845.50", true],
    ["input.amount == 1845.5", true],
    ["2000 > input.amount", true],
    ["input.amount < 99999999999999999999.99", true],
    [`input.currency == "EUR"`, true],
    [`input.currency != "EUR"`, false],
    [`not input.currency == "USD"`, true],
    [`input.currency in {"USD", "EUR"}`, true],
    [`not input.currency in {"USD", "EUR"}`, false],
    [`input.sender_country == "DE"`, true],
    [`input.receiver_country in {"DE", "FR"}`, true],
    [`input.receiver_country != "FR"`, false],
    [`input.amount < 5000\n\tinput.currency == "USD"`, false],
    [`some c in {"CHF", "EUR"}\n\tinput.currency == c`, true],
    [`input.debtor_country == "XX"`, false],
    ["true", true],
    ["false", false],
  ] as const)("decides a record: %s", (condition, expected) => {
    expect(kept(condition, EXAMPLE_XML)).toBe(expected);
  });

  test("is one for every format, and for both engines", () => {
    for (const engine of ["native", "portable"]) {
      expect(kept(`input.amount < 5000\n\tinput.currency == "EUR"`, EXAMPLE_MT, "--engine", engine)).toBe(true);
      expect(kept(`input.amount < 5`, EXAMPLE_MT, "--engine", engine)).toBe(false);
    }
  });

  test("holds for a message if it holds for each of its transactions", () => {
    const small = `input.amount < 1000\n\tinput.currency == "EUR"`;
    expect(kept(small, transactions(["10.00", "EUR"], ["20.00", "EUR"]))).toBe(true);
    expect(kept(small, transactions(["10.00", "EUR"], ["2000.00", "EUR"]))).toBe(false);
    expect(kept(small, transactions(["10.00", "EUR"], ["20.00", "USD"]))).toBe(false);
  });

  test("of what a transaction lacks does not hold", () => {
    const with2 = EXAMPLE_XML.replace(/<Ctry>(..)<\/Ctry>/g, "<Ctry>DE</Ctry>");
    const country = `input.debtor_country == "DE"`;
    expect(kept(country, with2)).toBe(true);
    const without = transactions(["10.00", "EUR"], ["20.00", "EUR"]).replace(/(<Dbtr>[\s\S]*?)<Ctry>..<\/Ctry>/, "$1");
    expect(kept(country, without)).toBe(false);
  });

  test("is the same for a stream of records, with workers and without", () => {
    const stream = Array.from({ length: 60 }, (_, i) => transactions([i % 3 === 0 ? "10.00" : "9000.00", "EUR"])).join("\n");
    const policy = policyFolder(`${RULES.replace("WHICH", "small")}\nguards.small if input.amount < 1000`, { bauta: { views: { v: {} } } });
    const masked = (...rest: string[]) =>
      bauta(["mask", "--preset", "test-data", "--key-file", key, "--policy", policy, "--view", "v", ...rest], { input: stream }).stdout;
    const one = masked();
    // EndToEndId is a reference; what the remittance information says of it is not.
    expect(one.split("RG-2026-08815").length - 1).toBe(20);
    expect(masked("--workers", "2")).toBe(one);
    expect(masked("--engine", "portable")).toBe(one);
  });

  test.each([
    ["an input that there is not", "input.weight < 5"],
    ["a comparison of two inputs", "input.debtor_country == input.creditor_country"],
    ["a calculation", "input.amount * 2 < 5"],
    ["a function", `startswith(input.currency, "E")`],
    ["a number where a text is", "input.currency == 5"],
    ["a text where a number is", `input.amount < "5"`],
    ["an amount below zero", "input.amount > -1"],
    ["a set of amounts", "input.amount in {1, 2}"],
  ])("that asks for %s is refused with 1612", async (_name, condition) => {
    await expect(openRules(`${RULES.replace("WHICH", "it")}\nguards.it if ${condition}`)).rejects.toThrow(code(1612));
  });

  test("may not let more through where it does not hold", async () => {
    const engine = await openRules(
      `plan := {"action": "redact", "when": "it", "else": "keep"} if input.field.class == "reference"\nguards.it if input.amount < 5`,
    );
    await expect(activatePolicy(engine, presetModel(), [...engine.views.values()])).rejects.toThrow(code(1604));
  });
});
