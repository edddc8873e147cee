/** Routes on scanned records of all formats: what holds, what does not, and that masking does not care. */
import { describe, expect, test } from "bun:test";
import { decodeSegment } from "../../runtime/engines/portable/text/decode.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { fileSource } from "../../runtime/model/sources.ts";
import { runnable } from "../../runtime/open.ts";
import { readPipeline } from "../../runtime/pipeline/definition/read.ts";
import { Masker } from "../../runtime/pipeline/masker.ts";
import { COMMA, DecimalReader, decimalOf, POINT, pointsOf } from "../../runtime/pipeline/route/compare.ts";
import { routerOf } from "../../runtime/pipeline/route/router.ts";
import { CATALOGUES, FORMATS } from "../../runtime/registry.ts";
import { DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML } from "../e2e/cli.ts";

const engine = await selectEngine("portable");
const { model } = loadModel(fileSource(DEMO_MODEL));
if (model === undefined) throw new Error("no model");
const plan = runnable(model, ephemeralKeyRing());

/** Which of the routes takes the message: its place, or the code that refuses it. */
function routeOf(message: string, whens: readonly string[], more = ""): number | string {
  const routes = whens.map((when) => `  - { when: ${when}, to: a }\n`).join("");
  const text = `bauta-pipeline: 1\nname: t\nmodel: m.yaml\nsources: stdin\nsinks: { a: stdout }\nroutes:\n${routes}${more}`;
  const { definition, problems } = readPipeline(text, "/t.yaml", CATALOGUES);
  if (definition === undefined) throw new Error(JSON.stringify(problems));
  const { jsonPaths, otherwise } = definition;
  const options = { routes: definition.routes.map(({ criteria }) => criteria), otherwise, jsonPaths, decode: decodeSegment };
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "divert",
    router: routerOf(options),
    keyedHash: () => "",
  });
  const found: (number | string)[] = [];
  const outlet = {
    records: ({ routes: column, count }: { readonly routes: Uint32Array; readonly count: number }) =>
      void found.push(...column.subarray(0, count)),
    separators: () => undefined,
    refused: ({ issue }: { readonly issue: { readonly code: string } }) => void found.push(issue.code),
  };
  masker.push(new TextEncoder().encode(message), outlet);
  masker.end(outlet);
  masker.close();
  if (found.length !== 1) throw new Error(`${found.length} records`);
  return found[0] as number | string;
}

const NONE = "BAUTA-2301";
const xml = (from: string, to: string): string => EXAMPLE_XML.replace(from, to);
/** Two transactions, the second with another currency and amount. */
const TWO = EXAMPLE_XML.replace(/<CdtTrfTxInf>[\s\S]*<\/CdtTrfTxInf>/, (one) => one + one.replace('Ccy="EUR">1845.50', 'Ccy="CHF">7.00'));

describe("routes", () => {
  test.each([
    ["{ currency: EUR }", EXAMPLE_XML, 0],
    ["{ currency: [USD, EUR] }", EXAMPLE_XML, 0],
    ["{ currency: USD }", EXAMPLE_XML, NONE],
    ["{ message: pacs.008 }", EXAMPLE_XML, 0],
    ["{ message: pacs.008.001.08 }", EXAMPLE_XML, 0],
    ["{ message: pacs.008.001.09 }", EXAMPLE_XML, NONE],
    ["{ message: MT103 }", EXAMPLE_MT, 0],
    ["{ format: json }", EXAMPLE_MT, NONE],
    ["{ format: [json, swift-mt] }", EXAMPLE_MT, 0],
    ['{ amount: { from: "1845.50" } }', EXAMPLE_XML, 0],
    ['{ amount: { from: "1845.51" } }', EXAMPLE_XML, NONE],
    ['{ amount: { below: "1845.50" } }', EXAMPLE_XML, NONE],
    ['{ amount: { from: 100, below: "1845.501" } }', EXAMPLE_XML, 0],
    ["{ service: swift.cbprplus.02 }", EXAMPLE_XML, 0],
    ["{ service: swift.cbprplus.03 }", EXAMPLE_XML, NONE],
    ["{ amount: { from: 1 }, currency: EUR }", EXAMPLE_MT, 0],
    // Values that are spelt otherwise are the same values.
    ["{ currency: EUR }", xml('Ccy="EUR">1845.50', 'Ccy="&#69;UR">1845.50'), 0],
    ["{ amount: { from: 1845, below: 1846 } }", xml(">1845.50<", "><![CDATA[1845.50]]><"), 0],
    // All transactions, or none.
    ["{ currency: EUR }", TWO, NONE],
    ["{ currency: [EUR, CHF] }", TWO, 0],
    ["{ amount: { from: 1 } }", TWO, 0],
    ["{ amount: { from: 8 } }", TWO, NONE],
    // What is not there meets nothing.
    ["{ currency: EUR }", EXAMPLE_JSON, NONE],
    ["{ service: swift.cbprplus.02 }", EXAMPLE_MT, NONE],
  ] as const)("%s", (when, message, route) => {
    expect(routeOf(message, [when])).toBe(route);
  });

  test("BICs of headers and blocks: whole, without branch, bank, country", () => {
    const bic = /<Fr><FIId><FinInstnId><BICFI>([^<]*)/.exec(EXAMPLE_XML)?.[1] ?? "";
    const receiver = /<To><FIId><FinInstnId><BICFI>([^<]*)/.exec(EXAMPLE_XML)?.[1] ?? "";
    for (const words of [bic, bic.slice(0, 8), bic.slice(0, 6), bic.slice(0, 4)])
      expect(routeOf(EXAMPLE_XML, [`{ sender: ${words} }`])).toBe(0);
    expect(routeOf(EXAMPLE_XML, [`{ sender: ${receiver.slice(0, 8)} }`])).toBe(NONE);
    expect(routeOf(EXAMPLE_XML, [`{ receiver: ${receiver.slice(0, 8)} }`])).toBe(0);
    expect(routeOf(EXAMPLE_XML, [`{ sender-country: ${bic.slice(4, 6)}, receiver-country: ${receiver.slice(4, 6)} }`])).toBe(0);
    const [, lt = ""] = /\{1:F01(.{12})/.exec(EXAMPLE_MT) ?? [];
    const [, kind = "", to = ""] = /\{2:([IO])103(.{12})/.exec(EXAMPLE_MT) ?? [];
    expect(kind).toBe("I");
    expect(routeOf(EXAMPLE_MT, [`{ sender: ${lt.slice(0, 8)}${lt.slice(9)}, receiver: ${to.slice(0, 8)} }`])).toBe(0);
    expect(routeOf(EXAMPLE_MT, [`{ sender: ${to.slice(0, 8)} }`])).toBe(to.slice(0, 8) === lt.slice(0, 8) ? 0 : NONE);
    // Delivered to its receiver: block 1 is theirs, and block 2 says who sent it.
    const output = EXAMPLE_MT.replace(/\{2:I103.{12}[^}]*\}/, `{2:O1031200261120${to}12345678902611201201N}`);
    expect(routeOf(output, [`{ sender: ${to.slice(0, 8)}, receiver: ${lt.slice(0, 8)} }`])).toBe(0);
  });

  test("the first that is for a record takes it, otherwise takes the rest", () => {
    expect(routeOf(EXAMPLE_XML, ["{ currency: USD }", "{ message: pacs.008 }", "{ currency: EUR }"])).toBe(1);
    expect(routeOf(EXAMPLE_XML, ["{ currency: USD }"], "otherwise: a\n")).toBe(1);
  });

  test("JSON by declared paths, which the model names", () => {
    const [path] = plan.jsonRules
      .filter(({ segments }) => !segments.includes("*") && !segments.includes("**"))
      .map(({ segments }) => segments);
    const value = (path ?? []).reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], JSON.parse(EXAMPLE_JSON));
    const fields = `fields: { service: "$.${(path ?? []).join(".")}" }\n`;
    expect(typeof value).toBe("string");
    expect(routeOf(EXAMPLE_JSON, [`{ service: ${JSON.stringify(value)} }`], fields)).toBe(0);
    expect(routeOf(EXAMPLE_JSON, [`{ service: another }`], fields)).toBe(NONE);
  });
});

test("decimals are compared by their digits", () => {
  const numbers = [
    "0",
    "0.5",
    "0.50",
    "1",
    "1.0",
    "1.01",
    "9.99",
    "10",
    "010",
    "99999999999999999.01",
    "99999999999999999.02",
    "100000000000000000",
  ];
  const scaled = (text: string): bigint => {
    const [whole = "", fraction = ""] = text.split(".");
    return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
  };
  const reader = new DecimalReader();
  for (const a of numbers) {
    for (const b of numbers) {
      const points = pointsOf(a.replace(".", ","));
      expect(reader.read(points, 0, points.length, COMMA)).toBe(true);
      const other = decimalOf(b);
      if (other === undefined) throw new Error(b);
      const wanted = scaled(a) < scaled(b) ? -1 : scaled(a) > scaled(b) ? 1 : 0;
      expect([a, b, Math.sign(reader.compare(points, other))]).toEqual([a, b, wanted]);
    }
  }
  for (const none of ["", ".5", "-1", "1e3", "1.2.3", "1 000", "1,000"]) {
    const points = pointsOf(none);
    expect([none, reader.read(points, 0, points.length, POINT)]).toEqual([none, false]);
  }
});
