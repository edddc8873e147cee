/** What is told of refused records, what is not, and where: --on-refuse, --refused, --refused-raw. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, events, folder, newKey, WRONG_XML, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const MASK = ["mask", "--model", DEMO_MODEL, "--key-file", key, "--log-format", "text"];

const WRONG_MT = EXAMPLE_MT.replace(":71A:SHA", ":99Z:SECRETWORD\r\n:71A:SHA").replaceAll(
  "\r\n",
  EXAMPLE_MT.includes("\r\n") ? "\r\n" : "\n",
);
const WRONG_JSON = EXAMPLE_JSON.replace('"currency":"EUR"', '"currency":"EUR","surprise":"SECRETWORD"');

interface Row {
  readonly [name: string]: unknown;
  readonly code: string;
  readonly hash: string;
  readonly record: number;
  readonly raw?: string;
}

const rowsOf = (path: string): Row[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

let reports = 0;
const reportPath = (): string => join(here, `refused-${reports++}`);

describe("--on-refuse", () => {
  test("stop: the records before a refused one are delivered, none behind it, and the report is there", () => {
    const report = reportPath();
    const ran = bauta([...MASK, "--refused", report], { input: `${EXAMPLE_XML}\n${EXAMPLE_MT}\n${WRONG_XML}\n${EXAMPLE_XML}` });
    expect(ran.code).toBe(EXIT.refused);
    expect(ran.stdout).toBe(bauta(MASK, { input: `${EXAMPLE_XML}\n${EXAMPLE_MT}\n` }).stdout);
    expect(rowsOf(report).map(({ record, code }) => [record, code])).toEqual([[2, "BAUTA-6001"]]);
    expect(ran.stderr).toContain("in 3 = out 2 + refused 1");
  });

  test("divert: every other record is delivered, and the run ends well", () => {
    const report = reportPath();
    const ran = bauta([...MASK, "--on-refuse", "divert", "--refused", report], {
      input: `${WRONG_JSON}\n${EXAMPLE_XML}\n${WRONG_XML}\n${WRONG_MT}\n${EXAMPLE_MT}\n${EXAMPLE_JSON}`,
    });
    expect(ran.code).toBe(EXIT.done);
    expect(ran.stdout).toBe(bauta(MASK, { input: `${EXAMPLE_XML}\n${EXAMPLE_MT}\n${EXAMPLE_JSON}` }).stdout);
    expect(rowsOf(report).map(({ record, code, format }) => [record, code, format])).toEqual([
      [0, "BAUTA-2201", "json"],
      [2, "BAUTA-6001", "iso20022"],
      [3, "BAUTA-4003", "swift-mt"],
    ]);
    expect(ran.stderr).toContain("in 6 = out 3 + refused 3");
  });
});

describe("--refused", () => {
  test("says place, code, path and a keyed hash, and no value; its owner alone can read it", () => {
    const report = reportPath();
    const input = `${EXAMPLE_XML}\n${WRONG_XML}`;
    bauta([...MASK, "--on-refuse", "divert", "--refused", report], { input });
    const [row] = rowsOf(report);
    const offset = Buffer.byteLength(`${EXAMPLE_XML}\n`);
    const faultOffset = Buffer.from(input).indexOf("2026-13-20");
    expect(row).toEqual({
      event: "refused",
      source: "stdin",
      record: 1,
      offset,
      length: Buffer.byteLength(WRONG_XML.trimEnd()),
      format: "iso20022",
      code: "BAUTA-6001",
      name: "FIELD_FORMAT",
      blame: "input",
      path: "FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmDt",
      faultOffset,
      faultLength: 10,
      hash: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    expect((statSync(report).mode & 0o777).toString(8)).toBe("600");
    expect(readFileSync(report, "utf8")).not.toMatch(/2026-13-20|Brandhorst|DE8250/);
  });

  test("equal records have equal hashes, wherever they stand; another record and another key have others", () => {
    const [one, two] = [reportPath(), reportPath()];
    const divert = ["--on-refuse", "divert", "--refused"];
    bauta([...MASK, ...divert, one], { input: `${WRONG_XML}\n\n${EXAMPLE_MT}${WRONG_XML}${WRONG_MT}` });
    bauta(["mask", "--model", DEMO_MODEL, "--key-file", newKey(join(here, "other.key")), ...divert, two], { input: WRONG_XML });
    const [first, again, mt] = rowsOf(one).map(({ hash }) => hash);
    expect([first === again, first === mt, rowsOf(two)[0]?.hash === first]).toEqual([true, false, false]);
  });

  test("is empty when nothing is refused", () => {
    const report = reportPath();
    expect(bauta([...MASK, "--refused", report], { input: EXAMPLE_XML }).code).toBe(EXIT.done);
    expect(readFileSync(report, "utf8")).toBe("");
  });

  test("a run that fails leaves none", () => {
    const report = reportPath();
    expect(
      bauta([...MASK, "--refused", report, "--out", "/dev/full", "--on-refuse", "divert"], { input: `${WRONG_XML}${EXAMPLE_XML}` }).code,
    ).toBe(EXIT.full);
    expect(readdirSync(here).filter((name) => name.includes(report.split("/").at(-1) ?? ""))).toEqual([]);
  });

  test("twenty refusals are told one by one, the others counted; the report and --json have them all", () => {
    const report = reportPath();
    const input = WRONG_JSON.trimEnd().concat("\n").repeat(50);
    const ran = bauta([...MASK, "--on-refuse", "divert", "--refused", report], { input });
    expect(ran.lines.filter((line) => line.startsWith("refused stdin record")).length).toBe(20);
    expect(ran.stderr).toContain("30 more refusals");
    expect(ran.stderr).toContain("BAUTA-2201 50");
    expect(rowsOf(report).map(({ record }) => record)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const json = bauta([...MASK, "--on-refuse", "divert", "--json"], { input });
    expect(events(json).filter(({ event }) => event === "refused").length).toBe(50);
  });
});

describe("--refused-raw", () => {
  const TRACK = "4929102938475610=29121010000012345678";

  test("is warned about, 0600, and holds the very bytes; never those of JSON, of no format, or with a card's track in any spelling", () => {
    const report = reportPath();
    const hidden = [
      WRONG_JSON,
      WRONG_XML.replace("Invoice RG-2026-08815 for O. Brandhorst", TRACK),
      WRONG_XML.replace("Invoice RG-2026-08815 for O. Brandhorst", TRACK.replace("=", "&#61;").replace("2", "&#x32;")),
      WRONG_XML.replace("Invoice RG-2026-08815 for O. Brandhorst", `<![CDATA[${TRACK.slice(0, 9)}]]><![CDATA[${TRACK.slice(9)}]]>`),
      WRONG_MT.replace(":70:/INV/RG-2026-08815", `:70:${TRACK.slice(0, 10)}${WRONG_MT.includes("\r\n") ? "\r\n" : "\n"}${TRACK.slice(10)}`),
    ];
    const shown = [WRONG_XML, WRONG_MT];
    const input = `${[...hidden, ...shown].map((record) => record.trimEnd()).join("\n")}\nnothing known ${TRACK}`;
    const ran = bauta([...MASK, "--on-refuse", "divert", "--refused", report, "--refused-raw", write(join(here, "spoiled"), input)]);
    expect(ran.lines.some((line) => line.startsWith("warning") && line.includes("--refused-raw"))).toBe(true);
    expect((statSync(report).mode & 0o777).toString(8)).toBe("600");
    const rows = rowsOf(report);
    // What is behind the last message stops the stream, and is shown as no part of it.
    expect(rows.map(({ raw }) => raw !== undefined)).toEqual([...hidden.map(() => false), true, true]);
    expect(
      Buffer.from(rows[6]?.raw ?? "", "base64")
        .toString()
        .trimEnd(),
    ).toBe(WRONG_MT.trimEnd());
    expect(Buffer.from(rows[5]?.raw ?? "", "base64").toString()).toBe(WRONG_XML.trimEnd());
    expect(readFileSync(report, "utf8")).not.toContain(Buffer.from(TRACK).toString("base64").slice(2, -4));
  });

  test("under --json the warning is an event and the events have no raw", () => {
    const report = reportPath();
    const ran = bauta([...MASK, "--json", "--on-refuse", "divert", "--refused", report, "--refused-raw"], { input: WRONG_XML });
    const told = events(ran);
    expect(told.map(({ event }) => event)).toEqual(["start", "warning", "refused", "summary"]);
    expect(told[2]).not.toHaveProperty("raw");
    expect(rowsOf(report)[0]).toHaveProperty("raw");
  });
});
