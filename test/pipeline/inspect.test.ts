/** What the inspector says of values against what a masker writes. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSegment } from "../../runtime/engines/portable/text/decode.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { fileSource, type ModelSource, presetSource } from "../../runtime/model/sources.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { type OpenPlan, runnable } from "../../runtime/open.ts";
import { type InspectedRecord, Inspector } from "../../runtime/pipeline/inspect.ts";
import { Masker } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet } from "../../runtime/pipeline/outlet.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { projectRoot } from "../shared.ts";

const example = (name: string): Uint8Array => new Uint8Array(readFileSync(join(projectRoot, "examples/messages", name)));
const XML = example("payment.pacs.008.xml");
const MT = example("payment.mt103");
const JSON_EVENT = example("payment.json");
const DEMO = fileSource(join(projectRoot, "examples/models/demo.yaml"));
const engines = [await selectEngine("portable"), await selectEngine("native")];
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function planOf(source: ModelSource): OpenPlan {
  const { model, problems } = loadModel(source);
  if (model === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  return runnable(
    model,
    ephemeralKeyRing(() => new Uint8Array(32).fill(7)),
  );
}

function inspected(source: ModelSource, input: Uint8Array, engine = engines[0], chunk = input.length): InspectedRecord[] {
  if (engine === undefined) throw new Error("no engine");
  const inspector = new Inspector({ engine, plan: planOf(source), formats: FORMATS, scan: { input: "strict" }, decode: decodeSegment });
  const records: InspectedRecord[] = [];
  for (let at = 0; at < input.length; at += chunk) records.push(...inspector.push(input.subarray(at, at + chunk)));
  records.push(...inspector.end());
  inspector.close();
  return records;
}

function masked(source: ModelSource, input: Uint8Array, engine = engines[0]): { readonly output: string; readonly refused: string[] } {
  if (engine === undefined) throw new Error("no engine");
  const plan = planOf(source);
  const parts: Uint8Array[] = [];
  const refused: string[] = [];
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "divert",
    keyedHash: () => "",
  });
  const outlet = bytesOutlet(
    (bytes: Uint8Array) => void parts.push(bytes.slice()),
    ({ issue, path, faultOffset, faultLength, offset, length }) =>
      void refused.push(`${issue.code} ${path} ${faultOffset} ${faultLength} ${offset} ${length}`),
  );
  masker.push(input, outlet);
  masker.end(outlet);
  masker.close();
  return { output: textOf(new Uint8Array(Buffer.concat(parts))), refused };
}

const mixed = Buffer.concat([XML, bytesOf("\n"), MT, bytesOf("\n$"), MT, bytesOf("\n"), JSON_EVENT, bytesOf("\n"), XML]);
const valuesIn = (records: readonly InspectedRecord[]): unknown =>
  records.flatMap(({ values }) => values.map(({ path, outcome, clear, masked: after }) => [path, outcome, clear, after]));

describe("what is shown is what mask writes", () => {
  for (const engine of engines)
    for (const source of [...PRESETS.map(presetSource), DEMO])
      test(`${source.name.split("/").at(-1)} on ${engine.name}`, () => {
        const records = inspected(source, mixed, engine);
        const { output, refused } = masked(source, mixed, engine);
        const whole = records.flatMap(({ after }) => (after === undefined ? [] : [textOf(after)]));
        let at = 0;
        for (const text of whole) {
          const found = output.indexOf(text, at);
          expect(found).toBeGreaterThanOrEqual(at);
          expect(output.slice(at, found).trim().replace("$", "")).toBe("");
          at = found + text.length;
        }
        expect(output.slice(at).trim()).toBe("");
        const faults = records.flatMap(({ fault, offset, before }) =>
          fault === undefined ? [] : [`${fault.issue.code} ${fault.path} ${fault.offset} ${fault.length} ${offset} ${before.length}`],
        );
        expect(faults).toEqual(refused);
        expect(records.length).toBe(5);
      });

  test("both engines say the same", () => {
    const [portable, native] = engines.map((engine) => valuesIn(inspected(DEMO, mixed, engine)));
    expect(native).toEqual(portable);
  });

  // What becomes of these values is told by others of their record, or by the place where they stand.
  const DEPENDENT: Readonly<Record<string, ModelDocument>> = {
    "days and amounts with a subject": {
      bauta: 1,
      name: "subjects",
      extends: "test-data",
      namespaces: {
        shift: { technique: "date-shift", kind: "date", days: 300, subject: "account" },
        stir: { technique: "scale", kind: "amount", from: 3, to: 90, subject: "account" },
      },
      rules: [
        { class: "date", use: "shift", unfit: "redact" },
        { class: "amount", use: "stir", unfit: "redact" },
      ],
    },
    "texts in which names of the message are found": { bauta: 1, name: "texts", extends: "test-data", text: "detect" },
    "values of their place beside values with a subject": {
      bauta: 1,
      name: "places",
      extends: "test-data",
      text: "detect",
      namespaces: {
        shift: { technique: "date-shift", kind: "date", days: 300, subject: "account" },
        made: { technique: "generate", kind: "party-name" },
        sealed: { technique: "encrypt", kind: "text", cipher: "aes-gcm", otherwise: "redact" },
      },
      rules: [
        { class: "date", use: "shift", unfit: "redact" },
        { path: "iso20022:**/Cdtr/Nm", use: "made" },
        { path: "iso20022:**/RmtInf/Ustrd", use: "sealed" },
      ],
    },
  };
  const telling = bytesOf(textOf(XML).replace(/<Ustrd>[^<]*/, "<Ustrd>for Ottilie Brandhorst &amp; others"));
  for (const engine of engines)
    for (const [name, document] of Object.entries(DEPENDENT))
      test(`${name} on ${engine.name}`, () => {
        const source = { name: "model", document };
        const input = Buffer.concat([telling, bytesOf("\n"), MT, bytesOf("\n"), telling]);
        const records = inspected(source, input, engine);
        expect(records.flatMap(({ fault }) => (fault === undefined ? [] : [fault.issue.code]))).toEqual([]);
        const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");
        expect(lines(records.map(({ after }) => textOf(after ?? new Uint8Array(0))).join("\n"))).toEqual(
          lines(masked(source, input, engine).output),
        );
        for (const { values, after } of records) {
          const again = inspected({ name: "model", document }, after ?? new Uint8Array(0))[0]?.values ?? [];
          expect(again.map(({ clear }) => clear)).toEqual(
            values.filter(({ outcome }) => outcome !== "removed").map((value) => value.masked ?? ""),
          );
        }
      });

  test("a refused record's other values are told as they would be with all of it", () => {
    const source = { name: "model", document: DEPENDENT["days and amounts with a subject"] as ModelDocument };
    const shown = (text: string) =>
      inspected(source, bytesOf(text)).flatMap(({ values }) => values.map(({ path, masked: after }) => [path, after] as const));
    const whole = shown(textOf(XML));
    const broken = textOf(XML).replace(/(<Dbtr>\s*<Nm>)[^<]*/, "$1\u0378");
    expect(inspected(source, bytesOf(broken))[0]?.fault?.issue.number).toBe(6005);
    expect(shown(broken).filter(([, after]) => after !== undefined)).toEqual(whole.filter(([path]) => !path.endsWith("/Dbtr/Nm")));
  });

  test("chunks leave no trace", () => {
    const whole = inspected(DEMO, mixed);
    for (const size of [1, 7, 64, 1000]) expect(inspected(DEMO, mixed, engines[0], size)).toEqual(whole);
  });

  test("a masked value, read again, is what was told: also where lengths change", () => {
    for (const source of [DEMO, presetSource("tokens")]) {
      const records = inspected(source, Buffer.concat([XML, MT]));
      for (const { values, after } of records) {
        const again = inspected(source, after ?? new Uint8Array(0))[0]?.values ?? [];
        const written = values.filter(({ outcome }) => outcome !== "removed");
        expect(again.map(({ clear }) => clear)).toEqual(written.map((value) => value.masked ?? ""));
        expect(written.some(({ clear, masked: text }) => text?.length !== clear.length)).toBe(true);
      }
    }
  });
});

describe("values", () => {
  const one = (path: string, records: readonly InspectedRecord[]) => {
    const value = records.flatMap(({ values }) => values).find((candidate) => candidate.path === path);
    if (value === undefined) throw new Error(path);
    return value;
  };

  test("are decoded: references, CDATA, escapes", () => {
    const xml = textOf(XML).replace(/(<Dbtr>\s*<Nm>)[^<]*/, "$1A &amp; &#66;<![CDATA[<C>]]> D");
    expect(one("FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm", inspected(DEMO, bytesOf(xml))).clear).toBe("A & B<C> D");
    const json = textOf(JSON_EVENT).replace("Ottilie Brandhorst", '\\u004fttilie \\"B\\"');
    expect(one("$.*.name", inspected(DEMO, bytesOf(json))).clear).toBe('Ottilie "B"');
  });

  test("of several lines have their line ends", () => {
    const { clear, masked: after } = one("50K/address", inspected(DEMO, MT));
    expect(clear).toBe("LINDENWEG 14\n50667 MUSTERSTADT");
    expect(after).toMatch(/^[A-Z -]+ [0-9]+\n[0-9]{5} [A-Z -]+$/);
  });

  test("that go have no text behind the arrow, and their place", () => {
    const value = one("block5/CHK", inspected(DEMO, MT));
    expect([value.outcome, value.masked, value.asked?.message]).toEqual(["removed", undefined, "MT103"]);
    expect(textOf(MT.subarray(value.offset, value.offset + value.length))).toBe(value.clear);
  });

  test("of a header are asked of its own message", () => {
    expect(one("BizMsgIdr", inspected(DEMO, XML)).asked?.message).toBe("head.001.001.02");
    expect(one("FIToFICstmrCdtTrf/GrpHdr/MsgId", inspected(DEMO, XML)).asked?.message).toBe("pacs.008.001.08");
  });

  test("outside of their kind say what otherwise made of them", () => {
    const model = { name: "o.yaml", text: 'bauta: 1\nname: o\nextends: test-data\nrules:\n  - {path: "json:$.a", use: account}\n' };
    expect(one("$.a", inspected(model, bytesOf('{"a":"AB"}'))).outcome).toBe("otherwise-token");
    const bic = { name: "o.yaml", text: 'bauta: 1\nname: o\nextends: test-data\nrules:\n  - {path: "json:$.a", use: bic}\n' };
    expect(one("$.a", inspected(bic, bytesOf('{"a":"no bic"}'))).outcome).toBe("otherwise-redacted");
  });
});

describe("refused records", () => {
  test("by the engine: all values, the one to blame among them", () => {
    const xml = textOf(XML).replace("<IntrBkSttlmDt>2026-11-20<", "<IntrBkSttlmDt>2026-13-20<").replaceAll(">EUR<", ">EUR<");
    const [record] = inspected(DEMO, bytesOf(xml));
    const { fault, values, after } = record as InspectedRecord;
    const blamed = values[fault?.value ?? -1];
    expect([after, fault?.issue.number, blamed?.path, blamed?.outcome, blamed?.issue?.number]).toEqual([
      undefined,
      6001,
      "FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmDt",
      "refused",
      6001,
    ]);
    expect(values.filter(({ outcome }) => outcome === "refused").length).toBe(1);
    expect(values.length).toBe(inspected(DEMO, XML)[0]?.values.length ?? 0);
  });

  test("two wrong values are both told", () => {
    const xml = textOf(XML).replaceAll("2026-11-20<", "2026-13-20<").replace(">1845.50</InstdAmt>", ">x</InstdAmt>");
    const [record] = inspected(DEMO, bytesOf(xml));
    expect(record?.values.filter(({ outcome }) => outcome === "refused").length).toBe(2);
  });

  test("JSON: every path without a rule, once", () => {
    const [record, next] = inspected(DEMO, bytesOf('{"event":"x","a":1,"b":[{"c":2},{"c":3}]}{"event":"y"}'));
    expect(record?.fault?.issue.number).toBe(2201);
    expect(record?.fault?.uncovered.length).toBe(3);
    expect([next?.fault, next?.values[0]?.clear]).toEqual([undefined, "y"]);
  });

  test("what no record can be made of ends the source", () => {
    const inspector = new Inspector({
      engine: engines[0] as (typeof engines)[number],
      plan: planOf(DEMO),
      formats: FORMATS,
      scan: { input: "strict" },
      decode: decodeSegment,
    });
    const records = [...inspector.push(MT.subarray(0, 300)), ...inspector.end()];
    expect([records.length, records[0]?.fault?.issue.number, inspector.stopped]).toEqual([1, 2002, true]);
    inspector.beginSource();
    expect([[...inspector.push(MT), ...inspector.end()].length, inspector.stopped]).toEqual([1, false]);
    inspector.close();
  });
});

test("with a key for each record, a record has one key and the next another", () => {
  const text =
    'bauta: 1\nname: r\nmode: random\nscope: record\nnamespaces: {n: {technique: pseudonym, kind: digits}}\nrules:\n  - {path: "json:$.*", use: n}\n';
  const records = inspected({ name: "r.yaml", text }, bytesOf('{"a":"1234567890","b":"1234567890"}{"a":"1234567890"}'));
  const [[first, same], [other]] = records.map(({ values }) => values.map((value) => value.masked)) as [string[], string[]];
  expect(same).toBe(first as string);
  expect(other).not.toBe(first as string);
});
