/** The labelled free texts: offsets, check digits and spellings by code of this test's own, the counts, and that make.py writes this file. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { projectRoot } from "../shared.ts";

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly note?: string;
}
interface Entry {
  readonly id: string;
  readonly part: "tune" | "held";
  readonly shape: string;
  readonly language: string;
  readonly template: string;
  readonly negative: boolean;
  readonly text: string;
  readonly context: { readonly names: string[]; readonly accounts: string[]; readonly references: string[]; readonly ids: string[] };
  readonly entities: Mark[];
  readonly traps: Mark[];
}

const folder = `${projectRoot}test/text/`;
const entries = readFileSync(`${folder}set.ndjson`, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Entry);
const KINDS = ["pan", "iban", "bic", "phone", "email", "national-id", "reference", "name", "account", "id", "stranger"];
const SHAPES = ["mt70", "mt72", "mt77b", "mt86", "ustrd", "addtl", "json-note", "mail"];

const cut = (entry: Entry, mark: Mark): string => entry.text.slice(mark.start, mark.end);
/** Without the breaks that a wrap or a subfield put in. */
const joined = (text: string): string => text.replace(/\?\d\d|\r?\n(\/\/)?/g, "");
const bare = (text: string): string => joined(text).replace(/[^0-9A-Za-z]/g, "");

function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

const mod97 = (text: string): number =>
  Number(BigInt([...text].map((character) => Number.parseInt(character, 36).toString()).join("")) % 97n);

/** Country, then the form of what follows the check digits. */
const BBAN: Record<string, RegExp> = {
  DE: /^\d{18}$/,
  AT: /^\d{16}$/,
  GB: /^[A-Z]{4}\d{14}$/,
  IE: /^[A-Z]{4}\d{14}$/,
  FR: /^\d{10}[0-9A-Z]{11}\d{2}$/,
  IT: /^[A-Z]\d{10}[0-9A-Z]{12}$/,
  ES: /^\d{20}$/,
  NL: /^[A-Z]{4}\d{10}$/,
  PL: /^\d{24}$/,
  PT: /^\d{21}$/,
  SE: /^\d{20}$/,
  LU: /^\d{3}[0-9A-Z]{13}$/,
};
const isIban = (text: string): boolean =>
  BBAN[text.slice(0, 2)]?.test(text.slice(4)) === true && /^\d\d$/.test(text.slice(2, 4)) && mod97(text.slice(4) + text.slice(0, 4)) === 1;

const weighted = (digits: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);
const spanish = (digits: string): string => "TRWAGMYFPDXBNJZSQVHLCKE"[Number(digits) % 23] ?? "";
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const place = (character: string): number => (/\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65);

/** National ids by their note: without separators, in capitals. */
const NATIONAL: Record<string, (value: string) => boolean> = {
  idnr: (v) => {
    if (!/^[1-9]\d{10}$/.test(v)) return false;
    const times = [..."0123456789"].map((digit) => v.slice(0, 10).split(digit).length - 1).filter((count) => count > 1);
    let product = 10;
    for (const digit of v.slice(0, 10)) product = (((Number(digit) + product) % 10 || 10) * 2) % 11;
    return times.length === 1 && (times[0] ?? 9) <= 3 && (11 - product) % 10 === Number(v[10]);
  },
  ssn: (v) => /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(v),
  nino: (v) => /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(v),
  nir: (v) => /^[12]\d{14}$/.test(v) && 97n - (BigInt(v.slice(0, 13)) % 97n) === BigInt(v.slice(13)),
  dni: (v) => /^\d{8}[A-Z]$/.test(v) && spanish(v.slice(0, 8)) === v[8],
  nie: (v) => /^[XYZ]\d{7}[A-Z]$/.test(v) && spanish("XYZ".indexOf(v[0] ?? "") + v.slice(1, 8)) === v[8],
  "codice-fiscale": (v) =>
    /^[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]$/.test(v) &&
    [...v.slice(0, 15)].reduce((sum, c, at) => sum + (at % 2 === 0 ? (ODD[place(c)] ?? 0) : place(c)), 0) % 26 === place(v[15] ?? ""),
  bsn: (v) => /^\d{9}$/.test(v) && weighted(v, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  pesel: (v) => /^\d{11}$/.test(v) && weighted(v, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  nif: (v) => {
    const rest = 11 - (weighted(v, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
    return /^[1-35689]\d{8}$/.test(v) && (rest > 9 ? 0 : rest) === Number(v[8]);
  },
  personnummer: (v) => /^(19)?\d{10}$/.test(v) && luhn(v.slice(-10)),
};

/** A name's letters only, in capitals, marks dropped or, where `digraphs`, ä as AE. */
function letters(text: string, digraphs: boolean): string {
  let out = text.normalize("NFC");
  if (digraphs) out = out.replace(/[äÄ]/g, "ae").replace(/[öÖ]/g, "oe").replace(/[üÜ]/g, "ue").replace(/[åÅ]/g, "aa");
  out = out.replace(/ß/g, "ss").replace(/[łŁ]/g, "l");
  return out
    .normalize("NFD")
    .toUpperCase()
    .replace(/[^A-Z]/g, "");
}

const LEGAL =
  / (GmbH & Co\. KG|GmbH|AG|KG|OHG|eG|Ltd|LLP|plc|Inc\.|LLC|SARL|SAS|SA|EURL|S\.r\.l\.|S\.n\.c\.|S\.p\.A\.|S\.a\.s\.|S\.L\.U\.|S\.L\.|S\.A\.|B\.V\.|N\.V\.|V\.O\.F\.|Sp\. z o\.o\.|Sp\. j\.|Lda\.|AB|HB)$/;

/** Every spelling of a name of the context that the README states. */
function spellings(name: string): Set<string> {
  const forms = [name];
  if (LEGAL.test(name)) {
    const short = name.replace(LEGAL, "");
    forms.push(short, short.slice(0, 27));
  } else {
    const words = name.split(" ");
    for (let at = 1; at < words.length; at++) {
      const family = words.slice(at).join(" ");
      const given = words.slice(0, at);
      const initials = given.map((word) => word[0] ?? "").filter((letter) => letter !== letter.toLowerCase());
      forms.push(family, `${family} ${given.join(" ")}`, `${initials.join("")} ${family}`, `${family} ${initials.join("")}`);
    }
  }
  return new Set(forms.flatMap((form) => [letters(form, false), letters(form, true)]));
}

/** Whether the text is a value of the list, with other separators or none. */
const retyped = (text: string, list: readonly string[]): boolean =>
  list.some((value) => bare(value).toUpperCase() === bare(text).toUpperCase());

function right(entry: Entry, mark: Mark): boolean {
  const text = cut(entry, mark);
  const { context } = entry;
  switch (mark.kind) {
    case "pan":
      return /^\d{13,19}$/.test(bare(text)) && luhn(bare(text));
    case "iban":
      return isIban(bare(text).toUpperCase()) && (mark.note === "of-context") === retyped(text, context.accounts);
    case "bic":
      return /^[A-Z]{4}(DE|GB|FR|IT|ES|NL|PL|PT|SE|AT|CH|LU|BE|US)[0-9A-Z]{2}([0-9A-Z]{3})?$/.test(bare(text));
    case "phone":
      return /^\+?[\d ()./-]+$/.test(joined(text).replaceAll("  ", " ")) && bare(text).length >= 8 && bare(text).length <= 15;
    case "email":
      return /^[a-z0-9.-]+(@|\(at\))[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(joined(text));
    case "national-id":
      return NATIONAL[mark.note ?? ""]?.(bare(text).toUpperCase()) === true;
    case "reference":
      return retyped(text, context.references);
    case "id":
      return retyped(text, context.ids);
    case "account":
      return mark.note === "end-of-iban"
        ? bare(text).length >= 7 && context.accounts.some((account) => isIban(account) && account.endsWith(bare(text)))
        : retyped(text, context.accounts);
    case "name":
      return context.names.some((name) => [false, true].some((digraphs) => spellings(name).has(letters(joined(text), digraphs))));
    case "stranger":
      return !context.names.some((name) => spellings(name).has(letters(joined(text), false)));
    default:
      return false;
  }
}

describe("labelled free texts", () => {
  test("labels lie in their text, in order, apart, and cut no character", () => {
    const wrong: string[] = [];
    for (const entry of entries) {
      const marks = [...entry.entities, ...entry.traps].sort((a, b) => a.start - b.start);
      let last = 0;
      for (const mark of marks) {
        const text = cut(entry, mark);
        if (mark.start < last || mark.end <= mark.start || mark.end > entry.text.length)
          wrong.push(`${entry.id}: ${mark.kind} is out of place`);
        if (text !== text.trim() || /^[\udc00-\udfff]|[\ud800-\udbff]$/.test(text))
          wrong.push(`${entry.id}: ${mark.kind} ${JSON.stringify(text)}`);
        last = mark.end;
      }
      for (const mark of entry.entities) if (!KINDS.includes(mark.kind)) wrong.push(`${entry.id}: ${mark.kind}`);
      if (entry.negative && entry.entities.length > 0) wrong.push(`${entry.id}: a hard negative with an entity`);
    }
    expect(wrong).toEqual([]);
  });

  test("every label is right: check digits, forms, and spellings of the context", () => {
    const wrong: string[] = [];
    for (const entry of entries)
      for (const mark of entry.entities)
        if (!right(entry, mark)) wrong.push(`${entry.id} ${mark.kind} ${mark.note ?? ""} ${JSON.stringify(cut(entry, mark))}`);
    expect(wrong).toEqual([]);
  });

  test("traps fail what they seem to be", () => {
    const wrong: string[] = [];
    for (const entry of entries)
      for (const mark of entry.traps) {
        const value = bare(cut(entry, mark));
        if (mark.kind === "number" && (!/^\d{13,19}$/.test(value) || luhn(value))) wrong.push(`${entry.id} ${value}`);
        if (mark.kind === "iban-check" && isIban(value)) wrong.push(`${entry.id} ${value}`);
        if (mark.kind === "capitals" && ![8, 11].includes(value.length)) wrong.push(`${entry.id} ${value}`);
        if (mark.kind === "id-check" && (NATIONAL["pesel"]?.(value) || NATIONAL["idnr"]?.(value))) wrong.push(`${entry.id} ${value}`);
        if (mark.kind === "invoice" && retyped(value, [...entry.context.references, ...entry.context.ids]))
          wrong.push(`${entry.id} ${value}`);
      }
    expect(wrong).toEqual([]);
  });

  test("nothing outside the labels passes Luhn or mod 97, or is a value of the context", () => {
    const wrong: string[] = [];
    for (const entry of entries) {
      let rest = entry.text;
      for (const mark of entry.entities) rest = rest.slice(0, mark.start) + "\0".repeat(mark.end - mark.start) + rest.slice(mark.end);
      for (const run of rest.match(/\d(?:[ ./-]?\d)*/g) ?? []) {
        const digits = run.replace(/\D/g, "");
        if (digits.length >= 13 && digits.length <= 19 && luhn(digits)) wrong.push(`${entry.id} ${run}`);
      }
      for (const run of rest.match(/\b[A-Z]{2}\d\d(?: ?[0-9A-Z]){11,30}\b/gi) ?? [])
        if (isIban(bare(run).toUpperCase())) wrong.push(`${entry.id} ${run}`);
      const values = [...entry.context.references, ...entry.context.ids, ...entry.context.accounts].map((value) =>
        bare(value).toUpperCase(),
      );
      const tight = joined(rest)
        .replace(/[^0-9A-Za-z\0]/g, "")
        .toUpperCase();
      for (const value of values) if (tight.includes(value)) wrong.push(`${entry.id} ${value}`);
      const plain = letters(rest, false);
      for (const name of entry.context.names)
        if (plain.includes(letters(name.replace(LEGAL, ""), false))) wrong.push(`${entry.id} ${name}`);
    }
    expect(wrong).toEqual([]);
  });

  test("there are enough of them, and no text twice", () => {
    const total = entries.reduce((sum, entry) => sum + entry.entities.length, 0);
    expect(entries.length).toBeGreaterThanOrEqual(500);
    expect(total).toBeGreaterThanOrEqual(1500);
    expect(new Set(entries.map((entry) => entry.text)).size).toBe(entries.length);
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
    expect(new Set(entries.map((entry) => entry.template)).size).toBeGreaterThanOrEqual(150);
    expect(entries.filter((entry) => entry.negative).length).toBeGreaterThanOrEqual(120);
    expect(new Set(entries.map((entry) => entry.language)).size).toBe(9);
    for (const kind of KINDS)
      expect(entries.flatMap((entry) => entry.entities).filter((mark) => mark.kind === kind).length).toBeGreaterThan(50);
    expect(entries.filter((entry) => !["json-note", "mail"].includes(entry.shape)).length * 2).toBeGreaterThanOrEqual(entries.length);
  });

  test("30 % are held, in every shape, and no template is on both sides", () => {
    const share = (some: readonly Entry[]): number => some.filter((entry) => entry.part === "held").length / some.length;
    expect(Math.abs(share(entries) - 0.3)).toBeLessThanOrEqual(0.03);
    for (const shape of SHAPES) expect(Math.abs(share(entries.filter((entry) => entry.shape === shape)) - 0.3)).toBeLessThanOrEqual(0.1);
    const held = new Set(entries.filter((entry) => entry.part === "held").map((entry) => entry.template));
    expect(entries.filter((entry) => entry.part === "tune" && held.has(entry.template))).toEqual([]);
  });

  const own = `${projectRoot}.cache/python/bin/python`;
  const python = process.env["BAUTA_PYTHON"] ?? (existsSync(own) ? own : "python3");
  const there = spawnSync(python, ["-c", "import stdnum"]).status === 0;
  test.skipIf(!there)(`make.py writes this very file${there ? "" : " (skipped: no Python with python-stdnum)"}`, () => {
    const result = spawnSync(python, [`${folder}make.py`, "--check"], { encoding: "utf8" });
    expect(result.stderr).toBe("");
    expect(result.status).toBe(0);
  });
});
