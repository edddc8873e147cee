/** Encryption of whole values, and generated ones. */
import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import type { Engine } from "../../../runtime/engines/api.ts";
import { encodePlan, type PlanKind, type PlanOperation, type PlanShape } from "../../../runtime/engines/plan.ts";
import {
  Batch,
  ENCODING_JSON_NUMBER,
  ENCODING_MT_LINE,
  ENCODING_MT_WRAP,
  ENCODING_XML_TEXT_REFS,
  STATUS_LEFT as LEFT,
  STATUS_MASKED as MASKED,
  RECORD_OUT_END,
  RECORD_STATUS,
  STATUS_REDACTED as REDACTED,
  STATUS_TOKEN as TOKEN,
} from "../../../runtime/record/tables.ts";
import type { judge } from "../../oracles/checks.ts";
import type { openSealed } from "../../oracles/seal.ts";
import { ANY, type Draft, KEY, operationOf, refusalOf, run } from "./bench.ts";

const fit = (shape: PlanShape, max = 0, min = 0) => ({ shape, min, max });
const APART = Buffer.from([0xff]);
const derived = (label: string, algorithm: string): string => createHmac(algorithm, KEY).update(APART).update(label).digest("hex");
const CIPHERS = ["aes-siv", "aes-gcm"] as const;

/** Other people's programs that look at what was written; only a checkout has them. */
export interface Judges {
  readonly judge: typeof judge;
  readonly openSealed: typeof openSealed;
}

export function sealing(engine: () => Engine, judges?: Judges): void {
  const seal = (draft: Partial<Draft>, value: string | readonly string[], encoding = 7) =>
    run(engine(), { technique: "encrypt", ...draft }, value, { encoding });
  const open = (draft: Partial<Draft>, value: string, encoding = 7) =>
    run(engine(), { technique: "encrypt", ...draft }, value, { encoding, direction: "unmask" });

  describe("encrypt", () => {
    test("what is written is what its standard says, in the alphabet of the field", () => {
      const values = ["x", "Ottilie Brandhorst", "Żółć & Söhne", "a".repeat(200), "\u{1f600}"];
      const shapes: readonly (readonly [PlanShape, BufferEncoding | "base32"])[] = [
        ["text", "base64url"],
        ["code", "base64url"],
        ["base64", "base64"],
        ["hex", "hex"],
        ["swift-x", "base32"],
        ["upper-alphanumeric", "base32"],
      ];
      const cases = CIPHERS.flatMap((cipher) => shapes.flatMap(([shape, code]) => values.map((value) => ({ cipher, shape, code, value }))));
      const requests = cases.map(({ cipher, shape, code, value }) => {
        const { status, text } = seal({ cipher, fit: fit(shape) }, value);
        expect(status).toBe(MASKED);
        expect(open({ cipher, fit: fit(shape) }, text)).toEqual({ status: MASKED, text: value });
        const key = cipher === "aes-siv" ? derived("aes-siv", "sha512") : derived("aes-gcm", "sha256");
        return { cipher, key, sealed: code === "base32" ? hexOfBase32(text) : Buffer.from(text, code).toString("hex") };
      });
      if (judges === undefined) return;
      expect(judges.openSealed(requests)).toEqual(cases.map(({ value }) => ({ clear: Buffer.from(value).toString("hex"), same: true })));
    });

    test("equal values are equal under AES-SIV wherever they stand, and differ under AES-GCM", () => {
      const operation = (cipher: (typeof CIPHERS)[number]) =>
        placed(engine(), { technique: "encrypt", cipher }, ["abc", "abc", "abd"], [0, 0, 7]);
      const siv = operation("aes-siv");
      expect(siv[0]).toBe(siv[1]);
      expect(siv[0]).not.toBe(siv[2]);
      expect(new Set(operation("aes-gcm")).size).toBe(3);
      // One record masked twice is one record: a run that is replayed gives the same bytes.
      expect(operation("aes-gcm")).toEqual(operation("aes-gcm"));
    });

    test("a nonce is of record, source, offset, place, seed and value", () => {
      const nonceOf = (text: string, offset: number, source: number, seed = "", before = ""): string => {
        const [sealed = ""] = placed(
          engine(),
          { technique: "encrypt", cipher: "aes-gcm" },
          [before + text].slice(0, 1),
          [offset],
          source,
          seed,
        );
        return Buffer.from(sealed, "base64url").subarray(0, 12).toString("hex");
      };
      const all = [
        nonceOf("abc", 0, 0),
        nonceOf("abd", 0, 0),
        nonceOf("abc", 1, 0),
        nonceOf("abc", 2 ** 32, 0),
        nonceOf("abc", 0, 1),
        nonceOf("abc", 0, 0, "seed"),
      ];
      expect(new Set(all).size).toBe(all.length);
    });

    test("another key, a changed character and what was never sealed are left", () => {
      for (const cipher of CIPHERS) {
        const { text } = seal({ cipher }, "Ottilie");
        const changed = (text[0] === "A" ? "B" : "A") + text.slice(1);
        for (const other of [changed, text.slice(1), `${text}A`, "Ottilie", "=", text.toUpperCase()])
          expect(open({ cipher }, other).status).toBe(LEFT);
        const foreign = run(engine(), { technique: "encrypt", cipher }, text, { direction: "unmask", key: new Uint8Array(32) });
        expect(foreign).toEqual({ status: LEFT, text });
      }
    });

    test("what does not fit its field follows otherwise, and a field that nothing fits is refused at once", () => {
      const short = fit("text", 35);
      expect(seal({ fit: short }, "ten bytes!").text).toHaveLength(35);
      expect(seal({ fit: short }, "eleven byte").status).toBe(6012);
      expect(seal({ fit: short, otherwise: "redact" }, "eleven byte")).toEqual({ status: REDACTED, text: "REDACTED" });
      expect(seal({ fit: short, otherwise: "token" }, "eleven byte").status).toBe(TOKEN);
      expect(seal({ fit: fit("text", 140), cipher: "aes-gcm" }, "a".repeat(77)).text).toHaveLength(140);
      expect(seal({ fit: fit("text", 140), cipher: "aes-gcm" }, "a".repeat(78)).status).toBe(6012);
      for (const [shape, siv, gcm] of [
        ["text", 23, 39],
        ["swift-x", 28, 47],
        ["hex", 34, 58],
        ["base64", 24, 40],
      ] as const) {
        expect([
          refusalOf(engine(), { technique: "encrypt", fit: fit(shape, siv) }),
          refusalOf(engine(), { technique: "encrypt", fit: fit(shape, siv - 1) }),
        ]).toEqual([0, 6011]);
        const draft = { technique: "encrypt", cipher: "aes-gcm" } as const;
        expect([
          refusalOf(engine(), { ...draft, fit: fit(shape, gcm) }),
          refusalOf(engine(), { ...draft, fit: fit(shape, gcm - 1) }),
        ]).toEqual([0, 6011]);
      }
      for (const shape of ["iban", "digits", "date", "decimal", "number", "reference-16x", "enum", "unknown"] as const)
        expect(refusalOf(engine(), { technique: "encrypt", fit: fit(shape) })).toBe(6011);
      expect(refusalOf(engine(), { technique: "encrypt", kind: "iban" })).toBe(6011);
      expect(refusalOf(engine(), { technique: "encrypt", fit: { ...ANY, prefix: "CH" } })).toBe(6011);
    });

    test("references are resolved before, and lines that would have to get longer are not written", () => {
      const { text } = seal({}, "A &amp; B", ENCODING_XML_TEXT_REFS);
      expect(open({}, text, ENCODING_XML_TEXT_REFS)).toEqual({ status: MASKED, text: "A &amp; B" });
      expect(seal({}, "A & B")).toEqual({ status: MASKED, text });
      expect(seal({ fit: fit("swift-x") }, "ONE", ENCODING_MT_LINE).status).toBe(MASKED);
      expect(seal({ fit: fit("swift-x") }, ["ONE", "TWO"], ENCODING_MT_LINE).status).toBe(6012);
      expect(seal({ fit: fit("swift-x") }, "ONE", ENCODING_MT_WRAP).status).toBe(6012);
      expect(seal({}, "12", ENCODING_JSON_NUMBER).status).toBe(6012);
      expect(seal({}, "")).toEqual({ status: MASKED, text: "" });
      expect(seal({}, "a".repeat(65_537)).status).toBe(6007);
      const long = seal({}, "a".repeat(65_536)).text;
      expect(open({}, long).text).toHaveLength(65_536);
    });
  });
}

export function generating(engine: () => Engine, judges?: Judges): void {
  const generate = (draft: Partial<PlanOperation>, value: string | readonly string[], encoding = 7) =>
    run(engine(), { technique: "generate", ...draft }, value, { encoding });

  describe("generate", () => {
    test("values are of their kind, and not of what stood there", () => {
      const kinds: readonly (readonly [PlanKind, string, RegExp])[] = [
        ["iban", "DE89370400440532013000", /^DE[0-9]{2}0[0-9]{17}$/],
        ["bic", "BANKDEFFXXX", /^[A-Z]{4}DE[A-Z0-9]0XXX$/],
        ["lei", "529900T8BM49AURSDO55", /^[A-Z0-9]{18}[0-9]{2}$/],
        ["pan", "4000000000000002", /^999999[0-9]{10}$/],
        ["uetr", "eb6305c9-1f7f-49de-aed0-16487c27b42d", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
        ["mixed", "AAA-0000/a", /^[A-Z]{3}-[0-9]{4}\/[a-z]$/],
        ["phone", "+49 30 1000000", /^\+49 [0-9]{2} [0-9]{7}$/],
        ["national-id", "12345678Z", /^[0-9]{8}[A-Z]$/],
        ["party-name", "Ottilie Brandhorst", /^[A-Z][a-z]+ [A-Z][A-Za-z' -]+$/],
        ["organisation", "Brandhorst GmbH", /GmbH$/],
        ["town", "Berlin", /^[A-Z]/],
        ["postcode", "10115", /^[0-9]{5}$/],
        ["birth-date", "1970-01-01", /^197[0-9]-[0-9]{2}-[0-9]{2}$/],
        ["email", "name@example.com", /^[a-z.']+\.[0-9a-z]{8}@example\.com$/],
        ["free-text", "Payment for services", /^[A-Za-z ]+$/],
      ];
      const checked: { kind: "pan" | "iban" | "bic" | "lei" | "uetr"; value: string }[] = [];
      for (const [kind, like, form] of kinds) {
        const values = ["x", "Erika Mustermann", "DE02120300000000202051"].map((value) => generate({ kind, like }, value));
        for (const { status, text } of values) {
          expect(status).toBe(MASKED);
          expect(text).toMatch(form);
          expect(text).not.toBe(like);
          if (kind === "pan" || kind === "iban" || kind === "bic" || kind === "lei" || kind === "uetr") checked.push({ kind, value: text });
        }
        expect(new Set(values.map(({ text }) => text)).size, kind).toBeGreaterThan(1);
      }
      if (judges === undefined) return;
      expect(judges.judge(checked)).toEqual(checked.map(() => true));
    });

    test("amounts, days and patterns stay inside their bounds", () => {
      const amounts = Array.from(
        { length: 200 },
        (_, i) => generate({ kind: "amount", from: "-1.5", to: "2.25", fit: fit("number") }, `${i}`).text,
      );
      expect(amounts.every((text) => /^-?[0-3]\.[0-9]{2}$/.test(text) && Number(text) >= -1.5 && Number(text) <= 2.25)).toBe(true);
      expect(new Set(amounts).size).toBeGreaterThan(120);
      expect(generate({ kind: "amount", from: "7", to: "7", fit: fit("swift-amount", 15) }, "1,00").text).toBe("7,");
      const days = Array.from(
        { length: 100 },
        (_, i) => generate({ kind: "date", from: "2024-02-28", to: "2024-03-01", fit: fit("date") }, `${i}`).text,
      );
      expect([...new Set(days)].sort()).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
      const day = { kind: "date", from: "2024-02-29", to: "2024-02-29" } as const;
      expect(generate({ ...day, fit: fit("date-time") }, "x").text).toBe("2024-02-29T00:00:00Z");
      expect(generate({ ...day, fit: fit("swift-date") }, "x").text).toBe("240229");
      expect(generate({ ...day, fit: fit("year") }, "x").text).toBe("2024");
      expect(generate({ places: ["I", "-", "0123456789", "äöü"], fit: fit("text") }, "x").text).toMatch(/^I-[0-9][äöü]$/);
      const drawn = Array.from({ length: 300 }, (_, i) => generate({ places: ["0123456789"], fit: fit("digits") }, `${i}`).text);
      expect(new Set(drawn).size).toBe(10);
    });

    test("the stream is ChaCha20 under a key of record, seed, source, offset and place", () => {
      const [text = ""] = placed(engine(), { technique: "generate", places: ["01"] }, ["x"], [5], 9, "seed");
      const at = (number: bigint): Buffer => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64BE(number);
        return bytes;
      };
      const source = Buffer.from("00000009".repeat(4), "hex");
      const content = engine().primitives.xxh3(new TextEncoder().encode("<x>"));
      const parts = [APART, "generate\0", content, at(4n), "seed", source, at(5n), at(1n)];
      const mac = createHmac("sha256", KEY);
      for (const part of parts) mac.update(part);
      expect(text).toBe((firstWord(mac.digest()) >> 63n).toString());
    });

    test("one value has another output in every place, the same in the same place", () => {
      const draft = { technique: "generate", kind: "iban", like: "DE89370400440532013000" } as const;
      const values = placed(engine(), draft, ["same", "same", "same"], [0, 0, 0]);
      expect(new Set(values).size).toBe(3);
      expect(placed(engine(), draft, ["same", "same", "same"], [0, 0, 0])).toEqual(values);
      expect(placed(engine(), draft, ["same", "same", "same"], [0, 0, 0], 0, "seed")).not.toEqual(values);
    });

    test("nothing is generated that a field does not take", () => {
      const refused = (draft: Partial<PlanOperation>): number => refusalOf(engine(), { technique: "generate", ...draft });
      expect(refused({ kind: "iban", like: "DE89370400440532013001" })).toBe(6011);
      expect(refused({ kind: "iban", like: "DE89370400440532013000", fit: fit("text", 20) })).toBe(6011);
      expect(refused({ kind: "iban", like: "DE89370400440532013000", fit: fit("date") })).toBe(6011);
      expect(refused({ kind: "party-name", like: "" })).toBe(6011);
      expect(refused({ kind: "party-name", like: "Ottilie", fit: fit("text", 10) })).toBe(6011);
      expect(refused({ kind: "prefixed-id", like: "CUST_1" })).toBe(6011);
      expect(refused({ kind: "amount", from: "2", to: "1", fit: fit("number") })).toBe(6011);
      expect(refused({ kind: "amount", from: "1", to: "x", fit: fit("number") })).toBe(6011);
      expect(refused({ kind: "amount", from: "-1", to: "1", fit: fit("swift-amount", 15) })).toBe(6011);
      expect(refused({ kind: "amount", from: "0", to: "999999999999999999.999999999", fit: fit("number") })).toBe(6011);
      expect(refused({ kind: "date", from: "2024-02-30", to: "2024-03-01", fit: fit("date") })).toBe(6011);
      expect(refused({ kind: "date", from: "2024-03-01", to: "2024-02-01", fit: fit("date") })).toBe(6011);
      expect(refused({ kind: "date", from: "2024-02-01", to: "2024-03-01", fit: fit("decimal") })).toBe(6011);
      expect(refused({ places: [] })).toBe(6011);
      expect(refused({ places: ["_"], fit: fit("swift-x") })).toBe(6011);
      expect(refused({ places: ["/"], fit: fit("reference-16x") })).toBe(6011);
      expect(refused({ places: ["A", "B"], fit: fit("text", 1) })).toBe(6011);
    });

    test("what has no room where lines wrap is not written, and nothing is generated backwards", () => {
      const iban = { kind: "iban", like: "DE89370400440532013000" } as const;
      expect(generate(iban, "SHORT", ENCODING_MT_WRAP).text).toBe("XXXXX");
      expect(generate({ kind: "party-name", like: "Ottilie Brandhorst" }, "SHORT", ENCODING_MT_WRAP).text).toBe("XXXXX");
      expect(generate(iban, ["FIRST LINE", "SECOND LINE OF TEXT"], ENCODING_MT_LINE).text).toMatch(/^DE.{8}\|.{12}$/);
      expect(run(engine(), { technique: "generate", ...iban }, "left", { direction: "unmask" })).toEqual({ status: LEFT, text: "left" });
      expect(generate(iban, "")).toEqual({ status: MASKED, text: "" });
    });
  });
}

const firstWord = (key: Buffer): bigint => chacha20Block(key).readBigUInt64BE(0);

/** The first block of RFC 8439, from its own words. */
function chacha20Block(key: Buffer): Buffer {
  const state = new Uint32Array([
    0x61707865,
    0x3320646e,
    0x79622d32,
    0x6b206574,
    ...Array.from({ length: 8 }, (_, i) => key.readUInt32LE(4 * i)),
    0,
    0,
    0,
    0,
  ]);
  const block = state.slice();
  const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
  const quarter = (a: number, b: number, c: number, d: number): void => {
    for (const [x, y, z, by] of [
      [a, b, d, 16],
      [c, d, b, 12],
      [a, b, d, 8],
      [c, d, b, 7],
    ] as const) {
      block[x] = (block[x] as number) + (block[y] as number);
      block[z] = rotate((block[z] as number) ^ (block[x] as number), by);
    }
  };
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const bytes = Buffer.alloc(64);
  for (let i = 0; i < 16; i++) bytes.writeUInt32LE(((block[i] as number) + (state[i] as number)) >>> 0, 4 * i);
  return bytes;
}

function hexOfBase32(text: string): string {
  const bits = Array.from(text, (character) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character).toString(2).padStart(5, "0")).join("");
  return (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2).toString(16).padStart(2, "0")).join("");
}

/** Each value in a record of its own, `<value>`, at an offset of a source. */
function placed(
  engine: Engine,
  draft: Draft,
  values: readonly string[],
  offsets: readonly number[],
  source = 0,
  seed = "",
): readonly string[] {
  const batch = new Batch(4, 4, 4);
  batch.input = new TextEncoder().encode(values.map((value) => `<${value}>`).join(""));
  let at = 0;
  values.forEach((value, i) => {
    const record = batch.beginRecord(at, 0);
    batch.addValue(0, 0);
    batch.addSegment(at + 1, at + 1 + value.length, 7);
    batch.endRecord(record, at + value.length + 2);
    // Offsets that are not told are those of the batch: no two records have one place.
    batch.placeRecord(
      record,
      at,
      at + value.length + 2,
      (offsets[i] as number) + (values.length > 1 ? at : 0),
      new Uint32Array(4).fill(source),
    );
    at += value.length + 2;
  });
  const plan = encodePlan({ model: "suite", namespaces: [{ name: "only", keyVersion: 1 }], operations: [operationOf(draft)], seed });
  const handle = engine.open(plan, KEY, "mask");
  const output = new Uint8Array(4096);
  expect(handle.transform(batch, output, 0)).toBe(values.length);
  handle.close();
  expect(batch.records[RECORD_STATUS]).toBe(0);
  const end = batch.records[(values.length - 1) * (batch.records.length / 4) + RECORD_OUT_END] as number;
  return new TextDecoder().decode(output.subarray(1, end - 1)).split("><");
}
