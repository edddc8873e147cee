/**
 * Records that are scanned by their likeness to others are scanned as their format would have done it: streams of one record again and
 * again, ever so slightly changed in between, through a masker that knows templates and one that walks every record.
 *
 * The seed is printed. BAUTA_SEED repeats a run, BAUTA_PROPERTY_RUNS goes deeper.
 */
import { describe, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { Templates } from "../../runtime/engines/api.ts";
import { FramedMasker } from "../../runtime/pipeline/framed.ts";
import { FramedResult } from "../../runtime/pipeline/framed-result.ts";
import { GrowingBytes } from "../../runtime/pipeline/growing-bytes.ts";
import type { RouterFactory } from "../../runtime/pipeline/masker.ts";
import { RECORD_STRIDE, RECORD_VALUE_COUNT } from "../../runtime/record/tables.ts";
import { Masking, type MaskingOptions, partsOf } from "./masking.ts";
import { concat } from "./streams.ts";
import { effort, type Tape, tapes } from "./tape.ts";

const runs = effort("templates");
const MINUTE = 60_000;
const LONG = 3000;
/** Masks some of the values that the records below have, and keeps the others. */
const MODEL: string = fileURLToPath(new URL("../../bench/models/twelve-leaves.yaml", import.meta.url));

/** What a change puts in a place: what ends values, begins markup, or is no character. */
const SNIPPETS: readonly string[] = [
  ..."<>&\"'\\/ \t\n\r{}[],:=^dD019-.eEé",
  "\0",
  "\u007f",
  "\u0085",
  "\ufffe",
  "\ufeff",
  "&amp;",
  "&#13;",
  "&no;",
  "<!-- -->",
  "<?pi ?>",
  "<![CDATA[x]]>",
  "]]>",
  "<Nm/>",
  "</Nm>",
  ' a="b"',
  ' xmlns:x="urn:x"',
  "null",
  "true",
  '","x":"',
  "\\u0034",
  "4111111111111111=2512101",
  "DE89370400440532013000",
];
/** Bytes by themselves that are no UTF-8. */
const BROKEN: readonly number[] = [0x80, 0xc0, 0xe2, 0xff];

/** The record with a few bytes taken out, put in, repeated or replaced. */
function changed(record: Uint8Array, tape: Tape): Uint8Array {
  let bytes: Uint8Array = record;
  for (let change = tape.below(3); change >= 0; change--) {
    const at = tape.below(bytes.length + 1);
    const out = tape.pick([0, 0, 1, 1, 2, 1 + tape.below(40)]);
    const put = tape.pick([
      () => new TextEncoder().encode(tape.pick(SNIPPETS)),
      () => new TextEncoder().encode(tape.pick(SNIPPETS)),
      () => Uint8Array.of(tape.pick(BROKEN)),
      () => bytes.slice(at, at + tape.below(60)),
      () => new Uint8Array(0),
    ])();
    bytes = concat([bytes.subarray(0, at), put, bytes.subarray(at + out)]);
  }
  return bytes;
}

const WORDS: readonly string[] = ["A", "Leopold Quast", "Zoë", "東京", "a.b/c-1", "INV 4711", "4111 1111", "2026-11-20", "x d=1", " y "];

/** pacs.008 as most are written, with some of its elements there and others not, one transaction or more. */
function xmlRecord(tape: Tape): Uint8Array {
  const prefix = tape.pick(["", "", "p:", "Doc:"]);
  const line = tape.pick(["", "\n  "]);
  const leaf = (name: string, attributes = ""): string =>
    `${line}<${prefix}${name}${attributes}>${tape.chance(1, 20) ? "" : tape.pick(WORDS)}</${prefix}${name}>`;
  const some = (content: () => string): string => (tape.chance(2, 3) ? content() : "");
  const element = (name: string, ...content: readonly (() => string)[]): string =>
    `${line}<${prefix}${name}>${content.map(some).join("")}${line}</${prefix}${name}>`;
  const party = (name: string): string =>
    element(
      name,
      () => leaf("Nm"),
      () =>
        element(
          "PstlAdr",
          () => leaf("StrtNm"),
          () => leaf("TwnNm"),
          () => leaf("Ctry"),
        ),
    );
  const transaction = (): string =>
    element(
      "CdtTrfTxInf",
      () =>
        element(
          "PmtId",
          () => leaf("InstrId"),
          () => leaf("EndToEndId"),
        ),
      () => leaf("IntrBkSttlmAmt", tape.pick([' Ccy="EUR"', ' Ccy="EUR"', " Ccy='USD'", "", ' Ccy="EUR" Ccy="EUR"'])),
      () => party("Dbtr"),
      () => party("Cdtr"),
      () => element("RmtInf", () => leaf("Ustrd")),
    );
  const message = (root: string, uri: string, content: string): string => {
    const declared = `xmlns${prefix === "" ? "" : `:${prefix.slice(0, -1)}`}="urn:iso:std:iso:20022:tech:xsd:${uri}"`;
    const instance = tape.chance(1, 4) ? ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' : "";
    return `<${prefix}${root} ${declared}${instance}>${content}${line}</${prefix}${root}>`;
  };
  const transactions = Array.from({ length: 1 + tape.below(3) }, transaction).join("");
  const header = element(
    "GrpHdr",
    () => leaf("MsgId"),
    () => leaf("NbOfTxs"),
  );
  const document = message(
    "Document",
    "pacs.008.001.08",
    `${line}<${prefix}FIToFICstmrCdtTrf>${header}${transactions}${line}</${prefix}FIToFICstmrCdtTrf>`,
  );
  const head = (): string => message("AppHdr", "head.001.001.02", leaf("BizMsgIdr") + leaf("MsgDefIdr"));
  const whole = tape.chance(1, 3) ? `<BusMsg>${head()}${line}${document}${line}</BusMsg>` : document;
  return new TextEncoder().encode((tape.chance(1, 2) ? '<?xml version="1.0" encoding="UTF-8"?>\n' : "") + whole);
}

/** Members of all sorts, in and beside each other. */
function jsonRecord(tape: Tape): Uint8Array {
  const value = (depth: number): unknown => {
    switch (tape.below(depth > 2 ? 6 : 8)) {
      case 0:
        return tape.below(1000) / 4;
      case 1:
        return tape.pick([true, false, null]);
      case 6:
        return object(depth + 1);
      case 7:
        return Array.from({ length: tape.below(3) }, () => value(depth + 1));
      default:
        return tape.pick(WORDS);
    }
  };
  const object = (depth: number): Record<string, unknown> =>
    Object.fromEntries(
      ["remittance", "debtor", "name", "account", "iban", "note", "x1"].filter(() => tape.chance(1, 2)).map((name) => [name, value(depth)]),
    );
  return new TextEncoder().encode(JSON.stringify(object(0), undefined, tape.pick([0, 1])));
}

/** One record or two, over and over, with changed ones in between. */
function streamOf(tape: Tape, make: (tape: Tape) => Uint8Array): Uint8Array {
  const kinds = Array.from({ length: 1 + tape.below(2) }, () => make(tape));
  const separator = new TextEncoder().encode(tape.pick(["\n", "", "\r\n", " ", "\n\n"]));
  const parts: Uint8Array[] = [];
  for (let record = 2 + tape.below(8); record >= 0; record--) {
    const kind = tape.pick(kinds);
    // Many a change is the end of its stream, so that most of the records come first.
    parts.push(kind, separator, kind, separator, kind, separator, tape.chance(1, 3) ? changed(kind, tape) : kind, separator);
  }
  return concat(parts);
}

/** Sends records to three places, by what they are like, and one of them nowhere: what that does must not depend on how they were scanned. */
const router: RouterFactory = () => ({
  route({ records }, record, format) {
    const route = ((records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number) + format) % 3;
    return route === 2 ? NO_ROUTE : route;
  },
});
const NO_ROUTE = 2301;

/** Values as topics have them: mostly one record each, with something around it now and then. */
function valuesOf(tape: Tape, make: (tape: Tape) => Uint8Array): readonly Uint8Array[] {
  const kinds = Array.from({ length: 1 + tape.below(2) }, () => make(tape));
  const around = (): Uint8Array => new TextEncoder().encode(tape.pick(["", "", "", " ", "\n", "\r\n\t", "$", "\0", "<!-- -->"]));
  return Array.from({ length: 4 + tape.below(30) }, () => {
    const kind = tape.pick(kinds);
    if (tape.chance(1, 2)) return kind;
    if (tape.chance(1, 3)) return changed(kind, tape);
    return concat([around(), kind, around(), ...(tape.chance(1, 4) ? [tape.pick(kinds), around()] : [])]);
  });
}

class Framed {
  readonly #masker: FramedMasker;

  constructor(masker: FramedMasker) {
    this.#masker = masker;
  }

  static async open(options: MaskingOptions): Promise<Framed> {
    return new Framed(new FramedMasker((await partsOf(options)).parts));
  }

  /** All that is to be known of some values. */
  mask(values: readonly Uint8Array[]): unknown {
    const output = new GrowingBytes(16);
    const result = new FramedResult();
    const bounds = new Uint32Array(2 * values.length);
    for (const [i, { length }] of values.entries()) {
      bounds[2 * i] = bounds[2 * i - 1] ?? 0;
      bounds[2 * i + 1] = (bounds[2 * i] as number) + length;
    }
    this.#masker.mask({ input: concat(values), bounds, count: values.length }, output, result);
    const rows = values.map((_, i) =>
      result.issues[i] === 0
        ? [result.routes[i], Buffer.from(output.bytes.subarray(result.starts[i], result.ends[i])).toString("latin1")]
        : [result.issues[i], result.faults.get(i)],
    );
    const { counts, fields } = this.#masker.take();
    // Fields and operations are numbered as they come.
    return [rows, counts, fields.map(({ operation, ...field }) => JSON.stringify(field)).toSorted()];
  }

  close(): void {
    this.#masker.close();
  }
}

for (const [name, make] of [
  ["iso20022", xmlRecord],
  ["json", jsonRecord],
] as const) {
  describe(name, () => {
    const open = (templates: MaskingOptions["templates"]): Promise<Masking> =>
      Masking.open({ engine: "native", model: MODEL, router, ...(templates === undefined ? {} : { templates }) });

    test(
      "output, refusals and their places are those of walking every record, in any chunks",
      async () => {
        let known = 0;
        const counting: MaskingOptions["templates"] = (all) => () => counted(all(), (records) => (known += records));
        const walking = await open(() => undefined);
        // One that lives on, and knows the records of all streams before; and one that has everything to learn.
        const old = await open(counting);
        await fc.assert(
          fc.asyncProperty(
            tapes(LONG),
            fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 8 }),
            async (tape, chunks) => {
              const stream = streamOf(tape, make);
              const expected = walking.mask(stream);
              const young = await open(counting);
              expect(young.mask(stream)).toEqual(expected);
              expect(old.mask(stream, chunks)).toEqual(expected);
              young.close();
            },
          ),
          runs(100),
        );
        walking.close();
        old.close();
        // Otherwise nothing was compared.
        expect(known).toBeGreaterThan(100);
      },
      2 * MINUTE,
    );

    test(
      "values of topics become what walking each of them makes of them, wherever they are sent",
      async () => {
        let known = 0;
        const options = { engine: "native", model: MODEL, router } as const;
        const counting: MaskingOptions["templates"] = (all) => () => counted(all(), (records) => (known += records));
        const walking = await Framed.open({ ...options, templates: () => undefined });
        const old = await Framed.open({ ...options, templates: counting });
        await fc.assert(
          fc.asyncProperty(tapes(LONG), async (tape) => {
            const values = valuesOf(tape, make);
            const expected = walking.mask(values);
            const young = await Framed.open({ ...options, templates: counting });
            expect(young.mask(values)).toEqual(expected);
            expect(old.mask(values)).toEqual(expected);
            young.close();
          }),
          runs(100),
        );
        walking.close();
        old.close();
        expect(known).toBeGreaterThan(100);
      },
      2 * MINUTE,
    );
  });
}

/** The same templates, which tell how many records they knew. */
function counted(templates: Templates, tell: (records: number) => void): Templates {
  return {
    learn: (...record) => templates.learn(...record),
    scan(batch, from, bounds) {
      const before = batch.recordCount;
      const behind = templates.scan(batch, from, bounds);
      tell(batch.recordCount - before);
      return behind;
    },
    scanFrames(batch, frames, first, bounds) {
      const behind = templates.scanFrames(batch, frames, first, bounds);
      tell(behind - first);
      return behind;
    },
  };
}
