/** Addresses, contacts, births, texts, and the parts of names: what is drawn for them looks like them, and layout comes back. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import { STATUS_MASKED as MASKED, ENCODING_MT_LINE as MT_LINE } from "../../../runtime/record/tables.ts";
import { sectionOf } from "../../people/spellings.ts";
import { type Draft, KEY, refusalOf, run } from "./bench.ts";
import { hmac, tokenOf } from "./oracle.ts";

const FORM = 6001;
const UNFIT = 6011;

const SWIFT_X = /^[A-Za-z0-9/\-?:().,'+ ]*$/;

export function people(engine: () => Engine): void {
  type Kind = NonNullable<Draft["kind"]>;
  const drawn = (kind: Kind, text: string | readonly string[], rest: Partial<Draft> = {}, encoding = 7): string => {
    const outcome = run(engine(), { technique: "pseudonym", kind, ...rest }, text, { encoding });
    expect(outcome.status).toBe(MASKED);
    return outcome.text;
  };
  const issue = (kind: Kind, text: string): number => run(engine(), { technique: "pseudonym", kind }, text).status;
  const listed = (list: string, countries: readonly string[]): Set<string> =>
    new Set(countries.flatMap((country) => sectionOf(`${list} ${country}`)));

  describe("parts of names", () => {
    test("given names are of the value's sex, one or two as it has", () => {
      const female = listed("female", ["pl_PL"]);
      for (const name of ["Małgorzata", "MAŁGORZATA", "malgorzata"])
        expect(drawn("given-name", name).toLowerCase()).toBe(drawn("given-name", "Malgorzata").toLowerCase());
      expect(female.has(drawn("given-name", "Małgorzata"))).toBe(true);
      expect(drawn("given-name", "Małgorzata Katarzyna").split(" ")).toHaveLength(2);
      expect(drawn("given-name", "MAŁGORZATA")).toMatch(/^[A-Z]+$/);
    });

    test("family names are of the value's language", () => {
      expect(listed("family", ["pl_PL"]).has(drawn("family-name", "Kowalczyk"))).toBe(true);
      expect(listed("family", ["tr_TR"]).has(drawn("family-name", "Yıldırım"))).toBe(true);
    });

    test("an organisation is one also without a legal form", () => {
      expect(drawn("organisation", "Ottilie Brandhorst").split(" ").length).toBeGreaterThanOrEqual(2);
      expect(drawn("organisation", "Brandhorst GmbH")).toEndWith(" GmbH");
      expect(drawn("organisation", "BRANDHORST GMBH")).toBe(drawn("organisation", "Brandhorst GmbH").toUpperCase());
    });

    test("distinct puts a code behind a name, and cuts the name for it", () => {
      const plain = drawn("party-name", "Ottilie Brandhorst");
      const distinct = drawn("party-name", "Ottilie Brandhorst", { distinct: true });
      expect(distinct).toMatch(/^[A-Za-z ]+ [0-9A-HJKMNP-TV-Z]{6}$/);
      expect(distinct.length).toBeLessThanOrEqual(33);
      expect(plain.startsWith(distinct.slice(0, -7))).toBe(true);
      expect(drawn("party-name", "Brandhorst, Ottilie", { distinct: true })).toBe(distinct);
      expect(drawn("party-name", "Ottilie Brandhorst", { distinct: true, fit: { shape: "text", min: 1, max: 20 } })).toHaveLength(
        plain.slice(0, 13).trimEnd().length + 7,
      );
    });

    test("truncated and initials merge what they say", () => {
      const long = "Maximilian Alexander Theodor Brandhorst";
      const same = (a: string, b: string, rest: Partial<Draft>): boolean =>
        drawn("party-name", a, rest).toLowerCase() === drawn("party-name", b, rest).toLowerCase();
      expect(same(long, long.slice(0, 35), {})).toBe(false);
      expect(same(long, long.slice(0, 35), { truncated: true })).toBe(true);
      expect(same("O. Brandhorst", "Ottilie Brandhorst", {})).toBe(false);
      expect(same("O. Brandhorst", "Ottilie Brandhorst", { initials: true })).toBe(true);
      expect(same("Ottilie M. Brandhorst", "BRANDHORST, OTTILIE", { initials: true })).toBe(true);
      expect(same("U. Brandhorst", "Ottilie Brandhorst", { initials: true })).toBe(false);
      expect(run(engine(), { technique: "hash", kind: "party-name", width: 64, initials: true }, "Dr. Ottilie M. Brandhorst").text).toBe(
        hmac(KEY, "o brandhorst"),
      );
    });
  });

  describe("lines", () => {
    test("a name on two lines is two words, and stays on two lines", () => {
      const one = drawn("party-name", "OTTILIE BRANDHORST", {}, MT_LINE);
      const [first = "", second = "", ...rest] = drawn("party-name", ["OTTILIE", "BRANDHORST"], {}, MT_LINE).split("|");
      expect(rest).toEqual([]);
      expect(`${first} ${second}`).toBe(one);
    });

    test("a line for which there is no word is X", () => {
      const lines = drawn("family-name", ["VAN", "DER", "BRANDHORST"], {}, MT_LINE).split("|");
      expect(lines).toHaveLength(3);
      expect(lines.slice(1)).toEqual(["X", "X"]);
    });

    test("an address is drawn line by line", () => {
      const lines = drawn("address-line", ["LINDENWEG 14", "50667 KOELN", "GERMANY"], {}, MT_LINE).split("|");
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatch(/^[A-Z][A-Z -]* [0-9]{1,3}$/);
      expect(lines[1]).toMatch(/^[0-9]{5} [A-Z][A-Z -]*$/);
      expect(lines[2]).toMatch(/^[A-Z][A-Z -]*$/);
      expect(drawn("address-line", "LINDENWEG 14")).toBe(lines[0] as string);
      expect(drawn("address-line", "LINDENWEG 14\n50667 KOELN")).toBe(lines.slice(0, 2).join("\n"));
    });
  });

  describe("addresses", () => {
    test("a town of a country becomes another town of it", () => {
      const towns = listed("town", ["de_DE", "de_AT", "de_CH"]);
      expect(towns.has(drawn("town", "Stuttgart"))).toBe(true);
      expect(drawn("town", "Stuttgart")).not.toBe("Stuttgart");
      expect(drawn("town", "STUTTGART")).toBe(drawn("town", "Stuttgart").toUpperCase());
      expect(drawn("town", "Münster")).toBe(drawn("town", "Muenster"));
    });

    test("a street keeps its language, and the place of its number", () => {
      const german = listed("street", ["de_DE", "de_AT", "de_CH"]);
      const french = listed("street", ["fr_FR", "fr_BE", "fr_CH"]);
      expect(german.has(drawn("street", "Lindenweg"))).toBe(true);
      const [, name = "", number = ""] = /^(.*) ([0-9]+)$/.exec(drawn("street", "Lindenweg 14a")) ?? [];
      expect([german.has(name), Number(number) > 0 && Number(number) < 200]).toEqual([true, true]);
      const [, before = "", street = ""] = /^([0-9]+) (.*)$/.exec(drawn("street", "8, rue des Tanneurs")) ?? [];
      expect([french.has(street), Number(before) > 0]).toEqual([true, true]);
    });

    test("subdivisions: names of the country, codes of as many letters", () => {
      expect(listed("subdivision", ["de_DE"]).has(drawn("subdivision", "Hessen"))).toBe(true);
      expect(drawn("subdivision", "NY")).toMatch(/^[A-Z]{2}$/);
      expect(drawn("subdivision", "NY")).not.toBe("NY");
      expect(drawn("subdivision", "nsw")).toMatch(/^[a-z]{3}$/);
    });

    test("what stands on a line tells what it is", () => {
      for (const [line, form] of [
        ["10115 Berlin", /^[0-9]{5} [A-Z]/],
        ["Berlin 10115", /[a-z] [0-9]{5}$/],
        ["London SW1A 2AE", /[a-z] [A-Z]{2}[0-9][A-Z] [0-9][A-Z]{2}$/],
        ["1016 GV Amsterdam", /^[0-9]{4} [A-Z]{2} [A-Z]/],
        ["Ottawa K1A 0B1", /[a-z] [A-Z][0-9][A-Z] [0-9][A-Z][0-9]$/],
        ["12 Main Street", /^[0-9]+ [A-Z]/],
        ["Rue du Lac", /^[A-Z]/],
        ["Haus Seeblick", /^[A-Z]/],
      ] as const) {
        const output = drawn("address-line", line);
        expect(output).toMatch(form);
        expect(output.length).toBeLessThanOrEqual(33);
        expect(output).toMatch(SWIFT_X);
      }
    });

    test("postcodes and building numbers keep their pattern", () => {
      for (const [value, form] of [
        ["50667", /^[1-9][0-9]{4}$/],
        ["01067", /^0[0-9]{4}$/],
        ["SW1A 2AE", /^[A-Z]{2}[1-9][A-Z] [1-9][A-Z]{2}$/],
        ["sw1a 2ae", /^[a-z]{2}[1-9][a-z] [1-9][a-z]{2}$/],
        ["1016 GV", /^[1-9][0-9]{3} [A-Z]{2}$/],
        ["4150-001", /^[1-9][0-9]{3}-[0-9]{3}$/],
      ] as const) {
        expect(drawn("postcode", value)).toMatch(form);
        expect(drawn("postcode", value)).not.toBe(value);
      }
      expect(drawn("postcode", "SW1A2AE").replaceAll(" ", "")).toBe(drawn("postcode", "SW1A 2AE").replaceAll(" ", ""));
      for (const [value, form] of [
        ["14", /^[1-9][0-9]$/],
        ["7", /^[1-9]$/],
        ["14a", /^[1-9][0-9][a-f]$/],
        ["12-14 B", /^[1-9][0-9]-[0-9]{2} [A-F]$/],
      ] as const) {
        expect(drawn("building-number", value)).toMatch(form);
        expect(drawn("building-number", value)).not.toBe(value);
      }
      expect([issue("postcode", "Köln"), issue("postcode", "AB"), issue("postcode", "ABC"), issue("building-number", "Hinterhof")]).toEqual(
        [FORM, FORM, FORM, FORM],
      );
    });
  });

  describe("contacts and births", () => {
    test("an e-mail address becomes one of nobody", () => {
      const form = /^[a-z]+\.[a-z]+\.[0-9a-hjkmnp-tv-z]{8}@/;
      const example = drawn("email", "Ottilie.Brandhorst@firma.example");
      expect(example).toMatch(form);
      expect(example).toEndWith("@example.com");
      expect(drawn("email", "OTTILIE.BRANDHORST@FIRMA.EXAMPLE")).toBe(example);
      const mapped = drawn("email", "ottilie@firma.example", { domain: "mapped" });
      expect(mapped).toMatch(/@d-[0-9a-hjkmnp-tv-z]{8}\.example$/);
      expect(drawn("email", "oskar@firma.example", { domain: "mapped" }).split("@")[1]).toBe(mapped.split("@")[1] as string);
      expect(drawn("email", "oskar@firma2.example", { domain: "mapped" }).split("@")[1]).not.toBe(mapped.split("@")[1]);
      expect(drawn("email", "Oskar@Firma.example", { domain: "kept" })).toEndWith("@firma.example");
      expect(drawn("email", "o@firma.example", { fit: { shape: "text", min: 1, max: 30 } }).length).toBeLessThanOrEqual(30);
      expect(["ottilie", "@firma.example", "ottilie@", "a@b@c", "a@-x.example"].map((value) => issue("email", value))).toEqual(
        Array(5).fill(FORM),
      );
    });

    test("a date of birth is another day of the decade, written alike", () => {
      const iso = drawn("birth-date", "1972-08-30");
      expect(iso).toMatch(/^197[0-9]-(0[1-9]|1[0-2])-[0-3][0-9]$/);
      expect(Number.isNaN(Date.parse(iso))).toBe(false);
      expect(iso).not.toBe("1972-08-30");
      expect(drawn("birth-date", "19720830")).toBe(iso.replaceAll("-", ""));
      expect(drawn("birth-date", "1972-08-30Z")).toBe(`${iso}Z`);
      const dotted = drawn("birth-date", "30.08.1972");
      expect(dotted).toMatch(/^(0[1-9]|1[0-2])\.(0[1-9]|1[0-2])\.197[0-9]$/);
      expect(drawn("birth-date", "30/8/1972")).toBe(dotted.replaceAll(".", "/"));
      expect(drawn("birth-date", "2021-03-04")).toMatch(/^201[0-9]-/);
      expect(drawn("birth-date", "19720830", { fit: { shape: "swift-date", min: 8, max: 8, prefix: "19" } })).toBe(iso.replaceAll("-", ""));
      expect(["1972-02-30", "72-08-30", "August 1972"].map((value) => issue("birth-date", value))).toEqual([FORM, FORM, FORM]);
    });

    test("a prefixed identifier keeps its prefix", () => {
      for (const [value, prefix] of [
        ["CUST_98421", "CUST_PS_"],
        ["M-7841", "M-PS-"],
        ["dev_aab12c", "dev_PS_"],
      ] as const) {
        expect(drawn("prefixed-id", value)).toBe(prefix + tokenOf(KEY, value));
        expect(run(engine(), { technique: "token", kind: "prefixed-id", width: 12 }, value).text).toBe(prefix + tokenOf(KEY, value, 12));
      }
      expect(["98421", "CUST98421", "_1", "CUST_", "CUSTOMERNUMBER_1"].map((value) => issue("prefixed-id", value))).toEqual(
        Array(5).fill(FORM),
      );
    });
  });

  describe("free text", () => {
    const text = (value: string): string => drawn("free-text", value);

    test("structure words stay, references keep their form, other words change", () => {
      expect(text("/INV/RG-2026-08815")).toMatch(/^\/INV\/[A-Z]{2}-[0-9]{4}-[0-9]{5}$/);
      expect(text("EREF+4711 SVWZ+Rechnung von Ottilie")).toMatch(/^EREF\+[0-9]{4} SVWZ\+[A-Z][a-z ]+$/);
      expect(text("?20EREF+X1?21SVWZ+Miete")).toMatch(/^\?20EREF\+[A-Z][0-9]\?21SVWZ\+[A-Za-z]+$/);
      expect(text("Invoice for O. Brandhorst")).toMatch(/^[A-Z][a-z]*( [a-z]+)*$/);
      expect(text("INVOICE FOR O. BRANDHORST")).toMatch(/^[A-Z ]+$/);
      expect(text("/XYZW/Ottilie")).not.toContain("XYZW");
      expect(text("Invoice for O. Brandhorst")).toBe(text("Invoice  for O. Brandhorst ").trim());
    });

    test("nothing of a text is left, and it never grows", () => {
      const words =
        "Zahlung Rechnung Brandhorst Ostrowka Lieferschein Überweisung 4929102938475610 DE82500990010073211884 k.muster@firma.example".split(
          " ",
        );
      for (let i = 0; i < 300; i++) {
        const value = Array.from({ length: 1 + (i % 12) }, (_, j) => words[(i * 7 + j * 5 + (i >> 3)) % words.length]).join(
          i % 3 === 0 ? ", " : " ",
        );
        const output = text(value);
        expect([...output].length).toBeLessThanOrEqual([...value].length);
        expect(output.length).toBeGreaterThan(0);
        for (const word of words) expect(output.toLowerCase()).not.toContain(word.toLowerCase());
        expect(output).toMatch(/^[A-Za-z0-9 ,./_-]*$/);
      }
    });

    test("lines stay lines, each at most as long", () => {
      const lines = ["ZAHLUNG FUER RECHNUNG", "OTTILIE BRANDHORST", "VOM 20.11."];
      const outputs = drawn("free-text", lines, {}, MT_LINE).split("|");
      expect(outputs).toHaveLength(3);
      for (const [i, output] of outputs.entries()) {
        expect(output.length).toBeGreaterThan(0);
        expect(output.length).toBeLessThanOrEqual((lines[i] as string).length);
        expect(output).toMatch(SWIFT_X);
      }
    });
  });

  test("of any length and of all of Unicode, in a field of any kind", () => {
    const kinds = ["given-name", "family-name", "organisation", "street", "town", "subdivision", "address-line", "free-text"] as const;
    for (const kind of kinds) {
      for (const value of [
        "\u{1f600}",
        "王小明",
        "محمد علي",
        "नरेन्द्र",
        "\u200b",
        "\t",
        "\n",
        " ",
        "''",
        "&",
        ",",
        "-",
        "0",
        "10115",
        "Ω".repeat(200),
        "x".repeat(200),
      ]) {
        const output = drawn(kind, value, { fit: { shape: "text", min: 1, max: 35 } });
        expect([...output].length).toBeLessThanOrEqual(35);
        expect(output).not.toBe("");
      }
      expect(issue(kind, "a\u{378}")).toBe(6005);
    }
  });

  test("what does not fit is found at open", () => {
    for (const draft of [
      { technique: "fpe", kind: "town" },
      { technique: "fpe", kind: "free-text" },
      { technique: "fpe", kind: "email" },
      { technique: "pseudonym", kind: "town", fit: { shape: "text", min: 1, max: 19 } },
      { technique: "pseudonym", kind: "town", fit: { shape: "digits", min: 1, max: 35 } },
      { technique: "pseudonym", kind: "email", fit: { shape: "text", min: 1, max: 29 } },
      { technique: "pseudonym", kind: "free-text", fit: { shape: "text", min: 2, max: 35 } },
      { technique: "pseudonym", kind: "town", distinct: true },
      { technique: "hash", kind: "town", initials: true },
      { technique: "pseudonym", kind: "party-name", domain: "kept" },
      { technique: "token", kind: "prefixed-id", prefix: "A" },
      { technique: "token", kind: "prefixed-id", fit: { shape: "text", min: 1, max: 34 } },
    ] as const satisfies readonly Draft[]) {
      expect([draft, refusalOf(engine(), draft)]).toEqual([draft, UNFIT]);
    }
  });
}
