/** A wide event with a rule for each of its fields. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { warehouseEvent } from "../../examples/warehouse/event.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { rowBeside } from "../harness/rows.ts";
import { maskingOf } from "./in-process.ts";

const MODEL = fileURLToPath(new URL("../../examples/models/warehouse-160.yaml", import.meta.url));
const EVENTS = 256;
const SEED = 7;

export const warehouse: BenchCase = {
  name: "warehouse",
  group: "own",
  job: "256 different events of 160 fields with examples/models/warehouse-160.yaml, which has one rule for each field.",
  goal: "Rules cost when they are compiled, not when they are used.",
  async run(context: Context): Promise<BenchRow[]> {
    const events = Array.from({ length: EVENTS }, (_, index) => JSON.stringify(warehouseEvent(SEED, index)));
    const rules = readFileSync(MODEL, "utf8").match(/^\s*- \{/gm)?.length ?? 0;
    const native = await maskingOf(context, events, MODEL, "native");
    const portable = await maskingOf(context, events, MODEL, "portable");
    const text = {
      id: "warehouse/event",
      name: `mask an event, ${rules} rules`,
      figure: native.text,
      unit: "µs",
      against: "portable engine",
    } as const;
    return [await rowBeside(context, { ...text, headline: true }, native, portable)];
  },
};
