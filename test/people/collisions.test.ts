/**
 * How often two people get one name: within four standard deviations of the birthday estimate, and never with `distinct`, over a
 * million people whose language and sex the lists tell without doubt. BAUTA_NAMES says how many; `npm test` takes fewer.
 */
import { describe, expect, test } from "bun:test";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { DEPTH } from "../seed.ts";
import { maskAll } from "./bulk.ts";
import { LOCALES, sectionOf } from "./spellings.ts";

const COUNT = Number(process.env["BAUTA_NAMES"] ?? Math.min(1_000_000, 200_000 * DEPTH));
const SLOW = 600_000;
/** Codes behind names that are kept distinct: six characters of 32. */
const CODES = 2 ** 30;

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

const all = LOCALES.flatMap((locale) =>
  (["female", "male"] as const).map((sex) => {
    const given = sectionOf(`${sex} ${locale}`).length;
    return { people: [...peopleOf(locale, sex)], names: given * (given - 1) * sectionOf(`family ${locale}`).length };
  }),
);

/** COUNT people, as many of each group as of the others or all there are, taken evenly. */
const groups: readonly Group[] = (() => {
  const sizes = all.map(({ people }) => people.length).sort((a, b) => a - b);
  let left = COUNT;
  let most = 0;
  for (const [i, size] of sizes.entries()) {
    most = Math.ceil(left / (sizes.length - i));
    if (size > most) break;
    left -= size;
  }
  return all.map(({ people, names }) => {
    const share = Math.min(1, most / people.length);
    return { people: people.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share)), names };
  });
})();

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
      expect(people).toBeGreaterThan(COUNT * 0.999);
      expect(Math.abs(measured - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected));
    },
    SLOW,
  );

  test(
    "with distinct nobody shares one",
    async () => {
      const engine = await loadEngine(name);
      // Locale by locale, whole, so that as many as can be are drawn from the same names.
      const forms = new Map<string, string>();
      let expected = 0;
      for (const locale of LOCALES) {
        const before = forms.size;
        const given = sectionOf(`female ${locale}`);
        const families = sectionOf(`family ${locale}`);
        for (const family of families) {
          for (const name of given) {
            const person = `${name} ${family}`;
            if (forms.size < COUNT) forms.set(person.split(/[ -]/).map(form).join(" "), person);
          }
        }
        expected += (forms.size - before) ** 2 / (2 * given.length * (given.length - 1) * families.length) / CODES;
      }
      const parties = [...forms.values()];
      expect(parties).toHaveLength(COUNT);
      const drawn = maskAll(engine, { technique: "pseudonym", kind: "party-name", distinct: true }, parties);
      console.log(`${name}: ${parties.length} people, ${expected.toExponential(1)} pairs expected to share a name with its code`);
      expect(sharing(drawn.map(({ text }) => text))).toBe(0);
    },
    SLOW,
  );
});
