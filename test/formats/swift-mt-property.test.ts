/** Laws of the SWIFT MT scanner over generated, cut and damaged input. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { SCAN_FRAME_ERROR, SCAN_MORE } from "../../runtime/formats/api.ts";
import { swiftMt } from "../../runtime/formats/swift-mt/index.ts";
import { Batch, RECORD_END, RECORD_STRIDE, SEGMENT_STRIDE } from "../../runtime/record/tables.ts";
import { corpusFiles } from "../corpus/mt/files.ts";
import { generatedMessages } from "../corpus/mt/generated.ts";
import { DEPTH, seeded } from "../seed.ts";
import { bytesOf, isStructure, type Mode, rules, scanAll, scanKnown, structureText } from "./swift-mt-support.ts";

const seed = seeded("swift-mt properties");
const numRuns = 2000 * DEPTH;

const files = corpusFiles();
/** Cases written by hand, and a message of every type. */
const singles = [
  ...files.filter(({ messages, name }) => messages === 1 && name.endsWith(".fin")),
  ...generatedMessages(2604, 2).map(({ name, text }) => ({ name, text, messages: 1 })),
];
const modes: fc.Arbitrary<Mode> = fc.constantFrom("strict", "lenient");

/** Pieces that messages are made of, so that random input gets far. */
const pieces = fc.constantFrom(
  "{1:F01QUELDEFFAXXX0417998100}",
  "{1:F21QUELDEFFAXXX0417998100}",
  "{2:I103QORBNL2AXXXXN}",
  "{2:I202QORBNL2AXXXXN}",
  "{3:{108:A}}",
  "{3:{119:COV}}",
  "{3:{119:STP}}",
  "{4:\r\n",
  "{4:\n",
  "{4:{177:2604171131}{451:0}}",
  "-}",
  "{5:{CHK:0417998100AB}}",
  "{S:{SAC:}}",
  ":20:QF1",
  ":940:",
  "QORBNL2A",
  "940",
  ":60F:C260417EUR1,",
  ":61:260417C1,NTRFA",
  ":86:166?00A",
  ":62F:C260417EUR1,",
  "?20EREF+",
  "/IBAN/",
  ":21:NONREF",
  ":23B:CRED",
  ":32A:260417EUR1,",
  ":50K:/1",
  ":50F:/1",
  ":59:ELARA",
  ":58A:QORBNL2A",
  ":70:/INV/1",
  ":71A:SHA",
  ":72:/INS/A",
  "1/ELARA",
  "3/DE/TOWN",
  "//B",
  "\r\n",
  "\n",
  "\r",
  "$",
  "\u0001",
  "\u0003",
  "{",
  "}",
  "-",
  ":",
  "/",
  "\0",
  "\u00dc",
  "",
);
const soup = fc
  .array(fc.oneof({ weight: 6, arbitrary: pieces }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) }), { maxLength: 40 })
  .map((parts) => bytesOf(parts.join("")));

const damaged = fc
  .record({
    text: fc.constantFrom(...singles.map(({ text }) => text)),
    edits: fc.array(fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), put: fc.oneof(pieces, fc.string({ maxLength: 3 })) }), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ text, edits }) => {
    let damagedText = text;
    for (const { at, cut, put } of edits) {
      const place = at % (damagedText.length + 1);
      damagedText = damagedText.slice(0, place) + put + damagedText.slice(place + cut);
    }
    return bytesOf(damagedText);
  });

/** Opened once: asking the ruleset for every field takes longer than a scan. */
const scanners = { strict: swiftMt.open(rules(), { input: "strict" }), lenient: swiftMt.open(rules(), { input: "lenient" }) };

/** Scans once; checks what holds of every answer. */
function scanOnce(
  input: Uint8Array,
  start: number,
  limit: number,
  last: boolean,
  mode: Mode,
): { readonly end: number; readonly batch: Batch } {
  const batch = new Batch(1, 1, 1);
  batch.input = input;
  const end = scanners[mode].scan(batch, start, limit, last);
  if (end === SCAN_MORE) {
    expect([last, batch.recordCount, batch.valueCount, batch.segmentCount, batch.faults.length]).toEqual([false, 0, 0, 0, 0]);
  } else if (end === SCAN_FRAME_ERROR) {
    expect([batch.recordCount, batch.faults.length, batch.faults[0]?.record]).toEqual([0, 1, 0]);
    expect([2002, 4001, 4005]).toContain(batch.faults[0]?.issue ?? 0);
  } else {
    expect(end > start && end <= limit).toBe(true);
    expect([batch.recordCount, batch.records[RECORD_END]]).toEqual([1, end]);
    let before = start;
    for (let segment = 0; segment < batch.segmentCount; segment++) {
      const from = batch.segments[segment * SEGMENT_STRIDE] as number;
      const to = batch.segments[segment * SEGMENT_STRIDE + 1] as number;
      expect(from >= before && to > from && to <= end).toBe(true);
      before = to;
    }
  }
  return { end, batch };
}

const firstRow = (batch: Batch): number[] => [...batch.records.subarray(0, RECORD_STRIDE)];

describe("laws", () => {
  test("no input throws, and every answer is one of the contract", () => {
    fc.assert(
      fc.property(fc.oneof(soup, damaged, fc.uint8Array({ maxLength: 200 })), modes, fc.boolean(), (input, mode, last) => {
        scanOnce(input, 0, input.length, last, mode);
      }),
      { seed, numRuns },
    );
  });

  test("what is accepted is tiled: values, and structure of the closed set", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, soup), modes, (input, mode) => {
        for (const record of scanKnown(input, mode).records) {
          if (record.status !== 0) continue;
          accepted++;
          expect(structureText(input, record)).toSatisfy(isStructure);
        }
      }),
      { seed, numRuns },
    );
    // A harness in which nothing is ever accepted would prove nothing.
    expect(accepted).toBeGreaterThan(numRuns / 50);
  });

  test("a word put anywhere into a message that is accepted all the same is inside a value", () => {
    const word = "ZUTPHENIA";
    fc.assert(
      fc.property(fc.constantFrom(...singles), fc.nat(), modes, ({ text }, place, mode) => {
        const at = place % text.length;
        const input = text.slice(0, at) + word + text.slice(at);
        for (const record of scanKnown(input, mode).records)
          if (record.status === 0) expect(structureText(input, record)).not.toContain(word);
      }),
      { seed, numRuns },
    );
  });

  test("what stands behind the limit is not read", () => {
    fc.assert(
      fc.property(
        fc.oneof(damaged, soup),
        modes,
        fc.boolean(),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        (input, mode, last, beyond) => {
          const longer = new Uint8Array(input.length + beyond.length);
          longer.set(input);
          longer.set(beyond, input.length);
          const alone = scanOnce(input, 0, input.length, last, mode);
          const followed = scanOnce(longer, 0, input.length, last, mode);
          expect([followed.end, firstRow(followed.batch)]).toEqual([alone.end, firstRow(alone.batch)]);
          expect(followed.batch.segments.subarray(0, followed.batch.segmentCount * SEGMENT_STRIDE)).toEqual(
            alone.batch.segments.subarray(0, alone.batch.segmentCount * SEGMENT_STRIDE),
          );
        },
      ),
      { seed, numRuns },
    );
  });

  test("a record's place does not matter: shifted input gives shifted segments", () => {
    fc.assert(
      fc.property(damaged, modes, fc.nat({ max: 40 }), (input, mode, shift) => {
        const shifted = new Uint8Array(input.length + shift).fill(0x5a);
        shifted.set(input, shift);
        const here = scanOnce(input, 0, input.length, true, mode);
        const there = scanOnce(shifted, shift, shifted.length, true, mode);
        expect(there.end < 0 ? there.end : there.end - shift).toBe(here.end);
        expect(there.batch.segmentCount).toBe(here.batch.segmentCount);
      }),
      { seed, numRuns },
    );
  });

  test("every prefix of every message asks for more; with its end it gets a verdict", () => {
    for (const { name, text } of singles) {
      const input = bytesOf(text);
      const batch = new Batch();
      batch.input = input;
      const open: number[] = [];
      const closed: number[] = [];
      for (let limit = 0; limit < input.length; limit++) {
        batch.clear();
        open.push(scanners.strict.scan(batch, 0, limit, false));
        closed.push(scanners.strict.scan(batch, 0, limit, true));
      }
      expect(
        open.filter((end) => end !== SCAN_MORE),
        name,
      ).toEqual([]);
      expect(
        closed.filter((end) => end === SCAN_MORE),
        name,
      ).toEqual([]);
    }
  });

  test("a stream in pieces gives the records of the whole", () => {
    const several = files.filter(({ messages }) => messages > 1);
    fc.assert(
      fc.property(
        fc.constantFrom(...several),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 }),
        ({ text }, steps) => {
          const input = bytesOf(text);
          const found: number[] = [];
          let at = 0;
          let limit = 0;
          for (let step = 0; at < input.length; step++) {
            const last = limit >= input.length;
            while (at < limit && [0x20, 0x0a, 0x0d, 0x24].includes(input[at] as number)) at++;
            const end = at < limit ? scanOnce(input, at, limit, last, "strict").end : SCAN_MORE;
            if (end >= 0) {
              found.push(at, end);
              at = end;
            } else if (last) break;
            else limit = Math.min(input.length, limit + (steps[step % steps.length] as number));
          }
          expect(found).toEqual(scanAll(input).flatMap((record) => [record.start, record.end]));
        },
      ),
      { seed, numRuns: Math.min(numRuns, 300) },
    );
  });

  test("the bytes that are read grow with the input and not with its square", () => {
    const head = "{1:F01QUELDEFFAXXX0417998100}{2:I103QORBNL2AXXXXN}";
    const start = ":20:QF1\r\n:23B:CRED\r\n:32A:260417EUR1,\r\n:50F:/1\r\n1/A\r\n:59:VANTREEK\r\n:71A:SHA\r\n";
    const shapes: readonly ((count: number) => string)[] = [
      (count) => `${head}{4:\r\n${start}:72:${"A\r\n".repeat(count)}-}`,
      (count) => `${head}{4:\r\n${start.replace("1/A\r\n", "1/A\r\nX\r\n".repeat(count))}-}`,
      (count) => `${head}{4:\r\n${start}${":71F:EUR1,\r\n".repeat(count)}-}`,
      (count) => `${head}{4:\r\n${start}:70:${"/".repeat(count)}\r\n-}`,
      (count) => `${head}{3:${"{108:A}".repeat(count)}}{4:\r\n${start}-}`,
      (count) => `${head}${"{3:{108:A}}".repeat(count)}{4:\r\n${start}-}`,
      (count) => `${head}{4:\r\n${start}-}{5:${"{CHK:0417998100AB}".repeat(count)}}`,
      (count) => `${head}{4:${"{".repeat(count)}${"}".repeat(count)}}`,
      (count) => `${start}${"\r\n-".repeat(count)}X`,
      (count) => `${head}{4:\r\n${start}-}${" ".repeat(count)}`,
    ];
    for (const shape of shapes) {
      const [once, twice] = [readsOf(shape(2000)), readsOf(shape(4000))] as const;
      expect(twice / once, shape(1)).toBeLessThan(2.2);
    }
  });
});

/** How often the scanner reads a byte of the input: a count, where a time would depend on who else is working. */
function readsOf(text: string): number {
  const bytes = bytesOf(text);
  let reads = 0;
  const batch = new Batch();
  batch.input = new Proxy(bytes, {
    get(target, key) {
      reads++;
      const found: unknown = Reflect.get(target, key, target);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
  for (const mode of ["strict", "lenient"] as const) {
    batch.clear();
    scanners[mode].scan(batch, 0, bytes.length, true);
  }
  return reads;
}
