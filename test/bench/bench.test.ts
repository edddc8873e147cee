/** The bench itself: its messages are what they claim to be, its judge of outputs can fail, and what README shows is what was measured. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CASES } from "../../bench/cases/index.ts";
import { chart } from "../../bench/harness/chart.ts";
import { leavesOf, MASKED, wrongIn } from "../../bench/harness/leaves.ts";
import { type MessageKind, messageSet, streamOf } from "../../bench/harness/messages.ts";
import { masked, openPipeline, TWELVE_LEAVES } from "../../bench/harness/pipeline.ts";
import { fullText, headlineText, machineLine, marked, type Report } from "../../bench/harness/report.ts";
import { ENGINE_NAMES } from "../engines.ts";

const KINDS: readonly MessageKind[] = ["pacs008", "json", "mt103"];
const SEPARATOR = { pacs008: /\n(?=<\?xml)/, json: /\n/, mt103: /\n(?=\{1:)/ } as const;
const root = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe.each(KINDS)("messages of kind %s", (kind) => {
  const messages = messageSet(kind);

  test("differ in the masked leaves and in nothing else", () => {
    expect(new Set(messages).size).toBe(messages.length);
    const [first = "", second = ""] = messages;
    expect(leavesOf(kind, first).size).toBeGreaterThan(MASKED[kind].length);
    expect(wrongIn(kind, first, first)).toBe(`${firstPath(kind, first)} is clear`);
    expect(leavesOf(kind, second).size).toBe(leavesOf(kind, first).size);
  });

  test.each(ENGINE_NAMES)("are masked in exactly the twelve leaves by %s", async (engine) => {
    const pipeline = await openPipeline(engine, TWELVE_LEAVES);
    const output = new TextDecoder()
      .decode(masked(pipeline, streamOf(messages)))
      .trimEnd()
      .split(SEPARATOR[kind]);
    expect(output.length).toBe(messages.length);
    expect(messages.map((message, index) => wrongIn(kind, message, output[index] ?? "")).filter((text) => text !== undefined)).toEqual([]);
  });
});

/** The first leaf, in the order of the document, that should have been masked. */
function firstPath(kind: MessageKind, message: string): string {
  const wanted = new Set(MASKED[kind]);
  return [...leavesOf(kind, message).keys()].find((path) => wanted.has(path)) ?? "";
}

describe("the judge of outputs", () => {
  const [message = ""] = messageSet("json", 1);
  const payment = JSON.parse(message) as Record<string, unknown>;

  test("finds a leaf that changed, came or went", () => {
    expect(wrongIn("json", message, message, true)).toBeUndefined();
    expect(wrongIn("json", message, JSON.stringify({ ...payment, status: "REJECTED" }), true)).toBe("status changed");
    expect(wrongIn("json", message, JSON.stringify({ ...payment, extra: 1 }), true)).toBe("extra was added");
    expect(wrongIn("json", message, JSON.stringify({ ...payment, status: undefined }), true)).toBe("status is gone");
  });

  test("refuses what is no message", () => {
    expect(() => leavesOf("json", "{")).toThrow();
    expect(() => leavesOf("pacs008", "<a><b></a></b>")).toThrow();
    expect(() => leavesOf("mt103", "{1:x}")).toThrow();
  });
});

test("every case says its job and its goal", () => {
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  for (const { name, job, goal } of CASES) expect([name, job.length > 40, goal.length > 20]).toEqual([name, true, true]);
});

describe("what was measured is what is shown", () => {
  const report = JSON.parse(root("docs/benchmarks.json")) as Report;

  test("in README", () => {
    const readme = root("README.md");
    expect(marked(readme, "bench")?.inside).toBe(headlineText(report, "own", CASES));
    expect(marked(readme, "bench:peers")?.inside).toBe(headlineText(report, "peers", CASES));
    expect(marked(readme, "bench:machine")?.inside).toBe(`${machineLine(report.machine)}.`);
  });

  test("in docs/benchmarks.md", () => {
    expect(marked(root("docs/benchmarks.md"), "bench")?.inside).toBe(fullText(report, CASES));
  });

  test("in the chart", () => {
    const rows = report.results.flatMap((result) => result.rows);
    expect(root("docs/images/bench.svg")).toBe(chart(rows, machineLine(report.machine)) ?? "");
  });
});
