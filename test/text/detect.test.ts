/** Recall and precision of the detector on the labelled set, by the method of README.md, and that both engines do what was measured. */
import { beforeAll, describe, expect, test } from "bun:test";
import type { Engine } from "../../runtime/engines/api.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { findIn } from "./find.ts";
import { type Entry, type Figures, KINDS, measure, type Row, readSet, tableOf, totals } from "./method.ts";
import { writeTexts } from "./texts.ts";

const entries = readSet();
const tune = measure("tune", entries, findIn);
const held = measure("held", entries, findIn);
console.log(tableOf(tune, held));

/** Recall that a release must have. */
const GATES: Readonly<Record<string, number>> = { pan: 0.99, iban: 0.99, bic: 0.99, email: 0.99, name: 0.97 };

describe.each([
  ["tune", tune],
  ["held", held],
] as const)("%s", (_, figures: Figures) => {
  test.each(Object.keys(GATES))("recall of %s", (kind) => {
    const row = figures.rows.get(kind) as Row;
    expect(row.labels).toBeGreaterThan(20);
    expect(row.found / row.labels).toBeGreaterThanOrEqual(GATES[kind] as number);
  });

  test("precision", () => expect(totals(figures).precision).toBeGreaterThanOrEqual(0.95));
});

test("the measure tells a miss and a false finding", () => {
  const none = measure("held", entries, () => []);
  expect(totals(none).recall).toBe(0);
  const shifted = measure("held", entries, (entry) => findIn(entry).map((mark) => ({ ...mark, start: mark.start + 1 })));
  for (const kind of KINDS) expect((shifted.rows.get(kind) as Row).found).toBe(0);
  expect(totals(shifted).precision).toBe(0);
});

/** The text with X for letters and digits of what was found. */
function hiddenText({ text, context }: Entry): string {
  const marks = findIn({ text, context });
  let out = "";
  let at = 0;
  for (const { start, end } of marks) {
    const inside = text
      .slice(start, end)
      // Breaks and subfields inside stay.
      .replaceAll(/\r?\n(?:\/\/)?|\?(?:\r?\n)?\d(?:\r?\n)?\d|\p{L}\p{M}*|\p{N}/gu, (part) => (/^[\p{L}\p{N}]/u.test(part) ? "X" : part));
    out += text.slice(at, start) + inside;
    at = end;
  }
  return out + text.slice(at);
}

describe.each([...ENGINE_NAMES])("%s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadEngine(name);
  });

  test("hides what was measured, and nothing else", () => {
    const written = writeTexts(engine, "hidden", entries);
    for (const [i, { status, text }] of written.entries()) {
      expect(status).toBe(0);
      expect(text).toBe(hiddenText(entries[i] as Entry));
    }
  });

  test("writes pseudonyms, and no label that was found is left", () => {
    const written = writeTexts(engine, "replaced", entries);
    const bare = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();
    for (const [i, { status, text }] of written.entries()) {
      const entry = entries[i] as Entry;
      expect(status).toBe(0);
      if (findIn(entry).length === 0) expect(text).toBe(entry.text);
      for (const { start, end } of findIn(entry)) {
        const clear = bare(entry.text.slice(start, end));
        // Short names may be drawn again; five characters and more are not.
        if (clear.length > 5 && !bare(entry.text.replace(entry.text.slice(start, end), " ")).includes(clear))
          expect(bare(text)).not.toContain(clear);
      }
    }
  });

  test("the default, other words for all of the text, leaves no label", () => {
    const written = writeTexts(engine, "whole", entries);
    const bare = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();
    for (const [i, { status, text }] of written.entries()) {
      const entry = entries[i] as Entry;
      expect(status).toBe(0);
      const out = bare(text);
      for (const { start, end } of entry.entities) {
        const clear = bare(entry.text.slice(start, end));
        if (clear.length > 4) expect(out).not.toContain(clear);
      }
    }
  });
});
