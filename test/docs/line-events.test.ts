/** docs/line-events.md against the table of events: every event, every key, and every example is a line that is read. */
import { describe, expect, test } from "bun:test";
import { parseLine } from "../../runtime/audit/events/parse.ts";
import { EVENT_NAMES, EVENTS, type EventShape, type Field } from "../../runtime/audit/events/table.ts";
import { eventJson } from "../../runtime/audit/events/write.ts";
import { namedIn, pageAt, sectionsOf, snippetsOf } from "./pages.ts";

const page = pageAt("docs/line-events.md");
const sections = sectionsOf(page.text, 3);
const lines = [...sectionsOf(sectionsOf(page.text, 2).get("Events") ?? "", 3).values()].flatMap((text) => linesIn(text));

const sectionOf = (name: string): string => {
  const title = [...sections.keys()].find((candidate) => namedIn(candidate).has(name));
  if (title === undefined) throw new Error(`docs/line-events.md has no section for ${name}`);
  return sections.get(title) as string;
};

describe("docs/line-events.md", () => {
  test("its examples are lines that are read, and there is one for each event", () => {
    const read = lines.map((line) => ({ line, read: parseLine(line) }));
    expect(read.filter(({ read }) => "fault" in read)).toEqual([]);
    const names = new Set(read.flatMap(({ read }) => ("event" in read ? [read.event.event as string] : [])));
    expect([...names].toSorted()).toEqual([...EVENT_NAMES].toSorted());
  });

  test.each(EVENT_NAMES.map((name) => [name]))("%s: documents its keys, their order and their words", (name) => {
    const { fields }: EventShape = EVENTS[name];
    const section = sectionOf(name);
    const rows = [...section.matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \| ([^|]*)/gm)].flatMap(([, keys = "", type = ""]) =>
      [...keys.matchAll(/`([a-z_]+)`/g)].map(([, key]) => ({ key: key as string, type })),
    );
    if (name === "refused_total" || name === "message_total") {
      for (const { key } of fields) expect(rows.map((row) => row.key)).toContain(key);
      return;
    }
    expect(rows.map(({ key }) => key)).toEqual(fields.map(({ key }) => key));
    if (name !== "summary") for (const [i, field] of fields.entries()) expect(rows[i]?.type ?? "").toContain(typeText(field));
  });

  test("its JSON example is the form that is written", () => {
    const [json] = snippetsOf({ path: page.path, text: sectionsOf(page.text, 2).get("As JSON") ?? "" });
    expect(eventJson({ event: "stmt_start", stmt: "mask" })).toBe(json?.text.trim() ?? "");
  });
});

/** The examples of a section. */
function linesIn(text: string): readonly string[] {
  return snippetsOf({ path: page.path, text: `${text}\n` })
    .filter(({ language }) => language === "")
    .flatMap((snippet) => snippet.text.trim().split("\n"));
}

function typeText({ type, form, optional }: Field): string {
  if (form !== "pair") return "bare";
  if (type === "boolean") return "flag";
  const base = typeof type === "string" ? type : type.map((word) => `\`${word}\``).join(", ");
  return optional ? `${base}, optional` : base;
}
