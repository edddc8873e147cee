/** `bauta test`: a model's tests pass and fail as they should, on both engines, and mutants that they miss are told. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { lockOf } from "../../runtime/model/lock.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { ENGINES } from "../harness.ts";
import { projectRoot } from "../shared.ts";
import { bauta, EXAMPLE_MT, EXAMPLE_XML, folder, type Ran, write } from "./cli.ts";

const here = folder();
const EXAMPLE = `${projectRoot}examples/models/tested-payment.yaml`;
const HEAD = "bauta: 1\nname: m\nextends: test-data\n";
/** Made up, and in no list that pseudonyms are drawn from. */
const SECRET = "Ottilie Brandhorst";

let files = 0;
const model = (text: string): string => write(join(here, `m${files++}.yaml`), HEAD + text);

interface Reported {
  readonly tests: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly failures: readonly Record<"code" | "check" | "found" | "expected" | "clear" | "masked", string>[];
  }[];
  readonly mutants?: {
    readonly mutants: number;
    readonly caught: number;
    readonly untried: number;
    readonly survivors: readonly Record<"code" | "mutation" | "place" | "remedy" | "source", string>[];
  };
}

const reportOf = ({ stdout }: Ran): Reported => JSON.parse(stdout) as Reported;

/** The failing checks of the only test of a model, in words. */
function failuresOf(text: string, ...options: readonly string[]): readonly string[] {
  const ran = bauta(["test", model(text), "--engine", "portable", "--json", ...options]);
  const found = reportOf(ran).tests.flatMap(({ failures }) => failures.map(({ check, found }) => `${check}: ${found}`));
  expect(ran.code).toBe(found.length === 0 ? EXIT.done : EXIT.evidence);
  return found;
}

describe.each(ENGINES.map((engine) => [engine]))("%s", (engine) => {
  test("the example's tests hold, and catch every mutant", () => {
    const ran = bauta(["test", EXAMPLE, "--mutate", "--engine", engine, "--json"]);
    expect(ran.code).toBe(EXIT.done);
    const { tests, mutants } = reportOf(ran);
    expect(tests.map(({ outcome }) => outcome)).toEqual(tests.map(() => "passed"));
    expect(mutants).toMatchObject({ survivors: [], untried: 0, unbuildable: 0 });
    expect(mutants?.caught).toBe(mutants?.mutants);
    expect(mutants?.mutants).toBeGreaterThan(20);
  }, 60_000);

  test("BAUTA-8701: what does not hold is told, without a value", () => {
    const path = model(`rules:
  - {path: "json:$.name", technique: keep}
  - {path: "json:$.note", use: party}
tests:
  - {name: leaks, given: {text: '{"name": "${SECRET}", "note": "${SECRET}"}'}, expect: {"json:$.name": masked}, laws: no-clear}
  - {name: holds, given: {text: '{"note": "${SECRET}"}'}, expect: {"json:$.note": masked}}
`);
    const plain = bauta(["test", path, "--engine", engine]);
    expect(plain.code).toBe(EXIT.evidence);
    expect(plain.stdout).toContain("BAUTA-8701 MODEL_TEST leaks");
    expect(plain.stdout).toContain("json:$.name (line 8): kept, where masked was expected");
    expect(plain.stdout).toContain("✓ holds");
    expect(plain.stdout).toContain("2 tests, 1 failed");
    expect(plain.stdout + plain.stderr).not.toContain(SECRET);
    const shown = bauta(["test", path, "--engine", engine, "--show-values"]);
    expect(shown.stdout).toContain(`"${SECRET}" became "${SECRET}"`);
  }, 60_000);
});

describe("expectations", () => {
  const rules = `rules:
  - {path: ["json:$.a", "json:$.b"], use: party}
  - {path: "json:$.c", use: reference}
  - {path: "json:$.d", technique: drop}
  - {path: "json:$.e", technique: redact}
  - {path: "json:$.f[*]", technique: keep}
`;
  const given = `{"a": "${SECRET}", "b": "Brandhorst, Ottilie", "c": "20261120-0004711", "d": "x", "e": "2029", "f": ["u", "v"]}`;
  const failures = (expectations: string): readonly string[] =>
    failuresOf(`${rules}tests:\n  - {name: t, given: {text: '${given}'}, ${expectations}}\n`);

  test("that hold", () => {
    const expected = [
      '"json:$.a": masked',
      '"json:$.b": {same-as: "json:$.a"}',
      '"json:$.c": reversible',
      '"json:$.d": removed',
      '"json:$.e": redacted',
      '"json:$.f[*]": kept',
    ];
    expect(failures(`expect: {${expected.join(", ")}}, laws: [deterministic, valid, no-clear, reversible]`)).toEqual([]);
    expect(failures('expect: {"json:$.e": {equals: REDACTED}}')).toEqual([]);
  }, 60_000);

  test("that do not", () => {
    const cases = [
      ['"json:$.a": kept', "json:$.a: masked"],
      ['"json:$.a": redacted', "json:$.a: masked"],
      ['"json:$.a": reversible', "json:$.a: masked for good"],
      ['"json:$.a": {equals: REDACTED}', "json:$.a: another text (masked)"],
      ['"json:$.a": {differs-from: "json:$.a"}', "json:$.a: the same pseudonym"],
      ['"json:$.a": {same-as: "json:$.c"}', "json:$.a: another pseudonym"],
      ['"json:$.a": {same-as: "json:$.e"}', "json:$.a: one of them is redacted"],
      ['"json:$.a": {differs-from: "json:$.c"}', "json:$.a: they are not one value in the message, so that it says nothing"],
      ['"json:$.a": {same-as: "json:$.x"}', "json:$.a: no value of the message has the path json:$.x"],
      ['"json:$.d": kept', "json:$.d: removed"],
      ['"json:$.e": masked', "json:$.e: redacted"],
      ['"json:$.f[*]": masked', "json:$.f[*]: kept|json:$.f[*]: kept"],
      ['"json:$.x": kept', "json:$.x: no value of the message has this path"],
      ["refused: BAUTA-2201", "refused: the message is masked"],
    ] as const;
    const tests = cases.map(([expected], i) => `  - {name: t${i}, given: {text: '${given}'}, expect: {${expected}}}\n`);
    const ran = bauta(["test", model(`${rules}tests:\n${tests.join("")}`), "--engine", "portable", "--json"]);
    const told = reportOf(ran).tests.map(({ failures }) => failures.map(({ check, found }) => `${check}: ${found}`).join("|"));
    expect(told).toEqual(cases.map(([, found]) => found));
  }, 60_000);

  test("of messages that are none, more than one, or refused with another code", () => {
    const run = (text: string, expected: string): readonly string[] =>
      failuresOf(`${rules}tests:\n  - {name: t, given: {text: '${text}'}, expect: {${expected}}}\n`);
    expect(run('{"z": "x"}', "refused: BAUTA-2201")).toEqual([]);
    expect(run('{"z": "x"}', "refused: BAUTA-6002")).toEqual(["refused: the message is refused, BAUTA-2201 FIELD_UNCOVERED at $.?"]);
    expect(run('{"z": "x"}', '"json:$.z": kept')).toEqual(["given: the message is refused, BAUTA-2201 FIELD_UNCOVERED at $.?"]);
    expect(run('{"e": "x"} {"e": "y"}', '"json:$.e": redacted')).toEqual(["given: 2 messages"]);
    expect(run(" ", '"json:$.e": redacted')).toEqual(["given: 0 messages"]);
  }, 60_000);
});

describe("laws", () => {
  test("no-clear finds a hidden value in another one that is kept", () => {
    const rules = 'rules:\n  - {path: "json:$.name", use: party}\n  - {path: "json:$.note", technique: keep}\n';
    const failing = (note: string): readonly string[] =>
      failuresOf(`${rules}tests:\n  - {name: t, given: {text: '{"name": "${SECRET}", "note": "${note}"}'}, laws: [no-clear]}\n`);
    expect(failing(`call ${SECRET.toUpperCase()} back`)).toEqual(["no-clear: the clear value of $.name stands in the output"]);
    expect(failing("call back")).toEqual([]);
  });

  test("reversible needs something that can be undone, deterministic one key", () => {
    const given = '{name: t, given: {text: \'{"a": "20261120-0004711"}\'}';
    expect(failuresOf(`rules: [{path: "json:$.a", technique: redact}]\ntests:\n  - ${given}, laws: [reversible]}\n`)).toEqual([
      "reversible: no value of the message is masked by technique fpe or encrypt",
    ]);
    const path = write(
      join(here, "random.yaml"),
      `bauta: 1\nname: r\nextends: one-way\nmode: random\nscope: record\nrules: [{path: "json:$.a", use: reference}]\ntests:\n  - ${given}, laws: [deterministic]}\n`,
    );
    const ran = bauta(["test", path, "--engine", "portable"]);
    expect([ran.code, ran.stdout.includes("two runs under one key gave different outputs")]).toEqual([EXIT.evidence, true]);
  }, 60_000);

  test("hold of whole messages of XML and SWIFT MT, of which files show nothing", () => {
    write(join(here, "a.xml"), EXAMPLE_XML);
    write(join(here, "a.fin"), EXAMPLE_MT);
    const laws = "laws: [deterministic, valid, no-clear, reversible]";
    const text = (word: string): string => `tests:
  - {name: x, given: a.xml, expect: {"pacs.008:**/Dbtr/Nm": ${word}}, ${laws}}
  - {name: f, given: a.fin, format: swift-mt, expect: {"mt103:50K/name": ${word}}, ${laws}}
`;
    expect(failuresOf(text("masked"))).toEqual([]);
    const ran = bauta(["test", model(text("kept")), "--show-values"]);
    expect([ran.code, ran.stdout.match(/where kept was expected/g)?.length]).toEqual([EXIT.evidence, 2]);
    expect(ran.stdout.toUpperCase()).not.toContain("BRANDHORST");
  }, 60_000);
});

describe("--mutate", () => {
  test("BAUTA-8702: a mutant that passes is told with its place and what would catch it", () => {
    const path = model(`namespaces: {other: {technique: fpe, kind: reference}}
rules:
  - {path: "json:$.a", use: reference}
  - {path: "json:$.b", use: other}
  - {path: "json:$.c", technique: redact}
tests:
  - {name: t, given: {text: '{"a": "INSTR4711AB12", "b": "INSTR4711AB12"}'}, laws: [valid]}
`);
    const ran = bauta(["test", path, "--mutate", "--engine", "portable"]);
    expect(ran.code).toBe(EXIT.evidence);
    const told = ran.stdout.split("\n");
    const remedy = (start: string): string | undefined => told[told.findIndex((line) => line.includes(start)) + 1]?.trim();
    expect(remedy(`${path}:6 BAUTA-8702 MODEL_MUTANT rules[0]: the rule keeps`)).toBe('`expect: {"json:$.a": masked}`');
    expect(remedy(`${path}:6 BAUTA-8702 MODEL_MUTANT rules[0]: namespace reference draws`)).toBe('`expect: {"json:$.a": reversible}`');
    expect(remedy("namespaces reference and other are one")).toBe(
      'one value in both namespaces, and `expect: {"json:$.a": {differs-from: PATH}}`',
    );
    expect(remedy(`${path}:8 BAUTA-8702 MODEL_MUTANT rules[2]: the rule is removed`)).toBe(
      'no test\'s message has a value that this rule takes: give one; `expect: {"json:$.c": redacted}`',
    );
    expect(remedy("values that no rule names are kept")).toContain("refused: BAUTA-2201");
    // Removing the rules of $.a and $.b refuses the message.
    expect(ran.stdout).toContain("10 mutants, 2 caught, 8 survived");
  }, 60_000);

  test("every expectation of the example is needed: without it a mutant passes", () => {
    const text = readFileSync(EXAMPLE, "utf8").replaceAll("../messages", `${projectRoot}examples/messages`);
    const survivors = (gone: RegExp): readonly string[] => {
      expect(text).toMatch(gone);
      const path = write(join(here, `e${files++}.yaml`), text.replace(gone, ""));
      const { mutants } = reportOf(bauta(["test", path, "--mutate", "--json"]));
      return mutants?.survivors.map(({ mutation, place }) => `${mutation} ${place}`) ?? ["none tried"];
    };
    expect(survivors(/ {6}"json:\$\.merchant\.id": \{differs.*\n/)).toEqual(["merged rules[0]"]);
    expect(survivors(/ {6}"json:\$\.card\.pan": reversible\n/)).toEqual(["one-way rules[4]"]);
    expect(survivors(/ {2}- name: what nobody[\s\S]*?BAUTA-2201\}\n/)).toEqual(["default "]);
  }, 60_000);

  test("is bounded in time, and what was not tried is no success", () => {
    const many = Array.from({ length: 400 }, (_, i) => `  - {path: "json:$.a${i}", technique: redact}`).join("\n");
    const ran = bauta([
      "test",
      model(`rules:\n${many}\ntests:\n  - {name: t, given: {text: '{"a1": "x"}'}, expect: {"json:$.a1": redacted}}\n`),
      "--mutate",
      "--time",
      "1",
      "--json",
    ]);
    const { mutants } = reportOf(ran);
    expect(ran.code).toBe(EXIT.evidence);
    expect((mutants?.caught ?? 0) + (mutants?.survivors.length ?? 0) + (mutants?.untried ?? 0)).toBe(801);
  }, 60_000);

  test("is not begun where a test fails", () => {
    const ran = bauta(["test", model("tests:\n  - {name: t, given: {text: '{}'}, expect: {\"json:$.a\": kept}}\n"), "--mutate"]);
    expect([ran.code, ran.stdout.includes("no mutants: the model's own tests fail")]).toEqual([EXIT.evidence, true]);
  });
});

describe("a model's tests", () => {
  const problemsOf = (text: string): readonly string[] => loadModel({ name: "m", text: `${HEAD}${text}` }).problems.map(describeProblem);

  test.each([
    ["{name: t, given: a, expects: {}}", "BAUTA-1202 tests[0].expects: no such key here", "did you mean `expect`?"],
    ['{name: t, given: a, expect: {"json:$.a": maskd}}', "BAUTA-1210 tests[0].expect.json:$.a", "did you mean `masked`?"],
    ['{name: t, given: a, expect: {"json:$.a": {same_as: b}}}', "BAUTA-1202 tests[0].expect.json:$.a.same_as", "did you mean `same-as`?"],
    ["{name: t, given: a, expect: {refuse: BAUTA-2201}}", "BAUTA-1202 tests[0].expect.refuse", "did you mean `refused`?"],
    ["{name: t, given: a, expect: {refused: BAUTA-2201O}}", "BAUTA-1210 tests[0].expect.refused", "did you mean `BAUTA-2201`?"],
    ['{name: t, given: a, expect: {refused: BAUTA-2201, "json:$.a": kept}}', "BAUTA-1210 tests[0].expect", "stands alone"],
    ["{name: t, given: a, expect: {refused: BAUTA-2201}, laws: [valid]}", "BAUTA-1210 tests[0].laws", "refused"],
    ["{name: t, given: a, laws: [no-cleer]}", "BAUTA-1210 tests[0].laws[0]", "did you mean `no-clear`?"],
    ["{name: t, given: a}", "BAUTA-1210 tests[0]", "expects nothing"],
    ["{name: t, laws: [valid]}", "BAUTA-1210 tests[0].given", "a test needs `given`"],
    ["{name: t, given: {txt: x}, laws: [valid]}", "BAUTA-1202 tests[0].given.txt", "did you mean `text`?"],
    ['{name: t, given: a, expect: {"jsn:$.a": kept}}', "BAUTA-1205", "did you mean `json`?"],
    ["{name: t, given: a, laws: [valid]}\n  - {name: t, given: b, laws: [valid]}", "BAUTA-1210 tests[1].name", "same name"],
  ])("%s is refused", (text, place, hint) => {
    const told = problemsOf(`tests:\n  - ${text}\n`).join("\n");
    expect(told).toContain(place);
    expect(told).toContain(hint);
  });

  test("change neither its digests nor its lock", () => {
    const text = readFileSync(EXAMPLE, "utf8");
    const withTests = loadModel({ name: EXAMPLE, text }).model;
    const without = loadModel({ name: EXAMPLE, text: text.slice(0, text.indexOf("tests:\n")) }).model;
    if (withTests === undefined || without === undefined) throw new Error("the example does not load");
    expect(withTests.origins).toEqual(without.origins);
    expect(lockOf(withTests)).toEqual(lockOf(without));
  });

  test("are not there, or their message is not", () => {
    expect(bauta(["test", model("rules: []\n")])).toMatchObject({ code: EXIT.usage });
    const ran = bauta(["test", model("tests:\n  - {name: t, given: nowhere.xml, laws: [valid]}\n")]);
    expect([ran.code, ran.stderr.includes("BAUTA-1002")]).toEqual([EXIT.usage, true]);
  }, 60_000);
});
