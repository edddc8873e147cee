/** `bauta explain` and `bauta diff` as their users have them. */
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { columnsOf } from "../../runtime/cli/shown.ts";
import { OUTCOMES } from "../../runtime/pipeline/inspect.ts";
import { projectRoot } from "../shared.ts";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, folder, newKey, WRONG_XML, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "k"));
const EXAMPLES = `${projectRoot}examples/messages`;
const WITH_KEY = ["--model", DEMO_MODEL, "--key-file", key];
const SLOW = 120_000;

interface Value {
  readonly path: string;
  readonly place?: string;
  readonly status: string;
  readonly technique: string;
  readonly rule: { readonly label: string; readonly line: number } | null;
  readonly clear?: string;
  readonly masked?: string | null;
}
interface Explained {
  readonly message: string;
  readonly outcome: string;
  readonly refusal: { readonly code: string; readonly path: string; readonly value: number | null; readonly rules: string[] } | null;
  readonly values: readonly Value[];
}

const explained = (args: readonly string[], input = ""): readonly Explained[] => {
  const { stdout } = bauta(["explain", ...args, "--format", "json"], { input });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Explained);
};

const examples = explained([...WITH_KEY, EXAMPLES]);

describe("explain", () => {
  test("its masked values are those of mask under the same key, in the order of the record", () => {
    const { stdout } = bauta(["mask", ...WITH_KEY, EXAMPLES]);
    let at = 0;
    for (const { values } of examples) {
      for (const { masked } of values) {
        for (const line of (masked ?? "").split("\n")) {
          const found = stdout.indexOf(line, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + line.length;
        }
      }
    }
    expect(examples.map(({ message, outcome }) => [message, outcome])).toEqual([
      ["json", "masked"],
      ["MT103", "masked"],
      ["pacs.008.001.08", "masked"],
    ]);
  });

  test("the same value has the same pseudonym in each of the examples", () => {
    const masked = examples.map(
      ({ values }) => values.find(({ clear }) => clear?.replaceAll(" ", "") === "DE82500990010073211884")?.masked,
    );
    expect(new Set(masked.map((value) => value?.replaceAll(" ", ""))).size).toBe(1);
  });

  test("JSON: its members are these", () => {
    for (const { values, ...record } of examples) {
      expect(Object.keys(record)).toEqual(["source", "record", "offset", "length", "format", "message", "outcome", "refusal"]);
      for (const { place: _, ...value } of values) {
        expect(Object.keys(value)).toEqual([
          ...["path", "message", "class", "type", "scope", "offset", "length", "status"],
          ...["technique", "kind", "namespace", "rule", "why", "clear", "masked"],
        ]);
        expect(OUTCOMES).toContain(value.status as (typeof OUTCOMES)[number]);
        if (value.rule !== null)
          expect(Object.keys(value.rule)).toEqual([
            "label",
            "source",
            "line",
            "column",
            "preset",
            "criteria",
            "level",
            "specificity",
            "over",
          ]);
      }
    }
  });

  test("docs/cli.md names every member", () => {
    const page = readFileSync(`${projectRoot}docs/cli.md`, "utf8");
    const [refused] = explained(["--preset", "test-data"], WRONG_XML);
    const members = [refused, refused?.refusal, ...(refused?.values ?? []), ...examples.flatMap(({ values }) => values)].flatMap(
      (object) => [...Object.keys(object ?? {}), ...Object.keys((object as Value | undefined)?.rule ?? {})],
    );
    for (const member of new Set(members)) expect(page).toContain(`\`${member}\``);
  });

  test("the rule is where it says, and JSON values have paths of their own", () => {
    const values = examples.flatMap((record) => record.values);
    const pan = values.find(({ path }) => path === "$.card.pan");
    const model = readFileSync(DEMO_MODEL, "utf8").split("\n");
    expect(model[(pan?.rule?.line ?? 0) - 1]).toContain("json:$.card.pan");
    const names = values.filter(({ path }) => path === "$.*.name").map(({ place }) => place);
    expect(names).toEqual(["$.debtor.name", "$.creditor.name"]);
    const cvv = values.find(({ place }) => place === "$.card.cvv");
    expect([cvv?.status, cvv?.rule, cvv?.clear, cvv?.masked]).toEqual(["removed", null, '"cvv":"318"', null]);
    // What goes from the front of an object is not the object.
    const [first] = explained(["--preset", "test-data"], '{"card": {"cvv": "318"}}');
    expect(first?.values.map(({ place }) => place)).toEqual(["$.card.cvv"]);
  });

  test("text: 80 columns, a mark for each value, and the balance", () => {
    const { code, stdout } = bauta(["explain", ...WITH_KEY, EXAMPLES]);
    const lines = stdout.trimEnd().split("\n");
    expect(code).toBe(EXIT.done);
    expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([]);
    expect(lines.filter((line) => /^ {2}[●=−◆◇✗] /.test(line)).length).toBe(examples.flatMap(({ values }) => values).length);
    expect(lines.at(-2)).toBe("● masked  = kept  − removed");
    expect(lines.at(-1)).toMatch(/^in 3 = out 3 \+ refused 0 · \d+ values: \d+ masked, \d+ kept, \d+ removed$/);
    expect(stdout).toContain("Ottilie Brandhorst");
    expect(stdout).toContain("demo.yaml:18 path json:$.card.pan");
    expect(stdout).not.toContain("\x1b");
    expect(bauta(["explain", ...WITH_KEY, EXAMPLES], { env: { FORCE_COLOR: "1" } }).stdout).toContain("\x1b[");
  });

  test("a value cannot steer the terminal", () => {
    const { stdout } = bauta(["explain", ...WITH_KEY], { input: EXAMPLE_JSON.replace("Ottilie", "\\u001b[31mO\\u202e\\n") });
    expect(stdout).toContain("\\u001b[31mO\\u202e⏎");
    expect(stdout).not.toContain("\x1b");
    expect(stdout).not.toContain("\u202e");
  });

  test("says on standard error that clear values are shown, and no value there", () => {
    const { lines, stderr } = bauta(["explain", "--model", DEMO_MODEL, EXAMPLES]);
    expect(lines[0]).toContain("engine=native");
    expect(lines[1]).toContain("key ephemeral, stored nowhere");
    expect(lines[2]).toContain("clear values are shown");
    expect(lines[3]).toContain("no --key-file");
    expect(clearValues().filter((value) => stderr.includes(value))).toEqual([]);
    expect(bauta(["explain", ...WITH_KEY, "--no-values", EXAMPLES]).stderr).not.toContain("warning");
  });

  test("a key of the moment is another one each time", () => {
    const [first, second] = [0, 1].map(() => JSON.stringify(explained(["--model", DEMO_MODEL], EXAMPLE_MT)));
    expect(first).not.toBe(second as string);
  });

  test(
    "a refused record is explained: which field, why, what to do, and what its other values would have become",
    () => {
      const [record, next] = explained(["--preset", "test-data"], `${WRONG_XML}\n${EXAMPLE_MT}`);
      expect(record?.refusal).toMatchObject({ code: "BAUTA-6001", path: "FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmDt" });
      expect(record?.values[record.refusal?.value ?? -1]).toMatchObject({ status: "refused", clear: "2026-13-20", masked: null });
      expect([next?.outcome, next?.message]).toEqual(["masked", "MT103"]);
      const { code, stdout } = bauta(["explain", "--preset", "test-data"], { input: WRONG_XML });
      expect(code).toBe(EXIT.done);
      expect(stdout).toMatch(
        /✗ refused: BAUTA-6001 FIELD_FORMAT[\s\S]*where FIToFICstmrCdtTrf\/CdtTrfTxInf\/IntrBkSttlmDt[\s\S]*why {3}[\s\S]*do {4}/,
      );
      const unknown = explained(["--preset", "test-data"], '{"a":{"b":[1,2]},"c":"x"}');
      expect(unknown[0]?.refusal?.rules).toEqual([
        '- {path: "json:$.a.b.*", technique: redact}',
        '- {path: "json:$.c", technique: redact}',
      ]);
    },
    SLOW,
  );

  test("what cannot be cut into records ends the run with 4", () => {
    const { code, stdout } = bauta(["explain", "--preset", "test-data"], { input: EXAMPLE_MT.slice(0, 200) });
    expect([code, stdout.includes("BAUTA-2002"), stdout.includes("stopped in stdin")]).toEqual([EXIT.framing, true, true]);
  });
});

describe("pages", () => {
  const hostile = EXAMPLE_XML.replace("Ottilie Brandhorst", '&lt;script&gt;alert(1)&lt;/script&gt; &amp; "x" \'');

  for (const command of ["explain", "diff"])
    test(`${command}: one page of its own, values escaped`, () => {
      const out = join(here, `${command}.html`);
      const ran = bauta([command, ...WITH_KEY, "--format", "html", "--out", out], { input: hostile });
      expect([ran.code, ran.stdout]).toEqual([EXIT.done, ""]);
      const page = readFileSync(out, "utf8");
      expect(statSync(out).mode & 0o777).toBe(0o600);
      expect(page).toStartWith("<!doctype html>");
      expect(page.trimEnd()).toEndWith("</html>");
      expect(page.match(/<script/g)?.length).toBe(1);
      expect(page).not.toContain("<script>alert");
      expect(page).toContain(
        command === "explain"
          ? "&#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;x&#34; &#39;"
          : "&#38;lt;script&#38;gt;alert(1)&#38;lt;/script&#38;gt; &#38;amp; &#34;x&#34; &#39;",
      );
      // Nothing is fetched: no address in it but those of the messages' own namespaces, which are text.
      expect(page).not.toMatch(/\b(?:src|href|srcset|action)=|@import|url\(|fetch\(|https?:\/\//);
      expect(page).toContain("default-src 'none'");
      expect(page).toContain("prefers-color-scheme:dark");
      expect(page).toContain("Clear values.");
    });

  test("their colours can be read, in light and in dark", () => {
    const page = bauta(["explain", ...WITH_KEY, "--format", "html"], { input: EXAMPLE_MT }).stdout;
    const [light, dark] = [...page.matchAll(/:root\{([^}]*)\}/g)].map(
      (match) => new Map([...(match[1] ?? "").matchAll(/--([a-z-]+):(#[0-9a-f]{3,6})/g)].map((row) => [row[1] ?? "", row[2] ?? ""])),
    );
    for (const colours of [light, dark])
      for (const [ink, paper] of [
        ...["ink", "soft", "masked", "removed", "other"].flatMap((name) => ["card", "paper"].map((back) => [name, back])),
        ...["masked", "kept", "removed", "other"].map((name) => [name, `${name}-bg`]),
        ["soft", "tint"],
      ] as [string, string][])
        expect(contrast(colours?.get(ink) ?? "", colours?.get(paper) ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});

describe("--no-values", () => {
  for (const [command, format] of [
    ["explain", "text"],
    ["explain", "html"],
    ["explain", "json"],
    ["diff", "text"],
    ["diff", "html"],
  ] as const)
    test(`${command} --format ${format} shows no value, clear or masked`, () => {
      const { code, stdout } = bauta([command, ...WITH_KEY, "--no-values", "--format", format, EXAMPLES]);
      expect(code).toBe(EXIT.done);
      expect(stdout.length).toBeGreaterThan(1000);
      expect([...clearValues(), ...maskedValues()].filter((value) => stdout.includes(value))).toEqual([]);
    });

  test("of a refused record neither, nor names that only the sender knows", () => {
    for (const command of ["explain", "diff"]) {
      const { stdout } = bauta([command, "--preset", "test-data", "--no-values"], {
        input: `${WRONG_XML}\n{"4532119900774123":"secret"}`,
      });
      expect(stdout).toContain("BAUTA-6001");
      expect(stdout).toContain("BAUTA-2201");
      expect([...clearValues(), "2026-13-20", "secret"].filter((value) => stdout.includes(value))).toEqual([]);
    }
  });
});

describe("diff", () => {
  test("shows whole messages, both sides in step", () => {
    const { stdout } = bauta(["diff", ...WITH_KEY, EXAMPLES]);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([]);
    const rows = lines.filter((line) => line.includes(" │ "));
    for (const row of rows) {
      const [left, right] = row.slice(4).split(" │ ") as [string, string];
      if (row.startsWith("    ")) expect(right).toBe(left.trimEnd());
      else if (row.startsWith("  ●")) expect(right).not.toBe(left.trimEnd());
      else expect(right).toBe("(removed)");
    }
    expect(rows.filter((row) => row.startsWith("  −")).map((row) => row.slice(4).split(" │ ")[0]?.trim())).toEqual([
      '"cvv": "318",',
      "{5:{CHK:4F2A90C17B3E}}",
    ]);
  });

  test("stays in step where something of several lines goes, and on one line", () => {
    const block = "\n        <SplmtryData><Envlp>\n          <A>1</A>\n        </Envlp></SplmtryData>\n      </CdtTrfTxInf>";
    const several = EXAMPLE_XML.replace(/\s*<\/CdtTrfTxInf>/, block).replace("<GrpHdr>", "<GrpHdr><!-- a\nb -->");
    const oneLine = several.replaceAll(/>\s+</g, "><").replaceAll("\n", " ");
    for (const input of [several, oneLine, EXAMPLE_XML]) {
      const { stdout } = bauta(["diff", ...WITH_KEY], { input });
      const rows = stdout.split("\n").filter((line) => line.includes(" │ "));
      const same = rows.filter((row) => row.startsWith("    "));
      expect(same.length).toBeGreaterThan(20);
      for (const row of same) expect(row.split(" │ ")[1]).toBe(row.slice(4).split(" │ ")[0]?.trimEnd() ?? "");
      expect(rows.at(-1)).toContain("</BusMsg>");
      for (const row of rows.filter((line) => line.startsWith("  ●"))) expect(row.split(" │ ")[1]?.trim()).not.toBe("");
    }
  });

  test("numbers are shown as they are spelled", () => {
    const model = write(
      join(here, "n.yaml"),
      'bauta: 1\nname: n\nextends: test-data\nrules:\n  - {path: "json:$.**", technique: keep, as: number}\n',
    );
    const { stdout } = bauta(["diff", "--model", model], { input: '{"a":[1e400,12345678901234567890.10,{}],"b":[]}' });
    expect(stdout).toContain("12345678901234567890.10");
    expect(stdout).toContain("1e400");
  });
});

describe("what is read and written", () => {
  test("an output is no input, and json is no form of diff", () => {
    const input = write(join(here, "in.mt"), EXAMPLE_MT);
    expect(bauta(["explain", ...WITH_KEY, "--out", input, input]).stderr).toContain("BAUTA-1003");
    expect(readFileSync(input, "utf8")).toBe(EXAMPLE_MT);
    expect(bauta(["explain", ...WITH_KEY, "--out", key, input]).stderr).toContain("BAUTA-1003");
    expect(bauta(["diff", ...WITH_KEY, "--format", "json", input]).code).toBe(EXIT.usage);
    expect(bauta(["explain", input]).code).toBe(EXIT.usage);
    expect(bauta(["explain", ...WITH_KEY, join(here, "none")]).code).toBe(EXIT.usage);
  });

  test("help is one screen of 24 lines and 80 columns", () => {
    for (const words of [[], ["explain"], ["diff"]]) {
      const { stdout } = bauta([...words, "--help"], { env: { COLUMNS: "200" } });
      const lines = stdout.trimEnd().split("\n");
      expect([lines.length <= 24, lines.filter((line) => line.length > 80)]).toEqual([true, []]);
    }
  });
});

/** Clear values of the examples of four characters and more, but for those that are also names of messages. */
function clearValues(): readonly string[] {
  return told("clear").filter((value) => !examples.some(({ message }) => message === value));
}

/** Pseudonyms of the examples; constants are no secret and may be words of ours, and so may what is short. */
function maskedValues(): readonly string[] {
  return examples.flatMap(({ values }) =>
    values.flatMap(({ masked, technique }) =>
      masked && masked.length >= 4 && technique !== "redact" && technique !== "keep" ? [masked] : [],
    ),
  );
}

function told(member: "clear" | "masked"): readonly string[] {
  const values = examples.flatMap((record) => record.values.flatMap((value) => (value[member] ?? "").split("\n")));
  return [...new Set(values)].filter((value) => value.length >= 4);
}

/** WCAG 2.1, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join("") : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
