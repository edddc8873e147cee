/** The lists of schemas/people, read when a plan first draws names. */
import { readFileSync } from "node:fs";
import { joinInitials, lowerCase, shorten } from "./words.ts";

/** Families of at most so many letters make the names of organisations. */
const SHORT_FAMILY = 8;

/** The names of one language and country. */
export interface Locale {
  readonly female: string[];
  readonly male: string[];
  readonly family: string[];
  /** The short ones of them. */
  shortFamily: readonly string[];
  /** Its group of languages. */
  group: string;
}

/** Locales, one bit each, in which a word is a name: as the given name of a woman, of a man, as a family name. */
export interface Marks {
  female: number;
  male: number;
  family: number;
}

export interface Legal {
  /** As it is written. */
  readonly display: string;
  /** The group of languages that it tells. */
  readonly group: string | undefined;
}

/** What words are that are no name: in the name of an organisation, in front of a name, behind it, between names. */
export type Role = "organisation" | "title" | "suffix" | "particle";

/** The names. Reading them takes a while, so that only a draw does it. */
export interface Names {
  readonly locales: readonly Locale[];
  /** Words of the names of organisations, by group of languages. */
  readonly business: ReadonlyMap<string, readonly string[]>;
  readonly marks: ReadonlyMap<string, Marks>;
}

/** The words by which names are told. */
export interface Forms {
  readonly legal: ReadonlyMap<string, Legal>;
  readonly roles: Readonly<Record<Role, ReadonlySet<string>>>;
}

let names: Names | undefined;
let forms: Forms | undefined;

export function loadNames(): Names {
  names ??= parseNames(read("lists.txt"));
  return names;
}

export function loadForms(): Forms {
  forms ??= parseForms(read("forms.txt"));
  return forms;
}

const read = (name: string): string => readFileSync(new URL(`../../../../schemas/people/${name}`, import.meta.url), "latin1");

function parseNames(file: string): Names {
  const locales = new Map<string, Locale>();
  const business = new Map<string, string[]>();
  const groupOf = new Map<string, string>();
  for (const { list, key, entry } of entries(file)) {
    if (list === "business") append(business, key, entry);
    else if (list === "groups") groupOf.set(entry.slice(0, entry.indexOf(" ")), entry.slice(entry.indexOf(" ") + 1));
    else {
      let locale = locales.get(key);
      if (locale === undefined) {
        locale = { female: [], male: [], family: [], shortFamily: [], group: "" };
        locales.set(key, locale);
      }
      if (list === "female" || list === "male" || list === "family") locale[list].push(entry);
    }
  }
  const marks = new Map<string, Marks>();
  let bit = 1;
  for (const [name, locale] of locales) {
    locale.group = groupOf.get(name) ?? "";
    locale.shortFamily = locale.family.filter((family) => family.length <= SHORT_FAMILY);
    for (const list of ["female", "male", "family"] as const) for (const entry of locale[list]) mark(marks, normal(entry), list, bit);
    bit *= 2;
  }
  return { locales: [...locales.values()], business, marks };
}

function mark(marks: Map<string, Marks>, word: string, list: keyof Marks, bit: number): void {
  const known = marks.get(word);
  if (known === undefined) marks.set(word, { female: 0, male: 0, family: 0, [list]: bit });
  else known[list] |= bit;
}

function parseForms(file: string): Forms {
  const legal = new Map<string, Legal>();
  const roles = { organisation: new Set<string>(), title: new Set<string>(), suffix: new Set<string>(), particle: new Set<string>() };
  for (const { list, entry } of entries(file)) {
    if (list !== "legal") {
      roles[list as Role].add(normal(entry));
      continue;
    }
    const [form = "", written = ""] = entry.split("=");
    const [display = "", group] = written.split("@");
    legal.set(normal(form), { display, group });
  }
  return { legal, roles };
}

function* entries(file: string): Generator<{ readonly list: string; readonly key: string; readonly entry: string }> {
  let list = "";
  let key = "";
  for (const entry of file.slice(0, -1).split("\n").slice(1)) {
    if (entry.startsWith("@")) [list = "", key = ""] = entry.slice(1).split(" ");
    else yield { list, key, entry };
  }
}

function append(map: Map<string, string[]>, key: string, entry: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}

/** The normal form of ASCII words. */
const normal = (words: string): string => joinInitials(lowerCase(words).split(" ").map(shorten)).join(" ");
