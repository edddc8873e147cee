/** Names of people and companies in the spellings that messages hold, drawn from the lists with a seed. */
import { readFileSync } from "node:fs";
import type { Random } from "../generators/random.ts";
import { projectRoot } from "../shared.ts";

/** Entries of lists.txt by section, `female de_DE`. */
export const SECTIONS: ReadonlyMap<string, readonly string[]> = (() => {
  const sections = new Map<string, string[]>();
  let entries: string[] = [];
  for (const line of readFileSync(`${projectRoot}schemas/people/lists.txt`, "utf8").split("\n").slice(1)) {
    if (line.startsWith("@")) {
      entries = [];
      sections.set(line.slice(1), entries);
    } else if (line !== "") entries.push(line);
  }
  return sections;
})();
export const LOCALES: readonly string[] = [...SECTIONS.keys()].filter((name) => name.startsWith("female ")).map((name) => name.slice(7));
export const sectionOf = (name: string): readonly string[] => SECTIONS.get(name) ?? [];

const TITLES = ["Frau", "Herr", "Dr.", "Prof. Dr.", "Mr", "MRS.", "Mme", "Sig.ra", "Dipl.-Ing.", "Don", "Frau Dr."];
const SUFFIXES = ["Jr.", "Ph.D.", "PhD", "III"];
const LEGAL = ["GmbH", "G.m.b.H.", "GmbH & Co. KG", "SA", "S.A.", "S.A.R.L.", "Ltd", "Ltd.", "Inc.", "B.V.", "Sp. z o.o.", "AB", "Oy"];
const MARKS: Readonly<Record<string, string>> = {
  a: "àáâãä",
  e: "èéêë",
  i: "ìíîï",
  o: "òóôõö",
  u: "ùúûü",
  n: "ñ",
  c: "ç",
  s: "š",
  z: "ž",
  y: "ý",
};
const LETTERS: readonly (readonly [RegExp, string])[] = [
  [/ss/, "ß"],
  [/l/, "ł"],
  [/o/, "ø"],
  [/d/, "đ"],
  [/ae/, "æ"],
  [/i/, "ı"],
  [/th/, "þ"],
];
const SPACES = ["  ", "\t", "\u00a0", "\n", "\u2009", "-", ". ", "\u2010", "\u3000", " \u200b"];

/** A party as the lists have it: `Ottilie Brandhorst`, `Ottilie Maria Brandhorst`, `Brandhorst & Ostrowka GmbH`. */
export function party(random: Random): string {
  const locale = random.pick(LOCALES);
  const family = random.pick(sectionOf(`family ${locale}`));
  if (random.chance(0.15)) {
    const second = random.chance(0.5) ? ` ${random.pick(["&", "+", "und", "et"])} ${random.pick(sectionOf(`family ${locale}`))}` : "";
    return `${family}${second} ${random.pick(LEGAL)}`;
  }
  const given = sectionOf(`${random.pick(["female", "male"])} ${locale}`);
  const names = Array.from({ length: random.pick([1, 1, 1, 2]) }, () => random.pick(given));
  if (random.chance(0.1)) names.push(`${String.fromCharCode(65 + random.below(26))}.`);
  return [...names, family].join(" ");
}

/** One of its spellings; some are told apart by the table of merges (another order without a comma, an initial), as they should be. */
export function spelling(random: Random, name: string): string {
  let text = name;
  for (const change of CHANGES) if (random.chance(0.25)) text = change(random, text);
  return text;
}

const CHANGES: readonly ((random: Random, text: string) => string)[] = [
  (_, text) => (text.includes(" ") ? `${text.slice(text.lastIndexOf(" ") + 1)}, ${text.slice(0, text.lastIndexOf(" "))}` : text),
  (random, text) => `${random.pick(TITLES)} ${text}`,
  (random, text) => `${text}${random.pick([", ", " "])}${random.pick(SUFFIXES)}`,
  (random, text) => {
    const at = random.below(text.length);
    const marks = MARKS[text[at] as string];
    return marks === undefined ? text : text.slice(0, at) + random.pick([...marks]) + text.slice(at + 1);
  },
  (random, text) => {
    const [from, to] = random.pick(LETTERS);
    return text.replace(from, to);
  },
  (random, text) => text.replace(/[aou]/, (letter) => (random.chance(0.5) ? `${letter}e` : letter)),
  (random, text) => text.replace(" ", random.pick(SPACES)),
  (random, text) => text.replace(/(?<=^|\s)[OD](?=[a-z])/, (letter) => letter + random.pick(["'", "’", "`"])),
  (random, text) => random.pick([text.toUpperCase(), text.toLowerCase(), text]),
  (random, text) => text.normalize(random.pick(["NFC", "NFD"])),
  (random, text) => ` ${text}${random.pick(["", " ", "\n"])}`,
];
