/** Attacks on the framing: streams cut, mixed and stretched so that the pieces they arrive in could decide something. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../runtime/engines/api.ts";
import { type Format, type OpenFormat, SCAN_MORE } from "../../runtime/formats/api.ts";
import { RECORD_BYTES_MAX } from "../../runtime/kit/limits.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { Masker } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet } from "../../runtime/pipeline/outlet.ts";
import type { PlanSource } from "../../runtime/pipeline/plan-handle.ts";
import { run } from "../harness.ts";
import { attack, codesOf, DEBTOR, mt103, mt103Text, pacs008 } from "./support.ts";

const model: ModelDocument = { bauta: 1, name: "attack-frame", mode: "deterministic", rules: [{ path: "json:$.**", technique: "redact" }] };
const own = (text: string | Uint8Array, options = {}) => attack(text, { model, ...options });

/** Records behind their lengths. */
function framed(...records: readonly string[]): Uint8Array {
  const parts = records.flatMap((record) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(record));
    return [length, Buffer.from(record)];
  });
  return new Uint8Array(Buffer.concat(parts));
}

describe("a stream that stops has one outcome, however its bytes arrive", () => {
  const INPUTS: Readonly<Record<string, readonly [input: string, issue: number]>> = {
    "a DOCTYPE": ["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 3001],
    "a DOCTYPE behind a message": [`{"a":"b"}<!DOCTYPE a><a/>${" ".repeat(80)}`, 3001],
    "text behind a message": [`${pacs008("")} Ottilie Brandhorst, Lindenweg 14`, 3005],
    "text behind an MT": [`${mt103()} Ottilie Brandhorst, Lindenweg 14`, 4005],
    "text behind JSON": ['{"a":"b"} Ottilie Brandhorst, Lindenweg 14, 50667 Musterstadt, where the bakery stands', 2001],
    "a block that is none": ["{1:F01{2:I103{4:\u0001", 4001],
    "JSON that breaks": ['{"a":"b"}\n{"a":nil}\n{"a":"b"}', 5001],
    "JSON that ends": ['{"a":"b"}\n{"a":', 2002],
    "XML that ends": [`${pacs008("")}\n<Document`, 3002],
    "an MT that ends": ["{1:F01GLDTDEFFAXXX4312008815}{4:\r\n:20:A\r\n", 2002],
    "text and nothing else": [`Ottilie Brandhorst${" and so on".repeat(10)}`, 2001],
    "an encoding that is none": [`<?xml version="1.0" encoding="EBCDIC"?>${pacs008("")}`, 3003],
  };
  for (const [name, [input, issue]] of Object.entries(INPUTS)) {
    test(`${name}: ${issue}`, async () => {
      const result = await own(input);
      expect(codesOf(result).at(-1)).toBe(issue);
      expect(result.counts.in).toBe(result.counts.out + result.counts.refused);
    });
  }

  test("what is refused of it ends where it could not be read any further, or with its source", async () => {
    const told = async (input: string): Promise<readonly number[]> => {
      const refusal = (await own(input)).refusals.at(-1);
      return [refusal?.offset ?? -1, refusal?.length ?? -1];
    };
    expect(await told('{"a":nil} and so on')).toEqual([0, 5]);
    expect(await told('{"a":"b"}{"a":')).toEqual([9, 5]);
    expect(await told("{}<!DOCTYPE a><a/>")).toEqual([2, 0]);
    expect(await told(pacs008("").slice(0, 100))).toEqual([0, 100]);
  });
});

describe("frames of known length", () => {
  test("white space, garbage and what is too long stay in theirs", async () => {
    const result = await own(framed('{"a":"b"}', "  \n ", '{"a":"b"}x', ' \n{"a":"b"} '), { frame: "length" });
    expect(codesOf(result)).toEqual([2001, 2001]);
    expect(Buffer.from(result.output)).toEqual(Buffer.from(framed('{"a":"REDACTED"}', ' \n{"a":"REDACTED"} ')));
  });

  test("a frame of white space is the same whatever stood there before", async () => {
    // The buffer is used anew from its start, and what stands behind the frame is of an earlier one: a `<` there would make XML of nothing.
    const before = framed("<".repeat(1_000_000));
    const blank = framed(" ".repeat(59_996));
    const result = await run(new Uint8Array(Buffer.concat([before, blank])), {
      model,
      engine: "portable",
      frame: "length",
      chunks: [before.length, blank.length],
    });
    expect(codesOf(result)).toEqual([3002, 2001]);
  });

  test("a length that no record has stops the stream", async () => {
    expect(codesOf(await own(Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 1, 2, 3), { frame: "length" }))).toEqual([2003]);
    expect(codesOf(await own(Uint8Array.of(0, 0, 0, 0, 1, 2, 3), { frame: "length" }))).toEqual([2003]);
    expect(codesOf(await own(framed('{"a":"b"}').subarray(0, 9), { frame: "length" }))).toEqual([2002]);
  });
});

describe("formats in one stream", () => {
  test("without anything between them, each record once and in its order", async () => {
    const stream = `${mt103()}${pacs008(DEBTOR)}{1:F21GLDTDEFFAXXX4312008815}{4:{177:2611201200}{451:0}}${mt103()}$\r\n${mt103()}${pacs008(DEBTOR)}`;
    const result = await attack(stream);
    expect([codesOf(result), result.counts.out]).toEqual([[], 5]);
    expect([...result.text.matchAll(/<Document|\{1:F01|\{1:F21/g)].map(([mark]) => mark)).toEqual([
      "{1:F01",
      "<Document",
      "{1:F21",
      "{1:F01",
      "{1:F01",
      "<Document",
    ]);
    expect(result.text).not.toMatch(/Ottilie|Brandhorst/i);
  });

  test("a refused record in the middle takes nothing along but what separates it", async () => {
    const result = await attack(`${mt103()}\r\n${pacs008("<Foo/>")}\n\n${mt103()}\r\n${mt103Text()}-\r\n`);
    expect([codesOf(result), result.counts.in, result.counts.out]).toEqual([[3103], 4, 3]);
  });

  test("separators alone are no record", async () => {
    const result = await attack(" \r\n\t$\0 ");
    expect([result.counts.in, result.text]).toEqual([0, " \r\n\t$\0 "]);
  });
});

describe("size", () => {
  const record = (length: number): Uint8Array =>
    new Uint8Array(Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(length - 8, "x"), Buffer.from('"}')]));
  const outcome = async (bytes: Uint8Array, chunk: number): Promise<unknown> => {
    const { refusals, counts, stopped } = await run(bytes, { model, engine: "portable", chunks: [chunk] });
    return { refusals: refusals.map(({ code, offset, length, hash }) => ({ code, offset, length, hash })), out: counts.out, stopped };
  };

  test("the longest record is masked, and one byte more is refused, however it arrives", async () => {
    for (const chunk of [RECORD_BYTES_MAX * 2, 48 * 1024 * 1024, 262_144]) {
      expect(await outcome(record(RECORD_BYTES_MAX), chunk)).toEqual({ refusals: [], out: 1, stopped: undefined });
      expect(await outcome(record(RECORD_BYTES_MAX + 1), chunk)).toMatchObject({
        refusals: [{ code: 2101, offset: 0, length: RECORD_BYTES_MAX }],
        out: 0,
        stopped: "framing",
      });
    }
  }, 30_000);

  test("bytes are not scanned again and again, whatever pieces they come in and whatever each ends with", () => {
    for (const [pieces, size] of [
      [20_000, 1],
      [2_000, 1000],
      [200, 65_536],
      [3000, 4096],
    ] as const) {
      for (const last of ["x", ">", "}", "\n", "$"]) {
        const { masker, scanned } = masking();
        const piece = new Uint8Array(size).fill(0x61);
        piece[size - 1] = last.charCodeAt(0);
        masker.beginSource();
        for (let i = 0; i < pieces; i++) masker.push(piece, NOBODY);
        expect(scanned() / (pieces * size + 200_000)).toBeLessThan(20);
      }
    }
  });

  test("a record that arrives byte by byte is given out with its last one", async () => {
    const parts: string[] = [];
    const { masker } = masking("}");
    masker.beginSource();
    const text = `{${"a".repeat(3000)}}`;
    const outlet = bytesOutlet(
      (bytes) => void parts.push(new TextDecoder().decode(bytes)),
      () => undefined,
    );
    for (const [i, byte] of new TextEncoder().encode(text).entries()) {
      masker.push(Uint8Array.of(byte), outlet);
      if (i < text.length - 1) expect(parts).toEqual([]);
    }
    expect(parts.join("")).toBe(text);
  });
});

const NOBODY = bytesOutlet(
  () => undefined,
  () => undefined,
);

/** A masker over a format that counts the bytes it looks at; its records end with that character, or never. */
function masking(end = ""): { readonly masker: Masker; readonly scanned: () => number } {
  let scanned = 0;
  const open: OpenFormat = {
    scan(batch, start, limit) {
      scanned += limit - start;
      const found = end === "" ? -1 : batch.input.indexOf(end.charCodeAt(0), start);
      if (found < 0 || found >= limit) return SCAN_MORE;
      batch.endRecord(batch.beginRecord(start, 0), found + 1);
      return found + 1;
    },
    messageName: () => "any",
    fieldPath: () => "",
    fieldClass: () => "technical",
    fieldOf: () => undefined,
  };
  const format: Format = { name: "json", detect: () => true, open: () => open };
  const engine: Engine = {
    name: "portable",
    version: "",
    facts: {},
    open: () => ({
      // Copies records as they are.
      transform(batch, output, first) {
        let at = 0;
        for (let record = first; record < batch.recordCount; record++) {
          const row = record * 10;
          const bytes = batch.input.subarray(batch.records[row], batch.records[row + 1]);
          output.set(bytes, at);
          batch.records[row + 6] = at;
          at += bytes.length;
          batch.records[row + 7] = at;
        }
        return batch.recordCount;
      },
      close: () => undefined,
    }),
    get primitives(): never {
      throw new Error("not asked for here");
    },
  };
  const plan: PlanSource = {
    operationFor: () => 0,
    dropOperation: 0,
    jsonRules: [],
    envelope: { open: false, elements: [], namespaces: [] },
    operationCount: 1,
    planBytes: () => new Uint8Array(0),
    keyBytes: () => new Uint8Array(0),
    figureOf: () => undefined,
    isPlaced: () => false,
    perRecord: false,
  };
  const masker = new Masker({
    engine,
    plan,
    formats: [format],
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "divert",
    keyedHash: () => "",
  });
  return { masker, scanned: () => scanned };
}
