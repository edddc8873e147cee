/** A part of a long run, in a process of its own: `bun test/fuzz/main.ts FORMAT SEED FROM COUNT PLACE`. scripts/fuzz.mjs starts it. */
import { openSync, writeSync } from "node:fs";
import { Masking } from "../property/masking.ts";
import { FUZZ_FORMATS } from "./formats.ts";
import { fuzz } from "./fuzz.ts";

const [name, seed, from, count, place = ""] = process.argv.slice(2);
const format = FUZZ_FORMATS.find((each) => each.name === name);
if (format === undefined) throw new Error(`no format ${name}; there are ${FUZZ_FORMATS.map((each) => each.name).join(", ")}`);

// The case at hand, where whoever watches finds it when this process hangs or is gone.
const file = openSync(place, "w");
const at = (number: number): void => void writeSync(file, String(number).padStart(12), 0);

const native = await Masking.open({ engine: "native", model: format.model, input: format.input ?? "strict" });
const portable = await Masking.open({ engine: "portable", model: format.model, input: format.input ?? "strict" });
const result = fuzz({ format, native, portable, seed: Number(seed), from: Number(from), count: Number(count), at });
console.log(JSON.stringify({ ...result, codes: Object.fromEntries(result.codes) }));
process.exit(result.failures.length > 0 ? 1 : 0);
