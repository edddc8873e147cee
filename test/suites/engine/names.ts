/** Names of parties: one person in all spellings, and what is drawn for them. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Engine } from "../../../runtime/engines/api.ts";
import { STATUS_MASKED as MASKED } from "../../../runtime/record/tables.ts";
import { projectRoot } from "../../shared.ts";
import { type Draft, KEY, run } from "./bench.ts";
import { hmac } from "./oracle.ts";

/** One party a row: its name form, and spellings of it. */
const PARTIES: readonly (readonly [string, readonly string[]])[] = [
  [
    "ottilie brandhorst",
    [
      "Ottilie Brandhorst",
      "OTTILIE BRANDHORST",
      "ottilie brandhorst",
      " Ottilie   Brandhorst ",
      "Ottilie\nBrandhorst",
      "Brandhorst, Ottilie",
      "BRANDHORST,OTTILIE",
      "Frau Ottilie Brandhorst",
      "Dr. Ottilie Brandhorst",
      "Frau Prof. Dr. Ottilie Brandhorst",
      "Ottilie Brandhorst, Ph.D.",
      "Ottilie-Brandhorst",
      "Ottílie Brandhörst",
      "Otti\u00adlie Brandhorst",
    ],
  ],
  [
    "jurgen muller",
    ["Jürgen Müller", "Ju\u0308rgen Mu\u0308ller", "JUERGEN MUELLER", "Jurgen Muller", "Müller, Jürgen", "Hr. Jürgen Mueller"],
  ],
  ["soren agard", ["Søren Ågård", "SOREN AGARD", "Soeren Agard", "Sǿren Ågård"]],
  ["lukasz zolc", ["Łukasz Żółć", "LUKASZ ZOLC"]],
  ["sean obrien", ["Seán O'Brien", "SEAN OBRIEN", "Sean O’Brien", "O`BRIEN, SEAN"]],
  ["marta m kowalska", ["Marta M. Kowalska", "MARTA M KOWALSKA"]],
  ["atelier meunier sarl", ["Atelier Meunier SARL", "ATELIER MEUNIER S.A.R.L.", "Atelier Meunier, Sarl", "Atelier Meunier S A R L"]],
  ["meyer & sohn gmbh", ["Meyer & Sohn GmbH", "MEYER + SOHN GMBH", "Meyer&Sohn GmbH"]],
  ["иван петров", ["Иван Петров", "ИВАН ПЕТРОВ", "Петров, Иван"]],
  ["---", ["---", " --- "]],
];

const lists = new Set(
  readFileSync(`${projectRoot}schemas/people/lists.txt`, "latin1")
    .split("\n")
    .filter((line) => !line.startsWith("@")),
);

export function names(engine: () => Engine): void {
  const drawn = (text: string, rest: Partial<Draft> = {}): string => {
    const outcome = run(engine(), { technique: "pseudonym", kind: "party-name", ...rest }, text);
    expect(outcome.status).toBe(MASKED);
    return outcome.text;
  };

  describe("names", () => {
    test.each(PARTIES.map((row) => [...row] as const))("%s is one party", (form, spellings) => {
      for (const spelling of spellings) {
        expect(run(engine(), { technique: "hash", kind: "party-name", width: 64 }, spelling).text).toBe(hmac(KEY, form));
        expect(drawn(spelling).toLowerCase()).toBe(drawn(form).toLowerCase());
      }
    });

    test("the case of the value comes back", () => {
      const name = drawn("Ottilie Brandhorst");
      expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][A-Za-z]+$/);
      expect(drawn("OTTILIE BRANDHORST")).toBe(name.toUpperCase());
      expect(drawn("ottilie brandhorst")).toBe(name.toLowerCase());
      expect(drawn("ŁUKASZ ŻÓŁĆ")).toBe(drawn("Łukasz Żółć").toUpperCase());
    });

    test("persons get two given names and a family name of the lists, and of their sex", () => {
      for (let i = 0; i < 300; i++) {
        const words = drawn(`Ottilie Brandhorst${i === 0 ? "" : "x".repeat(i)}`).split(" ");
        expect([words.length, words.every((word) => lists.has(word))]).toEqual([3, true]);
      }
      const male = new Set(sectionOf("male pl_PL"));
      for (const family of ["Kowalski", "Nowak", "Kaczmarek"]) {
        const [first = "", second = ""] = drawn(`Grzegorz ${family}`).split(" ");
        expect([male.has(first), male.has(second)]).toEqual([true, true]);
      }
    });

    test("organisations keep their legal form, and persons get none", () => {
      for (const [name, form] of [
        ["Brandhorst Werkzeug GmbH", "GmbH"],
        ["BRANDHORST WERKZEUG GMBH & CO. KG", "GMBH CO KG"],
        ["Atelier Meunier S.A.R.L.", "Sarl"],
        ["Kowalski Sp. z o.o.", "Sp z oo"],
        ["Ottilie Ltd", "Ltd"],
      ] as const) {
        expect(drawn(name)).toEndWith(` ${form}`);
      }
      expect(drawn("Maria de Sá")).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][A-Za-z]+$/);
      expect(drawn("Maria da Silva")).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][A-Za-z]+$/);
    });

    test("every pseudonym is of letters and spaces, 33 at most, and has no word of the name", () => {
      const seen = new Set<string>();
      for (let i = 0; i < 500; i++) {
        const name = `${["Anna", "Jan", "Muller", "Nowak"][i % 4]} ${["Klaus", "Garcia", "Rossi Holding", "Bank & Co"][(i >> 2) % 4]} ${i > 15 ? "abcdefghij"[i % 10]?.repeat(i) : ""}`;
        const pseudonym = drawn(name);
        expect(pseudonym).toMatch(/^[A-Za-z]+( [A-Za-z]+)*$/);
        expect(pseudonym.length).toBeLessThanOrEqual(33);
        const own = name.toLowerCase().split(/[^a-z]+/);
        // A legal form is no word of a name.
        const words = pseudonym.toLowerCase().split(" ");
        expect(words.filter((word) => word !== "co" && own.includes(word))).toEqual([]);
        seen.add(pseudonym);
      }
      expect(seen.size).toBeGreaterThan(400);
    });

    test("a shorter field takes the beginning", () => {
      const whole = drawn("Ottilie Brandhorst");
      for (const max of [20, 21, 22, 33, 35, 140]) {
        expect(drawn("Ottilie Brandhorst", { fit: { shape: "text", min: 1, max } })).toBe(whole.slice(0, max).trimEnd());
      }
    });

    test("of any length and of all of Unicode", () => {
      for (let length = 1; length <= 200; length++) drawn("é".repeat(length));
      for (const text of [
        "\u{1f600}",
        "王小明",
        "محمد علي",
        "नरेन्द्र",
        "\u200b",
        "\t",
        "''",
        "&",
        ",",
        ",,",
        "a,",
        ",a",
        "Dr.",
        "Dr. Dr.",
        "GmbH",
        "SA",
      ])
        drawn(text);
      expect(run(engine(), { technique: "pseudonym", kind: "party-name" }, "a\u{378}").status).toBe(6005);
    });
  });
}

function sectionOf(head: string): readonly string[] {
  const text = readFileSync(`${projectRoot}schemas/people/lists.txt`, "latin1");
  const from = text.indexOf(`@${head}\n`) + head.length + 2;
  return text.slice(from, text.indexOf("\n@", from)).split("\n");
}
