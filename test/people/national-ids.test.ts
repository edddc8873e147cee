/** Identifiers with check digits: what comes out is valid under the same rules by python-stdnum, in the same spelling, and comes back. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import type { Engine } from "../../runtime/engines/api.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { python } from "../oracles/checks.ts";
import { seeded } from "../seed.ts";
import { projectRoot } from "../shared.ts";
import { maskAll } from "./bulk.ts";

const COUNT = 200;
const SLOW = 120_000;

function oracle(args: readonly string[], input = ""): string[] {
  const ran = spawnSync(python(), [`${projectRoot}test/oracles/national_ids.py`, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(`the oracle of national identifiers failed: ${ran.stderr}`);
  return ran.stdout.trimEnd().split("\n");
}

const made = oracle(["make", String(COUNT), String(seeded("national ids"))]).map(
  (line) => JSON.parse(line) as { readonly class: string; readonly value: string },
);
const classes = [...new Set(made.map((one) => one.class))];
const national = made.filter((one) => one.class !== "ci" && one.class !== "rf");

/** What tells the spelling: where separators stand, and the case. */
const layoutOf = (value: string): string => value.replaceAll(/[0-9]/g, "0").replaceAll(/[a-z]/g, "a").replaceAll(/[A-Z]/g, "A");
const outline = (value: string): string => value.replaceAll(/[A-Za-z0-9]/g, "x");

function kindOf(name: string): "creditor-id" | "rf-reference" | "national-id" {
  if (name === "ci") return "creditor-id";
  return name === "rf" ? "rf-reference" : "national-id";
}

describe.each([...ENGINE_NAMES])("engine %s", (name) => {
  const loaded: Promise<Engine> = loadEngine(name);

  test.each(classes)(
    "%s",
    async (own) => {
      const engine = await loaded;
      const values = made.filter((one) => one.class === own).map((one) => one.value);
      for (const kind of [kindOf(own), own === "rf" ? ("reference" as const) : ("identifier" as const)]) {
        for (const technique of ["fpe", "pseudonym"] as const) {
          const outcomes = maskAll(engine, { technique, kind }, values);
          expect([...new Set(outcomes.map(({ status }) => status))]).toEqual([1]);
          const outputs = outcomes.map(({ text }) => text);
          expect(oracle([kind === "national-id" ? "national" : "name"], outputs.join("\n"))).toEqual(values.map(() => own));
          expect(outputs.map(outline)).toEqual(values.map(outline));
          if (own !== "ci" && own !== "rf") expect(outputs.map(isSmall)).toEqual(values.map(isSmall));
          expect(outputs.filter((output, i) => output === values[i]).length).toBeLessThan(2);
          if (technique === "fpe") expect(maskAll(engine, { technique, kind }, outputs, "unmask").map(({ text }) => text)).toEqual(values);
        }
      }
    },
    SLOW,
  );

  test("separators and case are layout", async () => {
    const engine = await loaded;
    const plain = national.filter((one) => one.class !== "us-ssn").map((one) => one.value.replaceAll(/[ ./-]/g, "").toUpperCase());
    const bare = (texts: readonly string[]): string[] =>
      maskAll(engine, { technique: "fpe", kind: "national-id" }, texts).map(({ text }) => text.replaceAll(/[ ./-]/g, "").toUpperCase());
    const grouped = plain.map((value) => value.replaceAll(/(.{3})(?=.)/g, "$1 "));
    expect(bare(grouped)).toEqual(bare(plain));
    expect(bare(plain.map((value) => value.toLowerCase()))).toEqual(bare(plain));
  });

  test("a wrong check digit is none, and an identifier of another form", async () => {
    const engine = await loaded;
    const wrong = ["756.9217.0769.86", "86095742718", "DE99ZZZ09999999999", "RF19539007547034", "12345678A"];
    for (const kind of ["national-id", "creditor-id", "rf-reference"] as const) {
      const statuses = maskAll(engine, { technique: "fpe", kind }, wrong).map(({ status }) => status);
      expect(statuses.every((status) => status === 6001 || status === 6002)).toBe(true);
    }
    const outcomes = maskAll(engine, { technique: "fpe", kind: "identifier" }, wrong);
    expect(outcomes.map(({ text }) => layoutOf(text).length)).toEqual(wrong.map((value) => value.length));
    expect(oracle(["name"], outcomes.map(({ text }) => text).join("\n"))).toEqual(wrong.map(() => "-"));
  });
});

const isSmall = (value: string): boolean => /[a-z]/.test(value) && !/[A-Z]/.test(value);
