/** Prints recall and precision of the detector over the labelled set: `bun test/text/measure.ts`; with `--misses` what the tuned part misses. */
import process from "node:process";
import { findIn } from "./find.ts";
import { measure, readSet, tableOf } from "./method.ts";

const entries = readSet();
const tune = measure("tune", entries, findIn);
if (process.argv.includes("--tune")) {
  for (const line of tune.misses) console.log(line);
  console.log(tableOf(tune, tune));
  console.log("negatives", tune.negatives, Object.fromEntries(tune.falseByTrap), Object.fromEntries(tune.confusions));
} else {
  const held = measure("held", entries, findIn);
  console.log(tableOf(tune, held));
  console.log(`\nFalse findings in 100 texts without entities: tune ${tune.negatives.toFixed(1)}, held ${held.negatives.toFixed(1)}`);
  const told = (map: ReadonlyMap<string, number>): string => [...map].map(([key, count]) => `${key} ${count}`).join(", ") || "none";
  console.log(`False findings by trap: tune ${told(tune.falseByTrap)}; held ${told(held.falseByTrap)}`);
  console.log(`Found as another kind: tune ${told(tune.confusions)}; held ${told(held.confusions)}`);
}
