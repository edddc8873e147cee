/** Our own JSON payments and the JSON samples under the example models: all masked, nobody left in them, still valid, still linked. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { foldCase } from "../corpus/json/fold.ts";
import { CORPUS, corpusRoot } from "../corpus/json/generate.ts";
import { CARDS, PARTIES, UETRS } from "../corpus/json/parties.ts";
import { ENGINES, run, type RunResult } from "../harness.ts";
import { type CheckRequest, judge } from "../oracles/checks.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
