/** The SWIFT MT scanner against messages written by hand: what becomes which value, and what is refused with which code. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { type OpenFormat, SCAN_MORE, UNCOVERED } from "../../runtime/formats/api.ts";
import { fieldsOf, messageTypes } from "../../runtime/formats/swift-mt/catalogue.ts";
import { swiftMt } from "../../runtime/formats/swift-mt/index.ts";
import { Batch, ENCODING_MT_LINE, ENCODING_RAW, RECORD_FLAG_LATIN1 } from "../../runtime/record/tables.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { bytesOf, DROP, isStructure, type Mode, rules, scanAll, scanOne, structureText, valuesByPath } from "./swift-mt-support.ts";

const HEAD = "{1:F01QUELDEFFAXXX0417998100}{2:I103QORBNL2AXXXXN}";
const PLAIN: readonly (readonly [string, string])[] = [
  ["20", "QF0417"],
  ["23B", "CRED"],
  ["32A", "260417EUR17205,5"],
  ["50K", "/DE83990517310004471205\nELARA QUENNFELD\nKESSELBRUCKER GASSE 14\n99817 KESSELBRUCK"],
  ["59", "/NL22QORB0998141720\nVANTREEK MARITIEM BV"],
  ["71A", "SHA"],
];

/** A message of the plain fields with some replaced (by tag number where `a` ends the name), added behind a tag, or taken away. */
function mt103(changes: Readonly<Record<string, string | null>> = {}, head = HEAD, tail = "-}"): string {
  const fields = PLAIN.flatMap(([tag, content]): [string, string][] => {
    const change = changes[tag];
    if (change === undefined) return [[tag, content]];
    return change === null ? [] : [[tag, change]];
  });
  for (const [place, text] of Object.entries(changes)) {
    const [after, tag] = place.split(">");
    if (tag === undefined || text === null) continue;
    fields.splice(fields.findIndex(([name]) => name === after) + 1, 0, [tag, text]);
  }
  return `${head}{4:\r\n${fields.map(([tag, content]) => `:${tag}:${content.replaceAll("\n", "\r\n")}\r\n`).join("")}${tail}`;
}

/** Text of the values of one field. */
function field(tag: string, content: string, mode: Mode = "strict"): Record<string, string | string[]> {
  const base = Object.keys(Object.fromEntries(PLAIN)).includes(tag) ? { [tag]: content } : { [placeOf(tag)]: content };
  const record = scanOne(
    mt103(tag.startsWith("50") ? { "50K": null, ...base } : tag.startsWith("59") ? { "59": null, ...base } : base),
    mode,
  );
  if (record.status !== 0) throw new Error(`refused: ${record.status} ${record.faultPath}`);
  return Object.fromEntries(Object.entries(valuesByPath(record)).filter(([path]) => path.startsWith(`${tag}/`)));
}

/** Before which plain field a tag may stand, as `after>tag`. */
function placeOf(tag: string): string {
  const after =
    tag < "23B" || tag === "13C"
      ? "20"
      : tag === "23E" || tag === "26T"
        ? "23B"
        : tag < "50" || tag.startsWith("50")
          ? "32A"
          : tag < "59"
            ? "50K"
            : tag.startsWith("59")
              ? "50K"
              : tag === "70"
                ? "59"
                : "71A";
  return `${after}>${tag}`;
}

const status = (text: string, mode: Mode = "strict"): number => scanOne(text, mode).status;

describe("headers and trailers", () => {
  test("block 1 and an input header", () => {
    const record = scanOne(mt103());
    expect(record.message).toBe("MT103");
    expect(valuesByPath(record)).toMatchObject({
      "block1/lt-address": "QUELDEFFAXXX",
      "block1/session": "0417",
      "block1/sequence": "998100",
      "block2/lt-address": "QORBNL2AXXXX",
    });
    expect(record.values[0]?.segments[0]?.encoding).toBe(ENCODING_RAW);
    expect(record.values.find(({ path }) => path === "20/reference")?.segments[0]?.encoding).toBe(ENCODING_MT_LINE);
  });

  test("an output header has the message input reference in it", () => {
    const head = "{1:F01QORBNL2AAXXX0417998100}{2:O1031131260417QUELDEFFAXXX04179981002604171134N}";
    expect(valuesByPath(scanOne(mt103({}, head)))).toMatchObject({
      "block2/input-time": "1131",
      "block2/mir-date": "260417",
      "block2/mir-lt-address": "QUELDEFFAXXX",
      "block2/mir-session": "0417",
      "block2/mir-sequence": "998100",
      "block2/output-date": "260417",
      "block2/output-time": "1134",
    });
  });

  test("block 3", () => {
    const block3 = "{3:{108:MUR417}{119:STP}{121:0f3a7c1e-8b2d-4c5f-9a6e-1d2b3c4d5e6f}{433:/AOK/NO HIT}{165:/REL/DESK 17}}";
    expect(valuesByPath(scanOne(mt103({}, HEAD + block3)))).toMatchObject({
      "block3/108": "MUR417",
      "block3/119": "STP",
      "block3/121": "0f3a7c1e-8b2d-4c5f-9a6e-1d2b3c4d5e6f",
      "block3/433/code": "AOK",
      "block3/433/text": "NO HIT",
      "block3/165/code": "REL",
      "block3/165/text": "DESK 17",
    });
  });

  test("checksums and the system block are dropped, each counted, with their braces", () => {
    const text = mt103({}, HEAD, "-}{5:{MAC:99810417}{CHK:0417998100AB}}{S:{SAC:}{COP:P}}");
    const record = scanOne(text);
    const dropped = record.values.filter(({ operation }) => operation === DROP);
    expect(dropped.map(({ path, texts }) => [path, texts.join()])).toEqual([
      ["block5/MAC", "{5:{MAC:99810417}"],
      ["block5/CHK", "{CHK:0417998100AB}}"],
      ["blockS", "{S:{SAC:}{COP:P}}"],
    ]);
  });

  test("the block stays if another trailer is in it, and the trailer's reference is masked", () => {
    const text = mt103({}, HEAD, "-}{5:{CHK:0417998100AB}{TNG:}{PDE:1131260417QUELDEFFAXXX0417998100}}");
    const record = scanOne(text);
    expect(structureText(text, record).endsWith("-}{5:\0{TNG:}{PDE:\0\0\0\0\0}}")).toBe(true);
    expect(valuesByPath(record)["block5/PDE/lt-address"]).toBe("QUELDEFFAXXX");
  });

  test("an acknowledgement belongs to the message behind it", () => {
    const text = `{1:F21QUELDEFFAXXX0417998100}{4:{177:2604171131}{451:1}{405:T27005}{108:MUR417}}${mt103()}`;
    const record = scanOne(text);
    expect([record.status, record.message, record.end]).toEqual([0, "MT103", text.length]);
    expect(valuesByPath(record)).toMatchObject({
      "ack/lt-address": "QUELDEFFAXXX",
      "ack/session": "0417",
      "ack/177": "2604171131",
      "ack/451": "1",
      "ack/405": "T27005",
      "ack/108": "MUR417",
      "block1/lt-address": "QUELDEFFAXXX",
    });
  });

  test("an acknowledgement alone is a record, and two of them are two", () => {
    const acknowledgement = "{1:F21QUELDEFFAXXX0417998100}{4:{177:2604171131}{451:0}}";
    const records = scanAll(acknowledgement + acknowledgement + mt103());
    expect(records.map(({ message, status }) => [message, status])).toEqual([
      ["ACK", 0],
      ["MT103", 0],
    ]);
  });
});

describe("fields", () => {
  test("amounts, dates, codes: one value each", () => {
    expect(field("32A", "260417EUR17205,5")).toEqual({ "32A/date": "260417", "32A/currency": "EUR", "32A/amount": "17205,5" });
    expect(field("33B", "JPY2981041,")).toEqual({ "33B/currency": "JPY", "33B/amount": "2981041," });
    expect(field("36", "1,08344")).toEqual({ "36/rate": "1,08344" });
    expect(field("13C", "/CLSTIME/0915-0330")).toEqual({ "13C/code": "CLSTIME", "13C/time": "0915", "13C/offset": "0330" });
    expect(field("23E", "PHOB/0049.998")).toEqual({ "23E/code": "PHOB", "23E/text": "0049.998" });
    expect(field("26T", "K90")).toEqual({ "26T/code": "K90" });
    expect(field("71G", "EUR12,5")).toEqual({ "71G/currency": "EUR", "71G/amount": "12,5" });
  });

  test("a party: account without its slash, name, address as one value", () => {
    expect(field("50K", "/DE83990517310004471205\nELARA QUENNFELD\nGASSE 14\nKESSELBRUCK")).toEqual({
      "50K/account": "DE83990517310004471205",
      "50K/name": "ELARA QUENNFELD",
      "50K/address": "GASSE 14|KESSELBRUCK",
    });
    expect(field("59", "VANTREEK MARITIEM BV")).toEqual({ "59/name": "VANTREEK MARITIEM BV" });
    expect(field("59A", "/0417\nVANTNL2A")).toEqual({ "59A/account": "0417", "59A/bic": "VANTNL2A" });
  });

  test("an agent: indicator and clearing code are structure", () => {
    expect(field("52A", "/D/0417998100\nQUELDEFF")).toEqual({ "52A/account": "0417998100", "52A/bic": "QUELDEFF" });
    expect(field("53B", "/C/0417998100\nDUINHOEK")).toEqual({ "53B/account": "0417998100", "53B/location": "DUINHOEK" });
    expect(field("57C", "//FW021000089")).toEqual({ "57C/clearing-id": "021000089" });
    expect(field("57A", "//RT\nQAPRSGSG")).toEqual({ "57A/bic": "QAPRSGSG" });
    expect(field("57D", "//CH123456\nQORBANK\nOBERTANNALP")).toEqual({
      "57D/clearing-id": "123456",
      "57D/name": "QORBANK",
      "57D/address": "OBERTANNALP",
    });
    expect(field("52D", "//XY123456\nQORBANK")).toEqual({ "52D/account": "XY123456", "52D/name": "QORBANK" });
  });

  test("50F: lines of one number are one value, codes and countries are apart", () => {
    expect(field("50F", "/DE83990517310004471205\n1/ELARA MARIA\n1/QUENNFELD\n3/DE/KESSELBRUCK AN DER\n3/OBEREN QUELLE")).toEqual({
      "50F/account": "DE83990517310004471205",
      "50F/1": "ELARA MARIA|QUENNFELD",
      "50F/3/country": "DE",
      "50F/3/town": "KESSELBRUCK AN DER|OBEREN QUELLE",
    });
    expect(field("50F", "DRLC/NL/DUINHOEK/9981041720\n1/OSSIAN VANTREEK\n4/19810417\n5/NL/DUINHOEK")).toEqual({
      "50F/party-id/country": "NL",
      "50F/party-id/number": "DUINHOEK/9981041720",
      "50F/1": "OSSIAN VANTREEK",
      "50F/4": "19810417",
      "50F/5/country": "NL",
      "50F/5/place": "DUINHOEK",
    });
    expect(field("50F", "/1\n1/E\n6/DE/QUELLBANK/00041\n8/72059")).toMatchObject({
      "50F/6/country": "DE",
      "50F/6/number": "QUELLBANK/00041",
      "50F/8": "72059",
    });
    expect(field("59F", "1/VANTREEK\n2/KADE 172\n3/NL")).toEqual({ "59F/1": "VANTREEK", "59F/2": "KADE 172", "59F/3/country": "NL" });
  });

  test("narratives: code words and continuation marks are structure, the text is one value", () => {
    expect(field("70", "/RFB/QF 417\nCARD 5555443300\n998170 PAID")).toEqual({ "70/text": "QF 417|CARD 5555443300|998170 PAID" });
    expect(field("72", "/INS/QAPRSGSG\n/ACC/CREDIT ON VALUE DA\n//TE ONLY\n/XYZ/OWN CODE")).toEqual({
      "72/text": "QAPRSGSG|CREDIT ON VALUE DA|TE ONLY|/XYZ/OWN CODE",
    });
    expect(field("77B", "/ORDERRES/DE//GASSE 14")).toEqual({ "77B/text": "DE//GASSE 14" });
  });

  test("NONREF is a constant of the standard and not a reference", () => {
    const record = scanOne(
      "{1:F01QUELDEFFAXXX0417998100}{2:I202QORBNL2AXXXXN}{4:\r\n:20:QF1\r\n:21:NONREF\r\n:32A:260417EUR1,\r\n:58A:QORBNL2A\r\n-}",
    );
    expect([record.status, record.message]).toEqual([0, "MT202"]);
    expect(valuesByPath(record)["21/reference"]).toBeUndefined();
  });

  test("a cover has its customers in sequence B, with or without the flag", () => {
    const body =
      ":20:QF1\r\n:21:R1\r\n:32A:260417EUR1,\r\n:52A:QUELDEFF\r\n:58A:QORBNL2A\r\n:72:/INS/QAPRSGSG\r\n:50K:ELARA QUENNFELD\r\n:52A:QUELDEFF\r\n:59:VANTREEK\r\n:72:/ACC/A\r\n:33B:EUR1,\r\n-}";
    for (const block3 of ["", "{3:{119:COV}}"]) {
      const record = scanOne(`{1:F01QUELDEFFAXXX0417998100}{2:I202QORBNL2AXXXXN}${block3}{4:\r\n${body}`);
      expect([record.status, record.message]).toEqual([0, "MT202COV"]);
      expect(valuesByPath(record)).toMatchObject({
        "52A/bic": "QUELDEFF",
        "sequenceB/52A/bic": "QUELDEFF",
        "sequenceB/50K/name": "ELARA QUENNFELD",
        "sequenceB/72/text": "A",
      });
    }
  });

  test("what is said of one party has one scope", () => {
    const scopes = scanOne(mt103()).values.filter(({ path }) => path.startsWith("50K/") || path.startsWith("59/"));
    expect(new Set(scopes.map(({ path, scope }) => `${path.slice(0, 2)} ${scope}`)).size).toBe(2);
  });

  test("a field without a rule refuses the message, with its path", () => {
    const record = scanOne(
      mt103(),
      "strict",
      rules(({ path }) => path !== "59/name"),
    );
    expect([record.status, record.faultPath]).toEqual([2201, "59/name"]);
    expect(record.values).toEqual([]);
  });
});

describe("framing", () => {
  test("back to back, with $, with line ends, in sectors", () => {
    const message = mt103();
    for (const between of ["", "$", "\r\n$\r\n", "\n", "\r\n\r\n"]) {
      expect(scanAll(message + between + message).map(({ status }) => status)).toEqual([0, 0]);
    }
    const sector = `\u0001${message}\u0003`.padEnd(512, "\0");
    expect(scanAll(sector + sector).map(({ status, start, end }) => [status, start, end])).toEqual([
      [0, 0, message.length + 2],
      [0, 512, 512 + message.length + 2],
    ]);
  });

  test("text only ends with its dash, with $ or with the input", () => {
    const text = mt103().slice(mt103().indexOf(":20:"), -2);
    for (const tail of ["-}", "-", "-\r\n", "", "$\r\n"]) {
      const record = scanOne(text + tail);
      expect([record.status, record.message]).toEqual([0, "MT103"]);
    }
    expect(scanAll(`${text}$\r\n${text}-\r\n${text}`).map(({ status }) => status)).toEqual([0, 0, 0]);
  });

  describe("lines of a bank in front of a statement", () => {
    const statement = ":20:S1\r\n:25:NL02QORB0417164300\r\n:28C:1/1\r\n:60F:C260416EUR1,\r\n:62F:C260416EUR1,\r\n";
    const forms: readonly (readonly [lines: string, values: Readonly<Record<string, string | string[]>>])[] = [
      ["QORBNL2A\r\n940\r\nQORBNL2A\r\n", { "lines/bic": ["QORBNL2A", "QORBNL2A"] }],
      ["QORBNL2AXXX\n", { "lines/bic": "QORBNL2AXXX" }],
      [":940:\r\n", {}],
      ["940\r\n", {}],
      [
        "0000 01QORBNL2AXXXX00001\r\n0000 01QORBNL2AXXXX00001\r\n940 00\r\n",
        { "lines/lt-address": ["QORBNL2AXXXX", "QORBNL2AXXXX"], "lines/number": ["00001", "00001"] },
      ],
    ];

    test.each(forms)("%j", (lines, values) => {
      for (const mode of ["strict", "lenient"] as const) {
        const text = `${lines}${statement}`;
        const record = scanOne(text, mode);
        expect([record.status, record.message]).toEqual([0, "MT940"]);
        const found = Object.fromEntries(Object.entries(valuesByPath(record)).filter(([path]) => path.startsWith("lines/")));
        expect(found).toEqual(values);
        expect(isStructure(structureText(text, record))).toBe(true);
      }
      for (const between of ["", "-\r\n", "-}\r\n", "$\r\n"]) {
        const two = scanAll(`${lines}${statement}${between}${lines}${statement}`);
        expect([between, two.map(({ status }) => status)]).toEqual([between, [0, 0]]);
      }
    });

    test("they say the type, where the fields are those of several", () => {
      expect(scanOne(`950\r\n${statement}`).message).toBe("MT950");
    });

    test("a text of 86 that is like them is none, and neither are other lines", () => {
      const text = `${statement}:86:FROM\r\nQORBNL2A\r\n940\r\nQORBNL2A\r\n`;
      expect(scanAll(text).map(({ status, end }) => [status, end])).toEqual([[0, text.length - 2]]);
      for (const lines of ["ELARA QUENNFELD", "QORBNL2", "103", ":103:", "940 4711", "QORBNL2A 940", "0000 01QORBNL2AXXXX0001"]) {
        expect(swiftMt.detect(bytesOf(`${lines}\r\n${statement}`), 0, lines.length + statement.length + 2)).toBe(false);
        expect(scanAll(`${statement}-\r\n${lines}\r\n${statement}`).map(({ status }) => status)).toEqual([4005]);
      }
    });

    test("an input that is cut inside of them is waited for", () => {
      const text = "QORBNL2A\r\n940\r\nQORBNL2A\r\n".concat(statement, "-\r\n");
      const whole = bytesOf(text + text);
      const open = swiftMt.open(rules(), { input: "strict" });
      for (let limit = 40; limit < text.length + 30; limit++) {
        const batch = new Batch(2, 64, 64);
        batch.input = whole;
        const end = open.scan(batch, 0, limit, false);
        expect([limit, end === SCAN_MORE || end === text.length - 2]).toEqual([limit, true]);
      }
    });
  });

  test("a single brace behind an RJE message is taken along, and nowhere else", () => {
    const message = mt103();
    const records = scanAll(`${message}{\r\n$\r\n${message}`);
    expect(records.map(({ status, end, start }) => [status, end - start])).toEqual([
      [0, message.length + 1],
      [0, message.length],
    ]);
    expect(scanAll(message).map(({ end }) => end)).toEqual([message.length]);
  });

  test("a message of another format behind it is left alone", () => {
    const message = mt103();
    for (const next of ['{"a":1}', '{\n"a":1}', "<Document/>", "[1]"]) {
      const open = swiftMt.open(rules(), { input: "strict" });
      expect(scanFirst(open, message + next)).toBe(message.length);
      expect(scanFirst(open, `${message}\r\n${next}`)).toBe(message.length);
    }
  });

  test("detect", () => {
    const yes = ["{1:F01", ":20:", "\u0001{1:F01", "\u0001:20:", "\u0001\r\n:20:"];
    const no = ["{", "{1", "{ 1:", '{"1:', ":21:", "\u0001:21:", "<a>", "[", "{2:", ""];
    for (const text of yes) expect(swiftMt.detect(bytesOf(text), 0, text.length)).toBe(true);
    for (const text of no) expect(swiftMt.detect(bytesOf(text), 0, text.length)).toBe(false);
    expect(swiftMt.detect(bytesOf("{1:F01"), 0, 2)).toBe(false);
  });

  test("where the end cannot be found the stream stops", () => {
    expect(scanOne(mt103().slice(0, -1)).status).toBe(2002);
    expect(scanOne(HEAD.slice(0, 20)).status).toBe(2002);
    expect(scanOne("{1:F01QUELDEFF\r\n}").status).toBe(4001);
    expect(scanOne(`\u0001${mt103()}X`).status).toBe(4001);
    expect(scanOne(`${mt103()}\r\n:71A:SHA\r\n-}`).status).toBe(4005);
    expect(scanOne(`${mt103()}X`).status).toBe(4005);
  });
});

/** Code, input, what strict says, what lenient says (0 masked). */
const REFUSALS: readonly (readonly [string, string, number, number])[] = [
  ["no block 2", mt103({}, HEAD.slice(0, HEAD.indexOf("{2:"))), 4001, 0],
  ["no block 4", HEAD, 4001, 4001],
  ["blocks out of order", mt103({}, "{1:F01QUELDEFFAXXX0417998100}{3:{108:A}}{2:I103QORBNL2AXXXXN}"), 4001, 4001],
  ["a block that nobody knows", mt103({}, HEAD, "-}{9:{ABC:1}}"), 4001, 4001],
  ["block 4 in braces", `${HEAD}{4:{177:2604171131}}`, 4001, 4001],
  ["text in block 3", mt103({}, `${HEAD}{3:ELARA}`), 4001, 4001],
  ["another type", mt103({}, "{1:F01QUELDEFFAXXX0417998100}{2:I700QORBNL2AXXXXN}"), 4002, 4002],
  ["another application", mt103({}, "{1:L02QUELDEFFAXXX0417998100}{2:I103QORBNL2AXXXXN}"), 4002, 4002],
  ["a tag of another message", mt103({ "32A>58A": "QORBNL2A" }), 4003, 4003],
  ["an option that the field does not have", mt103({ "50K": null, "32A>50H": "/0417\nELARA QUENNFELD" }), 4003, 0],
  ["a trailer that nobody knows", mt103({}, HEAD, "-}{5:{XYZ:ELARA}}"), 4003, 0],
  ["a user header tag that nobody knows", mt103({}, `${HEAD}{3:{999:ELARA QUENNFELD}}`), 4003, 0],
  ["a field twice", mt103({ "59>59A": "VANTNL2A" }), 4004, 4004],
  ["a header tag twice", mt103({}, `${HEAD}{3:{108:A}{108:B}}`), 4004, 4004],
  ["an umlaut", mt103({ "50K": "J\u00dcRGEN" }), 4006, 0],
  ["a control character", mt103({ "50K": "A\u001bB" }), 4006, 4006],
  ["a brace in text", mt103({ "50K": "A}B" }), 4006, 4006],
  ["a line of 36", mt103({ "50K": "A".repeat(36) }), 4007, 0],
  ["an account of 35", mt103({ "50K": `/${"1".repeat(35)}\nELARA` }), 4007, 0],
  ["a carriage return inside a line", mt103({ "50K": "ELARA\rQUENNFELD" }), 4008, 4008],
  ["a bare carriage return behind the brace", mt103().replace("{4:\r\n", "{4:\r"), 4008, 4008],
  ["a tag that is none", mt103({ "50K": "ELARA\n:QUENNFELD" }), 4009, 4009],
  ["text before the first tag", mt103().replace("{4:\r\n", "{4:\r\nELARA\r\n"), 4009, 4009],
  ["a day that does not exist", mt103({ "32A": "260230EUR1," }), 4009, 0],
  ["an amount without comma", mt103({ "32A": "260217EUR100" }), 4009, 0],
  ["a code that does not exist", mt103({ "71A": "MAX" }), 4009, 0],
  ["a reference with two slashes", mt103({ "20": "A//B" }), 4009, 0],
  ["a reference of 17", mt103({ "20": "12345678901234567" }), 4009, 0],
  ["no BIC", mt103({ "50K>57A": "NOT A BIC" }), 4009, 0],
  ["a UETR in capitals", mt103({}, `${HEAD}{3:{121:0F3A7C1E-8B2D-4C5F-9A6E-1D2B3C4D5E6F}}`), 4009, 0],
  ["a flag of another type", mt103({}, `${HEAD}{3:{119:COV}}`), 4009, 0],
  ["an LT address of 11", mt103({}, "{1:F01QUELDEFFAXX0417998100}{2:I103QORBNL2AXXXXN}"), 4009, 4009],
  ["50F without number", mt103({ "50K": null, "32A>50F": "/0417\nELARA QUENNFELD" }), 4009, 0],
  ["50F numbers descending", mt103({ "50K": null, "32A>50F": "/0417\n1/A\n3/DE\n2/B" }), 4009, 0],
  ["50F without country", mt103({ "50K": null, "32A>50F": "/0417\n1/A\n3/TOWN" }), 4009, 0],
  ["50F without identifier", mt103({ "50K": null, "32A>50F": "1/A\n3/DE" }), 4009, 0],
  ["no 20", mt103({ "20": null }), 4010, 0],
  ["no 23B", mt103({ "23B": null }), 4010, 0],
  ["no 32A", mt103({ "32A": null }), 4010, 0],
  ["no 50a", mt103({ "50K": null }), 4010, 0],
  ["no 59a", mt103({ "59": null }), 4010, 0],
  ["no 71A", mt103({ "71A": null }), 4010, 0],
  ["six lines of name and address", mt103({ "50K": "/1\nA\nB\nC\nD\nE" }), 4011, 0],
  ["five lines of 70", mt103({ "59>70": "A\nB\nC\nD\nE" }), 4011, 0],
  ["a second line of a reference", mt103({ "20": "QF0417\nELARA" }), 4011, 0],
  ["an empty line", mt103({ "50K": "ELARA\n\nQUENNFELD" }), 4012, 0],
  ["fields out of order", mt103({ "71A": null, "20>71A": "SHA" }), 4013, 0],
  ["an option that STP forbids", mt103({ "50K>52D": "QUELLBANK" }, `${HEAD}{3:{119:STP}}`), 4003, 0],
  ["REMIT without 77T", mt103({}, `${HEAD}{3:{119:REMIT}}`), 4010, 0],
];

describe("refusals", () => {
  for (const [name, text, strict, lenient] of REFUSALS) {
    test(`${name}: strict ${strict}, lenient ${lenient === 0 ? "masks" : lenient}`, () => {
      expect(status(text, "strict")).toBe(strict);
      const record = scanOne(text, "lenient");
      expect(record.status).toBe(lenient);
      if (record.status === 0) expect(structureText(text, record)).toSatisfy(isStructure);
    });
  }

  test("a refused record ends where it ends, and the next one is read", () => {
    const broken = mt103({ "50K": "A".repeat(36) });
    const records = scanAll(`${broken}$${mt103()}`);
    expect(records.map(({ status, start, end }) => [status, start, end])).toEqual([
      [4007, 0, broken.length],
      [0, broken.length + 1, broken.length + 1 + mt103().length],
    ]);
  });

  test("a fault says where: the tag and the offset of the line", () => {
    const text = mt103({ "50K": `/1\nELARA\n${"A".repeat(36)}` });
    const record = scanOne(text);
    expect([record.faultPath, record.faultOffset]).toEqual(["50K", text.indexOf("AAAA")]);
  });

  test("lenient: bytes above ASCII are UTF-8, or the record is marked as ISO-8859-1", () => {
    const utf8 = new Uint8Array(Buffer.from(mt103({ "50K": "JÜRGEN" }), "utf8"));
    const latin1 = bytesOf(mt103({ "50K": "JÜRGEN" }));
    expect(scanOne(utf8, "lenient")).toMatchObject({ status: 0, flags: 0 });
    expect(scanOne(latin1, "lenient")).toMatchObject({ status: 0, flags: RECORD_FLAG_LATIN1 });
  });

  test("lenient: what has no place becomes one free text, the account still found", () => {
    expect(field("50F", "/DE83990517310004471205\nELARA QUENNFELD\nKESSELBRUCK", "lenient")).toEqual({
      "50F/account": "DE83990517310004471205",
      "50F/unparsed": "ELARA QUENNFELD|KESSELBRUCK",
    });
    expect(field("32A", "260417EUR", "lenient")).toEqual({ "32A/unparsed": "260417EUR" });
  });
});

describe("catalogue", () => {
  test("every path is there once, and every field has a type, a class and a size", () => {
    for (const message of messageTypes()) {
      const fields = fieldsOf(message);
      expect(new Set(fields.map(({ path }) => path)).size).toBe(fields.length);
      for (const { type, fit, path } of fields) {
        expect(type, path).not.toBe("");
        expect(fit.max === 0 || fit.max >= fit.min, path).toBe(true);
        if (fit.shape === "enum") expect(fit.values?.length, path).toBeGreaterThan(1);
      }
    }
    expect(messageTypes().join(" ")).toBe(
      "MT101 MT102 MT103 MT104 MT107 MT110 MT111 MT112 MT190 MT191 MT192 MT195 MT196 MT198 MT199 MT200 MT201 MT202 MT202COV MT203 MT204 MT205 MT205COV MT210 MT290 MT291 MT292 MT295 MT296 MT298 MT299 MT900 MT910 MT920 MT940 MT941 MT942 MT950 ACK",
    );
  });

  test("the ruleset is asked for every field of a message type, once, when the first of its messages is met", () => {
    const asked = new Map<string, number>();
    const scanner = swiftMt.open(
      {
        ...rules(),
        operationFor(_format, message) {
          asked.set(message, (asked.get(message) ?? 0) + 1);
          return UNCOVERED;
        },
      },
      { input: "strict" },
    );
    const scan = (message: string): void => {
      const batch = new Batch();
      batch.input = bytesOf(message);
      scanner.scan(batch, 0, batch.input.length, true);
    };
    const fields = (...types: readonly string[]) => Object.fromEntries(types.map((type) => [type, fieldsOf(type).length]));
    expect(asked.size).toBe(0);
    scan(mt103());
    scan(mt103());
    expect(Object.fromEntries(asked)).toEqual(fields("MT103"));
    scan(mt103({}, HEAD.replace("I103", "I202")));
    expect(Object.fromEntries(asked)).toEqual(fields("MT103", "MT202COV"));
  });
});

const EVIL: readonly (readonly [string, number, number])[] = [
  ["m01_injection_colon_in_free_text.mt", 4004, 4004],
  ["m02_dash_terminator_in_text.mt", 4005, 4005],
  ["m03_lf_only.mt", 0, 0],
  ["m04_pan_split_over_lines.mt", 0, 0],
  ["m05_charset_z_umlaut.mt", 4006, 0],
  ["m06_line_too_long.mt", 4007, 0],
  ["m07_masked_value_starts_with_colon_or_dash.mt", 0, 0],
];

describe(sharedExists ? "hostile inputs" : `hostile inputs (${SHARED_SKIP_REASON})`, () => {
  for (const [file, strict, lenient] of EVIL) {
    test.skipIf(!sharedExists)(`${file}: strict ${strict}, lenient ${lenient}`, () => {
      const bytes = new Uint8Array(readFileSync(`${sharedRoot}evil/${file}`));
      expect(scanOne(bytes).status).toBe(strict);
      const record = scanOne(bytes, "lenient");
      expect(record.status).toBe(lenient);
      if (record.status !== 0) return;
      expect(structureText(bytes, record)).toSatisfy(isStructure);
      expect(valuesByPath(record)["50K/account"]).toBe("DE89370400440532013000");
    });
  }

  test.skipIf(!sharedExists)("every MT file of the folder is judged here", () => {
    const files = readdirSync(`${sharedRoot}evil`).filter((name) => name.endsWith(".mt"));
    expect(files.sort()).toEqual(EVIL.map(([file]) => file));
  });

  test.skipIf(!sharedExists)("a number that a line end cuts in two is one value", () => {
    const record = scanOne(new Uint8Array(readFileSync(`${sharedRoot}evil/m04_pan_split_over_lines.mt`)));
    const text = record.values.find(({ path }) => path === "70/text")?.texts.join("") ?? "";
    expect(text).toContain("4111111111111111");
  });
});

describe(sharedExists ? "samples" : `samples (${SHARED_SKIP_REASON})`, () => {
  test.skipIf(!sharedExists)("every MT103 and MT202 of the samples is read, strictly", () => {
    const folder = `${sharedRoot}samples/mt103/`;
    const counts = readdirSync(folder)
      .sort()
      .map((file) => [file, readSample(folder + file)]);
    expect(counts).toEqual([
      ["prowide-core__MT103-bulk-with-ack.rje", 3],
      ["prowide-core__MT103-out-ack.rje", 13],
    ]);
  });
});

function readSample(path: string): number {
  const bytes = new Uint8Array(readFileSync(path));
  const records = scanAll(bytes);
  for (const record of records) {
    expect([record.status, record.message], path).toEqual([0, "MT103"]);
    expect(structureText(bytes, record)).toSatisfy(isStructure);
  }
  return records.length;
}

function scanFirst(open: OpenFormat, text: string): number {
  const batch = new Batch();
  batch.input = bytesOf(text);
  return open.scan(batch, 0, text.length, true);
}
