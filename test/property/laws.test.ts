/**
 * The laws of a masked stream, over random payments in the three formats, on both engines: chunks leave no trace, what is not a value
 * stays as it is, what is reversible comes back, what is random does not repeat, and a broken record stays in its frame.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Kind } from "../../runtime/engines/generated/plan_pb.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { openPlan } from "../../runtime/open.ts";
import { ENGINES } from "../harness.ts";
import { valuesIn } from "../values.ts";
import { Masking, type MaskingOptions } from "./masking.ts";
import { jsonPayment, mtPayment, type Payment, paymentModel, paymentOf, REVERSIBLE, xmlPayment } from "./payments.ts";
import { type ReadValue, read } from "./reading.ts";
import { concat, expectedOf, offsetsOf, spoiled, streamOf } from "./streams.ts";
import { effort, tapeOf, tapes } from "./tape.ts";

const runs = effort("laws");
/** Numbers of a tape that make a few large documents. */
const LONG = 3000;
const MINUTE = 60_000;

const opened = new Map<string, Masking>();

/** One masker for each set of options, for the whole file. */
async function masking(options: MaskingOptions): Promise<Masking> {
  const name = JSON.stringify(options);
  const known = opened.get(name) ?? (await Masking.open(options));
  opened.set(name, known);
  return known;
}

afterAll(() => {
  for (const one of opened.values()) one.close();
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
/** Small pieces, whole pieces, and pieces that end anywhere. */
const chunkSizes = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
  fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 20 }),
);

for (const engine of ENGINES) {
  describe(engine, () => {
    describe("chunks and neighbours", () => {
      const model = paymentModel("test-data");

      test(
        "a stream is its records, each masked as if alone, in order, in any chunks; a refused one leaves no gap",
        async () => {
          const stream = await masking({ engine, model });
          const alone = await masking({ engine, model, key: "test key" });
          let refused = 0;
          let masked = 0;
          fc.assert(
            fc.property(tapes(LONG), chunkSizes, (tape, chunks) => {
              const records = streamOf(tape, 6);
              const { output, codes } = expectedOf(records, alone);
              const offsets = offsetsOf(records);
              const expected = codes.flatMap((code, record) =>
                code === undefined ? [] : [{ code, record, offset: offsets[record] ?? -1 }],
              );
              const whole = stream.mask(records.bytes);
              expect(text(whole.output)).toBe(text(output));
              expect(whole.refusals.map(({ code, record, offset }) => ({ code, record, offset }))).toEqual(expected);
              expect(whole.records).toBe(records.parts.length);
              const pieces = stream.mask(records.bytes, chunks);
              expect(text(pieces.output)).toBe(text(output));
              expect(pieces.refusals).toEqual(whole.refusals);
              refused += expected.length;
              masked += codes.length - expected.length;
            }),
            runs(50),
          );
          // A law over streams in which nothing is refused, or everything, would say little.
          expect([refused > 0, masked > refused]).toEqual([true, true]);
        },
        MINUTE,
      );

      test(
        "with stop the output ends where the first refused record begins",
        async () => {
          const stopping = await masking({ engine, model, onRefuse: "stop" });
          const alone = await masking({ engine, model, key: "test key" });
          fc.assert(
            fc.property(tapes(LONG), chunkSizes, (tape, chunks) => {
              const records = streamOf(tape, 6);
              const { codes } = expectedOf(records, alone);
              const first = codes.findIndex((code) => code !== undefined);
              const before = first < 0 ? records.parts : records.parts.slice(0, first);
              const { output } = expectedOf({ parts: before, bytes: new Uint8Array(0) }, alone);
              const { output: stopped, refusals, stopped: why } = stopping.mask(records.bytes, chunks);
              expect(text(stopped)).toBe(text(output));
              expect([refusals.map(({ record }) => record), why]).toEqual(first < 0 ? [[], undefined] : [[first], "refused"]);
            }),
            runs(30),
          );
        },
        MINUTE,
      );

      test(
        "what is no record stops the stream behind the records before it, at the same place in any chunks",
        async () => {
          const stream = await masking({ engine, model });
          const alone = await masking({ engine, model, key: "test key" });
          const garbage = fc.constantFrom(
            "EOF",
            "<!DOCTYPE Document><Document/>",
            '{"event": tru}',
            "{1:F01QUELDEFFAXXX0417998100}{2:I103",
            "<Document",
            "\u00ff\u00fe<\u0000",
            "%PDF-1.7",
          );
          fc.assert(
            fc.property(tapes(LONG), garbage, chunkSizes, (tape, end, chunks) => {
              const records = streamOf(tape, 3);
              const bytes = concat([records.bytes, Buffer.from(end, "latin1")]);
              const whole = stream.mask(bytes);
              const pieces = stream.mask(bytes, chunks);
              expect(whole.stopped).toBe("framing");
              expect([pieces.stopped, text(pieces.output), pieces.records]).toEqual([whole.stopped, text(whole.output), whole.records]);
              // How much had been read when it stopped is a matter of chunks, and so are length and hash of the last one.
              const places = ({ refusals }: typeof whole) =>
                refusals.map(({ code, record, offset, path, faultOffset }) => ({ code, record, offset, path, faultOffset }));
              expect(places(pieces)).toEqual(places(whole));
              const { output } = expectedOf(records, alone);
              // Text behind a record can be the record's own fault (BAUTA-3005, BAUTA-4005): then that one is refused with it.
              expect(text(output).startsWith(text(whole.output))).toBe(true);
            }),
            runs(40),
          );
        },
        MINUTE,
      );
    });

    describe("bytes that are no values", () => {
      for (const preset of PRESETS) {
        test(
          `${preset}: structure stays, paths stay, kept values stay, and both engines write the same bytes`,
          async () => {
            const model = paymentModel(preset);
            const one = await masking({ engine, model });
            const other = await masking({ engine: engine === "native" ? "portable" : "native", model });
            const techniques = new Set<string>();
            fc.assert(
              fc.property(tapes(LONG), (tape) => {
                const { bytes } = paymentOf(tape);
                const output = one.maskWhole(bytes);
                expect(text(other.maskWhole(bytes))).toBe(text(output));
                const before = read(bytes, one.plan);
                const after = read(output, one.plan);
                expect(unpadded(after.structure)).toBe(unpadded(before.structure));
                expect(after.values.map(({ path }) => path)).toEqual(before.values.map(({ path }) => path));
                for (const [i, { technique, codeMax, raw }] of before.values.entries()) {
                  if (technique !== "KEEP") continue;
                  const there = (after.values[i] as ReadValue).raw;
                  if (codeMax === 0 || !"REDACTED".startsWith(there)) expect(there).toBe(raw);
                }
                for (const { technique } of before.values) techniques.add(technique);
              }),
              runs(60),
            );
            expect(techniques.has("KEEP") && techniques.has("REDACT") && techniques.size >= 3).toBe(true);
          },
          MINUTE,
        );
      }

      test(
        "read without our scanners: the same tags of XML, the same fields of MT, the same names of JSON",
        async () => {
          const one = await masking({ engine, model: paymentModel("test-data") });
          fc.assert(
            fc.property(tapes(LONG), (tape) => {
              const xml = xmlPayment(tape).bytes;
              expect(tagsOf(text(one.maskWhole(xml)))).toEqual(tagsOf(text(xml)));
              const mt = mtPayment(tape).bytes;
              expect(fieldsOf(text(one.maskWhole(mt)))).toEqual(fieldsOf(text(mt)));
              const json = jsonPayment(tape).bytes;
              expect(namesOf(JSON.parse(new TextDecoder().decode(one.maskWhole(json))))).toEqual(
                namesOf(JSON.parse(new TextDecoder().decode(json))),
              );
            }),
            runs(60),
          );
        },
        MINUTE,
      );
    });

    describe("reversible plans", () => {
      test(
        "unmask brings back every byte of values in canonical spelling, and the values of all others",
        async () => {
          const masker = await masking({ engine, model: REVERSIBLE });
          const unmasker = await masking({ engine, model: REVERSIBLE, direction: "unmask" });
          let exact = 0;
          let changed = 0;
          fc.assert(
            fc.property(tapes(LONG), (tape) => {
              const { bytes } = paymentOf(tape);
              const masked = masker.maskWhole(bytes);
              const back = unmasker.maskWhole(masked);
              const before = read(bytes, masker.plan);
              const after = read(back, masker.plan);
              expect(unpadded(after.structure)).toBe(unpadded(before.structure));
              expect(textsOf(back)).toEqual(textsOf(bytes));
              const plain = !/&#|CDATA|\\u|\\\//.test(text(bytes));
              if (plain) expect(after.values).toEqual(before.values);
              if (plain) exact++;
              if (text(masked) !== text(bytes)) changed++;
            }),
            runs(150),
          );
          expect([exact > 0, changed > 0]).toEqual([true, true]);
        },
        MINUTE,
      );

      test("other spellings of an identity come back canonical", async () => {
        const masker = await masking({ engine, model: REVERSIBLE });
        const unmasker = await masking({ engine, model: REVERSIBLE, direction: "unmask" });
        const there = (value: string): string => {
          const json = new TextEncoder().encode(`{"debtor":{"iban":"${value}"}}`);
          return (JSON.parse(new TextDecoder().decode(unmasker.maskWhole(masker.maskWhole(json)))) as { debtor: { iban: string } }).debtor
            .iban;
        };
        expect(there("dE89 3704 0044 0532 0130 00")).toBe("DE89 3704 0044 0532 0130 00");
        expect(there("de89370400440532013000")).toBe("de89370400440532013000");
        expect(there("DE89-3704-0044-0532-0130-00")).toBe("DE89-3704-0044-0532-0130-00");
        expect(there("4111-1111-1111-1111")).toBe("4111-1111-1111-1111");
      });

      test("under another key what comes back is somebody else", async () => {
        const masker = await masking({ engine, model: REVERSIBLE });
        const stranger = await masking({ engine, model: REVERSIBLE, direction: "unmask", key: "another" });
        const bytes = new TextEncoder().encode('{"debtor":{"iban":"DE89370400440532013000"}}');
        expect(text(stranger.maskWhole(masker.maskWhole(bytes)))).not.toBe(text(bytes));
      });
    });

    describe("mode random", () => {
      const model = (scope: "run" | "record") => paymentModel("one-way", { mode: "random", scope });
      /** Outputs that stand for somebody, by the place of their value; of lists so long that equal ones are no accident. */
      const pseudonymsOf = (output: Uint8Array, masking: Masking): string[] =>
        read(output, masking.plan)
          .values.filter(({ technique, kind }) => technique !== "KEEP" && technique !== "REDACT" && !OF_SHORT_LISTS.has(kind))
          .map(({ raw }) => (raw.length < 6 ? "0" : raw));
      const payments = Array.from({ length: 40 }, (_, i) => paymentOf(tapeOf(i, LONG)).bytes);

      test(
        "two runs share no pseudonym",
        async () => {
          const first = await Masking.open({ engine, model: model("run") });
          const second = await Masking.open({ engine, model: model("run") });
          try {
            const long = new Set<string>();
            for (const payment of payments) {
              const once = pseudonymsOf(first.maskWhole(payment), first);
              const again = pseudonymsOf(second.maskWhole(payment), second);
              expect(again.length).toBe(once.length);
              for (const [i, pseudonym] of once.entries()) if (!isConstant(pseudonym)) expect(again[i]).not.toBe(pseudonym);
              for (const pseudonym of once) if (pseudonym.length >= 10 && !isConstant(pseudonym)) long.add(pseudonym);
              for (const pseudonym of again) expect(long.has(pseudonym)).toBe(false);
            }
            expect(long.size).toBeGreaterThan(100);
          } finally {
            first.close();
            second.close();
          }
        },
        MINUTE,
      );

      test(
        "scope run links inside a run, scope record does not",
        async () => {
          const run = await Masking.open({ engine, model: model("run") });
          const record = await Masking.open({ engine, model: model("record") });
          try {
            for (const payment of payments) {
              const twice = concat([payment, payment]);
              const linked = pseudonymsOf(run.maskWhole(twice), run);
              expect(linked.slice(linked.length / 2)).toEqual(linked.slice(0, linked.length / 2));
              const apart = pseudonymsOf(record.maskWhole(twice), record);
              for (let i = 0; i < apart.length / 2; i++) {
                if (!isConstant(apart[i] as string)) expect(apart[i + apart.length / 2]).not.toBe(apart[i] as string);
              }
            }
          } finally {
            run.close();
            record.close();
          }
        },
        MINUTE,
      );
    });

    describe("frames", () => {
      const model = paymentModel("test-data");
      const junk = ["hello", "<Document", "<!DOCTYPE x><x/>", '{"event":', "{1:F01", "[[[[", '{"event":"x"} trailing', "\u00ff\u00fe"].map(
        (broken): Payment => ({ format: "json", bytes: new Uint8Array(Buffer.from(broken, "latin1")) }),
      );
      const framed = (tape: Parameters<typeof paymentOf>[0], fits: (payment: Payment) => boolean): Payment[] =>
        Array.from({ length: 1 + tape.below(6) }, () => {
          const payment = tape.chance(1, 6) ? tape.pick(junk) : paymentOf(tape);
          const maybe = tape.chance(1, 6) && !junk.includes(payment) ? spoiled(payment, tape) : payment;
          return fits(maybe) ? maybe : tape.pick(junk);
        });

      for (const [frame, delimiter] of [
        ["line", 0x0a],
        ["nul", 0x00],
      ] as const) {
        test(
          `${frame}: the records of the stream, a broken one stays in its frame`,
          async () => {
            const masker = await masking({ engine, model, frame });
            const alone = await masking({ engine, model });
            let broken = 0;
            fc.assert(
              fc.property(tapes(LONG), chunkSizes, fc.boolean(), (tape, chunks, open) => {
                const payments = framed(tape, ({ bytes }) => !bytes.includes(delimiter));
                const whole = concat(payments.flatMap(({ bytes }) => [bytes, Uint8Array.of(delimiter)]));
                const input = open ? whole.subarray(0, -1) : whole;
                const outputs = payments.map(({ bytes }) => alone.mask(bytes));
                const good = outputs.flatMap(({ output, refusals }, i) =>
                  refusals.length > 0 ? [] : [output, ...(open && i === payments.length - 1 ? [] : [Uint8Array.of(delimiter)])],
                );
                const { output, refusals, records, stopped } = masker.mask(input, chunks);
                expect(text(output)).toBe(text(concat(good)));
                expect(refusals.map(({ record }) => record)).toEqual(
                  outputs.flatMap(({ refusals: own }, i) => (own.length > 0 ? [i] : [])),
                );
                expect([records, stopped]).toEqual([payments.length, undefined]);
                broken += refusals.length;
              }),
              runs(80),
            );
            expect(broken).toBeGreaterThan(0);
          },
          MINUTE,
        );
      }

      test(
        "length: as many frames as records, each with the length of what it holds now; white space in a frame stays",
        async () => {
          const masker = await masking({ engine, model, frame: "length" });
          const alone = await masking({ engine, model });
          fc.assert(
            fc.property(tapes(LONG), chunkSizes, (tape, chunks) => {
              const payments = framed(tape, () => true).map(({ format, bytes }) => ({
                format,
                bytes: tape.chance(1, 3) ? concat([bytes, Buffer.from("\r\n")]) : bytes,
              }));
              const outputs = payments.map(({ bytes }) => alone.mask(bytes));
              const { output, records, stopped } = masker.mask(concat(payments.flatMap(({ bytes }) => [lengthOf(bytes), bytes])), chunks);
              const good = outputs.flatMap(({ output: one, refusals }) => (refusals.length > 0 ? [] : [lengthOf(one), one]));
              expect(text(output)).toBe(text(concat(good)));
              expect([records, stopped]).toEqual([payments.length, undefined]);
            }),
            runs(80),
          );
        },
        MINUTE,
      );

      test("length: a length of nothing, or of more than is there, stops the stream", async () => {
        const masker = await masking({ engine, model, frame: "length" });
        const payment = jsonPayment(tapeOf(1)).bytes;
        const frame = concat([lengthOf(payment), payment]);
        const good = masker.maskWhole(frame);
        for (const [tail, code] of [
          [Uint8Array.of(0, 0, 0, 0), 2003],
          [Uint8Array.of(0, 0, 0, 9, 0x7b), 2002],
          [Uint8Array.of(0xff, 0xff, 0xff, 0xff), 2003],
          [Uint8Array.of(0, 0), 2002],
        ] as const) {
          const { output, refusals, stopped } = masker.mask(concat([frame, tail]), [3]);
          expect([text(output), refusals.map((refusal) => refusal.code), stopped]).toEqual([text(good), [code], "framing"]);
        }
      });
    });
  });
}

describe("what modes and keys refuse", () => {
  const refusal = (choice: Parameters<typeof openPlan>[0]): string => {
    try {
      openPlan(choice).close();
      return "opened";
    } catch (error) {
      return (error as { code?: string }).code ?? "no code";
    }
  };

  test("mode random cannot be unmasked and takes no key file; mode deterministic needs one", () => {
    const folder = mkdtempSync(join(tmpdir(), "bauta-laws-"));
    try {
      const model = `${folder}/random.yaml`;
      writeFileSync(model, "bauta: 1\nname: r\nextends: one-way\nmode: random\nscope: run\n");
      expect(refusal({ model, direction: "mask" })).toBe("opened");
      expect(refusal({ model, direction: "unmask" })).toBe("BAUTA-1214");
      expect(refusal({ model, direction: "mask", keyFile: `${folder}/any.key` })).toBe("BAUTA-1214");
      expect(refusal({ preset: "test-data", direction: "mask" })).toBe("BAUTA-1101");
      expect(refusal({ preset: "tokens", direction: "unmask", keyFile: `${folder}/any.key` })).toBe("BAUTA-1305");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return length;
}

/** Without the blanks that fill sectors: those follow the length of what is in front of them. */
const unpadded = (structure: string): string => structure.replace(/(\u0003) *$/, "$1");

/** What a value outside its kind, or too short for a pseudonym, becomes: it stands for nobody. */
const isConstant = (value: string): boolean => /^(?:REDACTED|X+|0+|XX00REDACTED|ZZZZZZ22(?:AXXX)?|\+999-0+)$/.test(value);

/** Kinds of which two values may well become the same. */
const OF_SHORT_LISTS: ReadonlySet<Kind> = new Set([
  Kind.STREET,
  Kind.BUILDING_NUMBER,
  Kind.POSTCODE,
  Kind.TOWN,
  Kind.SUBDIVISION,
  Kind.ADDRESS_LINE,
  Kind.BIRTH_DATE,
  Kind.FREE_TEXT,
]);

const textsOf = (bytes: Uint8Array): string[] => valuesIn(bytes).values.map(({ path, text: value }) => `${path}=${value}`);

/** Tags with their attributes, comments, instructions and sections taken out first, and what is dropped with its element. */
const tagsOf = (xml: string): string[] => {
  const bare = xml
    .replaceAll(/<!\[CDATA\[.*?\]\]>/gs, "")
    .replaceAll(/<!--.*?-->/gs, "")
    .replaceAll(/<\?(?!xml ).*?\?>/gs, "")
    .replaceAll(/<((?:[\w.-]+:)?)(SplmtryData|Sgntr)\s*>.*?<\/\1\2\s*>/gs, "");
  return [...bare.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/(Ccy=)(["']).*?\2/g, "$1"));
};

/** Blocks and tags in order, trailers apart. */
const fieldsOf = (mt: string): string[] =>
  [...mt.replaceAll(/\{[5S]:(?:\{[^}]*\})*\}/g, "").matchAll(/^:\d\d[A-Z]?:|\{\d+:|-\}/gm)].map(([tag]) => tag);

function namesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(namesOf);
  if (typeof value !== "object" || value === null) return typeof value;
  const entries = Object.entries(value).filter(([name]) => name !== "cvv" && name !== "pinBlock");
  return Object.fromEntries(entries.map(([name, member]) => [name, namesOf(member)]));
}
