/** The model of 160 fields: each is treated as its one rule says, on both engines, and none is let through without its rule. */
import { describe, expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { blake3 } from "hash-wasm";
import { parse } from "yaml";
import { type Json, warehouseEvent } from "../../examples/warehouse/event.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { ENGINES, run } from "../harness.ts";
import { seeded } from "../seed.ts";
import { projectRoot } from "../shared.ts";

interface Rule {
  readonly path: string;
  readonly technique?: "keep" | "redact" | "mask" | "drop";
  readonly use?: string;
  readonly as?: string | object;
}

const FILE = `${projectRoot}examples/models/warehouse-160.yaml`;
const document = parse(readFileSync(FILE, "utf8")) as Omit<ModelDocument, "rules" | "namespaces"> & {
  readonly rules: readonly Rule[];
  readonly namespaces: Record<string, { technique: string; kind: string; hash?: string; prefix?: string; width?: number }>;
};
const preset = parse(readFileSync(`${projectRoot}schemas/presets/test-data.yaml`, "utf8")) as typeof document;
const namespaces = { ...preset.namespaces, ...document.namespaces };
const SEED = seeded("warehouse events");
const KEY = "warehouse";
const EVENTS = Array.from({ length: 40 }, (_, index) => warehouseEvent(SEED, index));
const lines = EVENTS.map((event) => `${JSON.stringify(event)}\n`).join("");

/** The values at a rule's path, in their order: several only where it goes through a list. */
function valuesAt(event: Json, path: string): readonly Json[] {
  let found: Json[] = [event];
  for (const [, name, list] of path.matchAll(/\.([a-z_0-9]+)(\[\*\])?/g)) {
    found = found.flatMap((value) => {
      const inside = (value as Record<string, Json>)[name as string];
      return inside === undefined ? [] : list === undefined ? [inside] : [...(inside as readonly Json[])];
    });
  }
  return found;
}

/** Every leaf of an event as a path that a rule could have. */
function leavesOf(value: Json, path = "json:$"): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => leavesOf(item, `${path}[*]`));
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, inside]) => leavesOf(inside, `${path}.${name}`));
}

/** The digest of a value without layout of its own, by a library that is not the product's. */
async function digest(name: string, value: string): Promise<string> {
  const { hash = "hmac-sha256", prefix = "", width = 32 } = namespaces[name] ?? {};
  const root = createHash("sha256").update(KEY).digest();
  const ring = ephemeralKeyRing(() => new Uint8Array(root));
  const key = ring.namespaceKeys([{ name, keyVersion: ring.keyVersion }]);
  const hex = hash === "blake3" ? await blake3(value, 256, key) : createHmac(hash.slice("hmac-".length), key).update(value).digest("hex");
  return prefix + hex.slice(0, width);
}

/** What the forms are of what is drawn, encrypted or made a token. */
const FORMS: Record<string, RegExp> = {
  customer: /^CUST_PS_[0-9A-Z]{20}$/,
  merchant: /^M-PS-[0-9A-Z]{20}$/,
  case: /^CASE_PS_[0-9A-Z]{20}$/,
  card: /^400000\d{10}$/,
  uetr: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  lei: /^[0-9A-Z]{18}\d\d$/,
  bic: /^[A-Z0-9]{4}DE[0-9A-Z]{2}XXX$/,
  birth: /^19\d\d-\d\d-\d\d$/,
  email: /^[a-z.]+\.[0-9a-z]{8}@example\.com$/,
  phone: /^\+49 [\d ]+$/,
  postcode: /^\d{5}$/,
  building: /^\d+[a-z]?$/,
  account: /^(DE\d{20}|\d{10})$/,
  proxy: /^[0-9A-Z]{20}$/,
};

test("160 fields, 160 rules, one path each", () => {
  const paths = document.rules.map(({ path }) => path);
  expect(paths).toHaveLength(160);
  expect(new Set(paths).size).toBe(160);
  expect(new Set(EVENTS.flatMap((event) => leavesOf(event)))).toEqual(new Set(paths));
});

for (const engine of ENGINES) {
  describe(`${engine}, seed ${SEED}`, async () => {
    const { text, refusals, counts } = await run(lines, { model: FILE, engine, key: KEY });
    const masked = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Json);

    test("no event is refused", () => {
      expect(refusals).toEqual([]);
      expect({ out: counts.out, masked: masked.length }).toEqual({ out: EVENTS.length, masked: EVENTS.length });
    });

    test.each(document.rules.map((rule) => [rule.path, rule] as const))("%s", async (path, { technique, use, as }) => {
      for (const [index, event] of EVENTS.entries()) {
        const before = valuesAt(event, path);
        const after = valuesAt(masked[index] as Json, path);
        expect(before.length).toBeGreaterThan(0);
        if (technique === "drop") expect(after).toEqual([]);
        else if (technique === "keep") expect(after).toEqual(before);
        else if (technique === "redact")
          expect(after).toEqual(before.map(() => (as === "date" ? "1900-01-01" : as === "decimal" ? 0 : "REDACTED")));
        else if (technique === "mask") expect(after).toEqual(before.map((value) => maskOf(path, String(value))));
        else for (const [i, value] of before.entries()) await check(use ?? "", String(value), String(after[i]));
      }
    });
  });
}

const maskOf = (path: string, value: string): string =>
  path.endsWith("number_shown") ? `${value.slice(0, 7)}** **** ${value.slice(-4)}` : "********";

async function check(name: string, before: string, after: string): Promise<void> {
  const namespace = namespaces[name];
  if (namespace === undefined) throw new Error(`no namespace ${name}`);
  if (namespace.technique === "hash") return expect(after).toBe(await digest(name, before));
  expect(after).not.toBe(before);
  expect(after).not.toBe("undefined");
  const form = FORMS[name];
  if (form !== undefined) expect(after).toMatch(form);
}

test("equal values of one namespace are equal behind it, wherever they stand", async () => {
  const { text } = await run(lines, { model: FILE, engine: "native", key: KEY });
  const seen = new Map<string, string>();
  for (const [index, line] of text.trimEnd().split("\n").entries()) {
    for (const { path, use } of document.rules) {
      if (use === undefined || use === "text" || use === "address" || use === "party") continue;
      const after = valuesAt(JSON.parse(line) as Json, path);
      for (const [i, value] of valuesAt(EVENTS[index] as Json, path).entries()) {
        const known = seen.get(`${use} ${value}`);
        if (known !== undefined) expect({ path, value: String(after[i]) }).toEqual({ path, value: known });
        seen.set(`${use} ${value}`, String(after[i]));
      }
    }
  }
});

describe("without its rule a field refuses the event", () => {
  test.each(document.rules.map(({ path }) => [path] as const))("%s", async (path) => {
    const rules = document.rules.filter((rule) => rule.path !== path);
    const { output, refusals } = await run(`${JSON.stringify(EVENTS[0])}\n`, {
      model: { ...document, rules } as ModelDocument,
      engine: "portable",
      key: KEY,
    });
    expect(refusals.map(({ code }) => code)).toEqual([2201]);
    expect(output).toHaveLength(0);
  });
});
