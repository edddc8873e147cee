/**
 * How often two people get one name: within four standard deviations of the birthday estimate, and never with `distinct`, over a
 * million people whose language and sex the lists tell without doubt. Fewer with BAUTA_NAMES.
 */
import { describe, expect, test } from "bun:test";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { maskAll } from "./bulk.ts";
import { LOCALES, sectionOf } from "./spellings.ts";

const COUNT = Number(process.env["BAUTA_NAMES"] ?? 1_000_000);
const SLOW = 600_000;

const form = (entry: string): string => entry.toLowerCase().replaceAll(/([aou])e/g, "$1");

/** Locales in which a word is a name of any sort, and whether more of them know it as a woman's or as a man's. */
const known = new Map<string, Set<string>>();
const votes = new Map<string, number>();
for (const locale of LOCALES) {
  for (const list of ["female", "male", "family"]) {
    for (const entry of new Set(sectionOf(`${list} ${locale}`).map(form))) {
      known.set(entry, (known.get(entry) ?? new Set()).add(locale));
      if (list !== "family") votes.set(entry, (votes.get(entry) ?? 0) + (list === "female" ? 1 : -1));
    }
  }
}

/** People whose given and family name stand together in the lists of one locale alone, with a sex. */
function* peopleOf(locale: string, sex: "female" | "male"): Generator<string> {
  const sign = sex === "female" ? 1 : -1;
  const givens = [...new Set(sectionOf(`${sex} ${locale}`).map(form))].filter((name) => Math.sign(votes.get(name) ?? 0) === sign);
  const families = [...new Set(sectionOf(`family ${locale}`).map(form))];
  for (const given of givens) {
    const places = known.get(given) as Set<string>;
    for (const family of families) {
      const others = [...(known.get(family) as Set<string>)].filter((other) => other !== locale && places.has(other));
      // A family name that is a given name as well would vote too, but the given name stands first.
      if (others.length === 0 && given !== family) yield `${given} ${family}`;
    }
  }
}

interface Group {
  readonly people: readonly string[];
  /** Names that can be drawn for one of them. */
  readonly names: number;
}

const groups: Group[] = [];
for (const locale of LOCALES) {
  for (const sex of ["female", "male"] as const) {
    const people = [...peopleOf(locale, sex)].filter((_, i, all) => i % Math.ceil((all.length * LOCALES.length * 2) / COUNT) === 0);
    const given = sectionOf(`${sex} ${locale}`).length;
    groups.push({ people, names: given * (given - 1) * sectionOf(`family ${locale}`).length });
  }
}

/** Pairs of people that share a name. */
function sharing(names: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts.values()].reduce((pairs, count) => pairs + (count * (count - 1)) / 2, 0);
}

describe.each([...ENGINE_NAMES])("engine %s", (name) => {
  test(
    "people share a name as often as chance has it",
    async () => {
      const engine = await loadEngine(name);
      let expected = 0;
      let measured = 0;
      let people = 0;
      for (const group of groups) {
        const drawn = maskAll(engine, { technique: "pseudonym", kind: "party-name" }, group.people);
        measured += sharing(drawn.map(({ text }) => text));
        expected += group.people.length ** 2 / (2 * group.names);
        people += group.people.length;
      }
      console.log(`${name}: ${people} people, ${measured} pairs share a name, ${expected.toFixed(1)} expected`);
      expect(Math.abs(measured - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected));
    },
    SLOW,
  );

  test(
    "with distinct nobody shares one",
    async () => {
      const engine = await loadEngine(name);
      const people: string[] = [];
      for (const locale of LOCALES) {
        for (const family of sectionOf(`family ${locale}`)) {
          for (const given of sectionOf(`female ${locale}`)) if (people.length < COUNT) people.push(`${given} ${family}`);
        }
        if (people.length >= COUNT) break;
      }
      const parties = [...new Map(people.map((one) => [one.split(/[ -]/).map(form).join(" "), one])).values()];
      const drawn = maskAll(engine, { technique: "pseudonym", kind: "party-name", distinct: true }, parties);
      console.log(`${name}: ${parties.length} distinct names`);
      expect(sharing(drawn.map(({ text }) => text))).toBe(0);
    },
    SLOW,
  );
});
