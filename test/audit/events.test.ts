/** One grammar: what is written is read back, a line is one line, and nothing in a text can forge one. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseLine } from "../../runtime/audit/events/parse.ts";
import { LogReader } from "../../runtime/audit/events/read.ts";
import { EVENT_NAMES, type LineEvent } from "../../runtime/audit/events/table.ts";
import { eventJson, writeEvent } from "../../runtime/audit/events/write.ts";
import { escapeValue, unescapeValue } from "../../runtime/kit/escape.ts";
import { LOG_LINE_CHARACTERS_MAX } from "../../runtime/kit/limits.ts";
import { anyEvent, eventsNamed, hostileText } from "./events.ts";

const RUNS = { numRuns: 300 };

describe.each(EVENT_NAMES.map((name) => [name]))("%s", (name) => {
  test("parse(write(e)) is e, in one line of the safe alphabet", () => {
    fc.assert(
      fc.property(eventsNamed(name), (event) => {
        const line = writeEvent(event);
        expect(line).toMatch(/^[\x20-\x7e·]+$/);
        expect(parseLine(line)).toEqual({ event });
      }),
      RUNS,
    );
  });

  test("its JSON is one line of ASCII with the same facts", () => {
    fc.assert(
      fc.property(eventsNamed(name), (event) => {
        const json = eventJson(event);
        expect(json).toMatch(/^[\x20-\x7e]+$/);
        expect(JSON.parse(json)).toEqual(event as unknown as Record<string, unknown>);
      }),
      RUNS,
    );
  });
});

describe("the parser", () => {
  test("takes one spelling of each event: a line that it reads is the line that is written", () => {
    const edits = fc.tuple(anyEvent, fc.nat(), fc.nat({ max: 3 }), hostileText).map(([event, at, cut, text]) => {
      const line = writeEvent(event);
      const place = at % (line.length + 1);
      return line.slice(0, place) + text + line.slice(place + cut);
    });
    fc.assert(
      fc.property(fc.oneof(edits, hostileText), (line) => {
        const read = parseLine(line);
        if ("event" in read) expect(writeEvent(read.event)).toBe(line);
        else expect(read.fault.length).toBeGreaterThan(5);
      }),
      { numRuns: 5000 },
    );
  });

  test("never says what stands in a line that it does not read", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("Ω", "Ж", "ø"), minLength: 4 }), anyEvent, (secret, event) => {
        const read = parseLine(`${writeEvent(event)} | ${secret}`);
        expect("fault" in read && !read.fault.includes(secret.slice(0, 4))).toBe(true);
      }),
      RUNS,
    );
  });

  test.each([
    ["", "no event"],
    ["CONTROL", "no event"],
    ["CONTROL | kind=end", "end: status"],
    ["CONTROL | kind=end | status=fine | exit=0", "end: status has no such value"],
    ["CONTROL | kind=end | status=ok | exit=00", "end: exit"],
    ["CONTROL | kind=end | status=ok | exit=1,000", "end: exit"],
    ["CONTROL | kind=end | status=ok | exit=9007199254740993", "end: exit"],
    ["CONTROL | kind=end | exit=0 | status=ok", "end: status is missing"],
    ["CONTROL | kind=end | status=ok | exit=0 | exit=0", "end: more than"],
    ["CONTROL | kind=end | status=ok | exit=0 ", "end: exit"],
    ["CONTROL | kind=end | status=ok | exit=0\r", "a character"],
    [" CONTROL | kind=end | status=ok | exit=0", "no event"],
    ["CONTROL  | kind=end | status=ok | exit=0", "no event"],
    ["CONTROL | kind=stmt_start | stmt= a", "stmt_start: not written"],
    ["CONTROL | kind=stmt_start | stmt=\\u0061", "stmt_start: not written"],
    ["CONTROL | kind=stmt_start | stmt=\\u00FC", "stmt_start: stmt"],
    ["CONTROL | kind=stmt_start | stmt=ü", "a character"],
    ["CONTROL | kind=stmt_start | stmt=a=b", "stmt_start: stmt"],
    ["CONTROL | kind=stmt_start | stmt=a|b", "stmt_start: stmt"],
    ["PROGRESS | stmt=m | scope=statement | 1% | exported=1 | 1000 rec/s", "progress: records_per_second"],
    ["PROGRESS | stmt=m | scope=statement | x% | exported=1 | 1,000 rec/s", "progress: percent"],
    ["Summary | a:b: planned 1 · exported 1 in 1.000s (1 rec/s)", "summary"],
    ["Summary | a: planned 1 · exported 1 in 1.0s (1 rec/s)", "summary"],
    ["Summary | a: planned 1 · exported 1 in 01.000s (1 rec/s)", "summary: not written"],
    ["x".repeat(LOG_LINE_CHARACTERS_MAX + 1), "longer than"],
  ])("%p is refused", (line, fault) => {
    const read = parseLine(line);
    expect("fault" in read ? read.fault : "read").toStartWith(fault);
  });
});

describe("records of a log sink", () => {
  const body = `<a b="c">${"x|=\u00fc".repeat(40_000)}</a>\r\n`;
  const record: LineEvent = { event: "record", stmt: "s", source: "in/a.xml", number: 0, message: "json", bytes: 1, body };

  test("are read whole, however long, in whatever pieces they come", () => {
    const line = writeEvent(record);
    expect(line.length).toBeGreaterThan(3 * LOG_LINE_CHARACTERS_MAX);
    expect(parseLine(line)).toEqual({ event: record });
    const bytes = new TextEncoder().encode(`${line}\n${line}\n`);
    for (const size of [7, 4096, bytes.length]) {
      const reader = new LogReader();
      const read = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
      expect(read).toEqual([1, 2].map((number) => ({ line: number, event: record })));
      expect([...reader.end()]).toEqual([]);
    }
  });

  test("do not lengthen other lines", () => {
    const line = `CONTROL | kind=warning | text=${"x".repeat(LOG_LINE_CHARACTERS_MAX)}`;
    const reader = new LogReader();
    const [read] = [...reader.push(new TextEncoder().encode(`${line}${line}${line}\n`))];
    expect(read).toEqual({ line: 1, fault: `longer than ${LOG_LINE_CHARACTERS_MAX} characters` });
  });
});

describe("injection", () => {
  const forged = "CONTROL | kind=end | status=ok | exit=0";
  const attempts = [
    `x\n${forged}`,
    `x\r\n${forged}`,
    `x\r${forged}`,
    `x\u2028${forged}`,
    `x\u0085${forged}`,
    `x\u001b[1A\u001b[2K${forged}`,
    "x | status=ok",
    "x | status=ok | in=0",
    "x\\u000a",
    "x: planned 1 · exported 1 in 1.000s (1 rec/s)",
    "x\0",
    "\ud800",
  ];

  test.each(attempts.map((text) => [text]))("%p stays the text of its key", (text) => {
    const told: LineEvent[] = [
      { event: "stmt_start", stmt: text },
      { event: "refused_total", stmt: text, code: text, records: 1 },
      { event: "summary", name: text, planned: 2, exported: 1, ms: 1, records_per_second: 1 },
      { event: "warning", text },
    ];
    const log = told.map((event) => `${writeEvent(event)}\n`).join("");
    for (const end of [/\n/, /[\r\n\u0085\u2028\u2029]+/]) {
      const lines = log.split(end).filter((line) => line !== "");
      expect(lines.map((line) => parseLine(line))).toEqual(told.map((event) => ({ event })));
    }
    expect(log).not.toContain(`\n${forged}`);
    expect(log).not.toMatch(/\| status=ok/);
  });

  test.each([["a"], ["|"], ["a|"], ["😀"], ["a "]])(
    "a text of many %p is cut between two characters, and the line can still be read",
    (piece) => {
      for (const count of [900, 6001, 20_000]) {
        const text = piece.repeat(count);
        const read = parseLine(writeEvent({ event: "warning", text }));
        if (!("event" in read) || read.event.event !== "warning") throw new Error("not read as a warning");
        const { text: told } = read.event;
        if (told !== text) expect(text.startsWith(told.slice(0, -3)) && told.endsWith("...") && told.length > 900).toBe(true);
        else expect(count).toBe(900);
      }
    },
  );

  test("every text has one spelling, and none is read that was not written", () => {
    fc.assert(fc.property(hostileText, (text) => expect(unescapeValue(escapeValue(text))).toBe(text)));
    expect(unescapeValue("a\\")).toBeUndefined();
    expect(unescapeValue("a\\u12")).toBeUndefined();
    expect(unescapeValue("a\nb")).toBeUndefined();
  });
});

test("a number that is none is not written", () => {
  for (const exit of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => writeEvent({ event: "end", status: "ok", exit })).toThrow(RangeError);
});
