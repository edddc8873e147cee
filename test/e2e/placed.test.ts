/**
 * Encrypted and generated values through the command line: the same with any engine and number of workers, shown as they are, opened by the
 * key alone, never the same in two places, and nothing of the clear.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { fileSource } from "../../runtime/model/sources.ts";
import { loadEngine } from "../engines.ts";
import { ENGINES, run } from "../harness.ts";
import { bauta, EXAMPLE_XML, folder, newKey, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const model = write(
  join(here, "placed.yaml"),
  `bauta: 1
name: placed
extends: test-data
seed: rehearsal
namespaces:
  sealed: {technique: encrypt, kind: text, cipher: aes-gcm}
  joined: {technique: encrypt, kind: text}
  fresh: {technique: generate, kind: party-name}
  fresh-account: {technique: generate, kind: iban, like: FR1420041010050500013M02606}
  fresh-amount: {technique: generate, kind: amount, from: "1.00", to: "99999.99"}
  order: {technique: generate, kind: text, pattern: "ORD-[0-9]{8}"}
rules:
  - {path: "json:$.name", use: sealed}
  - {path: "json:$.again", use: joined}
  - {path: "json:$.nick", use: fresh}
  - {path: "json:$.iban", use: fresh-account}
  - {path: "json:$.amount", use: fresh-amount, as: number}
  - {path: "json:$.order", use: order}
  - {path: "pacs.008:**/UltmtDbtr/Nm", use: sealed}
  - {path: "pacs.008:**/Dbtr/Nm", use: joined}
  - {path: "pacs.008:**/Cdtr/Nm", use: fresh}
  - {path: "pacs.008:**/CdtrAcct/Id/IBAN", use: fresh-account}
  - {path: "swift-mt:50K/name", use: fresh}
`,
);
const CLEAR = ["Ottilie Brandhorst", "Xanthippe-Quirin", "DE89370400440532013000", "4711-CLEAR"] as const;
const record = JSON.stringify({ name: CLEAR[0], again: CLEAR[0], nick: CLEAR[1], iban: CLEAR[2], amount: 12.5, order: CLEAR[3] });
/** Records that are the same but for where they stand, and enough of them for several workers. */
const stream = `${record}\n`.repeat(4000);

const mask = (input: string, ...options: readonly string[]) =>
  bauta(["mask", "--model", model, "--key-file", key, "--manifest", "none", ...options], { input });

describe("streams", () => {
  const [one, three, portable] = [mask(stream, "--workers", "1"), mask(stream, "--workers", "3"), mask(stream, "--engine", "portable")];

  test("engine and workers leave no trace", () => {
    expect([one.code, one.stderr.includes("error")]).toEqual([EXIT.done, false]);
    expect(three.stdout).toBe(one.stdout);
    expect(portable.stdout).toBe(one.stdout);
  });

  test("each place has a value of its own, joined values stay joined, and nothing is clear", () => {
    const masked = one.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(masked).toHaveLength(4000);
    const distinct = (member: string): number => new Set(masked.map((each) => each[member])).size;
    expect([distinct("name"), distinct("again"), distinct("iban")]).toEqual([4000, 1, 4000]);
    // Of a hundred million orders, and of names from lists.
    expect(distinct("order")).toBeGreaterThan(3990);
    expect(distinct("nick")).toBeGreaterThan(2000);
    expect(distinct("amount")).toBeGreaterThan(3900);
    for (const clear of CLEAR) expect(one.stdout.includes(clear)).toBe(false);
  });

  test("whoever holds the key opens what is encrypted, and nothing else comes back", () => {
    const back = bauta(["unmask", "--model", model, "--key-file", key], { input: one.stdout });
    expect(back.code).toBe(EXIT.done);
    const [first] = back.stdout.split("\n");
    const opened = JSON.parse(first as string) as Record<string, unknown>;
    expect([opened["name"], opened["again"]]).toEqual([CLEAR[0], CLEAR[0]]);
    expect([opened["nick"], opened["iban"], opened["order"]].some((value) => (CLEAR as readonly unknown[]).includes(value))).toBe(false);
    const other = bauta(["unmask", "--model", model, "--key-file", newKey(join(here, "other.key"))], { input: one.stdout });
    expect(other.stdout.includes(CLEAR[0])).toBe(false);
  });
});

test("explain shows what a run writes", () => {
  for (const input of [record, EXAMPLE_XML]) {
    const explained = bauta(["explain", "--model", model, "--key-file", key, "--format", "json"], { input });
    expect(explained.code).toBe(EXIT.done);
    const masked = mask(input).stdout;
    const values = explained.stdout
      .trim()
      .split("\n")
      .flatMap((line) => (JSON.parse(line) as { values?: { technique: string; masked?: string | null }[] }).values ?? []);
    const placed = values.filter(({ technique }) => technique === "encrypt" || technique === "generate");
    expect(placed.length).toBeGreaterThan(2);
    for (const { masked: text } of placed) expect(masked).toContain(text as string);
  }
});

test("a file that was masked is masked again to the byte, and its manifest holds", () => {
  const input = write(join(here, "in.ndjson"), `${record}\n`.repeat(50));
  const options = ["--model", model, "--key-file", key, input];
  const first = bauta(["mask", ...options, "--out", join(here, "a.ndjson")]);
  const second = bauta(["mask", ...options, "--out", join(here, "b.ndjson"), "--engine", "portable"]);
  expect([first.code, second.code]).toEqual([EXIT.done, EXIT.done]);
  const compared = bauta(["compare", join(here, "a.ndjson.manifest.json"), join(here, "b.ndjson.manifest.json")]);
  expect(compared.code).toBe(EXIT.done);
  expect(readFileSync(join(here, "b.ndjson"))).toEqual(readFileSync(join(here, "a.ndjson")));
  expect(bauta(["verify", join(here, "a.ndjson.manifest.json"), "--no-signature"]).code).toBe(EXIT.done);
});

describe.each(ENGINES.map((engine) => [engine]))("%s", (engine) => {
  test("a value too long for its field refuses the record", async () => {
    await loadEngine(engine);
    const { model: loaded } = loadModel(fileSource(model));
    expect(loaded).toBeDefined();
    const long = EXAMPLE_XML.replace(/(<Dbtr>\s*<Nm>)[^<]*/, `$1${"Long ".repeat(26).trim()}`);
    const { refusals, text } = await run(long, { model, engine });
    expect([refusals.map(({ code }) => code), text]).toEqual([[6012], ""]);
  });
});
