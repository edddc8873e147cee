/**
 * Laws of searched texts (docs/internals/detect.md) on random records: both engines write the same bytes, whatever the batch; what a
 * field holds is in no text in any spelling that the page lists, and stands there as the field's pseudonym.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Engine } from "../../runtime/engines/api.ts";
import { encodePlan, type PlanOperation } from "../../runtime/engines/plan.ts";
import {
  Batch,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";
import { loadEngine } from "../engines.ts";
import { DEPTH, seeded } from "../seed.ts";
import { operationsOf } from "../text/texts.ts";

const SEED = seeded("detection");
const TIMEOUT_MS = 120_000 * DEPTH;

const NAMESPACES = ["account", "card", "bic", "phone", "email", "identifier", "reference", "party", "text"];
const KEYS = Uint8Array.from({ length: 32 * NAMESPACES.length }, (_, i) => (i * 31) & 0xff);
const XML = 0;
const JSON_STRING = 4;
const MT_LINE = 6;
const RAW = 7;

interface Value {
  readonly operation: number;
  readonly text: string;
  readonly scope: number;
}
interface Row {
  readonly encoding: number;
  readonly latin1: boolean;
  readonly values: readonly Value[];
}

const TEXT = 4;
const replaced = operationsOf("replaced");
const searching = replaced[TEXT] as PlanOperation;
/** Texts of all sorts behind the usual operations; names and references as tokens, a family name, a field that is redacted. */
const OPERATIONS: readonly PlanOperation[] = [
  ...replaced,
  { ...searching, fit: { shape: "swift-x", min: 0, max: 140 }, lineMax: 35 },
  { ...searching, fit: { shape: "text", min: 1, max: 60 }, detects: {} },
  {
    technique: "token",
    kind: "party-name",
    namespace: "party",
    prefix: "NM",
    width: 20,
    fit: { shape: "text", min: 0, max: 0 },
    feeds: "name",
  },
  { technique: "hash", kind: "reference", namespace: "reference", width: 16, fit: { shape: "text", min: 0, max: 0 }, feeds: "reference" },
  {
    technique: "pseudonym",
    kind: "family-name",
    namespace: "party",
    otherwise: "token",
    fit: { shape: "text", min: 0, max: 0 },
    feeds: "name",
  },
  { technique: "redact", fit: { shape: "text", min: 0, max: 0 }, feeds: "name" },
  {
    technique: "pseudonym",
    kind: "party-name",
    namespace: "party",
    otherwise: "token",
    distinct: true,
    fit: { shape: "text", min: 0, max: 0 },
    feeds: "name",
  },
];
const FIRST_EXTRA = replaced.length;
const TEXTS = [TEXT, FIRST_EXTRA, FIRST_EXTRA + 1];
const NAMES = [0, FIRST_EXTRA + 2, FIRST_EXTRA + 4, FIRST_EXTRA + 5, FIRST_EXTRA + 6];

let native: Engine;
let portable: Engine;
beforeAll(async () => {
  native = await loadEngine("native");
  portable = await loadEngine("portable");
});

const escaped = (text: string, encoding: number): string => {
  if (encoding === XML) return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
  return encoding === JSON_STRING ? JSON.stringify(text).slice(1, -1) : text;
};

function batchOf(rows: readonly Row[]): Batch {
  const batch = new Batch(8, 64, 64);
  const parts: Uint8Array[] = [];
  let at = 0;
  rows.forEach((row, index) => {
    batch.beginRecord(at, index);
    if (row.latin1) batch.records[index * RECORD_STRIDE + 9] = 1;
    for (const { operation, text, scope } of row.values) {
      batch.addValue(operation, 0, scope);
      const segments = row.encoding === MT_LINE ? text.split("\n") : [text];
      for (const segment of segments) {
        const bytes = row.latin1 ? Buffer.from(escaped(segment, row.encoding), "latin1") : Buffer.from(escaped(segment, row.encoding));
        batch.addSegment(at, at + bytes.length, row.encoding === XML && segment !== escaped(segment, XML) ? 1 : row.encoding);
        parts.push(bytes, Uint8Array.of(0x7c));
        at += bytes.length + 1;
      }
    }
    batch.endRecord(index, at);
  });
  batch.input = Uint8Array.from(Buffer.concat(parts));
  return batch;
}

interface Result {
  readonly statuses: readonly number[];
  readonly records: readonly string[];
}

function transform(engine: Engine, rows: readonly Row[], operations: readonly PlanOperation[] = OPERATIONS): Result {
  const batch = batchOf(rows);
  const namespaces = NAMESPACES.map((name) => ({ name, keyVersion: 1 }));
  const handle = engine.open(encodePlan({ model: "texts", namespaces, operations }), KEYS, "mask");
  const output = new Uint8Array(batch.input.length * 12 + 8192);
  try {
    expect(handle.transform(batch, output, 0)).toBe(rows.length);
  } finally {
    handle.close();
  }
  const statuses: number[] = [];
  const records = rows.map((_, index) => {
    const row = index * RECORD_STRIDE;
    statuses.push(batch.records[row + RECORD_STATUS] as number, batch.records[row + 8] as number);
    return Buffer.from(
      output.subarray(batch.records[row + RECORD_OUT_START] as number, batch.records[row + RECORD_OUT_END] as number),
    ).toString("latin1");
  });
  let value = 0;
  rows.forEach((row, index) => {
    const isRefused = batch.records[index * RECORD_STRIDE + RECORD_STATUS] !== 0;
    for (const _ of row.values) {
      if (!isRefused) statuses.push(batch.values[value * VALUE_STRIDE + VALUE_STATUS] as number);
      value++;
    }
  });
  return { statuses, records };
}

const PEOPLE = [
  "Anna-Lena Weißflog",
  "Wiebke Ostrowka",
  "María del Carmen de la Quintanilla",
  "D'Ambrosetti, Luca",
  "Dr. Jörg Müller-Groß",
  "Zoë",
  "李 小龙",
  "Ægir Sørensen",
  "Maria",
  "Peter Lange",
];
const FIRMS = [
  "Brenkau Logistik GmbH",
  "Möbelwerk Tannhöfer GmbH & Co. KG",
  "Larkmoor Textiles Ltd",
  "S. A. Kran B.V.",
  "Northwold Marine Services plc",
];
const VALUES = [
  "RE 2026/0454",
  "MA-04908",
  "7638.58.119",
  "DE89370400440532013000",
  "gb29 NWBK 6016 1331 9268 19",
  "RF18539007547034",
  "12345",
  "N. 3826/A26",
  "NOTPROVIDED",
  "KD_77-é",
];
const FORMS = [
  "4111 1111 1111 1111",
  "5407931609327600",
  "3782 822463 10005",
  "DE89 3704 0044 0532 0130 00",
  "GB29NWBK60161331926819",
  "COBADEFFXXX",
  "QUVZ BE 22 A22",
  "BIC OSTMATWW",
  "+49 (0)30 23125 834",
  "0033 6 39 98 12 31",
  "Tel. 0221/4710650",
  "(415) 555-0137",
  "a.weber@mail.example.net",
  "A.WEBER(AT)KONTOR.EXAMPLE",
  "SSN 431-60-9887",
  "NIF 179896512",
  "19580918-8849",
  "82752513P",
  "BZQMZW 59A58 H326K",
  "?20EREF+",
  "?21",
  "SVWZ+",
  "/INV/",
  "\n",
  "\n//",
  "\r\n",
  " ",
  " - ",
  ", ",
  ".",
  "_",
  "vom Bauer",
  "RECHNUNG",
  "ⅷ",
  "\u0301",
  "😀",
  "ＤＥ８９",
  "٤١١١",
  "ß",
  "\u200b",
  "aa",
  "AE",
  "O",
  "'",
  "1",
  "0",
];

const cuts = (text: string) =>
  fc
    .nat(text.length)
    .chain((at) => fc.constantFrom("", "\n", "\n//", "?22", " ", "-").map((mark) => text.slice(0, at) + mark + text.slice(at)));
const known = fc.constantFrom(...PEOPLE, ...FIRMS, ...VALUES);
const spelled = known.chain((text) =>
  fc.oneof(
    fc.constant(text),
    fc.constant(text.toUpperCase()),
    fc.constant(text.toLowerCase()),
    cuts(text),
    fc.constant(text.replaceAll(/[ ./-]/g, "")),
    fc.constant(text.split(" ").reverse().join(", ")),
    fc.constant(`${text.charAt(0)}. ${text.split(" ").at(-1)}`),
    fc.constant(text.split(" ").at(-1) as string),
    fc.constant(text.normalize("NFD").replaceAll(/\p{M}/gu, "")),
  ),
);
const part = fc.oneof(
  { weight: 4, arbitrary: spelled },
  { weight: 4, arbitrary: fc.constantFrom(...FORMS).chain((text) => fc.oneof(fc.constant(text), cuts(text))) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."0123456789 -./+ABCabc\n?2"), maxLength: 30 }) },
);
const textOf = fc
  .array(fc.tuple(part, fc.constantFrom("", " ", " ", ", ", "\n", "/")), { maxLength: 9 })
  .map((parts) => parts.flat().join("").slice(0, 200));
const clean = (text: string): string =>
  text.replaceAll(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "",
  );

const rowOf: fc.Arbitrary<Row> = fc
  .record({
    encoding: fc.constantFrom(XML, JSON_STRING, MT_LINE, RAW),
    latin1: fc.boolean(),
    names: fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...PEOPLE, ...FIRMS), fc.nat(2)), { maxLength: 3 }),
    values: fc.array(fc.tuple(fc.constantFrom(1, 2, 3, FIRST_EXTRA + 3), fc.constantFrom(...VALUES), fc.nat(2)), { maxLength: 3 }),
    texts: fc.array(fc.tuple(fc.constantFrom(...TEXTS), textOf, fc.nat(2)), { minLength: 1, maxLength: 3 }),
    order: fc.nat(),
  })
  .map(({ encoding, latin1, names, values, texts, order }) => {
    const isLatin = latin1 && encoding !== JSON_STRING;
    const fit = (text: string): string => {
      const whole = clean(isLatin ? text.replaceAll(/[^\u0000-\u00ff]/g, "") : text);
      return encoding === MT_LINE ? whole.replaceAll(/\r\n?/g, "\n") : whole;
    };
    const all = [...names, ...values, ...texts].map(([operation, text, scope]): Value => ({ operation, text: fit(text), scope }));
    const at = order % (all.length + 1);
    return { encoding, latin1: isLatin, values: [...all.slice(at), ...all.slice(0, at)] };
  });

describe("searched texts", () => {
  test(
    "native equals portable",
    () =>
      fc.assert(
        fc.property(fc.array(rowOf, { minLength: 1, maxLength: 4 }), (rows) => {
          expect(transform(native, rows)).toEqual(transform(portable, rows));
        }),
        { seed: SEED, numRuns: 1500 * DEPTH },
      ),
    TIMEOUT_MS,
  );

  test(
    "records alone and in any order",
    () =>
      fc.assert(
        fc.property(fc.array(rowOf, { minLength: 2, maxLength: 4 }), (rows) => {
          for (const engine of [native, portable]) {
            const whole = transform(engine, rows).records;
            expect(rows.map((row) => transform(engine, [row]).records[0])).toEqual([...whole]);
            expect(transform(engine, [...rows].reverse()).records).toEqual([...whole].reverse());
          }
        }),
        { seed: SEED, numRuns: 150 * DEPTH },
      ),
    TIMEOUT_MS,
  );

  const found = (engine: Engine, fields: readonly (readonly [number, string])[], text: string): readonly string[] => {
    const values = [...fields.map(([operation, value]) => ({ operation, text: value, scope: 0 })), { operation: TEXT, text, scope: 0 }];
    const { statuses, records } = transform(engine, [{ encoding: RAW, latin1: false, values }]);
    expect(statuses[0]).toBe(0);
    return Buffer.from(records[0] as string, "latin1")
      .toString("utf8")
      .split("|")
      .slice(0, -1);
  };

  test("a value is in its text what it is in its field, in the layout of the text", () => {
    for (const engine of [native, portable]) {
      const fields = [
        [0, "Wiebke Ostrowka"],
        [1, "DE89370400440532013000"],
        [2, "RE 2026/0454"],
        [3, "MA-04908"],
      ] as const;
      const [name = "", account = "", reference = "", id = "", text] = found(
        engine,
        fields,
        "Wiebke Ostrowka, OSTROWKA W., W. Ostrowka, Frau Ostrowka: re-2026-0454, de89 3704 0044 0532 0130 00, 532013000, MA04908",
      );
      const words = name.split(" ");
      const family = words.at(-1) as string;
      const initial = name.charAt(0);
      const bare = (value: string): string => value.replaceAll(/[^0-9A-Za-z]/g, "");
      const letters = [...bare(reference)];
      const laid = "re-2026-0454".replaceAll(/[0-9a-z]/g, () => letters.shift() as string).toLowerCase();
      const groups = account.toLowerCase().replaceAll(/(.{4})(?=.)/g, "$1 ");
      expect(text).toBe(
        `${name}, ${family.toUpperCase()} ${initial}., ${initial}. ${family}, Frau ${family}: ${laid}, ${groups}, ${account.slice(-9)}, ${bare(id)}`,
      );
    }
  });

  test(
    "no value of a field is left in a text in a spelling that is listed",
    () =>
      fc.assert(
        fc.property(
          fc.constantFrom(...PEOPLE.slice(0, 3), ...FIRMS),
          fc.constantFrom(...VALUES.slice(0, 8)),
          fc.nat(5),
          (name, value, spelling) => {
            const family = name.split(" ").at(-1) as string;
            const isFirm = FIRMS.includes(name);
            const spellings = isFirm
              ? [name, name.toUpperCase(), name.replaceAll(" ", "\n"), name, name, name]
              : [
                  name,
                  name.toUpperCase(),
                  `${family}, ${name.split(" ")[0]}`,
                  `${name.charAt(0)}. ${family}`,
                  `Frau ${family}`,
                  name.replaceAll(" ", "\n//"),
                ];
            const bare = value.replaceAll(/[^0-9A-Za-z]/g, "");
            const values = [
              value,
              bare,
              bare.toLowerCase(),
              bare.replaceAll(/(.{4})(?=.)/g, "$1 "),
              bare.replaceAll(/(.{4})(?=.)/g, "$1-"),
              bare.replaceAll(/(.{3})(?=.)/g, "$1\n"),
            ];
            for (const engine of [native, portable]) {
              const out = found(
                engine,
                [
                  [0, name],
                  [2, value],
                ],
                `Zahlung ${spellings[spelling]} wegen ${values[spelling]} dankend`,
              ).at(-1) as string;
              const plain = out.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();
              expect(out.startsWith("Zahlung ") && out.endsWith(" dankend")).toBe(true);
              expect(plain).not.toContain(bare.toLowerCase());
              expect(plain).not.toContain(
                family.toLowerCase() === "gmbh" || isFirm ? name.replaceAll(/[^\p{L}]/gu, "").toLowerCase() : family.toLowerCase(),
              );
            }
          },
        ),
        { seed: SEED, numRuns: 300 * DEPTH },
      ),
    TIMEOUT_MS,
  );

  test("a card number that was found and stands there again, unlike one, refuses the record", () => {
    for (const engine of [native, portable]) {
      const values = [{ operation: TEXT, text: "card 4111 1111 1111 1111 again 4111, 1111, 1111, 1111", scope: 0 }];
      expect(transform(engine, [{ encoding: RAW, latin1: false, values }]).statuses[0]).toBe(6004);
    }
  });

  test("a longer name keeps to lines of MT and to the field's max", () => {
    for (const engine of [native, portable]) {
      const lines = ["Al Bo 1234567890 1234567890 1234567", "an Al Bo"];
      const values = [
        { operation: 0, text: "Al Bo", scope: 0 },
        { operation: FIRST_EXTRA, text: lines.join("\n"), scope: 0 },
      ];
      const { statuses, records } = transform(engine, [{ encoding: MT_LINE, latin1: false, values }]);
      expect(statuses[0]).toBe(0);
      const [, first = "", second = ""] = (records[0] as string).split("|");
      expect(first.length).toBeLessThanOrEqual(35);
      expect(first.endsWith(" 1234567890 1234567890 1234567")).toBe(true);
      expect(second.startsWith("an ") && second.length <= 35).toBe(true);
      const long = [
        { operation: 0, text: "Al Bo", scope: 0 },
        { operation: FIRST_EXTRA + 1, text: `${"x".repeat(54)} Al Bo`, scope: 0 },
      ];
      const [, cut = ""] = (transform(engine, [{ encoding: XML, latin1: false, values: long }]).records[0] as string).split("|");
      expect(cut.length).toBeLessThanOrEqual(60);
    }
  });

  test("what a transaction holds is looked for in its own texts, the header's in all", () => {
    for (const engine of [native, portable]) {
      const values: Value[] = [
        { operation: 0, text: "Wiebke Ostrowka", scope: 0 },
        { operation: 0, text: "Torbjorn Zwick", scope: 1 },
        { operation: TEXT, text: "Wiebke Ostrowka, Torbjorn Zwick", scope: 1 },
        { operation: TEXT, text: "Wiebke Ostrowka, Torbjorn Zwick", scope: 2 },
      ];
      const out = (transform(engine, [{ encoding: XML, latin1: false, values }]).records[0] as string).split("|");
      expect(out[2]).toBe(`${out[0]}, ${out[1]}`);
      expect(out[3]).toBe(`${out[0]}, Torbjorn Zwick`);
      const all = (transform(engine, [{ encoding: RAW, latin1: false, values }]).records[0] as string).split("|");
      expect(all[3]).toBe(all[2]);
    }
  });

  test("plans that say what cannot be are refused by both engines", () => {
    const any = { shape: "text", min: 0, max: 0 } as const;
    const plans: readonly (readonly PlanOperation[])[] = [
      [{ technique: "redact", fit: any, searches: true }],
      [{ technique: "redact", fit: any, lineMax: 35 }],
      [{ ...searching, detects: { card: 7 } }],
      [{ ...searching, detects: { card: 0 } }],
      [
        { ...searching, detects: { card: 1 } },
        { technique: "redact", fit: any },
      ],
      [
        { ...searching, detects: { card: 1 } },
        { technique: "token", namespace: "card", fit: { shape: "text", min: 0, max: 40 } },
      ],
    ];
    const namespaces = NAMESPACES.map((name) => ({ name, keyVersion: 1 }));
    for (const operations of plans) {
      for (const engine of [native, portable])
        expect(() => engine.open(encodePlan({ model: "", namespaces, operations }), KEYS, "mask")).toThrow(/6011/);
    }
  });
});
