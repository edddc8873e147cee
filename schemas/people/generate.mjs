// Writes lists.txt: given names, family names, towns, streets, subdivisions and words of business by country, from @faker-js/faker and own.txt.
//   node schemas/people/generate.mjs            write
//   node schemas/people/generate.mjs --check    compare with the committed file, and write nothing
// What it takes, what it drops and the format: README.md. The order of everything is that of code points; nothing here is random.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allLocales } from "@faker-js/faker";

const TARGET = fileURLToPath(new URL("lists.txt", import.meta.url));
const OWN = fileURLToPath(new URL("own.txt", import.meta.url));

/** `from`: the source's locales, the country's own first. `fill`: sections that a list too short is filled up with, whole, one after another. */
const LOCALES = {
  cs_CZ: { from: ["cs_CZ"] },
  da_DK: { from: ["da"], fill: ["nb_NO", "sv_SE"] },
  de_AT: { from: ["de_AT", "de"], fill: ["de_DE"] },
  de_CH: { from: ["de_CH", "de"], fill: ["de_DE"] },
  de_DE: { from: ["de"] },
  en_AU: { from: ["en_AU", "en"], fill: ["en_US"] },
  en_CA: { from: ["en_CA", "en"] },
  en_GB: { from: ["en_GB", "en"] },
  en_IE: { from: ["en_IE", "en_GB", "en"] },
  en_US: { from: ["en_US", "en"] },
  es_ES: { from: ["es"], fill: ["es_MX"] },
  es_MX: { from: ["es_MX", "es"], fill: ["es_ES"] },
  fi_FI: { from: ["fi"], fill: ["sv_SE"] },
  fr_BE: { from: ["fr_BE", "fr"] },
  fr_CH: { from: ["fr_CH", "fr"], fill: ["fr_FR"] },
  fr_FR: { from: ["fr"], fill: ["fr_CH"] },
  hr_HR: { from: ["hr"] },
  hu_HU: { from: ["hu"] },
  it_IT: { from: ["it"] },
  nb_NO: { from: ["nb_NO"], fill: ["da_DK", "sv_SE"] },
  nl_BE: { from: ["nl_BE", "nl"], fill: ["nl_NL"] },
  nl_NL: { from: ["nl"], fill: ["nl_BE"] },
  pl_PL: { from: ["pl"] },
  pt_BR: { from: ["pt_BR", "pt_PT"], fill: ["pt_PT"] },
  pt_PT: { from: ["pt_PT"], fill: ["pt_BR"] },
  ro_RO: { from: ["ro"] },
  sv_SE: { from: ["sv"], fill: ["da_DK", "nb_NO"] },
  tr_TR: { from: ["tr"] },
};

/** Least and most letters of an entry, its form, and the count from which a list is not filled up any more. */
const LISTS = {
  female: { shortest: 2, longest: 10, form: /^[A-Z][a-z]+$/, enough: 150 },
  male: { shortest: 2, longest: 10, form: /^[A-Z][a-z]+$/, enough: 150 },
  family: { shortest: 3, longest: 11, form: /^(Mc|Mac|Fitz|O|D|De|Di|Da|Du|La|Le|Van)?[A-Z][a-z]+$/, enough: 300 },
  town: { shortest: 3, longest: 24, form: /^[A-Z][A-Za-z]*([ -][A-Za-z]+)*$/, enough: 150 },
  street: { shortest: 4, longest: 26, form: /^[A-Z][A-Za-z]*([ -][A-Za-z]+)*$/, enough: 200 },
  subdivision: { shortest: 3, longest: 24, form: /^[A-Z][A-Za-z]*([ -][A-Za-z]+)*$/, enough: 4 },
  business: { shortest: 2, longest: 24, form: /^[A-Z][a-z]+$/, enough: 60 },
};

/** At most so many compositions in one list. */
const COMPOSED = 1000;

/** Letters that are more than a letter with a mark; of all others the marks go. */
const LETTERS = new Map(
  Object.entries({
    ä: "ae",
    ö: "oe",
    ü: "ue",
    ß: "ss",
    å: "a",
    ø: "o",
    æ: "ae",
    œ: "oe",
    ł: "l",
    đ: "d",
    ð: "d",
    þ: "th",
    ı: "i",
    ŋ: "n",
    ħ: "h",
    ŧ: "t",
  }),
);

/** Patterns in place of the source's own, where those name persons or make what nobody lives in. */
const PATTERNS = {
  town: {
    en_AU: ["{{person.lastName}}{{location.city_suffix}}", "{{location.city_prefix}} {{person.lastName}}"],
    en_IE: ["{{own.prefix}}{{own.suffix}}"],
    en_GB: ["{{person.lastName}}{{location.city_suffix}}", "{{location.city_prefix}} {{person.lastName}}{{location.city_suffix}}"],
    fr_BE: ["{{location.city_prefix}}"],
    nb_NO: ["{{location.city_name}}{{location.city_suffix}}"],
    nl_BE: ["{{location.city_prefix}}"],
    nl_NL: ["{{location.city_prefix}}"],
    pt_BR: [],
  },
  street: {
    es_ES: ["{{own.prefix}} {{person.firstName}}", "{{own.prefix}} {{person.lastName}}"],
    es_MX: ["{{own.prefix}} {{person.lastName}}", "{{own.prefix}} {{location.street_name_part}}"],
    en_AU: ["{{person.lastName}} {{own.suffix}}"],
    en_CA: ["{{person.lastName}} {{own.suffix}}"],
    it_IT: ["{{own.prefix}} {{person.lastName}}", "{{own.prefix}} {{person.firstName}}"],
    pl_PL: ["{{own.prefix}} {{person.lastName}}"],
    pt_PT: ["{{own.prefix}} {{person.firstName}} {{person.lastName}}", "{{own.prefix}} {{person.lastName}}"],
    tr_TR: ["{{person.firstName}} {{own.suffix}}"],
  },
};
const PARTS = {
  town: {
    en_IE: {
      prefix: "Ard,Bally,Bel,Carrick,Castle,Clon,Cool,Drum,Dun,Glen,Inish,Kil,Kin,Knock,Lis,Mohill,Rath,Ros,Tubber,Tully".split(","),
      suffix: "bane,beg,boy,brack,corran,dara,derry,duff,finn,garvan,glass,keel,keeran,kenny,lea,mahon,mara,meen,more,nagh,roe,shane".split(
        ",",
      ),
    },
  },
  street: {
    en_AU: { suffix: "Avenue,Close,Court,Crescent,Drive,Grove,Lane,Parade,Place,Road,Street,Terrace,Way".split(",") },
    en_CA: { suffix: "Avenue,Boulevard,Court,Crescent,Drive,Lane,Place,Road,Street,Trail,Way".split(",") },
    es_ES: { prefix: "Avenida,Calle,Camino,Carretera,Paseo,Pasaje,Plaza,Rambla,Ronda".split(",") },
    es_MX: { prefix: "Andador,Avenida,Boulevard,Calle,Calzada,Camino,Cerrada,Circuito,Paseo,Privada,Retorno".split(",") },
    it_IT: { prefix: "Borgo,Contrada,Corso,Largo,Piazza,Strada,Via,Viale,Vicolo".split(",") },
    pl_PL: { prefix: "Aleja,Plac,Ulica".split(",") },
    pt_PT: { prefix: "Alameda,Avenida,Beco,Largo,Praceta,Rua,Travessa".split(",") },
    tr_TR: { suffix: "Caddesi,Sokak".split(",") },
  },
};

/** Written out, because full stops are no letters. */
const ABBREVIATIONS = [
  [/(?<=[a-zäöüß])str\.$/u, "straße"],
  [/\bStr\.$/u, "Straße"],
  [/\bSt\. /u, "Saint "],
];

/** Dropped in every language: what insults, what belongs to one person of history, titles, and what is no name. Folded, lower case. */
const ODD = new Set(
  (
    "adolf adolph aids anal anus arsch arse ass bastard bitch bite boob boobs butt butts cipa cock cocks connard crap cul culo cum cunt death dick dicks dildo " +
    "dong drecksau duce dupa dyke eichmann fag fagg fasz fick ficker fotze fucker gay gaylord goebbels goering himmler hitler hess hoer hooker hore hure idiot " +
    "jihad jude kike kill killer kotz kotze kuk kurva kurwa kut kutas lenin lul mao mengele merda merde morte mussolini naked nazi neger negro nutte osama " +
    "penis perse pillu piss poop porn pus pussy puta putain puto putin rape rapp sack saddam salope satan schwanz schwuchtel semen sex sexy shit sik slave " +
    "slut spast stalin suck sucker tampon teufel tit tits tod tot trump turd twat vagina verga vomit wank wanker whore wichser wog " +
    "test tester dummy sample example null none unknown name vorname nachname undefined"
  ).split(" "),
);
/** Titles, particles and abbreviations: dropped where they are all there is of a name. */
const NO_NAME = new Set(
  (
    "dr mr mrs ms miss prof herr frau sr sra jr junior senior sir lady lord don dona doctor ing mag dipl md phd dds dvm " +
    "von van vom zu zum de del della den der des di do dos du la las le les los el al bin ibn ter ten scc"
  ).split(" "),
);
const ODD_PART = /fuck|hitler|nigg|faggot|scheiss|wichs|arschl|kkk|nsdap|stalin|lenina|mussolini|goebbels/;

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const own = readSections(readFileSync(OWN, "utf8"));

/** Sections of own.txt: name to entries. */
function readSections(text) {
  const sections = new Map();
  let entries;
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("@")) {
      entries = [];
      sections.set(line.slice(1), entries);
    } else entries.push(...line.split(", "));
  }
  return sections;
}

/** ASCII, or undefined for what has other letters, digits or signs left. Apostrophes vanish inside a name and are a space elsewhere. */
function toAscii(text, list) {
  const spelled = ABBREVIATIONS.reduce((line, [from, to]) => line.replace(from, to), text.normalize("NFC"));
  let out = "";
  for (const character of spelled) {
    const lower = character.toLowerCase();
    const letters = LETTERS.get(lower);
    if (letters === undefined) out += character.normalize("NFD").replace(/\p{M}/gu, "");
    else out += lower === character ? letters : letters[0].toUpperCase() + letters.slice(1);
  }
  const isName = list === "female" || list === "male" || list === "family";
  const plain = out
    .replace(/['’`](?=s\b)/g, "")
    .replace(/['’`]/g, isName ? "" : " ")
    .replace(/ +/g, " ")
    .trim();
  return /^[A-Za-z][A-Za-z -]*$/.test(plain) ? plain[0].toUpperCase() + plain.slice(1) : undefined;
}

/** What is fit for a list, folded to ASCII, sorted; of two that differ in case only the first stays. */
function fit(texts, list) {
  const { shortest, longest, form } = LISTS[list];
  const entries = new Map();
  for (const entry of texts
    .map((text) => toAscii(text, list))
    .filter((text) => text !== undefined)
    .sort(compare)) {
    const folded = entry.toLowerCase();
    if (entry.length < shortest || entry.length > longest || !form.test(entry) || entries.has(folded)) continue;
    if (NO_NAME.has(folded) || / [a-z]$/.test(folded)) continue;
    if (ODD_PART.test(folded) || folded.split(/[ -]/).some((word) => ODD.has(word))) continue;
    entries.set(folded, entry);
  }
  return [...entries.values()];
}

/** The source's list of a locale, or of the first of those it inherits from that has one; objects by sex or kind are put together. */
function sourceList(locale, group, name, kinds) {
  for (const source of LOCALES[locale].from) {
    const found = allLocales[source]?.[group]?.[name];
    if (Array.isArray(found) && found.length > 0) return found;
    const parts = kinds?.flatMap((kind) => found?.[kind] ?? []) ?? [];
    if (parts.length > 0) return parts;
  }
  return [];
}

/** Family names of a locale that has them by sex are the male ones. */
const PERSONS = {
  female: (locale) => sourceList(locale, "person", "first_name", ["female"]),
  male: (locale) => sourceList(locale, "person", "first_name", ["male"]),
  family: (locale) => sourceList(locale, "person", "last_name", ["generic", "male"]),
};

/** All that the patterns make, or where that is too much, COMPOSED of it, chosen by hash. */
function compose(locale, list, patterns, persons) {
  const texts = [];
  for (const pattern of patterns) {
    const pieces = pattern.split(/\{\{|\}\}/).map((piece, i) => (i % 2 === 0 ? [piece] : partsOf(locale, list, piece, persons)));
    const total = pieces.reduce((product, piece) => product * piece.length, 1);
    // A part that stands alone is a list of the source and not a composition.
    const isWhole = pieces.length === 3 && pieces[0][0] === "" && pieces[2][0] === "";
    const wanted = isWhole ? total : Math.min(total, Math.ceil(COMPOSED / patterns.length));
    for (let i = 0; i < wanted; i++) {
      let rest = wanted === total ? i : Number(hashOf(`${locale} ${list} ${pattern} ${i}`) % BigInt(total));
      let text = "";
      for (const piece of pieces) {
        const part = piece[rest % piece.length];
        // A street's suffix may bring its own space (`s Gate`); a word inside a word is lower case.
        text += text !== "" && /\p{L}$/u.test(text) && pattern.includes("}}{{") ? part.toLowerCase() : part;
        rest = Math.floor(rest / piece.length);
      }
      texts.push(titled(text));
    }
  }
  return texts;
}

const hashOf = (text) => createHash("sha256").update(text).digest().readBigUInt64BE();
/** Words behind a space that the lowering above took for the inside of a word. */
const titled = (text) =>
  text.replace(
    / (gate|vei|väg|gata|green|park|hill|court|heath|bridge|end|common|place|cross|gardens)$/,
    (word) => ` ${word[1].toUpperCase()}${word.slice(2)}`,
  );

function partsOf(locale, list, piece, persons) {
  const [group, name] = piece.split(".");
  if (group === "own") return PARTS[list][locale][name];
  if (group === "location") return sourceList(locale, "location", name);
  return name === "lastName" ? persons.family : [...new Set([...persons.female, ...persons.male])].sort(compare);
}

function places(locale, list, persons) {
  const named = sourceList(locale, "location", list === "town" ? "city_name" : "street_name");
  const patterns = PATTERNS[list][locale];
  // Only a country's own names: of what it inherits there is a pattern.
  const isOwn =
    locale !== "nb_NO" && (allLocales[LOCALES[locale].from[0]]?.location?.[list === "town" ? "city_name" : "street_name"]?.length ?? 0) > 0;
  if (patterns !== undefined) return [...(isOwn ? named : []), ...compose(locale, list, patterns, persons)];
  if (named.length > 0) return named;
  return compose(locale, list, sourceList(locale, "location", list === "town" ? "city_pattern" : "street_pattern"), persons);
}

function lists() {
  const made = new Map();
  const add = (list, locale, texts) => made.set(`${list} ${locale}`, fit([...texts, ...(own.get(`${list} ${locale}`) ?? [])], list));
  const fill = (list) => {
    // From what each has of its own, so that the order of the locales does not matter.
    const before = new Map(made);
    for (const [locale, { fill: others = [] }] of Object.entries(LOCALES)) {
      let entries = before.get(`${list} ${locale}`);
      for (const other of others)
        if (entries.length < LISTS[list].enough) entries = fit([...entries, ...before.get(`${list} ${other}`)], list);
      made.set(`${list} ${locale}`, entries);
    }
  };
  for (const [list, source] of Object.entries(PERSONS)) {
    for (const locale of Object.keys(LOCALES)) add(list, locale, source(locale));
    fill(list);
  }
  for (const list of ["town", "street"]) {
    for (const locale of Object.keys(LOCALES)) {
      const persons = Object.fromEntries(Object.keys(PERSONS).map((name) => [name, made.get(`${name} ${locale}`)]));
      add(list, locale, places(locale, list, persons));
    }
    fill(list);
  }
  // Ireland and Great Britain write counties.
  for (const locale of Object.keys(LOCALES))
    add("subdivision", locale, sourceList(locale, "location", /^en_(GB|IE)$/.test(locale) ? "county" : "state"));
  for (const [name, entries] of own) if (name.startsWith("business ")) made.set(name, fit(entries, "business"));
  made.set("groups all", [...own.get("groups all")].sort(compare));
  for (const [name, entries] of made) {
    const { enough = 1 } = LISTS[name.split(" ")[0]] ?? {};
    if (entries.length < enough) throw new Error(`people: ${name} has ${entries.length} entries, ${enough} are needed`);
  }
  return made;
}

function render(made) {
  return `bauta-people 1\n${[...made].map(([name, entries]) => `@${name}\n${entries.join("\n")}\n`).join("")}`;
}

const text = render(lists());
const isFresh = existsSync(TARGET) && readFileSync(TARGET, "utf8") === text;
if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
else if (!isFresh) {
  process.stderr.write("schemas/people/lists.txt is not what generate.mjs writes\n");
  process.exit(1);
}
