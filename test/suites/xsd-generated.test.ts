/**
 * Every leaf and attribute of a message, in random valid documents, under every preset: masked in strict reading by both engines alike,
 * valid by libxml2 before and after, with nothing in the output that says who, where or which.
 *
 * A run takes some messages of the 263; which ones the seed decides. BAUTA_XSD=all takes every one (a quarter of an hour), BAUTA_XSD=camt.053
 * those of a name. BAUTA_PROPERTY_RUNS multiplies the documents beyond those that coverage needs.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Field } from "../../runtime/formats/api.ts";
import { type Catalogue, catalogueOf, fieldsOf, messageNames } from "../../runtime/formats/iso20022/catalogue.ts";
import { type CompiledModel, compileModel } from "../../runtime/model/compile.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { PRESETS, type PresetName } from "../../runtime/model/vocabulary.ts";
import { choicesIn, type Generated, generateDocuments } from "../generators/documents.ts";
import { type Style, styleOf, type Written, writeDocument } from "../generators/markup.ts";
import { Random } from "../generators/random.ts";
import { BITS_ANYWHERE, BITS_IN_PLACE, bitsOf, isCodeWord } from "../generators/telling.ts";
import { run } from "../harness.ts";
import { schemaOf, validate } from "../oracles/xmllint.ts";
import { DEPTH, seeded } from "../seed.ts";
import { SHARED_SKIP_REASON, sharedExists } from "../shared.ts";
import { type Found, type FoundValue, valuesIn } from "../values.ts";

const SEED = seeded("documents of the XSDs");
const TIMEOUT_MS = 120_000 * DEPTH;
/** Documents beyond those that coverage needs. */
const EXTRA = 8 * DEPTH;
const IDENTIFYING = new Set(["person", "organisation", "account", "identifier", "contact", "reference", "free-text", "agent"]);
/** Classes that every preset keeps. */
const KEPT = new Set(["amount", "currency", "date"]);
/** Characters of the longest code that a preset keeps anywhere, and of those that are kept everywhere, in `strict` where a list stands behind them. */
const CODE_MAX = 35;
const CODE_ALWAYS = 4;
/** Least characters of a value that is looked for. */
const TELLING_LENGTH = 6;
/**
 * Values of fewer than BITS_ANYWHERE bits that may come out as they went in, over the whole run: a permutation of 10^6 values has a
 * fixed point as often as not, and a run has some thousand values of that size.
 */
const FIXED_POINTS_MAX = 3;

/** Messages that a run takes besides those that the oldest and the most used ones make necessary. */
const SAMPLE = 6;

const MODELS: readonly CompiledModel[] = PRESETS.map((preset) => {
  const { model, problems } = loadModel(presetSource(preset));
  if (model === undefined) throw new Error(problems.map(describeProblem).join("\n"));
  return compileModel(model);
});

/** Techniques that the presets have for a field. */
function techniquesOf(message: string, field: Field): Set<string> {
  return new Set(MODELS.map((model) => model.operations[model.operationFor("iso20022", message, field)]?.technique ?? "none"));
}

const MESSAGES: readonly string[] = chosen(messageNames(), process.env["BAUTA_XSD"]);

/** The messages of a run: all, those of a name, or some that the seed picks, each of another family. */
function chosen(names: readonly string[], asked: string | undefined): readonly string[] {
  if (asked === "all") return names;
  if (asked !== undefined) return names.filter((name) => name.startsWith(asked));
  const random = new Random(SEED);
  const fixed = ["pacs.008.001.01", "pacs.008.001.08", "head.001.001.02"];
  const picked = new Map<string, string>();
  while (picked.size < SAMPLE) {
    const name = random.pick(names);
    if (!fixed.some((other) => other.slice(0, 8) === name.slice(0, 8))) picked.set(name.slice(0, 8), name);
  }
  return [...fixed, ...picked.values()].sort();
}

interface Corpus {
  readonly catalogue: Catalogue;
  readonly generated: Generated;
  readonly written: readonly Written[];
}

function corpusOf(message: string, seed: number, style?: Partial<Style>): Corpus {
  const catalogue = catalogueOf(message);
  if (catalogue === undefined) throw new Error(`no catalogue of ${message}`);
  const random = new Random(seed);
  const generated = generateDocuments(catalogue, {
    random,
    extra: EXTRA,
    choices: choicesIn(readFileSync(schemaOf(message) ?? "", "utf8")),
    lexical(field) {
      const techniques = techniquesOf(message, field);
      return { ascii: techniques.has("fpe") || techniques.has("pseudonym"), searched: techniques.has("keep") };
    },
  });
  const written = generated.documents.map((document) =>
    writeDocument(document, catalogue.namespace, { ...styleOf(random), ...style }, random),
  );
  return { catalogue, generated, written };
}

const suite = sharedExists ? describe : describe.skip;
const note = sharedExists ? "" : ` (${SHARED_SKIP_REASON})`;

suite(`generated from the catalogues${note}`, () => {
  let fixedPoints = 0;

  for (const [index, message] of MESSAGES.entries()) {
    test(
      message,
      async () => {
        const { catalogue, generated, written } = corpusOf(message, SEED + index);
        const leaves = [...fieldsOf(catalogue)].map((field) => field.path);
        expect(leaves.filter((path) => !generated.covered.has(path))).toEqual([]);
        expect(
          invalid(
            message,
            written.map(({ bytes }) => bytes),
          ),
        ).toEqual([]);
        const before = valuesIn(joined(written), "strict");
        expect(before.records.map(({ status }) => status)).toEqual(written.map(() => 0));
        console.log(
          `${message}: ${leaves.length} of ${leaves.length} leaves in ${written.length} documents, ${before.values.length} values`,
        );
        for (const preset of PRESETS) fixedPoints += await expectMasked(message, preset, written, before);
      },
      TIMEOUT_MS,
    );
  }

  test(
    "a header and a document in one wrapper",
    async () => {
      const headers = messageNames().filter((message) => message.startsWith("head."));
      for (const [index, message] of MESSAGES.filter((name) => !headers.includes(name)).entries()) {
        const header = headers[index % headers.length] as string;
        await expectWrapped(header, message, SEED + 1000 * (index + 1));
      }
    },
    TIMEOUT_MS,
  );

  test("the search finds a name and a reference that a model keeps", async () => {
    const model = {
      bauta: 1,
      name: "leaky",
      extends: "test-data",
      rules: [{ path: ["iso20022:**/Nm", "iso20022:**/MsgId"], technique: "keep", "danger-no-detect": true }],
    } as const;
    const { written } = corpusOf("pacs.008.001.08", SEED);
    const { output } = await run(joined(written), { model, engine: "native" });
    const after = valuesIn(output, "strict");
    const { leaks } = leaksOf(valuesIn(joined(written), "strict"), after, recordsOf(output, after).map(textOf));
    expect(leaks.some((leak) => leak.includes("/Nm (person"))).toBe(true);
    expect(leaks.some((leak) => leak.includes("/MsgId (reference"))).toBe(true);
  });

  test("what came out by chance is as rare as chance", () => {
    expect(fixedPoints).toBeLessThanOrEqual(FIXED_POINTS_MAX * DEPTH);
  });
});

/** Wrappers that are known by name, so that `strict` takes them too. */
const WRAPPERS: readonly (readonly [string, string])[] = [
  ["<BusMsg>", "</BusMsg>"],
  ['<Envelope xmlns="urn:swift:xsd:envelope">\n', "\n</Envelope>"],
  ['<saa:DataPDU xmlns:saa="urn:swift:saa:xsd:saa.2.0"><saa:Body>', "</saa:Body></saa:DataPDU>"],
  ["<?xml version='1.0' encoding='UTF-8'?>\r\n<RequestPayload>", "</RequestPayload>\r\n"],
];

/** Masks pairs of a header and a document, each pair in one wrapper; both must stay valid. */
async function expectWrapped(header: string, message: string, seed: number): Promise<void> {
  const bare = { declaration: "", byteOrderMark: false, encoding: "utf-8" } as const;
  const headers = corpusOf(header, seed, bare).written;
  const documents = corpusOf(message, seed, bare).written;
  const input = documents.map(({ bytes }, i) => {
    const [open, close] = WRAPPERS[i % WRAPPERS.length] as readonly [string, string];
    return open + textOf(headers[i % headers.length]?.bytes) + textOf(bytes) + close;
  });
  for (const preset of PRESETS) {
    const at = { header, message, preset };
    const native = await run(input.join("\n"), { preset, engine: "native" });
    const portable = await run(input.join("\n"), { preset, engine: "portable" });
    expect({ ...at, refusals: native.refusals.map(({ code, path }) => `${code} ${path}`) }).toEqual({ ...at, refusals: [] });
    expect({ ...at, same: Buffer.compare(native.output, portable.output) }).toEqual({ ...at, same: 0 });
    expect({ ...at, out: native.counts.out }).toEqual({ ...at, out: documents.length });
    const parts = (pattern: RegExp): Uint8Array[] => [...native.text.matchAll(pattern)].map(([text]) => new TextEncoder().encode(text));
    const masked = parts(/<((?:[\w.-]+:)?Document)[\s>][\s\S]*?<\/\1\s*>/g);
    const maskedHeaders = parts(/<((?:[\w.-]+:)?AppHdr)[\s>][\s\S]*?<\/\1\s*>/g);
    expect([masked.length, maskedHeaders.length]).toEqual([documents.length, documents.length]);
    expect({ ...at, invalid: [...invalid(message, masked), ...invalid(header, maskedHeaders)] }).toEqual({ ...at, invalid: [] });
  }
}

/** The laws for one preset. Returns how many values of few bits came out as they went in. */
async function expectMasked(message: string, preset: PresetName, written: readonly Written[], all: Found): Promise<number> {
  const at = { message, preset };
  const input = joined(written);
  const native = await run(input, { preset, engine: "native" });
  expect({ ...at, refusals: native.refusals.map(({ code, path }) => `${code} ${path}`) }).toEqual({ ...at, refusals: [] });
  const portable = await run(input, { preset, engine: "portable", chunks: [1000, 1, 77_777] });
  expect({ ...at, refusals: portable.refusals.map(({ code, path }) => `${code} ${path}`) }).toEqual({ ...at, refusals: [] });
  expect({ ...at, same: Buffer.compare(native.output, portable.output) }).toEqual({ ...at, same: 0 });

  const after = valuesIn(native.output, "strict");
  const records = recordsOf(native.output, after);
  expect({ ...at, invalid: invalid(message, records) }).toEqual({ ...at, invalid: [] });
  const before = { ...all, values: all.values.filter((value) => !isSignatureText(value)) };
  expect({ ...at, paths: after.values.map(({ path }) => path) }).toEqual({ ...at, paths: before.values.map(({ path }) => path) });

  const turned = await run(joined([...written].reverse()), { preset, engine: "native" });
  const turnedRecords = recordsOf(turned.output, valuesIn(turned.output, "strict")).reverse();
  expect({ ...at, alike: turnedRecords.map((record, i) => Buffer.compare(record, records[i] as Uint8Array)) }).toEqual({
    ...at,
    alike: records.map(() => 0),
  });

  const texts = records.map((record) => new TextDecoder().decode(record));
  const dropped = written.flatMap((document, i) => document.dropped.filter((secret) => texts[i]?.includes(secret)));
  expect({ ...at, dropped }).toEqual({ ...at, dropped: [] });
  const signed = all.values.filter((value) => isSignatureText(value) && bitsOf(value.text) >= BITS_ANYWHERE);
  expect({ ...at, signed: signed.filter(({ record, text }) => texts[record]?.includes(text)).map(({ path }) => path) }).toEqual({
    ...at,
    signed: [],
  });
  expect({ ...at, authentication: texts.flatMap((text) => text.match(/TrckData|TrckVal|CSCVal|ICCRltdData/g) ?? []) }).toEqual({
    ...at,
    authentication: [],
  });
  const markup = texts.map((text) => text.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, "").match(/<!--|<\?(?!xml )|Signature/g) ?? []);
  expect({ ...at, markup: markup.flat() }).toEqual({ ...at, markup: [] });

  const { leaks, fixedPoints } = leaksOf(before, after, texts);
  expect({ ...at, leaks }).toEqual({ ...at, leaks: [] });
  expect({ ...at, codes: misjudgedCodes(preset, before, after) }).toEqual({ ...at, codes: [] });
  const changed = before.values.filter((value, i) => KEPT.has(value.dataClass) && after.values[i]?.text !== value.text);
  expect({ ...at, changed: changed.map(({ path }) => path) }).toEqual({ ...at, changed: [] });
  return fixedPoints;
}

/** Signatures that are texts go with their elements; those of other types are replaced. */
const isSignatureText = ({ dataClass, shape }: FoundValue): boolean => dataClass === "signature" && shape === "text";

/** Paths of codes that were changed, and of texts in the place of codes that were not. */
function misjudgedCodes(preset: PresetName, before: Found, after: Found): string[] {
  return before.values.flatMap(({ dataClass, path, shape, text }, i) => {
    if ((dataClass !== "code" && dataClass !== "technical") || (shape !== "text" && shape !== "code")) return [];
    const isSame = after.values[i]?.text === text;
    // The constant cut to the length of the field is a code itself.
    const mayStay = isCodeWord(text, CODE_MAX) || "REDACTED".startsWith(text);
    const mustStay = isCodeWord(text, CODE_ALWAYS) && (preset !== "strict" || shape === "code");
    return (isSame && !mayStay) || (!isSame && mustStay) ? [`${path} ${isSame ? "kept" : "changed"}`] : [];
  });
}

/** Paths of identifying values that are in their record's output, and the count of those of few bits that are in their own place. */
function leaksOf(
  before: Found,
  after: Found,
  texts: readonly string[],
): { readonly leaks: readonly string[]; readonly fixedPoints: number } {
  const decoded = texts.map((_, record) =>
    after.values
      .filter((value) => value.record === record)
      .map(({ text }) => text)
      .join("\n"),
  );
  const leaks = new Set<string>();
  let fixedPoints = 0;
  for (const [i, { dataClass, path, record, text, type }] of before.values.entries()) {
    if (!IDENTIFYING.has(dataClass) || Array.from(text).length < TELLING_LENGTH) continue;
    const bits = bitsOf(text);
    const isAnywhere = bits >= BITS_ANYWHERE && (texts[record]?.includes(text) || decoded[record]?.includes(text));
    if (isAnywhere) leaks.add(`${path} (${dataClass} ${type})`);
    else if (bits >= BITS_IN_PLACE && (after.values[i] as FoundValue).text === text) fixedPoints++;
  }
  return { leaks: [...leaks], fixedPoints };
}

/** The documents as one stream. */
function joined(written: readonly Written[]): Uint8Array {
  return new Uint8Array(Buffer.concat(written.flatMap(({ bytes }) => [bytes, new Uint8Array([0x0a])])));
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

const recordsOf = (output: Uint8Array, found: Found): Uint8Array[] => found.records.map(({ start, end }) => output.subarray(start, end));

/** Indexes of the documents that libxml2 finds invalid. */
function invalid(message: string, documents: readonly Uint8Array[]): number[] {
  const verdicts = validate(schemaOf(message) ?? "no schema", documents);
  return documents.flatMap((_, i) => (verdicts[i] === true ? [] : [i]));
}
