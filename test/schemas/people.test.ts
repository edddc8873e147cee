/** schemas/people: the form of lists.txt and forms.txt, what both engines may rely on, and that the lists are what the generator writes. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { projectRoot } from "../shared.ts";

const read = (name: string): string => readFileSync(`${projectRoot}schemas/people/${name}`, "latin1");

interface Rule {
  readonly form: RegExp;
  readonly shortest: number;
  readonly longest: number;
  readonly least: number;
}
/** At most 15 letters, so that two short family names stand in front of it. */
const LEGAL = /^[a-z]+( [a-z]+)*=[A-Za-z][A-Za-z ]{0,13}[A-Za-z](@[a-z]+)?$/;
const PLACE_WORD = /^-?[a-z]{2,}=[a-z]+$/;
const WORDS = /^[a-z]+( [a-z]+)*$/;
/** Sections of forms.txt in their order, and the form of their entries. */
const FORMS: Record<string, RegExp> = {
  legal: LEGAL,
  organisation: WORDS,
  title: WORDS,
  suffix: WORDS,
  particle: WORDS,
  "street-word": PLACE_WORD,
  "town-word": PLACE_WORD,
  code: /^[A-Z]{2,11}$/,
  sepa: /^[A-Z]{3,4}$/,
  text: /^[a-z]{2,10}$/,
};
const PLACE = /^[A-Z][A-Za-z]*([ -][A-Za-z]+)*$/;
const RULES: Record<string, Rule> = {
  female: { form: /^[A-Z][a-z]+$/, shortest: 2, longest: 10, least: 150 },
  male: { form: /^[A-Z][a-z]+$/, shortest: 2, longest: 10, least: 150 },
  family: { form: /^[A-Z][A-Za-z]+$/, shortest: 3, longest: 11, least: 300 },
  town: { form: PLACE, shortest: 3, longest: 24, least: 150 },
  street: { form: PLACE, shortest: 4, longest: 26, least: 200 },
  subdivision: { form: PLACE, shortest: 3, longest: 24, least: 4 },
  business: { form: /^[A-Z][a-z]+$/, shortest: 2, longest: 24, least: 60 },
  groups: { form: /^[a-z]{2}_[A-Z]{2} [a-z]+$/, shortest: 8, longest: 20, least: 22 },
};
const PAYMENT_COUNTRIES =
  "de_DE de_AT de_CH fr_FR fr_BE fr_CH it_IT es_ES nl_NL nl_BE pt_PT pt_BR pl_PL en_GB en_US en_AU en_CA en_IE sv_SE nb_NO da_DK fi_FI cs_CZ hu_HU ro_RO hr_HR tr_TR es_MX";

type Sections = ReadonlyMap<string, readonly string[]>;

function sectionsOf(text: string): { readonly head: string; readonly sections: Sections; readonly names: readonly string[] } {
  const [head = "", ...lines] = text.slice(0, -1).split("\n");
  const sections = new Map<string, string[]>();
  const names: string[] = [];
  let entries: string[] = [];
  for (const line of lines) {
    if (!line.startsWith("@")) entries.push(line);
    else {
      entries = [];
      names.push(line.slice(1));
      sections.set(line.slice(1), entries);
    }
  }
  return { head, sections, names };
}

const lists = sectionsOf(read("lists.txt"));
const forms = sectionsOf(read("forms.txt"));
const listOf = (name: string): string => name.slice(0, name.indexOf(" "));
const isAscending = (entries: readonly string[]): boolean => entries.every((entry, i) => i === 0 || (entries[i - 1] as string) < entry);

describe("people", () => {
  test.each(["lists.txt", "forms.txt"])("%s is ASCII, of lines that end with LF, none of them empty", (name) => {
    expect(/^(?:[ -~]+\n)+$/.test(read(name))).toBe(true);
  });

  test("heads, and each section once", () => {
    expect([lists.head, forms.head]).toEqual(["bauta-people 1", "bauta-forms 1"]);
    for (const { names } of [lists, forms]) expect(new Set(names).size).toBe(names.length);
    expect(forms.names).toEqual(Object.keys(FORMS).map((name) => `${name} all`));
    expect(lists.names.filter((name) => !(listOf(name) in RULES))).toEqual([]);
  });

  test("every section ascends by code point, without duplicates", () => {
    for (const { sections } of [lists, forms]) {
      expect([...sections].filter(([, entries]) => !isAscending(entries)).map(([name]) => name)).toEqual([]);
    }
  });

  test("no two entries of a list differ in case only", () => {
    const wrong = [...lists.sections].filter(([, entries]) => new Set(entries.map((entry) => entry.toLowerCase())).size !== entries.length);
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  test("form, length and count are what README.md says", () => {
    for (const [name, entries] of lists.sections) {
      const { form, shortest, longest, least } = RULES[listOf(name)] as Rule;
      expect(
        entries.filter((entry) => !form.test(entry) || entry.length < shortest || entry.length > longest),
        name,
      ).toEqual([]);
      expect(entries.length, name).toBeGreaterThanOrEqual(least);
    }
  });

  test("every country has all six lists, and a group that has words", () => {
    const groups = new Map((lists.sections.get("groups all") ?? []).map((entry) => entry.split(" ") as [string, string]));
    expect([...groups.keys()]).toEqual(PAYMENT_COUNTRIES.split(" ").sort());
    const missing = [...groups].flatMap(([locale, group]) =>
      [...["female", "male", "family", "town", "street", "subdivision"].map((list) => `${list} ${locale}`), `business ${group}`].filter(
        (name) => !lists.sections.has(name),
      ),
    );
    expect(missing).toEqual([]);
    // And no section that no country leads to.
    expect(lists.names.length).toBe(6 * groups.size + new Set(groups.values()).size + 1);
  });

  test("forms are folded words, and hold the ones that every engine must know", () => {
    for (const [name, entries] of forms.sections) {
      expect(
        entries.filter((entry) => !(FORMS[listOf(name)] as RegExp).test(entry)),
        name,
      ).toEqual([]);
    }
    expect(forms.sections.get("legal all")?.map((entry) => entry.slice(0, entry.indexOf("=")))).toEqual(
      expect.arrayContaining(["gmbh", "gmbh co kg", "sp z o o", "spzoo", "s r o", "ltd", "sarl"]),
    );
    expect(forms.sections.get("organisation all")).toEqual(expect.arrayContaining(["bank", "stadtwerke", "mairie", "ayuntamiento"]));
    expect(forms.sections.get("title all")).toEqual(expect.arrayContaining(["dr", "herr", "mme", "sig"]));
    expect(forms.sections.get("particle all")).toEqual(expect.arrayContaining(["von", "van", "de", "al"]));
    expect(forms.sections.get("organisation all")?.length).toBeGreaterThan(250);
  });

  test("words of places tell groups that there are, and a text has a word for each byte", () => {
    const groups = new Set((lists.sections.get("groups all") ?? []).map((entry) => entry.split(" ")[1]));
    const told = ["street-word all", "town-word all"].flatMap((name) => forms.sections.get(name) ?? []).map((entry) => entry.split("=")[1]);
    expect(told.filter((group) => !groups.has(group))).toEqual([]);
    expect(forms.sections.get("text all")).toHaveLength(256);
  });

  test("words of organisations are no common names", () => {
    const words = forms.sections.get("organisation all") ?? [];
    expect(words.filter((word) => ["koch", "baker", "miller", "martin", "king", "bishop", "camara", "post"].includes(word))).toEqual([]);
  });

  test("the lists are what the generator writes", () => {
    const run = spawnSync("node", ["schemas/people/generate.mjs", "--check"], { cwd: projectRoot, encoding: "utf8" });
    expect(run, run.stderr).toMatchObject({ status: 0 });
  });

  test("the source's notice is there, and the version is the one that is installed", () => {
    const { version } = JSON.parse(readFileSync(`${projectRoot}node_modules/@faker-js/faker/package.json`, "utf8")) as { version: string };
    expect(read("LICENSE.faker")).toContain("Permission is hereby granted, free of charge");
    expect(read("LICENSE.faker")).toBe(readFileSync(`${projectRoot}node_modules/@faker-js/faker/LICENSE`, "latin1"));
    expect(read("README.md")).toContain(`@faker-js/faker ${version}`);
  });
});
