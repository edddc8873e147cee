/** Reading and writing segments. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import {
  ENCODING_JSON_NUMBER as JSON_NUMBER,
  ENCODING_JSON_STRING as JSON_STRING,
  STATUS_KEPT as KEPT,
  STATUS_MASKED as MASKED,
  ENCODING_MT_LINE as MT_LINE,
  ENCODING_MT_WRAP as MT_WRAP,
  ENCODING_RAW as RAW,
  STATUS_REMOVED as REMOVED,
  ENCODING_XML_ATTRIBUTE as XML_ATTRIBUTE,
  ENCODING_XML_CDATA as XML_CDATA,
  ENCODING_XML_TEXT as XML_TEXT,
  ENCODING_XML_TEXT_REFS as XML_TEXT_REFS,
} from "../../../runtime/record/tables.ts";
import { type Draft, KEY, run } from "./bench.ts";
import { hmac, tokenOf } from "./oracle.ts";

export function encodings(engine: () => Engine): void {
  /** Bytes in the encoding, and the text that they spell. */
  const decoded: readonly (readonly [number, string, string])[] = [
    [XML_TEXT, "Erika é\u{1f60a} ]]>", "Erika é\u{1f60a} ]]>"],
    [XML_TEXT, "a\r\nb\rc\n\td", "a\nb\nc\n\td"],
    [XML_TEXT_REFS, "&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x000043;&#13;&#x1f60A;", "<>&\"'ABC\r\u{1f60a}"],
    [XML_TEXT_REFS, "a\r\n&#10;", "a\n\n"],
    [XML_ATTRIBUTE, "a\tb\nc\r\nd\re&#9;&#10;&amp;", "a b c d e\t\n&"],
    [XML_CDATA, "a&amp;\r\n<b>", "a&amp;\r\n<b>"],
    [JSON_STRING, '\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude0aé', '"\\/\b\f\n\r\tAé\u{1f60a}é'],
    [JSON_NUMBER, "-12.50e+3", "-12.50e+3"],
    [MT_LINE, "a:-b", "a:-b"],
    [RAW, "a&amp;\\n\r\n", "a&amp;\\n\r\n"],
  ];
  /** A text that a token's prefix and the layout of a reference carry into each encoding. */
  const special = "x<&>\"'\\/\u007f";
  const spelled: readonly (readonly [number, string])[] = [
    [XML_TEXT, "x&lt;&amp;&gt;\"'\\/\u007f"],
    [XML_TEXT_REFS, "x&lt;&amp;&gt;\"'\\/\u007f"],
    [XML_ATTRIBUTE, "x&lt;&amp;&gt;&quot;&apos;\\/\u007f"],
    [XML_CDATA, special],
    [JSON_STRING, "x<&>\\\"'\\\\/\u007f"],
    [MT_LINE, special],
    [RAW, special],
  ];
  describe("encodings", () => {
    test.each(decoded.map((row) => [...row] as const))("%i reads %p", (encoding, bytes, text) => {
      // Amounts are hashed as they are, so the digest tells every code point.
      const draft: Draft = { technique: "hash", kind: "amount", width: 64 };
      expect(run(engine(), draft, bytes, { encoding: encoding === JSON_NUMBER ? RAW : encoding }).text).toBe(hmac(KEY, text));
    });

    test.each(spelled.map((row) => [...row] as const))("%i writes %p", (encoding, bytes) => {
      expect(run(engine(), { technique: "token", prefix: special }, "a", { encoding }).text).toBe(bytes + tokenOf(KEY, "a"));
    });

    test("controls in a layout are written so that they are read back", () => {
      const through = (encoding: number, value: string): string => {
        const masked = run(engine(), { technique: "fpe", kind: "reference" }, value, { encoding }).text;
        return run(engine(), { technique: "fpe", kind: "reference" }, masked, { encoding, direction: "unmask" }).text;
      };
      expect(through(XML_TEXT_REFS, "AB12&#13;CD&#10;")).toBe("AB12&#13;CD\n");
      expect(through(XML_ATTRIBUTE, "AB12&#13;&#9;CD&#10;")).toBe("AB12&#13;&#9;CD&#10;");
      expect(through(JSON_STRING, "AB12\\u0000\\u001F\\b\\f\\n\\r\\tCD\\/")).toBe("AB12\\u0000\\u001f\\b\\f\\n\\r\\tCD/");
    });

    test("ill-formed bytes are refused when they are read, and only then", () => {
      const bad: readonly (readonly [number, Uint8Array | string])[] = [
        [RAW, Uint8Array.of(0xc3)],
        [RAW, Uint8Array.of(0xc0, 0x80)],
        [RAW, Uint8Array.of(0xed, 0xa0, 0x80)],
        [RAW, Uint8Array.of(0xf4, 0x90, 0x80, 0x80)],
        [RAW, Uint8Array.of(0xe0, 0x80, 0x80)],
        [RAW, Uint8Array.of(0x80)],
        [RAW, Uint8Array.of(0xf0, 0x8f, 0xbf, 0xbf)],
        [RAW, Uint8Array.of(0xff)],
        [XML_TEXT_REFS, "&nbsp;"],
        [XML_TEXT_REFS, "&#0;"],
        [XML_TEXT_REFS, "&#xd800;"],
        [XML_TEXT_REFS, "&#x110000;"],
        [XML_TEXT_REFS, "&#;"],
        [XML_TEXT_REFS, "&#x;"],
        [XML_TEXT_REFS, "&amp"],
        [XML_TEXT_REFS, "&"],
        [XML_TEXT_REFS, "&#12a;"],
        [XML_TEXT_REFS, "&#xFFFE;"],
        [XML_ATTRIBUTE, "&#X41;"],
        [JSON_STRING, "\\"],
        [JSON_STRING, "\\x"],
        [JSON_STRING, "\\u12"],
        [JSON_STRING, "\\ud83d"],
        [JSON_STRING, "\\ude0a"],
        [JSON_STRING, "\\ud83d\\u0041"],
        [JSON_STRING, "\\u12g4"],
        [9, "a"],
      ];
      for (const [encoding, bytes] of bad) {
        expect(run(engine(), { technique: "redact" }, bytes, { encoding }).status).toBe(6001);
        expect(run(engine(), { technique: "keep", strict: true }, bytes, { encoding }).status).toBe(6001);
        expect(run(engine(), { technique: "drop" }, bytes, { encoding }).status).toBe(REMOVED);
      }
    });

    test("what cannot stand in its place is refused", () => {
      const token = (prefix: string, encoding: number): number => run(engine(), { technique: "token", prefix }, "a", { encoding }).status;
      expect(token("]]>", XML_CDATA)).toBe(6012);
      expect(token("]]>", XML_TEXT)).toBe(MASKED);
      expect(token("", JSON_NUMBER)).toBe(6012);
      expect(token(":", MT_LINE)).toBe(6012);
      expect(token("-", MT_LINE)).toBe(6012);
      expect(run(engine(), { technique: "token", prefix: "-" }, ":a", { encoding: MT_LINE }).status).toBe(MASKED);
      const digits = (value: string): number =>
        run(engine(), { technique: "fpe", kind: "digits" }, value, { encoding: JSON_NUMBER }).status;
      expect(digits("0001234")).toBe(6012);
      // Encryption puts no 0 in front of a number, which JSON would not take for one.
      const outcomes = new Set(Array.from({ length: 60 }, (_, i) => digits(String(1_000_000 + i * 7919))));
      expect([...outcomes]).toEqual([MASKED]);
    });

    test("ISO-8859-1 bytes are code points, and code points above are references in XML or refused", () => {
      const latin1 = true;
      expect(run(engine(), { technique: "hash", kind: "amount", width: 64 }, "é", { latin1 }).text).toBe(hmac(KEY, "é"));
      expect(run(engine(), { technique: "token", prefix: "é" }, "a", { latin1 }).text).toBe(`é${tokenOf(KEY, "a")}`);
      expect(run(engine(), { technique: "token", prefix: "€" }, "a", { latin1, encoding: XML_TEXT }).text).toBe(
        `&#8364;${tokenOf(KEY, "a")}`,
      );
      expect(run(engine(), { technique: "token", prefix: "€" }, "a", { latin1, encoding: XML_ATTRIBUTE }).text).toBe(
        `&#8364;${tokenOf(KEY, "a")}`,
      );
      for (const encoding of [XML_CDATA, JSON_STRING, MT_LINE, RAW]) {
        expect(run(engine(), { technique: "token", prefix: "€" }, "a", { latin1, encoding }).status).toBe(6012);
      }
    });
  });
}

export function writeBack(engine: () => Engine): void {
  describe("write-back", () => {
    const token = tokenOf(KEY, "abcdefg");
    test("the same length is cut at the same places", () => {
      const outcome = run(engine(), { technique: "fpe", kind: "digits" }, ["12", "", "3456", "78"]);
      expect(outcome.text).toMatch(/^[0-9]{2}\|\|[0-9]{4}\|[0-9]{2}$/);
      expect(outcome.text.replaceAll("|", "")).toBe(run(engine(), { technique: "fpe", kind: "digits" }, "12345678").text);
    });
    test("another length fills from the left", () => {
      expect(run(engine(), { technique: "token" }, ["abc", "de", "fg"]).text).toBe(
        `${token.slice(0, 3)}|${token.slice(3, 5)}|${token.slice(5)}`,
      );
      const redact: Draft = { technique: "redact" };
      expect(run(engine(), redact, ["abcdef", "ghijklmnop", "q"]).text).toBe("REDACT|ED|");
      expect(run(engine(), redact, ["abcdefghijklmnop", "q", "r"]).text).toBe("REDACTED||");
    });
    test("a value of segments that are long is one value", () => {
      const parts = ["a", "b", "c"].map((letter) => letter.repeat(9000));
      const draft = { technique: "token" } as const;
      expect(run(engine(), draft, parts).text.replaceAll("|", "")).toBe(run(engine(), draft, parts.join("")).text);
      expect(run(engine(), { technique: "keep", strict: true }, parts)).toEqual({ status: KEPT, text: parts.join("|") });
    });

    test("every MT line keeps a character", () => {
      const fit = { shape: "bic", min: 8, max: 8 } as const;
      expect(run(engine(), { technique: "redact", fit }, ["abcdefghij", "klm", "n"], { encoding: MT_LINE }).text).toBe("ZZZZZZ|2|2");
      expect(
        run(engine(), { technique: "redact", fit: { ...fit, shape: "country", min: 2, max: 2 } }, ["ab", "cd", "ef"], { encoding: MT_LINE })
          .status,
      ).toBe(6012);
    });

    test("a value that lines wrap around is one text, and its output no longer", () => {
      const wrapped = { encoding: MT_WRAP };
      const name = { technique: "pseudonym", kind: "party-name", fit: { shape: "swift-x", min: 0, max: 70 } } as const;
      const whole = run(engine(), name, "OTTILIE BRANDHORST").text;
      // Cut in the middle of a word it is the same name, cut to the same size where it is longer.
      const cut = run(engine(), name, ["OTTILIE BRA", "NDHORST"], wrapped).text.split("|");
      expect(whole.startsWith(cut.join(""))).toBe(true);
      expect(cut.join("").length).toBeLessThanOrEqual(18);
      expect(cut[0]?.length).toBeLessThanOrEqual(11);
      const short = run(engine(), name, ["LI", " XU"], wrapped).text.replace("|", "");
      expect(short.length).toBeLessThanOrEqual(5);
      expect(short).not.toMatch(/ $/);
      const text = { technique: "pseudonym", kind: "free-text", fit: { shape: "swift-x", min: 0, max: 390 } } as const;
      expect(run(engine(), text, ["RENT FOR M", "AY AND JUN", "E"], wrapped).text).toMatch(/^[^|]{1,10}\|[^|]{1,10}\|[^|]$/);
      // A token that does not fit is none: it would not tell apart what it stands for.
      expect(run(engine(), { technique: "token", fit: { shape: "swift-x", min: 0, max: 35 } }, ["AB12", "3"], wrapped).text).toBe("XXXX|X");
      const digits = { technique: "token", fit: { shape: "digits", min: 0, max: 12 } } as const;
      expect(run(engine(), digits, ["12", "3"], wrapped).text).toBe("00|0");
      expect(run(engine(), { technique: "token" }, "a".repeat(20), wrapped).text).toBe(tokenOf(KEY, "a".repeat(20)));
      expect(run(engine(), { technique: "redact", fit: { shape: "swift-x", min: 0, max: 35 } }, ["AB", "C"], wrapped).text).toBe("XX|X");
      expect(run(engine(), { technique: "fpe", kind: "reference" }, ["AB12345", "67"], wrapped).text).toMatch(/^[A-Z0-9]{7}\|[A-Z0-9]{2}$/);
    });
  });
}
