/**
 * The lists of schemas/people. They are 1.5 MB, so that a file is read when a plan first needs it, and a list is parsed when a
 * draw does: at first only the places of the sections are known.
 */
import { assetText } from "../../../kit/assets.ts";
import { entryForm, joinInitials, lowerCase, shorten } from "./words.ts";

/** Families of at most so many letters make the names of organisations. */
const SHORT_FAMILY = 8;

/** What lists.txt has for each locale. */
export type NameList = "female" | "male" | "family";
export type PlaceList = "town" | "street" | "subdivision";

/** Locales, one bit each, in which a word is a name: as the given name of a woman, of a man, as a family name. */
export type Marks = Readonly<Record<NameList, number>>;

export interface Legal {
  /** As it is written. */
  readonly display: string;
  /** The group of languages that it tells. */
  readonly group: string | undefined;
}

/** What words are that are no name: in the name of an organisation, in front of a name, behind it, between names. */
export type Role = "organisation" | "title" | "suffix" | "particle";

/** The words by which names and addresses are told, and those that texts are made of. */
export interface Forms {
  readonly legal: ReadonlyMap<string, Legal>;
  readonly roles: Readonly<Record<Role, ReadonlySet<string>>>;
  readonly streetWords: PlaceWords;
  readonly townWords: PlaceWords;
  /** Structure words of remittance information, between slashes. */
  readonly codes: ReadonlySet<string>;
  /** Those of SEPA, in front of a plus sign. */
  readonly sepa: ReadonlySet<string>;
  /** 256 words, one for each byte. */
  readonly text: readonly string[];
}

/** The words by which a street or a town is told, each with the group of languages that it tells; `endings` also at the end of a longer word. */
export interface PlaceWords {
  readonly whole: ReadonlyMap<string, string>;
  readonly endings: ReadonlyMap<string, string>;
  readonly longestEnding: number;
}

/** The names and places of one language and country. */
export class Locale {
  /** Its place in the order of the file: the bit of marks. */
  readonly index: number;
  /** Its group of languages. */
  readonly group: string;
  readonly #bodies: ReadonlyMap<string, string>;
  readonly #lists = new Map<string, readonly string[]>();
  #shortFamily: readonly string[] | undefined;

  constructor(index: number, group: string, bodies: ReadonlyMap<string, string>) {
    this.index = index;
    this.group = group;
    this.#bodies = bodies;
  }

  /** The entries of a list, in its order; none if the locale has no such list. */
  list(name: NameList | PlaceList): readonly string[] {
    let list = this.#lists.get(name);
    if (list === undefined) {
      list = linesOf(this.#bodies.get(name));
      this.#lists.set(name, list);
    }
    return list;
  }

  /** The short ones of its family names. */
  get shortFamily(): readonly string[] {
    this.#shortFamily ??= this.list("family").filter((family) => family.length <= SHORT_FAMILY);
    return this.#shortFamily;
  }

  /** The word forms of a list. */
  forms(name: NameList | PlaceList): readonly string[] {
    const body = this.#bodies.get(name) ?? "";
    // Names are single words, of which the form can be made of all at once.
    return /[ -]/.test(body) ? linesOf(body).map(entryForm) : linesOf(shorten(body.toLowerCase()));
  }
}

/** What names and addresses are drawn from. */
export class Lists {
  /** In the order of the file. */
  readonly locales: readonly Locale[];
  readonly #business: ReadonlyMap<string, string>;
  readonly #businessLists = new Map<string, readonly string[]>();
  readonly #places = new Map<PlaceList, ReadonlyMap<string, number>>();
  #marks: ReadonlyMap<string, Marks> | undefined;

  constructor(file: string) {
    const sections = sectionsOf(file);
    const groups = new Map(linesOf(sections.get("groups")?.get("all")).map((line) => line.split(" ") as [string, string]));
    this.#business = sections.get("business") ?? new Map();
    this.locales = Array.from(localeBodies(sections), ([name, bodies], index) => new Locale(index, groups.get(name) ?? "", bodies));
  }

  /** Words of the names of organisations in a group of languages. */
  business(group: string): readonly string[] {
    let list = this.#businessLists.get(group);
    if (list === undefined) {
      list = linesOf(this.#business.get(group));
      this.#businessLists.set(group, list);
    }
    return list;
  }

  /** What each word that is a name is, and where. */
  get marks(): ReadonlyMap<string, Marks> {
    this.#marks ??= this.#markNames();
    return this.#marks;
  }

  /** The locales, one bit each, that have the place of this word form; 0 if none has. */
  placeBits(list: PlaceList, form: string): number {
    let places = this.#places.get(list);
    if (places === undefined) {
      places = this.#markPlaces(list);
      this.#places.set(list, places);
    }
    return places.get(form) ?? 0;
  }

  /** The locales of a group of languages; all if there is none of it. */
  ofGroup(group: string | undefined): readonly Locale[] {
    const found = this.locales.filter((locale) => locale.group === group);
    return found.length > 0 ? found : this.locales;
  }

  #markNames(): ReadonlyMap<string, Marks> {
    const marks = new Map<string, Record<NameList, number>>();
    for (const locale of this.locales) {
      const bit = 1 << locale.index;
      for (const list of ["female", "male", "family"] as const) {
        for (const word of locale.forms(list)) {
          const known = marks.get(word);
          if (known !== undefined) known[list] |= bit;
          else
            marks.set(word, { female: list === "female" ? bit : 0, male: list === "male" ? bit : 0, family: list === "family" ? bit : 0 });
        }
      }
    }
    return marks;
  }

  #markPlaces(list: PlaceList): ReadonlyMap<string, number> {
    const places = new Map<string, number>();
    for (const locale of this.locales) {
      for (const form of locale.forms(list)) places.set(form, (places.get(form) ?? 0) | (1 << locale.index));
    }
    return places;
  }
}

let lists: Lists | undefined;
let forms: Forms | undefined;

/** The lists that are drawn from, once for the process. */
export function loadLists(): Lists {
  lists ??= new Lists(read("lists.txt"));
  return lists;
}

/** The words by which a party or a street is told, once for the process. */
export function loadForms(): Forms {
  forms ??= parseForms(read("forms.txt"));
  return forms;
}

const read = (name: string): string => assetText(`schemas/people/${name}`);

function parseForms(file: string): Forms {
  const sections = sectionsOf(file);
  const entries = (list: string): readonly string[] => linesOf(sections.get(list)?.get("all"));
  const role = (list: Role): ReadonlySet<string> => new Set(entries(list).map(normal));
  return {
    legal: new Map(entries("legal").map(legalOf)),
    roles: { organisation: role("organisation"), title: role("title"), suffix: role("suffix"), particle: role("particle") },
    streetWords: placeWordsOf(entries("street-word")),
    townWords: placeWordsOf(entries("town-word")),
    codes: new Set(entries("code")),
    sepa: new Set(entries("sepa")),
    text: entries("text"),
  };
}

/** `form=Written@group`. */
function legalOf(entry: string): [string, Legal] {
  const [form = "", written = ""] = entry.split("=");
  const [display = "", group] = written.split("@");
  return [normal(form), { display, group }];
}

/** `word=group`, with a hyphen in front if it is also an ending. */
function placeWordsOf(entries: readonly string[]): PlaceWords {
  const whole = new Map<string, string>();
  const endings = new Map<string, string>();
  for (const entry of entries) {
    const isEnding = entry.startsWith("-");
    const [word = "", group = ""] = (isEnding ? entry.slice(1) : entry).split("=");
    const form = normal(word);
    whole.set(form, group);
    if (isEnding) endings.set(form, group);
  }
  return { whole, endings, longestEnding: Math.max(...Array.from(endings.keys(), (ending) => ending.length)) };
}

/** The bodies of a file's sections: list, then key, then the lines behind the head. */
function sectionsOf(file: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  for (let at = file.indexOf("\n@"); at >= 0; ) {
    const next = file.indexOf("\n@", at + 1);
    const headEnd = file.indexOf("\n", at + 1);
    const [list = "", key = ""] = file.slice(at + 2, headEnd).split(" ");
    const body = headEnd === next ? "" : file.slice(headEnd + 1, next < 0 ? -1 : next);
    const keyed = sections.get(list);
    if (keyed === undefined) sections.set(list, new Map([[key, body]]));
    else keyed.set(key, body);
    at = next;
  }
  return sections;
}

/** The bodies of each locale, by list. Locales are in the order in which the file first names them. */
function localeBodies(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const locales = new Map<string, Map<string, string>>();
  for (const [list, keyed] of sections) {
    if (list === "business" || list === "groups") continue;
    for (const [key, body] of keyed) {
      const bodies = locales.get(key);
      if (bodies === undefined) locales.set(key, new Map([[list, body]]));
      else bodies.set(list, body);
    }
  }
  return locales;
}

const linesOf = (body: string | undefined): readonly string[] => (body === undefined || body === "" ? [] : body.split("\n"));

/** The normal form of ASCII words. */
const normal = (words: string): string => joinInitials(lowerCase(words).split(" ").map(shorten)).join(" ");
