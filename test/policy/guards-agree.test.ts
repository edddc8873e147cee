/**
 * Guards are decided as OPA decides them, over generated conditions and records: where a record has all that is asked for, the same; where
 * something is missing or is not of its type, never more is let through.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bauta, folder, newKey, write } from "../e2e/cli.ts";
import { Random } from "../generators/random.ts";
import { DEPTH, seeded } from "../seed.ts";
import { OPA_THERE, opa } from "./opa.ts";
import { policyFolder } from "./policies.ts";

setDefaultTimeout(240_000);
const TITLE = "guards agree with OPA";
const here = folder();
const key = newKey(join(here, "k"));
const GUARDS = 14;
const RECORDS = 260 * DEPTH;

const AMOUNTS = ["0", "0.00", "1", "999.99", "1000", "1000.00", "1000.01", "12345678901234567890.12"];
/** Not decimals, or not there. */
const ODD_AMOUNTS = [undefined, "abc", "", "-5", "1e3", "1,000", " 7", "0x10"];
const CURRENCIES = ["EUR", "CHF", "USD"];
const COUNTRIES = ["DE", "CH", "RU"];
const ODD_WORDS = [undefined, "", "eur", "E", "EURO"];

interface Inputs {
  readonly amount: string | undefined;
  readonly currency: string | undefined;
  readonly debtor_country: string | undefined;
  readonly creditor_country: string | undefined;
}

function condition(random: Random): string {
  const pick = (words: readonly string[]): string => words[random.below(words.length)] as string;
  const words = (of: readonly string[]): string => `{${[pick(of), pick(of)].map((word) => JSON.stringify(word)).join(", ")}}`;
  const [input, of] =
    pick(["currency", "country"]) === "currency" ? ["currency", CURRENCIES] : [pick(["debtor_country", "creditor_country"]), COUNTRIES];
  switch (random.below(6)) {
    case 0:
      return `input.amount ${pick(["<", "<=", ">", ">=", "=="])} ${pick(AMOUNTS)}`;
    case 1:
      return `${pick(AMOUNTS)} ${pick(["<", "<=", ">", ">="])} input.amount`;
    case 2:
      return `input.${input} ${pick(["==", "!="])} ${JSON.stringify(pick(of as readonly string[]))}`;
    case 3:
      return `${pick(["", "not "])}input.${input} in ${words(of as readonly string[])}`;
    case 4:
      return `not input.${input} == ${JSON.stringify(pick(of as readonly string[]))}`;
    default:
      return `not input.amount > ${pick(AMOUNTS)}`;
  }
}

function guard(random: Random, name: string): string {
  const bodies = Array.from({ length: random.between(1, 2) }, () => Array.from({ length: random.between(1, 3) }, () => condition(random)));
  return bodies.map((body) => `guards.${name} if {\n\t${body.join("\n\t")}\n}`).join("\n\n");
}

function inputs(random: Random, isOdd: boolean): Inputs {
  const word = (words: readonly string[], odd: readonly (string | undefined)[]): string | undefined =>
    isOdd && random.chance(0.4) ? odd[random.below(odd.length)] : words[random.below(words.length)];
  return {
    amount: word(AMOUNTS, ODD_AMOUNTS),
    currency: word(CURRENCIES, ODD_WORDS),
    debtor_country: word(COUNTRIES, ODD_WORDS),
    creditor_country: word(COUNTRIES, ODD_WORDS),
  };
}

describe.skipIf(!OPA_THERE)("guards", () => {
  test("are decided as OPA decides them, and let through no more where something is missing or odd", () => {
    const random = new Random(seeded(TITLE));
    const names = Array.from({ length: GUARDS }, (_, i) => `g${i}`);
    const plans = names.map(
      (name) =>
        `plan := {"action": "keep", "danger-no-detect": true, "when": "${name}", "else": "redact"} if input.field.name == "${name}"`,
    );
    const rules = [`default plan := "model"`, ...plans, ...names.map((name) => guard(random, name))].join("\n\n");
    const policy = policyFolder(rules, { bauta: { views: { v: {} } } });
    const records = Array.from({ length: RECORDS }, (_, i) => ({ isOdd: i % 2 === 1, of: inputs(random, i % 2 === 1) }));
    const kept = decided(
      policy,
      names,
      records.map(({ of }) => of),
    );
    const expected = byOpa(
      policy,
      names,
      records.map(({ of }) => of),
    );
    let less = 0;
    for (const [i, { isOdd, of }] of records.entries())
      for (const name of names) {
        const [is, should] = [kept[i]?.has(name) === true, expected[i]?.has(name) === true];
        if (is ? !should : should && !isOdd) throw new Error(`${name} of ${JSON.stringify(of)}: ${is}, OPA says ${should}\n${rules}`);
        if (should && !is) less++;
      }
    const all = RECORDS * GUARDS;
    expect(all).toBeGreaterThan(3000);
    console.log(`guards and OPA: ${all} decisions, half of them with missing or odd inputs: ${less} stricter, none looser`);
  });
});

/** Names of the guards that hold for each record, by a run over JSON with a field for each guard. */
function decided(policy: string, names: readonly string[], records: readonly Inputs[]): readonly ReadonlySet<string>[] {
  const rules = [...["amount", "currency", "dc", "cc"].map((name) => `  - {path: "json:$.${name}", technique: keep}`)];
  const model = write(
    join(here, "model.yaml"),
    `bauta: 1\nname: guards\nmode: deterministic\nrules:\n${[...rules, ...names.map((name) => `  - {path: "json:$.${name}", technique: redact}`)].join("\n")}\n`,
  );
  const marks = Object.fromEntries(names.map((name) => [name, "SHOWN"]));
  const lines = records.map(({ amount, currency, debtor_country: dc, creditor_country: cc }) =>
    JSON.stringify({ amount, currency, dc, cc, ...marks }),
  );
  const input = write(join(here, "in.jsonl"), `${lines.join("\n")}\n`);
  const pipeline = write(
    join(here, "pipeline.yaml"),
    `bauta-pipeline: 1
name: guards
model: ${model}
key-file: ${key}
policy: { path: ${policy}, danger-unsigned: true }
view: v
fields: { amount: $.amount, currency: $.currency, debtor-country: $.dc, creditor-country: $.cc }
sources: [{ files: ${input} }]
sinks: { out: stdout }
`,
  );
  const { code, stdout, stderr } = bauta(["run", pipeline]);
  if (code !== 0) throw new Error(stderr);
  const out = stdout.trim().split("\n");
  return out.map(
    (line) => new Set(Object.entries(JSON.parse(line) as object).flatMap(([name, value]) => (value === "SHOWN" ? [name] : []))),
  );
}

/** The same by OPA. An amount that is a decimal is a number; what is none is told as the text that it is, and is greater than all numbers. */
function byOpa(policy: string, names: readonly string[], records: readonly Inputs[]): readonly ReadonlySet<string>[] {
  const asked = records.map(({ amount, ...words }) => {
    const given = Object.entries(words)
      .filter(([, word]) => word !== undefined)
      .map(([name, word]) => `${JSON.stringify(name)}: ${JSON.stringify(word)}`);
    const number = amount === undefined ? [] : [`"amount": ${/^\d+(?:\.\d+)?$/.test(amount.trim()) ? amount : JSON.stringify(amount)}`];
    return `{${[...number, ...given].join(", ")}}`;
  });
  writeFileSync(join(policy, "inputs.json"), `{"inputs": [${asked.join(",")}]}`);
  const each = names.map((name) => `{format_int(i, 10) | some i, one in data.inputs; data.bauta.masking.guards.${name} with input as one}`);
  const query = `{${names.map((name, i) => `"${name}": ${each[i]}`).join(", ")}}`;
  const { result } = JSON.parse(opa(["eval", "--format", "json", "--data", policy, query], policy)) as {
    result: [{ expressions: [{ value: Record<string, string[]> }] }];
  };
  const { value } = result[0].expressions[0];
  return records.map((_, i) => new Set(names.filter((name) => value[name]?.includes(String(i)) === true)));
}
