/** Loading: every mistake is found, at its place, with the nearest known word; and all of them at once. */
import { describe, expect, test } from "bun:test";
import { defineModel, type ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { describeProblem, modelError } from "../../runtime/model/problem.ts";
import { fileSource, presetSource } from "../../runtime/model/sources.ts";
import { HEAD, modelOf, problemsOf } from "./tools.ts";

/** A text with `⟨…⟩` around what is wrong: the place is that of `⟨`. */
interface Mistake {
  readonly name: string;
  readonly text: string;
  readonly issue: number;
  readonly path: string;
  readonly suggestion?: string;
}

const ns = (entry: string): string => `${HEAD}namespaces:\n  ${entry}\n`;
const rule = (entry: string): string => `${HEAD}namespaces: {party: {technique: token, kind: party-name}}\nrules:\n  - ${entry}\n`;

const MISTAKES: readonly Mistake[] = [
  // YAML
  { name: "a bracket that is not closed", text: `${HEAD}envelope: [open⟨`, issue: 1201, path: "" },
  { name: "a tab", text: `${HEAD}envelope:\n⟨\topen: true\n`, issue: 1201, path: "" },
  { name: "an anchor", text: `${HEAD}seed: &a ⟨x\n`, issue: 1201, path: "" },
  { name: "an alias", text: `${HEAD}seed: ⟨*a\n`, issue: 1201, path: "" },
  { name: "a tag", text: `${HEAD}seed: !!str ⟨x\n`, issue: 1201, path: "" },
  { name: "a second document", text: `${HEAD}⟨---\nbauta: 1\n`, issue: 1201, path: "" },
  { name: "nothing", text: "⟨", issue: 1201, path: "" },
  { name: "a key given twice", text: `${HEAD}⟨name: n\n`, issue: 1201, path: "name" },
  { name: "no map", text: "⟨- bauta\n", issue: 1210, path: "" },
  // Keys
  { name: "an unknown key", text: `${HEAD}⟨namespace: {}\n`, issue: 1202, path: "namespace", suggestion: "namespaces" },
  {
    name: "an unknown key in a rule",
    text: rule("{class: person, ⟨tecnique: redact, technique: redact}"),
    issue: 1202,
    path: "rules[0].tecnique",
    suggestion: "technique",
  },
  {
    name: "an unknown key in a namespace",
    text: ns("a: {technique: fpe, kind: iban, ⟨otherwhise: token}"),
    issue: 1202,
    path: "namespaces.a.otherwhise",
    suggestion: "otherwise",
  },
  {
    name: "an unknown key in an envelope",
    text: `${HEAD}envelope: {⟨opened: true}\n`,
    issue: 1202,
    path: "envelope.opened",
    suggestion: "open",
  },
  { name: "a key far from any", text: `${HEAD}⟨zzz: 1\n`, issue: 1202, path: "zzz" },
  // Scalars
  { name: "no version", text: "⟨name: m\nmode: deterministic\n", issue: 1210, path: "bauta" },
  { name: "another version", text: "bauta: ⟨2\nname: m\nmode: deterministic\n", issue: 1210, path: "bauta" },
  { name: "no name", text: "⟨bauta: 1\nmode: deterministic\n", issue: 1210, path: "name" },
  { name: "a name for a path", text: "bauta: 1\nname: ⟨../m\nmode: deterministic\n", issue: 1210, path: "name" },
  { name: "no mode", text: "⟨bauta: 1\nname: m\n", issue: 1210, path: "mode" },
  { name: "an unknown mode", text: "bauta: 1\nname: m\nmode: ⟨determinist\n", issue: 1210, path: "mode", suggestion: "deterministic" },
  { name: "a seed that is a number", text: `${HEAD}seed: ⟨42\n`, issue: 1210, path: "seed" },
  { name: "a cardinality of nothing", text: `${HEAD}cardinality: ⟨0\n`, issue: 1210, path: "cardinality" },
  { name: "a broken cardinality", text: `${HEAD}cardinality: ⟨1__0\n`, issue: 1210, path: "cardinality" },
  { name: "an envelope element for a value", text: `${HEAD}envelope: {elements: [⟨"a b"]}\n`, issue: 1210, path: "envelope.elements[0]" },
  {
    name: "an envelope namespace that is no URI",
    text: `${HEAD}envelope: {namespaces: [⟨x]}\n`,
    issue: 1210,
    path: "envelope.namespaces[0]",
  },
  { name: "an envelope that is open by a word", text: `${HEAD}envelope: {open: ⟨yes}\n`, issue: 1210, path: "envelope.open" },
  // Namespaces
  {
    name: "an unknown technique",
    text: ns("a: {technique: ⟨fep, kind: iban}"),
    issue: 1203,
    path: "namespaces.a.technique",
    suggestion: "fpe",
  },
  { name: "a technique without identity", text: ns("a: {technique: ⟨redact, kind: iban}"), issue: 1203, path: "namespaces.a.technique" },
  { name: "no technique", text: ns("a: ⟨{kind: iban}"), issue: 1210, path: "namespaces.a.technique" },
  { name: "an unknown kind", text: ns("a: {technique: fpe, kind: ⟨ibam}"), issue: 1204, path: "namespaces.a.kind", suggestion: "iban" },
  { name: "no kind", text: ns("a: ⟨{technique: fpe}"), issue: 1210, path: "namespaces.a.kind" },
  {
    name: "a namespace declared twice",
    text: ns("a: {technique: fpe, kind: iban}\n  ⟨a: {technique: fpe, kind: bic}"),
    issue: 1206,
    path: "namespaces.a",
  },
  { name: "a namespace's name in capitals", text: ns("⟨Party: {technique: fpe, kind: iban}"), issue: 1210, path: "namespaces.Party" },
  { name: "fpe of names", text: ns("a: {technique: fpe, kind: ⟨party-name}"), issue: 1210, path: "namespaces.a.kind" },
  { name: "a pseudonym of dates", text: ns("a: {technique: pseudonym, kind: ⟨date}"), issue: 1210, path: "namespaces.a.kind" },
  {
    name: "otherwise of a token",
    text: ns("a: {technique: token, kind: text, ⟨otherwise: redact}"),
    issue: 1210,
    path: "namespaces.a.otherwise",
  },
  { name: "a BIN of an IBAN", text: ns("a: {technique: fpe, kind: iban, ⟨bin: 6}"), issue: 1210, path: "namespaces.a.bin" },
  { name: "a BIN of seven", text: ns("a: {technique: fpe, kind: pan, bin: ⟨7}"), issue: 1210, path: "namespaces.a.bin" },
  { name: "a prefix of fpe", text: ns("a: {technique: fpe, kind: iban, ⟨prefix: X}"), issue: 1210, path: "namespaces.a.prefix" },
  { name: "a prefix of an e-mail", text: ns("a: {technique: token, kind: email, ⟨prefix: X}"), issue: 1210, path: "namespaces.a.prefix" },
  {
    name: "a prefix that begins with a dash",
    text: ns("a: {technique: token, kind: text, prefix: ⟨-X}"),
    issue: 1210,
    path: "namespaces.a.prefix",
  },
  { name: "a digest of a token", text: ns("a: {technique: token, kind: text, ⟨hash: blake3}"), issue: 1210, path: "namespaces.a.hash" },
  { name: "a token too wide", text: ns("a: {technique: token, kind: text, width: ⟨49}"), issue: 1210, path: "namespaces.a.width" },
  {
    name: "a hash wider than its digest",
    text: ns("a: {technique: hash, kind: text, width: ⟨65}"),
    issue: 1210,
    path: "namespaces.a.width",
  },
  { name: "a token too narrow", text: ns("⟨a: {technique: token, kind: text, width: 15}"), issue: 1211, path: "namespaces.a" },
  { name: "a hash too narrow", text: ns("⟨a: {technique: hash, kind: text, width: 19}"), issue: 1211, path: "namespaces.a" },
  {
    name: "collisions accepted without words",
    text: ns("a: {technique: token, kind: text, width: 15, accept-collisions: ⟨ok}"),
    issue: 1216,
    path: "namespaces.a.accept-collisions",
  },
  // Rules
  { name: "no criterion", text: rule("⟨{technique: redact}"), issue: 1210, path: "rules[0]" },
  { name: "no operation", text: rule("⟨{class: person}"), issue: 1210, path: "rules[0]" },
  { name: "two operations", text: rule("⟨{class: person, technique: redact, use: party}"), issue: 1210, path: "rules[0]" },
  {
    name: "an unknown technique in a rule",
    text: rule("{class: person, technique: ⟨readct}"),
    issue: 1203,
    path: "rules[0].technique",
    suggestion: "redact",
  },
  { name: "a technique that needs a namespace", text: rule("{class: person, technique: ⟨hash}"), issue: 1203, path: "rules[0].technique" },
  { name: "an unknown namespace", text: rule("{class: person, use: ⟨partie}"), issue: 1207, path: "rules[0].use", suggestion: "party" },
  {
    name: "an unknown class",
    text: rule("{class: ⟨persons, technique: redact}"),
    issue: 1210,
    path: "rules[0].class",
    suggestion: "person",
  },
  {
    name: "an unknown class in a list",
    text: rule("{class: [agent, ⟨persons], technique: redact}"),
    issue: 1210,
    path: "rules[0].class[1]",
    suggestion: "person",
  },
  { name: "an unknown shape", text: rule("{shape: ⟨digit, technique: redact}"), issue: 1210, path: "rules[0].shape", suggestion: "digits" },
  {
    name: "an unknown format",
    text: rule("{format: ⟨iso-20022, technique: redact}"),
    issue: 1210,
    path: "rules[0].format",
    suggestion: "iso20022",
  },
  { name: "an empty list", text: rule("{class: ⟨[], technique: redact}"), issue: 1210, path: "rules[0].class" },
  {
    name: "a key of another operation",
    text: rule("{class: person, technique: redact, ⟨keep-first: 2}"),
    issue: 1210,
    path: "rules[0].keep-first",
  },
  {
    name: "otherwise of a redaction",
    text: rule("{class: person, technique: redact, ⟨otherwise: redact}"),
    issue: 1210,
    path: "rules[0].otherwise",
  },
  {
    name: "otherwise of whatever is kept",
    text: rule("{class: code, technique: keep, ⟨otherwise: redact}"),
    issue: 1210,
    path: "rules[0].otherwise",
  },
  { name: "codes of no length", text: rule("{class: code, technique: keep, code-max: ⟨0}"), issue: 1210, path: "rules[0].code-max" },
  {
    name: "a token for what is no code",
    text: rule("{class: code, technique: keep, code-max: 4, otherwise: ⟨token}"),
    issue: 1210,
    path: "rules[0].otherwise",
  },
  {
    name: "otherwise where nothing is",
    text: rule("{class: person, use: ⟨party, otherwise: redact}"),
    issue: 1210,
    path: "rules[0].otherwise",
  },
  {
    name: "a mask of two characters",
    text: rule("{class: person, technique: mask, character: ⟨xx}"),
    issue: 1210,
    path: "rules[0].character",
  },
  {
    name: "an unknown prefix",
    text: rule('{path: ⟨"jsn:$.a", technique: redact}'),
    issue: 1205,
    path: "rules[0].path",
    suggestion: "json",
  },
  {
    name: "a JSON path without its format",
    text: rule("{path: ⟨$.a, technique: redact}"),
    issue: 1210,
    path: "rules[0].path",
    suggestion: "json:$.a",
  },
  { name: "an index", text: rule('{path: ⟨"json:$.a[0]", technique: redact}'), issue: 1210, path: "rules[0].path" },
  {
    name: "any depth as elsewhere",
    text: rule('{path: ⟨"json:$..a", technique: redact}'),
    issue: 1210,
    path: "rules[0].path",
    suggestion: "json:$.**.a",
  },
  {
    name: "the second of two paths",
    text: rule("{path: [mt103:20/reference, ⟨mt103:/20], technique: redact}"),
    issue: 1210,
    path: "rules[0].path[1]",
  },
  { name: "a class of JSON", text: rule('{path: "json:$.a", class: ⟨person, technique: redact}'), issue: 1210, path: "rules[0].class" },
  { name: "JSON without a path", text: rule("{format: ⟨json, technique: redact}"), issue: 1210, path: "rules[0].format" },
  {
    name: "two formats",
    text: rule("{path: mt103:20/reference, format: ⟨iso20022, technique: redact}"),
    issue: 1210,
    path: "rules[0].format",
  },
  {
    name: "a declared type where there is one",
    text: rule("{class: date, as: ⟨date, technique: redact}"),
    issue: 1210,
    path: "rules[0].as",
  },
  {
    name: "an unknown declared type",
    text: rule('{path: "json:$.a", as: ⟨dat, technique: redact}'),
    issue: 1210,
    path: "rules[0].as",
    suggestion: "date",
  },
  {
    name: "a declared type without a shape",
    text: rule('{path: "json:$.a", as: ⟨{max: 3}, technique: redact}'),
    issue: 1210,
    path: "rules[0].as",
  },
  {
    name: "a minimum above the maximum",
    text: rule('{path: "json:$.a", as: ⟨{shape: text, min: 4, max: 3}, technique: redact}'),
    issue: 1210,
    path: "rules[0].as",
  },
  // JSON rules against each other
  {
    name: "a token where a date is declared",
    text: rule('⟨{path: "json:$.a", as: date, use: party}').replace("⟨{path: ", "{path: ⟨"),
    issue: 1212,
    path: "rules[0]",
  },
  {
    name: "two rules for one value",
    text: rule('{path: "json:$.a.*", technique: redact}\n  - {path: ⟨"json:$.*.b", technique: keep}'),
    issue: 1208,
    path: "rules[1]",
  },
  {
    name: "a rule twice",
    text: rule('{path: "json:$.a", technique: redact}\n  - {path: ⟨"json:$.a", technique: redact}'),
    issue: 1209,
    path: "rules[1]",
  },
  // Whole models
  { name: "an unknown preset", text: "bauta: 1\nname: m\nextends: ⟨testdata\n", issue: 1213, path: "extends", suggestion: "test-data" },
  { name: "a file that is not there", text: "bauta: 1\nname: m\nextends: ⟨./absent.yaml\n", issue: 1002, path: "extends" },
  { name: "mode random without a scope", text: "bauta: 1\nname: m\nmode: ⟨random\n", issue: 1214, path: "mode" },
  { name: "a scope without mode random", text: `${HEAD}scope: ⟨run\n`, issue: 1214, path: "scope" },
  {
    name: "fpe in mode random",
    text: "bauta: 1\nname: m\nmode: ⟨random\nscope: run\nnamespaces: {a: {technique: fpe, kind: iban}}\nrules: [{class: account, use: a}]\n",
    issue: 1214,
    path: "mode",
  },
  {
    name: "keeping what is uncovered, without words",
    text: `${HEAD}default: ⟨{danger-keep-uncovered: true}\n`,
    issue: 1216,
    path: "default",
  },
  {
    name: "keeping what is uncovered, with one word",
    text: `${HEAD}default: {danger-keep-uncovered: true, because: ⟨yes}\n`,
    issue: 1216,
    path: "default.because",
  },
  { name: "keeping what is uncovered, as if it were nothing", text: `${HEAD}default: ⟨keep\n`, issue: 1216, path: "default" },
  { name: "an unknown default", text: `${HEAD}default: ⟨allow\n`, issue: 1210, path: "default" },
  { name: "a key from no seed", text: `${HEAD}danger-seed-as-key: ⟨true\n`, issue: 1210, path: "danger-seed-as-key" },
  {
    name: "card numbers under a key from the seed",
    text: `${HEAD}seed: s\ndanger-seed-as-key: ⟨true\nnamespaces: {a: {technique: fpe, kind: pan}}\nrules: [{class: account, use: a}]\n`,
    issue: 1219,
    path: "danger-seed-as-key",
  },
  {
    name: "a random key from the seed",
    text: "bauta: 1\nname: m\nmode: random\nscope: run\nseed: s\ndanger-seed-as-key: ⟨true\n",
    issue: 1214,
    path: "danger-seed-as-key",
  },
  { name: "overriding nothing", text: ns("⟨a: {technique: fpe, kind: iban, override: true}"), issue: 1207, path: "namespaces.a.override" },
  {
    name: "redefining a namespace of the base",
    text: "bauta: 1\nname: m\nextends: test-data\nnamespaces:\n  ⟨party: {technique: hash, kind: party-name}\n",
    issue: 1206,
    path: "namespaces.party",
  },
];

describe("a mistake", () => {
  for (const { name, text, issue, path, suggestion } of MISTAKES) {
    test(`${issue}: ${name}`, () => {
      const before = text.slice(0, text.indexOf("⟨")).split("\n");
      const problems = problemsOf(text.replace("⟨", ""));
      expect(problems.map(describeProblem)).toHaveLength(1);
      const [problem] = problems;
      expect({ issue: problem?.issue, path: problem?.path, suggestion: problem?.suggestion }).toEqual({ issue, path, suggestion });
      expect({ line: problem?.line, column: problem?.column }).toEqual({ line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
    });
  }
});

describe("mistakes", () => {
  test("are all found at once, in the base too", () => {
    const base = { name: "base.yaml", text: `${HEAD}rules: [{class: persn, technique: redact}]\n` };
    const text =
      "bauta: 1\nname: m\nextends: ./base.yaml\nrulez: []\nrules:\n  - {class: person, technique: keeep}\n  - {type: x, use: y}\n";
    const problems = problemsOf(text, { base: () => base });
    expect(problems.map(describeProblem)).toEqual([
      "base.yaml:4:17 BAUTA-1210 rules[0].class: one of `person`, `organisation`, `agent`, `account`, `identifier`, `contact`, `reference`, " +
        "`free-text`, `amount`, `currency`, `rate`, `number`, `date`, `country`, `code`, `technical`, `envelope` and `signature` belongs here; did you mean `person`?",
      "m.yaml:4:1 BAUTA-1202 rulez: no such key here; there are `bauta`, `name`, `extends`, `mode`, `scope`, `seed`, `danger-seed-as-key`, `default`, " +
        "`cardinality`, `namespaces`, `rules`, `text`, `envelope`, `catalogues` and `tests`; did you mean `rules`?",
      "m.yaml:6:32 BAUTA-1203 rules[0].technique: one of `keep`, `redact`, `drop`, `mask`, `constant`, `bucket`, `month` and `round` belongs here; did you mean `keep`?",
      "m.yaml:7:20 BAUTA-1207 rules[1].use: no namespace of this name is declared",
    ]);
  });

  test("make one error that counts them, with control characters escaped", () => {
    const problems = problemsOf(`${HEAD}"a\\u001b[31m": 1\nb: 2\n`);
    const error = modelError(problems);
    expect(error.issue.number).toBe(1202);
    expect(error.message).toContain("and 1 more");
    expect(error.message).not.toContain("\u001b");
  });

  test("do not show the seed", () => {
    const seed = "correct-horse-battery";
    const texts = [
      `${HEAD}seed: [${seed}]\n`,
      `${HEAD}seed: "${seed}\\n"\n`,
      `${HEAD}seed: "${seed}\n`,
      `${HEAD}seed: ${seed}: x\n`,
      `${HEAD}seed: *${seed}\n`,
    ];
    for (const text of texts) {
      const problems = problemsOf(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.map(describeProblem).join()).not.toContain(seed);
    }
  });

  test("of a text without end are refused in bounded time", () => {
    for (const text of ["[".repeat(200_000), "a: {".repeat(60_000), "- ".repeat(120_000), "x".repeat(300_000), "&a ".repeat(80_000)]) {
      const problems = problemsOf(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.length).toBeLessThan(60);
      expect(problems.every((problem) => problem.issue === 1201)).toBe(true);
    }
  });
});

describe("a model", () => {
  test("is the same as YAML and as a document", () => {
    const document: ModelDocument = defineModel({
      bauta: 1,
      name: "m",
      mode: "deterministic",
      cardinality: "1_000_000",
      namespaces: { party: { technique: "token", kind: "party-name", prefix: "NM" } },
      rules: [
        { class: ["person", "agent"], use: "party", unfit: "redact" },
        { path: "json:$.a", technique: "redact", as: "date" },
      ],
      envelope: { open: true },
    });
    const text = `${HEAD}cardinality: 1_000_000
namespaces: {party: {technique: token, kind: party-name, prefix: NM}}
rules:
  - {class: [person, agent], use: party, unfit: redact}
  - {path: "json:$.a", technique: redact, as: date}
envelope: {open: true}
`;
    const { model, problems } = loadModel({ name: "m.yaml", document });
    expect(problems).toEqual([]);
    const withoutPlaces = (value: unknown): string =>
      JSON.stringify(value, (key, item) =>
        key === "at" ? undefined : item instanceof Set ? [...item] : typeof item === "bigint" ? `${item}n` : item,
      );
    expect(withoutPlaces(model)).toBe(withoutPlaces(modelOf(text)));
    expect(model?.namespaces[0]?.cardinality).toBe(1_000_000n);
  });

  test("as a document is checked like any other", () => {
    const document = { bauta: 1, name: "m", mode: "deterministic", rules: [{ class: "person", technique: "fpe" }], x: () => 0 };
    const { problems } = loadModel({ name: "m.ts", document: document as unknown as ModelDocument });
    expect(problems.map((problem) => [problem.issue, problem.path, problem.line])).toEqual([
      [1210, "x", 0],
      [1202, "x", 0],
      [1203, "rules[0].technique", 0],
    ]);
    const cyclic: Record<string, unknown> = { bauta: 1, name: "m" };
    cyclic.rules = cyclic;
    expect(loadModel({ name: "m.ts", document: cyclic as unknown as ModelDocument }).problems[0]?.issue).toBe(1201);
  });

  test("inherits mode, rules and namespaces, and not the dangers", () => {
    const base = {
      name: "base.yaml",
      text: `${HEAD}seed: s\ndanger-seed-as-key: true\ndefault: {danger-keep-uncovered: true, because: only made up data}
namespaces: {b: {technique: token, kind: text}}\nrules: [{class: person, use: b}]\nenvelope: {open: true, elements: [A]}\n`,
    };
    const text =
      "bauta: 1\nname: m\nextends: ./base.yaml\nnamespaces: {a: {technique: token, kind: text}}\nenvelope: {open: false, elements: [B]}\n";
    const model = modelOf(text, { base: () => base });
    expect(model).toMatchObject({ mode: "deterministic", seed: "s", seedAsKey: false, keepUncovered: undefined });
    expect(model.namespaces.map(({ name, index }) => [name, index])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
    expect(model.rules.map(({ level, source }) => [level, source])).toEqual([[0, "base.yaml"]]);
    expect(model.envelope).toEqual({ open: false, elements: ["A", "B"], namespaces: [] });
    expect(model.origins.map(({ reference, source }) => [reference, source])).toEqual([
      ["./base.yaml", "base.yaml"],
      ["m", "m.yaml"],
    ]);
    const alone = loadModel(base).model;
    expect(alone).toMatchObject({ seedAsKey: true, keepUncovered: "only made up data" });
  });

  test("may say a namespace again, and override it in words", () => {
    const again = modelOf(
      "bauta: 1\nname: m\nextends: test-data\nnamespaces: {party: {technique: pseudonym, kind: party-name, otherwise: token}}\n",
    );
    expect(again.namespaces.find(({ name }) => name === "party")?.otherwise).toBe("token");
    const other = modelOf(
      "bauta: 1\nname: m\nextends: test-data\nnamespaces: {party: {technique: hash, kind: party-name, override: true}}\n",
    );
    expect(other.namespaces.find(({ name }) => name === "party")?.technique).toBe("hash");
    const used = other.rules.flatMap(({ action }) =>
      action.kind === "use" && action.namespace.name === "party" ? [action.namespace.technique] : [],
    );
    expect(new Set(used)).toEqual(new Set(["hash"]));
  });

  test("cannot extend itself, nor without end", () => {
    const loop = problemsOf("bauta: 1\nname: m\nextends: ./m.yaml\n", { base: () => ({ name: "m.yaml", text: "" }) });
    expect(loop.map(({ issue, path }) => [issue, path])).toEqual([[1210, "extends"]]);
    let count = 0;
    const chain = problemsOf("bauta: 1\nname: m\nextends: ./0.yaml\n", {
      base: () => ({ name: `${count++}.yaml`, text: `bauta: 1\nname: m\nextends: ./${count}.yaml\n` }),
    });
    expect(chain.map(({ issue, path }) => [issue, path])).toEqual([[1210, "extends"]]);
    expect(count).toBeLessThan(12);
  });

  test("of mode random takes what cannot be undone", () => {
    const model = modelOf("bauta: 1\nname: m\nextends: one-way\nmode: random\nscope: record\n");
    expect(model).toMatchObject({ mode: "random", scope: "record" });
    const [problem] = problemsOf("bauta: 1\nname: m\nextends: test-data\nmode: random\nscope: record\n");
    expect(problem?.message).toContain("`account`");
  });

  test("may take collisions in words, or fewer values", () => {
    modelOf(ns("a: {technique: token, kind: text, width: 8, accept-collisions: only as a test}"));
    modelOf(ns("a: {technique: token, kind: text, width: 8, cardinality: 1000}"));
    modelOf(`${HEAD}cardinality: 1_000\nnamespaces: {a: {technique: token, kind: text, width: 8}}\n`);
    modelOf(ns("a: {technique: token, kind: text, width: 16}"));
    modelOf(ns("a: {technique: hash, kind: text, width: 20}"));
  });
});

describe("sources", () => {
  test("that are not there", () => {
    expect(() => presetSource("testdata")).toThrow(expect.objectContaining({ code: "BAUTA-1213" }));
    expect(() => presetSource("../model.schema")).toThrow(expect.objectContaining({ code: "BAUTA-1213" }));
    expect(() => fileSource("absent.yaml")).toThrow(expect.objectContaining({ code: "BAUTA-1002" }));
  });
});
