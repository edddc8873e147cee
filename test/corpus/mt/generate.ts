/** Writes the corpus into its folder: `bun test/corpus/mt/generate.ts`. A test compares the files with what this would write. */
import { mkdirSync, writeFileSync } from "node:fs";
import { projectRoot } from "../../shared.ts";
import { corpusFiles } from "./files.ts";

const folder = `${projectRoot}test/corpus/mt/messages/`;
mkdirSync(folder, { recursive: true });
for (const file of corpusFiles()) writeFileSync(folder + file.name, file.text, "latin1");
