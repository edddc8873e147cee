/**
 * No word of a name survives in its masked message, free text included: over all samples of other people's making (../shared/samples),
 * ISO 20022 and SWIFT MT by the presets, JSON by the example models, on both engines. Words of four letters or more, whatever their
 * case and marks, are looked for in every value of the record; what is no value is markup of closed sets (test/formats).
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { EngineName } from "../../runtime/engines/api.ts";
import { ENGINES, type RunOptions, run } from "../harness.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { type Found, type FoundValue, valuesIn } from "../values.ts";

const SAMPLES = `${sharedRoot}samples/`;
const SLOW = 300_000;

interface FalseAlarm {
  /** As found: small letters, no marks. */
  readonly word: string;
  readonly file: string;
  /** What stands there instead of the name. */
  readonly why: string;
}

/**
 * Words that stand in a name and, by chance or by right, in the masked message too: each looked at by hand. One that is found no more
 * is to be taken out.
 */
const FALSE_ALARMS: readonly FalseAlarm[] = [
  {
    word: "axxx",
    file: "mt-other/prowide-core__MT101.fin",
    why: "the letter of a logical terminal and the branch XXX of its BIC, which stay",
  },
];

/** Legal forms of the samples' organisations: what an organisation is stays, who it is goes. */
const LEGAL_FORMS: ReadonlySet<string> = new Set(["bvba", "corp", "gmbh"]);

type Choice = Pick<RunOptions, "preset" | "model">;

const models = (name: string): Choice => ({ model: `${projectRoot}examples/models/${name}.yaml` });

/** What masks a file. The two families of JSON samples have a model each; whoever else's they are is refused, and has no output. */
const choicesFor = (file: string): readonly Choice[] =>
  file.startsWith("json/")
    ? [models(file.startsWith("json/camt__") ? "camt-json" : "iso20022-json")]
    : [{ preset: "test-data" }, { preset: "one-way" }];

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      if (name !== "xsd") yield* filesBelow(path);
    } else if (name !== "SOURCES.md") yield path;
  }
}

/** Words of four letters or more, without marks, in small letters. */
function wordsOf(text: string): string[] {
  const folded = text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return folded.match(/\p{L}{4,}/gu) ?? [];
}

const isName = ({ dataClass, path, text }: FoundValue): boolean =>
  /\p{L}/u.test(text) &&
  (path.startsWith("$")
    ? /\.(?:nm|[a-z]*name)$/i.test(path)
    : /(?:^|\/)(?:Nm|name|1)$/.test(path) && ["person", "organisation", "agent"].includes(dataClass));

interface Looked {
  readonly names: number;
  /** Words that survive, and where their names stood. */
  readonly found: readonly { readonly word: string; readonly path: string }[];
}

/** Records of the output are those of the input, in order: a file of which a record is refused is not looked at. */
function lookFor(before: Found, after: Found): Looked {
  let names = 0;
  const found: { word: string; path: string }[] = [];
  for (const record of after.records.keys()) {
    const written = new Set(after.values.filter((value) => value.record === record).flatMap(({ text }) => wordsOf(text)));
    for (const value of before.values.filter((one) => one.record === record && isName(one))) {
      names++;
      for (const word of wordsOf(value.text)) if (written.has(word) && !LEGAL_FORMS.has(word)) found.push({ word, path: value.path });
    }
  }
  return { names, found };
}

async function lookedThrough(input: Uint8Array, choice: Choice, engine: EngineName): Promise<Looked | undefined> {
  const result = await run(input, { ...choice, engine, input: "lenient" });
  if (result.counts.out === 0) return undefined;
  expect(result.refusals).toEqual([]);
  return lookFor(valuesIn(input), valuesIn(result.output));
}

(sharedExists ? describe : describe.skip)(`names in samples${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  const files = sharedExists ? [...filesBelow(SAMPLES)] : [];

  test.each([...ENGINES])(
    "engine %s: no word of a name is in its record's output",
    async (engine) => {
      const alarms = new Set<string>();
      const seen = { files: 0, json: 0, names: 0 };
      for (const path of files) {
        const file = relative(SAMPLES, path);
        const input = new Uint8Array(readFileSync(path));
        for (const choice of choicesFor(file)) {
          const looked = await lookedThrough(input, choice, engine);
          if (looked === undefined) continue;
          seen.files++;
          if (file.startsWith("json/")) seen.json++;
          seen.names += looked.names;
          for (const { word } of looked.found) alarms.add(`${file} ${word}`);
        }
      }
      console.log(`${engine}: ${seen.names} names in ${seen.files} masked files, ${seen.json} of them JSON`);
      expect([...alarms].sort()).toEqual(FALSE_ALARMS.map(({ file, word }) => `${file} ${word}`).sort());
      expect(seen.names).toBeGreaterThan(250);
      expect(seen.json).toBeGreaterThan(20);
    },
    SLOW,
  );

  test("the search can fail: what a model keeps is found, in the name and in the text that repeats it", async () => {
    const input = new Uint8Array(readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`));
    for (const path of ["iso20022:**/Dbtr/Nm", "iso20022:**/Ustrd"]) {
      const keeps = { bauta: 1, name: "keeps", extends: "test-data", rules: [{ path, technique: "keep" }] } as const;
      const looked = await lookedThrough(input, { model: keeps }, "native");
      expect(looked?.found.map(({ word }) => word)).toContain("brandhorst");
    }
  });
});
