/** The same payment as MT and as MX has the same identities, amounts and references after masking, by the mapping of test/corpus/pairs/README.md. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { type Pair, pairs } from "../corpus/pairs/pairs.ts";
import { ENGINES, run } from "../harness.ts";
import { schemaOf, validate } from "../oracles/xmllint.ts";
import { Masking } from "../property/masking.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists } from "../shared.ts";
import { TECHNIQUES } from "../suites/adding-up.ts";
import { type FoundValue, valuesIn } from "../values.ts";

interface Row {
  readonly mt: readonly string[];
  readonly mx: readonly string[];
  readonly as: string;
  readonly isKept: boolean;
}

const PAIRS = pairs(20_022);
const MAPPINGS = mappingsOf(readFileSync(join(projectRoot, "test/corpus/pairs/README.md"), "utf8"));
/** What presets redact: each format has its own constants for it. */
const REDACTED: Readonly<Record<string, readonly string[]>> = {
  tokens: ["50F/3/town"],
  strict: ["50F/3/town", "50F/3/country", "36/rate", "28C/statement"],
};

/** Presets whose tokens may be longer than what they stand for. */
const TOKENS: readonly string[] = ["tokens", "strict"];

/** The tables of the page, by the name of the MT. */
function mappingsOf(page: string): ReadonlyMap<string, readonly Row[]> {
  const sections = page.split("\n## ").slice(1);
  return new Map(
    sections.map((section) => {
      const below = /MX, below `([^`]+)`/.exec(section)?.[1] ?? "";
      const rows = section
        .split("\n")
        .filter((line) => line.startsWith("| `"))
        .map((line) => {
          const [, mt = "", mx = "", as = ""] = line.split("|").map((cell) => cell.trim());
          const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
          return {
            mt: names(mt),
            mx: names(mx).map((name) => `${below}/${name}`),
            as: as.split(",")[0] as string,
            isKept: as.endsWith("kept"),
          };
        });
      return [section.split(" ")[0] as string, rows];
    }),
  );
}

const kindOf = ({ name }: Pair): string => name.split("-")[0] as string;
const rowsOf = (pair: Pair): readonly Row[] => MAPPINGS.get(kindOf(pair)) ?? [];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Lines that a value runs over are one text. */
const textsAt = (values: readonly FoundValue[], paths: readonly string[]): readonly string[] =>
  values.filter(({ path }) => paths.includes(path)).map(({ text }) => text.replaceAll("\n", ""));

/** Letters and digits in capitals; an umlaut is one with an E behind it, or its letter alone. */
const letters = (text: string): string =>
  text
    .normalize("NFD")
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .toUpperCase()
    .replaceAll(/([AOU])E/g, "$1");

/** What two spellings of one value have in common. */
function canonical(as: string, text: string, other: string): string {
  switch (as) {
    case "name":
      return letters(text).slice(0, letters(other).length);
    case "bic":
      return text.slice(0, 8) + text.slice(8).replace(/^XXX$/, "");
    case "amount":
    case "number":
      return String(Number(text.replace(",", ".")));
    case "date":
      return text.replaceAll("-", "").slice(-6);
    case "account":
      return text.replace(/^[A-Z]{2}00(?=.{20}$)/, "");
    case "text":
      return text;
    default:
      throw new Error(`nothing is compared as ${as}`);
  }
}

/** What stands in field 86 where a token has no room. */
const NO_ROOM = /^X+$/;

/** Rows whose values are not the same in both, with what they have. */
function different(pair: Pair, mt: readonly FoundValue[], mx: readonly FoundValue[], preset?: string): readonly unknown[] {
  return rowsOf(pair).flatMap(({ mt: places, mx: others, as }) => {
    if (REDACTED[preset ?? ""]?.includes(places[0] as string)) return [];
    const [ours, theirs] = [textsAt(mt, places), textsAt(mx, others)];
    const hasTokens = places[0]?.startsWith("86/") === true && TOKENS.includes(preset ?? "");
    const isSame = (one: string, i: number): boolean =>
      canonical(as, one, theirs[i] ?? "") === canonical(as, theirs[i] ?? "", one) || (hasTokens && NO_ROOM.test(one));
    return ours.length === theirs.length && ours.every(isSame) ? [] : [[places[0], ours, theirs]];
  });
}

test("there are pairs of each kind, in both their forms what the mapping says", () => {
  expect(PAIRS.length).toBeGreaterThanOrEqual(20);
  const met = new Map<string, Set<string>>();
  for (const pair of PAIRS) {
    const [mt, mx] = [valuesIn(bytes(pair.mt), "strict"), valuesIn(bytes(pair.mx), "strict")];
    expect([pair.name, ...mt.records, ...mx.records].filter((record) => typeof record !== "string" && record.status !== 0)).toEqual([]);
    expect([pair.name, different(pair, mt.values, mx.values)]).toEqual([pair.name, []]);
    const known = met.get(kindOf(pair)) ?? new Set();
    for (const { path } of [...mt.values, ...mx.values]) known.add(path);
    met.set(kindOf(pair), known);
  }
  // Every place that a row names is met in some pair: none is there for show.
  const missing = [...MAPPINGS].flatMap(([kind, rows]) =>
    rows.flatMap(({ mt, mx }) => [...mt, ...mx]).filter((path) => !met.get(kind)?.has(path)),
  );
  expect(missing).toEqual([]);
});

test.skipIf(!sharedExists)(`the MX are valid${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  for (const message of ["pacs.008.001.08", "pacs.009.001.08", "pain.001.001.09", "camt.053.001.08"]) {
    const texts = PAIRS.filter(({ mx }) => mx.includes(`:${message}"`)).map(({ mx }) => bytes(mx));
    expect([message, validate(schemaOf(message) ?? "", texts)]).toEqual([message, texts.map(() => true)]);
  }
});

describe.each(PRESETS.flatMap((preset) => ENGINES.map((engine) => [preset, engine] as const)))("%s (%s)", (preset, engine) => {
  test("masked apart from each other they say the same", async () => {
    const mask = async (text: string): Promise<readonly FoundValue[]> => {
      const { output, refusals } = await run(text, { preset, engine });
      expect(refusals).toEqual([]);
      return valuesIn(output, "strict").values;
    };
    const clear = new Set<string>();
    for (const pair of PAIRS) {
      const [mt, mx] = [await mask(pair.mt), await mask(pair.mx)];
      expect([pair.name, different(pair, mt, mx, preset)]).toEqual([pair.name, []]);
      const before = valuesIn(bytes(pair.mt), "strict").values;
      for (const row of rowsOf(pair)) {
        const [was, is] = [textsAt(before, row.mt), textsAt(mt, row.mt)];
        if (row.isKept && !REDACTED[preset]?.includes(row.mt[0] as string)) expect([row.mt[0], is]).toEqual([row.mt[0], was]);
        for (const [i, text] of was.entries()) if (!row.isKept && is[i] === text) clear.add(`${row.mt[0]} of ${pair.name}`);
      }
    }
    expect([...clear]).toEqual([]);
  }, 120_000);
});

describe.each(Object.entries(TECHNIQUES))("%s", (technique, document) => {
  test.each(ENGINES.map((engine) => [engine]))(
    "changes amounts of a payment alike in both (%s)",
    async (engine) => {
      const masking = await Masking.open({ engine, model: { bauta: 1, name: technique, extends: "test-data", ...document } });
      const mask = (text: string): readonly FoundValue[] => valuesIn(masking.maskWhole(bytes(text)), "strict").values;
      let changed = 0;
      for (const pair of PAIRS) {
        const amounts = rowsOf(pair).filter(({ as }) => as === "amount");
        const [mt, mx] = [mask(pair.mt), mask(pair.mx)];
        for (const row of amounts) {
          const [ours, theirs] = [textsAt(mt, row.mt), textsAt(mx, row.mx)];
          const same = (text: string): string => canonical("amount", text, "");
          expect([pair.name, row.mt, ours.map(same)]).toEqual([pair.name, row.mt, theirs.map(same)]);
          const before = textsAt(valuesIn(bytes(pair.mt), "strict").values, row.mt);
          changed += ours.filter((text, i) => same(text) !== same(before[i] as string)).length;
        }
      }
      masking.close();
      expect(changed).toBeGreaterThan(PAIRS.length);
    },
    120_000,
  );
});
