/**
 * Sensitive authentication data in JSON goes, under every preset and every example model, whatever their rules say, and shows in no
 * report of a refused record.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import table from "../../schemas/sensitive-authentication.json" with { type: "json" };
import { ENGINES } from "../harness.ts";
import { projectRoot } from "../shared.ts";
import { Masking } from "./masking.ts";
import { effort } from "./tape.ts";

const runs = effort("sensitive");

const opened: Masking[] = [];

async function masking(engine: (typeof ENGINES)[number], model: string | ModelDocument): Promise<Masking> {
  const one = await Masking.open({ engine, model });
  opened.push(one);
  return one;
}

afterAll(() => {
  for (const one of opened) one.close();
});

/** Every name of the table, and those that end as one. */
const NAMES: readonly string[] = [table.names, table.endings].flatMap((group) =>
  Object.values(group).flatMap((list) => (Array.isArray(list) ? list : [])),
);
/** The ways in which producers write `cvv2`, and in which somebody could hide it. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32)),
  (name) => `_${[...name].join("_")}`,
  (name) => [...name].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  (name) => `${name.slice(0, 1)}${name.slice(1)}-`,
];
const name = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...spellings)).map(([plain, spelling]) => spelling(plain));

const CODE = "7391846205";
const PAN = "4929102938475610";
/** Tracks are known by their shape, under any name: ISO/IEC 7813 and tag 57 of EMV. */
const TRACKS = [
  `%B${PAN}^QUILLFEATHER/YSOLDE^2912101${CODE}?`,
  `;${PAN}=2912101${CODE}?`,
  `${PAN}D29121010000${CODE}F`,
  `${PAN}=2912101${CODE}`,
];
const secret = fc.constantFrom(`"${CODE}"`, CODE, `["${CODE}"]`, `{"value":"${CODE}","of":{"it":[${CODE}]}}`, `"x ${CODE} x"`);
const track = fc
  .tuple(fc.constantFrom("note", "reference", "d", "iso"), fc.constantFrom(...TRACKS))
  .map(([member, value]) => `"${member}":"${value}"`);
const member = fc.oneof(
  fc.tuple(name, secret).map(([named, value]) => `"${named}":${value}`),
  track,
);

/** The member at any place of an object, alone or among others that hold nothing, in any depth. */
const documents = fc
  .record({ member, depth: fc.nat(4), before: fc.boolean(), after: fc.boolean(), list: fc.boolean() })
  .map(({ member: planted, depth, before, after, list }) => {
    let inside = `{${before ? '"first":null , ' : ""}${planted}${after ? ',"last":null' : ""}}`;
    for (let i = 0; i < depth; i++) inside = list && i === 0 ? `[null,${inside}]` : `{"level":${inside}}`;
    return inside;
  });

/** Whatever a model keeps, it does not keep this. */
const keepAll = (preset: string): ModelDocument => ({
  bauta: 1,
  name: "keeps-all",
  extends: preset,
  rules: [{ path: "json:$.**", technique: "keep", "danger-no-detect": true }],
});

const EXAMPLES = `${projectRoot}examples/models/`;
const models: readonly (readonly [string, string | ModelDocument])[] = [
  ...PRESETS.map((preset) => [preset, preset] as const),
  ...PRESETS.map((preset) => [`${preset} that keeps all`, keepAll(preset)] as const),
  ...readdirSync(EXAMPLES)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => [`examples/models/${file}`, EXAMPLES + file] as const),
];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const holds = (text: string): boolean => text.includes(CODE) || text.includes(PAN);

for (const engine of ENGINES) {
  describe(engine, () => {
    for (const [title, model] of models) {
      test(`${title}: removed wherever it stands, and what is left is the rest`, async () => {
        const masker = await masking(engine, model);
        fc.assert(
          fc.property(documents, (document) => {
            const { output, refusals } = masker.mask(bytesOf(document));
            expect(refusals).toEqual([]);
            expect(holds(textOf(output))).toBe(false);
            expect(JSON.parse(textOf(output))).toEqual(without(JSON.parse(document)));
          }),
          runs(150),
        );
      });

      test(`${title}: not in what is said of a refused record`, async () => {
        const masker = await masking(engine, model);
        fc.assert(
          fc.property(documents, fc.constantFrom("}", ',"b":1}', ',"a":2}', "", ',"z":"\\ud800"}'), (document, end) => {
            const { output, refusals } = masker.mask(bytesOf(`{"a":${document},"a":${document}${end}`));
            expect(refusals.length).toBeGreaterThan(0);
            expect(holds(textOf(output) + JSON.stringify(refusals))).toBe(false);
          }),
          runs(50),
        );
      });
    }
  });
}

test("the check can fail: what a model keeps by name is found", async () => {
  const masker = await masking("portable", keepAll("test-data"));
  expect(holds(textOf(masker.maskWhole(bytesOf(`{"note":"${CODE}"}`))))).toBe(true);
});

/** The document without members that are named or shaped like secrets: by the tree, not by the scanner. */
function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([named, inside]) => ["first", "last", "level"].includes(named) && !(typeof inside === "string"),
  );
  return Object.fromEntries(kept.map(([named, inside]) => [named, without(inside)]));
}
