/** Writes events to standard output, one a line: `bun examples/warehouse/generate.ts --count 1000 --seed 7`. */
import { parseArgs } from "node:util";
import { warehouseEvent } from "./event.ts";

const { values } = parseArgs({ options: { count: { type: "string", default: "10" }, seed: { type: "string", default: "1" } } });
const count = Number(values.count);
const seed = Number(values.seed);
if (!Number.isSafeInteger(count) || !Number.isSafeInteger(seed)) throw new TypeError("--count and --seed take whole numbers");
for (let index = 0; index < count; index++) process.stdout.write(`${JSON.stringify(warehouseEvent(seed, index))}\n`);
