/** `bauta logs parse` and `bauta help`, as processes. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import table from "../../schemas/issues.json" with { type: "json" };
import { bauta, folder, shell, write } from "./cli.ts";

const here = folder();
const LOG =
  "CONTROL | kind=stmt_start | stmt=a\\u000ab\nSummary | a: planned 1,000 · exported 999 in 1.500s (666 rec/s)\nCONTROL | kind=end | status=ok | exit=0\n";
const EVENTS = [
  { event: "stmt_start", stmt: "a\nb" },
  { event: "summary", name: "a", planned: 1000, exported: 999, ms: 1500, records_per_second: 666 },
  { event: "end", status: "ok", exit: 0 },
];
const SLOW = 120_000;

describe("logs parse", () => {
  test("--json gives each event as an object, of a file and of standard input", () => {
    const path = write(join(here, "run.log"), LOG);
    for (const ran of [bauta(["logs", "parse", "--json", path]), bauta(["logs", "parse", "--json"], { input: LOG })]) {
      expect([ran.code, ran.stderr]).toEqual([EXIT.done, ""]);
      expect(
        ran.stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual(EVENTS);
    }
  });

  test("without it events are counted", () => {
    const ran = bauta(["logs", "parse"], { input: LOG + LOG });
    expect([ran.code, ran.stdout.replaceAll(/ +/g, " ").trim().split("\n")]).toEqual([
      EXIT.done,
      ["stmt_start 2", "summary 2", "end 2", "6 lines, 6 events, 0 faults"],
    ]);
  });

  test("each line that is no event is told by its number, not by what stands in it, and the others are read", () => {
    const input = `Ottilie\n${LOG}CONTROL | kind=end | status=Ottilie | exit=0\n\nCONTROL | kind=end | status=ok | exit=0`;
    const ran = bauta(["logs", "parse", "--json"], { input });
    expect([ran.code, ran.stdout.trim().split("\n").length]).toEqual([EXIT.refused, 3]);
    expect(ran.lines.slice(0, 4)).toEqual([
      "line 1: no event begins like this",
      "line 5: end: status has no such value",
      "line 6: no event begins like this",
      "line 7: ends without a line end",
    ]);
    expect(ran.stderr).toContain("BAUTA-8001");
    expect(ran.stdout + ran.stderr).not.toContain("Ottilie");
  });

  test(
    "of very many faults the first are told; a line without end costs no memory",
    () => {
      const many = bauta(["logs", "parse"], { input: "x\n".repeat(1000) });
      expect([many.code, many.lines.length, many.stderr.includes("and 980 more")]).toEqual([EXIT.refused, 22, true]);
      const long = shell(`head -c 300000000 /dev/zero | $BAUTA logs parse`, { cwd: here });
      expect([long.code, long.stderr.includes("line 1: ends without a line end")]).toEqual([EXIT.refused, true]);
    },
    SLOW,
  );

  test("reads one file, which must be there", () => {
    expect(bauta(["logs", "parse", join(here, "none.log")]).stderr).toContain("BAUTA-1002");
    write(join(here, "second.log"), LOG);
    expect(bauta(["logs", "parse", here]).stderr).toContain("BAUTA-1001");
  });
});

describe("help", () => {
  test(
    "shows an issue's page by its code, in any case, by its number and by its name",
    () => {
      const pages = ["BAUTA-2104", "bauta-2104", "2104", "LIMIT_VALUES", "limit-values"].map((topic) => bauta(["help", topic]));
      for (const { code, stdout, stderr } of pages) {
        expect([code, stderr, stdout]).toEqual([EXIT.done, "", pages[0]?.stdout ?? ""]);
        expect(stdout).toStartWith("BAUTA-2104 LIMIT_VALUES\n");
        expect(stdout).toContain("two million values");
        // Prose fits a terminal of 80 columns; commands are not broken.
        expect(stdout.split("\n").filter((line) => line.length > 80 && !line.startsWith("  "))).toEqual([]);
        expect(stdout).not.toMatch(/\]\(|```|\u001b/);
      }
    },
    SLOW,
  );

  test(
    "a command's options",
    () => {
      expect(bauta(["help", "keys", "new"]).stdout).toBe(bauta(["keys", "new", "--help"]).stdout);
      expect(bauta(["help"]).stdout).toBe(bauta(["--help"]).stdout);
    },
    SLOW,
  );

  test.each([
    ["BAUTA-2105", "did you mean BAUTA-2104?"],
    ["LIMIT_VALUE", "did you mean LIMIT_VALUES?"],
    ["maks", "did you mean mask?"],
    ["zebra-crossing", "docs/issues/README.md"],
  ])("%s: %s", (topic, answer) => {
    const { code, stderr } = bauta(["help", topic]);
    expect([code, stderr.includes(answer)]).toEqual([EXIT.usage, true]);
  });

  test("an error names the command that explains it", () => {
    const { stderr } = bauta(["mask"]);
    expect(stderr).toContain("bauta help BAUTA-1001");
  });

  test("there is a page for each code", () => {
    const topics = table.issues.map(({ number }) => String(number));
    const ran = shell(`for code in ${topics.join(" ")}; do $BAUTA help $code > /dev/null || echo "none: $code"; done`);
    expect(ran.stdout).toBe("");
  }, 200_000);
});
