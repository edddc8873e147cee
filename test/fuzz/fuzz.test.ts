/** A short run of the fuzzer over each format, and proof that it bites. `npm run fuzz` is the long one. */
import { describe, expect, test } from "bun:test";
import { Masking } from "../property/masking.ts";
import { DEPTH, seeded } from "../seed.ts";
import type { FuzzFormat } from "./api.ts";
import { FUZZ_FORMATS } from "./formats.ts";
import { type FuzzEngine, type FuzzOptions, fuzz } from "./fuzz.ts";
import { swiftMt } from "./swift-mt.ts";
import { xml } from "./xml.ts";

const SEED = seeded("fuzz");
const CASES = 1500 * DEPTH;

describe.each(FUZZ_FORMATS.map((format) => [format.name, format] as const))("%s", (_, format) => {
  test(
    "mutated messages: nothing thrown, engines agree, no canary comes out",
    async () => {
      const native = await Masking.open({ engine: "native", model: format.model, input: format.input ?? "strict" });
      const portable = await Masking.open({ engine: "portable", model: format.model, input: format.input ?? "strict" });
      try {
        const { cases, codes, failures, masked, refused } = fuzz({ format, native, portable, seed: SEED, from: 0, count: CASES });
        console.log(`fuzz ${format.name}: ${cases} cases, ${masked} masked, ${refused} refused by ${codes.size} codes`);
        expect(failures).toEqual([]);
        expect(cases).toBe(CASES);
        // Mutations that are always refused, or never, would test little.
        expect(masked / cases).toBeWithin(0.05, 0.95);
        expect(codes.size).toBeGreaterThan(3);
      } finally {
        native.close();
        portable.close();
      }
    },
    300_000 * DEPTH,
  );
});

describe("the harness bites", () => {
  const found = async (
    model: Parameters<typeof Masking.open>[0]["model"],
    change: (engine: FuzzEngine) => FuzzEngine,
    format: FuzzFormat = xml,
  ): Promise<string[]> => {
    const native = await Masking.open({ engine: "native", model });
    const portable = await Masking.open({ engine: "portable", model });
    try {
      const options: FuzzOptions = { format, native, portable: change(portable), seed: SEED, from: 0, count: 60 };
      return [...new Set(fuzz(options).failures.map(({ what }) => what))];
    } finally {
      native.close();
      portable.close();
    }
  };
  const same = (engine: FuzzEngine): FuzzEngine => engine;

  test("a model that keeps names lets canaries out", async () => {
    const rules = [{ class: ["person", "free-text"], technique: "keep", "danger-no-detect": true }] as const;
    const path = [{ path: "iso20022:**/Nm", technique: "keep", "danger-no-detect": true }] as const;
    expect(await found({ bauta: 1, name: "leaky", extends: "test-data", rules: [...rules, ...path] }, same)).toContain("clear canary");
  }, 60_000);

  test("so does one that keeps names and texts of SWIFT MT", async () => {
    const leaky = { class: ["person", "free-text"], technique: "keep", "danger-no-detect": true } as const;
    expect(await found({ bauta: 1, name: "leaky", extends: "test-data", rules: [leaky] }, same, swiftMt)).toContain("clear canary");
  }, 60_000);

  test("an engine that gives other bytes, drops a refusal or throws", async () => {
    const flipped =
      ({ mask }: FuzzEngine, engine: FuzzEngine): FuzzEngine["mask"] =>
      (input, chunks) => {
        const masked = mask.call(engine, input, chunks);
        return { ...masked, output: masked.output.map((byte, i) => (i === masked.output.length - 1 ? byte ^ 1 : byte)) };
      };
    expect(await found("test-data", (engine) => ({ mask: flipped(engine, engine) }))).toEqual(["engines differ"]);
    expect(await found("test-data", (engine) => ({ mask: (input, chunks) => ({ ...engine.mask(input, chunks), refusals: [] }) }))).toEqual([
      "engines differ",
    ]);
    const throws = (): never => {
      throw new RangeError("out of range");
    };
    expect(await found("test-data", () => ({ mask: throws }))).toEqual(["thrown"]);
  }, 60_000);
});
