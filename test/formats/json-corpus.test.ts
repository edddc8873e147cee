/** Our own JSON payments and the JSON samples under the example models: all masked, nobody left in them, still valid, still linked. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import type { EngineName } from "../../runtime/engines/api.ts";
import { json } from "../../runtime/formats/json/index.ts";
import { compileModel } from "../../runtime/model/compile.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { fileSource } from "../../runtime/model/sources.ts";
import { CORPUS, corpusRoot } from "../corpus/json/generate.ts";
import { CARDS, PARTIES, UETRS } from "../corpus/json/parties.ts";
import { ENGINES, type RunResult, run } from "../harness.ts";
import { type CheckRequest, judge } from "../oracles/checks.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { bytesOf, openJson, rulesetOf, see, textOf } from "./json-support.ts";

const modelOf = (name: string): string => `${projectRoot}examples/models/${name}.yaml`;
const dialectOf = (path: string): string => path.slice(0, path.indexOf("/"));
const DIALECTS: readonly string[] = [...new Set(CORPUS.map(({ path }) => dialectOf(path)))];

/** Members that hold sensitive authentication data in the corpus, and what a model drops; written down apart from the product's list. */
const REMOVED = ["cvv2", "securityCode", "track2", "emvData", "encryptedPinBlock", "DE35", "DE52", "DE55", "cvc"];
const REMOVED_BY_MODEL = "MEUCIQD";

const ANYTHING = openJson(rulesetOf("$.**"));

type Leaf = readonly [path: string, text: string];

/** Leaves of all records of a text, in order, with the digits of numbers behind `#` as they are written. */
function leavesOf(text: string): readonly Leaf[] {
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"#${token}"`));
  const leaves: Leaf[] = [];
  const visit = (path: string, value: unknown): void => {
    if (value === null || typeof value !== "object") {
      leaves.push([path, String(value)]);
      return;
    }
    for (const [name, member] of Object.entries(value)) {
      if (!REMOVED.includes(name) && !String(member).startsWith(REMOVED_BY_MODEL)) visit(`${path}/${name}`, member);
    }
  };
  for (const [index, record] of recordsOf(quoted).entries()) visit(String(index), JSON.parse(record));
  return leaves;
}

/** The records of a stream, told apart by the scanner; JSON.parse says whether it was right. */
function recordsOf(text: string): readonly string[] {
  const bytes = bytesOf(text);
  const records: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { result } = see(ANYTHING, bytes, at);
    if (result < 0) throw new Error(`no record at ${at}`);
    records.push(textOf(bytes.subarray(at, result)).replace("\ufeff", ""));
    at = result;
    while (at < bytes.length && (bytes[at] as number) <= 0x20) at++;
  }
  return records;
}

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** All files of a dialect as one stream. */
const streamOf = (dialect: string): string =>
  CORPUS.filter(({ path }) => dialectOf(path) === dialect)
    .map(({ text }) => text)
    .join("");

const masked = new Map<string, Promise<RunResult>>();
function maskedCorpus(dialect: string, engine: EngineName): Promise<RunResult> {
  const key = `${engine} ${dialect}`;
  const known = masked.get(key) ?? run(streamOf(dialect), { model: modelOf(dialect), engine });
  masked.set(key, known);
  return known;
}

describe("the corpus", () => {
  test("is what its generator writes", () => {
    for (const { path, text } of CORPUS) expect(readFileSync(corpusRoot + path, "utf8")).toBe(text);
    const committed = DIALECTS.flatMap((dialect) => readdirSync(corpusRoot + dialect).map((file) => `${dialect}/${file}`));
    expect(committed.sort()).toEqual(CORPUS.map(({ path }) => path).sort());
  });

  test("has at least 60 payments in at least 6 dialects, each with its model", () => {
    expect(CORPUS.reduce((sum, { records }) => sum + records, 0)).toBeGreaterThanOrEqual(60);
    expect(DIALECTS.length).toBeGreaterThanOrEqual(6);
    for (const dialect of DIALECTS) expect(readFileSync(modelOf(dialect), "utf8")).toContain(`name: ${dialect}`);
  });

  test("has numbers whose check digits python-stdnum finds right", () => {
    const requests: CheckRequest[] = [
      ...CARDS.map((value) => ({ kind: "pan" as const, value })),
      ...UETRS.map((value) => ({ kind: "uetr" as const, value })),
      ...PARTIES.flatMap(({ iban, bank, lei }) => [
        { kind: "iban" as const, value: iban },
        { kind: "bic" as const, value: bank.bic },
        ...(lei === undefined ? [] : [{ kind: "lei" as const, value: lei }]),
      ]),
    ];
    const verdicts = judge(requests);
    expect(requests.filter((_, i) => verdicts[i] !== true)).toEqual([]);
    expect(new Set(PARTIES.map(({ iban }) => iban)).size).toBe(PARTIES.length);
  });
});

describe.each(DIALECTS)("%s", (dialect) => {
  const records = CORPUS.filter(({ path }) => dialectOf(path) === dialect).reduce((sum, file) => sum + file.records, 0);

  test.each([...ENGINES])("is masked by the engine %s: every record, structure unchanged, nothing sensitive left", async (engine) => {
    const result = await maskedCorpus(dialect, engine);
    expect(result.refusals).toEqual([]);
    expect([result.counts.in, result.counts.out, result.stopped]).toEqual([records, records, undefined]);
    const before = leavesOf(streamOf(dialect));
    const after = leavesOf(result.text);
    expect(after.map(([place]) => place)).toEqual(before.map(([place]) => place));
    for (const [i, [, text]] of after.entries()) expect(text.startsWith("#")).toBe(before[i]?.[1].startsWith("#") as boolean);
    for (const name of REMOVED) expect(result.text).not.toContain(`"${name}"`);
    expect(result.text).not.toContain("2912101");
  });

  test("is masked to the same bytes by both engines", async () => {
    const [native, portable] = await Promise.all(ENGINES.map((engine) => maskedCorpus(dialect, engine)));
    expect(native?.text).toBe(portable?.text as string);
  });

  test("names nobody any more", async () => {
    const { text } = await maskedCorpus(dialect, "portable");
    const leaves = leavesOf(text).map(([, leaf]) => leaf);
    // As bytes, as text, and as text without separators. `Gent` is in every `Agent`, so names of members are searched for longer ones only.
    const haystacks = [leaves.join("\n").toLowerCase(), leaves.map(plain).join("\n")];
    const bytes = text.toLowerCase();
    const needles = [
      ...PARTIES.flatMap(({ name, street, iban, bank, phone, email, lei, born, town }) => [
        name,
        street,
        iban,
        bank.bic.slice(0, 8),
        phone,
        email,
        lei,
        born,
        town,
      ]),
      ...CARDS,
      ...UETRS,
    ].filter((needle) => needle !== undefined);
    const left = needles
      .flatMap((needle) => [needle.toLowerCase(), plain(needle)])
      .filter((needle) => haystacks.some((each) => each.includes(needle)) || (needle.length > 5 && bytes.includes(needle)));
    expect(left).toEqual([]);
  });
});

describe("identities over all dialects", () => {
  const KNOWN: Readonly<Record<CheckRequest["kind"], ReadonlySet<string>>> = {
    pan: new Set(CARDS),
    iban: new Set(PARTIES.map(({ iban }) => iban)),
    bic: new Set(PARTIES.map(({ bank }) => bank.bic.slice(0, 8))),
    lei: new Set(PARTIES.flatMap(({ lei }) => lei ?? [])),
    uetr: new Set(UETRS),
  };

  test("valid numbers stay valid, and one identity is one pseudonym in every spelling", async () => {
    const requests: CheckRequest[] = [];
    const pseudonyms = new Map<string, Set<string>>();
    for (const dialect of DIALECTS) {
      const after = leavesOf((await maskedCorpus(dialect, "portable")).text);
      for (const [i, [, leaf]] of leavesOf(streamOf(dialect)).entries()) {
        const kind = kindOf(canonical(leaf));
        if (kind === undefined) continue;
        const value = canonical(after[i]?.[1] ?? "");
        requests.push({ kind, value });
        const key = `${cardsOf(dialect, kind)}${kind} ${shortBic(kind, canonical(leaf))}`;
        pseudonyms.set(key, (pseudonyms.get(key) ?? new Set()).add(shortBic(kind, value)));
      }
    }
    expect(requests.length).toBeGreaterThan(300);
    const verdicts = judge(requests);
    expect(requests.filter((_, i) => verdicts[i] !== true)).toEqual([]);
    expect([...pseudonyms].filter(([, values]) => values.size !== 1)).toEqual([]);
    const values = [...pseudonyms].flatMap(([key, each]) => [...each].map((value) => `${key.split(" ")[0]} ${value}`));
    expect(new Set(values).size).toBe(values.length);
  });

  const canonical = (leaf: string): string => {
    const text = leaf.replace(/^#/, "").replaceAll(" ", "");
    return text.includes("-") ? text : text.toUpperCase();
  };
  const shortBic = (kind: string, value: string): string => (kind === "bic" ? value.slice(0, 8) : value);
  /** Batches of payouts mask cards as accounts, in the namespace of accounts. */
  const cardsOf = (dialect: string, kind: string): string => (kind === "pan" && dialect === "payout-batch" ? "account-" : "");
  const kindOf = (text: string): CheckRequest["kind"] | undefined =>
    (Object.keys(KNOWN) as CheckRequest["kind"][]).find(
      (kind) => KNOWN[kind].has(shortBic(kind, text)) && (kind !== "bic" || text.length <= 11),
    );
});

describe.skipIf(!sharedExists)("samples of other people's making", () => {
  const folder = `${sharedRoot}samples/json/`;
  const files = sharedExists ? readdirSync(folder).filter((file) => /^(camt|iso20022\.js)__/.test(file)) : [];
  const filesOf = (model: string): string[] => files.filter((file) => file.startsWith("camt__") === (model === "camt-json"));
  const name = sharedExists ? "%s" : `%s (${SHARED_SKIP_REASON})`;

  /** Masked words that stand elsewhere in what is kept: `Credit`, a remark on an entry, is also a part of the exporter's class names. */
  const FALSE_ALARMS = ["Credit"];

  test("are all here", () => expect(files.length).toBe(32));

  test.each(["camt-json", "iso20022-json"])(
    `${name} masks every one, to the same bytes by both engines, and none of its masked values is left`,
    async (model) => {
      const inputs = filesOf(model).map((file) => readFileSync(folder + file));
      const stream = new Uint8Array(Buffer.concat(inputs));
      const [native, portable] = await Promise.all(ENGINES.map((engine) => run(stream, { model: modelOf(model), engine })));
      expect(portable?.refusals).toEqual([]);
      expect(portable?.counts.out).toBe(inputs.length);
      expect(native?.text).toBe(portable?.text as string);
      const outputs = recordsOf(portable?.text ?? "");
      const maskedTexts = maskedTextsBy(modelOf(model));
      for (const [i, input] of inputs.entries()) {
        const after = leavesOf(outputs[i] ?? "").map(([, leaf]) => leaf);
        expect(maskedTexts(input).filter((text) => after.some((leaf) => leaf.includes(text)))).toEqual([]);
      }
    },
  );

  /** Values of four characters and more that the model does not keep. */
  function maskedTextsBy(path: string): (input: Uint8Array) => readonly string[] {
    const { model } = loadModel(fileSource(path));
    if (model === undefined) throw new Error("the example model does not load");
    const compiled = compileModel(model);
    const format = json.open(compiled, { input: "strict" });
    const isMasked = (operation: number): boolean =>
      operation !== compiled.dropOperation && compiled.operations[operation]?.technique !== "keep";
    return (input) =>
      see(format, input)
        .values.filter(({ operation }) => isMasked(operation))
        .map(({ text }) => JSON.parse(`"${text}"`) as string)
        .filter((text) => text.length >= 4 && !FALSE_ALARMS.includes(text));
  }
});
