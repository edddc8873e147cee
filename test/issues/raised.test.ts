/** Issues that no other test comes to. That each code is raised by a test is checked in test/docs/issues.test.ts. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { NO_COUNTS } from "../../runtime/pipeline/counts.ts";
import { reconcile } from "../../runtime/pipeline/masker.ts";
import { bauta, EXAMPLE_XML, folder, newKey, write } from "../e2e/cli.ts";
import { ENGINES, run } from "../harness.ts";

const here = folder();

test.each(ENGINES.map((engine) => [engine]))("BAUTA-3105: content of any kind that no rule drops (%s)", async (engine) => {
  const message = EXAMPLE_XML.replace(
    "</CdtTrfTxInf>",
    "<SplmtryData><Envlp><x:Secret xmlns:x='urn:x'>Ottilie</x:Secret></Envlp></SplmtryData></CdtTrfTxInf>",
  );
  const model: ModelDocument = {
    bauta: 1,
    name: "any",
    mode: "deterministic",
    rules: [
      {
        class: [
          ...(["person", "organisation", "agent", "account", "identifier", "contact", "reference", "amount", "currency"] as const),
          ...(["rate", "number", "date", "country", "code", "technical", "envelope"] as const),
        ],
        technique: "keep",
      },
      { path: "iso20022:**/Ustrd", technique: "redact" },
    ],
  };
  const { refusals, text } = await run(message, { model, engine });
  expect([refusals.map(({ code }) => code), text]).toEqual([[3105], ""]);
  expect(refusals[0]?.path).toEndWith("SplmtryData/Envlp");
  const dropped = { ...model, extends: "test-data", rules: [] };
  const masked = await run(message, { model: dropped, engine });
  expect([masked.refusals, masked.text.includes("Ottilie")]).toEqual([[], false]);
});

test("BAUTA-7005: records in that are neither out nor refused", () => {
  reconcile({ ...NO_COUNTS, in: 3, out: 2, refused: 1 });
  expect(() => reconcile({ ...NO_COUNTS, in: 3, out: 1, refused: 1 })).toThrow("BAUTA-7005");
});

test("BAUTA-8509: two manifests that name one cause and other outputs", () => {
  const key = newKey(join(here, "test.key"));
  const masked = (out: string, input: string): string => {
    const ran = bauta(["mask", "--preset", "test-data", "--key-file", key, "--out", join(here, out), write(join(here, "in.xml"), input)]);
    expect(ran.code).toBe(EXIT.done);
    return join(here, `${out}.manifest.json`);
  };
  const first = masked("a", EXAMPLE_XML);
  const changed = readFileSync(first, "utf8").replace(
    /("outputs":\s*\{[^}]*"root":\s*")([0-9a-f])/g,
    (_, front: string, digit: string) => `${front}${digit === "0" ? "1" : "0"}`,
  );
  expect(changed).not.toBe(readFileSync(first, "utf8"));
  const { code, stdout } = bauta(["compare", first, write(join(here, "b.manifest.json"), changed)]);
  expect([code, stdout.includes("BAUTA-8509")]).toEqual([EXIT.evidence, true]);
});
