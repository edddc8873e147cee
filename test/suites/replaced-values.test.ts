/**
 * What a value check replaces, on record: every value of the samples and of our own corpora that its kind does not take, so that
 * `otherwise` stood in, with the code that `otherwise: error` would have given. No value stands in the record, only where it was and why.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import { issueOf } from "../../runtime/kit/errors.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { DRAWN_KINDS } from "../../runtime/model/vocabulary.ts";
import { runnable } from "../../runtime/open.ts";
import {
  Batch,
  RECORD_MESSAGE,
  RECORD_STATUS,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  STATUS_REDACTED,
  STATUS_TOKEN,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { run } from "../harness.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";

const RECORD = `${projectRoot}test/golden/replaced-values.json`;
const suite = sharedExists ? describe : describe.skip;

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

interface Replaced {
  readonly path: string;
  readonly kind: string;
  readonly text: string;
}

/** The values of a file that `otherwise` took, under the preset test-data. */
async function replacedIn(input: Uint8Array): Promise<Replaced[]> {
  const { model } = loadModel(presetSource("test-data"));
  if (model === undefined) throw new Error("the preset does not load");
  const plan = runnable(model, ephemeralKeyRing(), "lenient");
  const engine = await selectEngine("portable");
  const slots = FORMATS.map((format) => ({ format, open: format.open(plan, { input: "lenient" }) }));
  const found: Replaced[] = [];
  for (let at = 0; at < input.length; ) {
    while (at < input.length && " \t\r\n$\0".includes(String.fromCharCode(input[at] as number))) at++;
    const slot = slots.find(({ format }) => format.detect(input, at, input.length));
    if (slot === undefined) break;
    const batch = new Batch();
    batch.input = input;
    const end = slot.open.scan(batch, at, input.length, true);
    if (end < 0) break;
    const handle = engine.open(plan.planBytes(), plan.keyBytes(), "mask");
    handle.transform(batch, new Uint8Array(input.length * 4 + 65536), 0);
    handle.close();
    for (let value = 0; value < batch.valueCount && batch.records[RECORD_STATUS] === 0; value++) {
      const row = value * VALUE_STRIDE;
      const status = batch.values[row + VALUE_STATUS];
      if (status !== STATUS_TOKEN && status !== STATUS_REDACTED) continue;
      const segment = (batch.values[row + VALUE_FIRST_SEGMENT] as number) * SEGMENT_STRIDE;
      found.push({
        path: slot.open.fieldPath(batch.records[RECORD_MESSAGE] as number, batch.values[row + VALUE_FIELD] as number),
        kind: plan.kindOf(batch.values[row + VALUE_OPERATION] as number),
        text: new TextDecoder().decode(input.subarray(batch.segments[segment + SEGMENT_START], batch.segments[segment + SEGMENT_END])),
      });
    }
    at = end;
  }
  plan.close();
  return found;
}

/** What the value's kind says of it where nothing stands in. */
async function codeOf({ kind, text }: Replaced): Promise<string> {
  // Under `keep` a text that is no code word is redacted (docs/internals/engine.md, KEEP).
  if (kind === "text") return "kept codes: no code word, redacted";
  const result = await run(JSON.stringify({ value: text }), {
    engine: "portable",
    model: {
      bauta: 1,
      name: "why",
      mode: "deterministic",
      namespaces: {
        asked: { technique: DRAWN_KINDS.some((one) => one === kind) ? "pseudonym" : "fpe", kind: kind as "account", otherwise: "error" },
      },
      rules: [{ path: "json:$.value", use: "asked" }],
    },
  });
  const code = result.refusals[0]?.code ?? 0;
  return code === 0 ? "outside its field's type" : `${issueOf(code).code} ${issueOf(code).name}`;
}

suite(`values that are replaced${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  test("are those on record, each with its code", async () => {
    const rows: Record<string, string> = {};
    for (const [root, folder] of [
      [sharedRoot, `${sharedRoot}samples/pacs008`],
      [sharedRoot, `${sharedRoot}samples/mt103`],
      [projectRoot, `${projectRoot}test/corpus/mt/messages`],
    ] as const) {
      for (const file of filesBelow(folder)) {
        for (const replaced of await replacedIn(new Uint8Array(readFileSync(file)))) {
          rows[`${relative(root, file)} ${replaced.path}`] = await codeOf(replaced);
        }
      }
    }
    if (!existsSync(RECORD) || process.env["BAUTA_UPDATE_GOLDEN"] !== undefined)
      writeFileSync(RECORD, `${JSON.stringify(rows, null, 1)}\n`);
    expect(rows).toEqual(JSON.parse(readFileSync(RECORD, "utf8")));
  }, 120_000);
});
