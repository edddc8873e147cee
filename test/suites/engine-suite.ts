/**
 * What every engine must do, case by case: techniques, kinds, encodings, `otherwise`, shapes, calls. Expectations are written out,
 * or worked out by engine/oracle.ts. Mounted on each engine by engines.test.ts.
 */
import { beforeAll, describe } from "bun:test";
import type { Engine } from "../../runtime/engines/api.ts";
import { calls } from "./engine/calls.ts";
import { encodings, writeBack } from "./engine/encodings.ts";
import { figures } from "./engine/figures.ts";
import { masking, redaction } from "./engine/hidden.ts";
import { draws, encryption } from "./engine/identifiers.ts";
import { codeWords, detector, keepAndDrop } from "./engine/kept.ts";
import { names } from "./engine/names.ts";
import { opening } from "./engine/opening.ts";
import { otherwise } from "./engine/otherwise.ts";
import { people } from "./engine/people.ts";
import { generating, type Judges, sealing } from "./engine/sealed.ts";
import { strictness } from "./engine/strict.ts";
import { canonicalForms, tokensAndHashes } from "./engine/tokens.ts";

const PARTS: readonly ((engine: () => Engine, judges?: Judges) => void)[] = [
  keepAndDrop,
  detector,
  codeWords,
  redaction,
  masking,
  tokensAndHashes,
  canonicalForms,
  encryption,
  draws,
  names,
  people,
  figures,
  sealing,
  generating,
  otherwise,
  encodings,
  writeBack,
  strictness,
  opening,
  calls,
];

/** Registers the suite for the engine that `load` gives; without judges what they look at is compared with our own words alone. */
export function engineSuite(name: string, load: () => Promise<Engine>, judges?: Judges): void {
  describe(`engine suite, ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await load();
    });
    for (const part of PARTS) part(() => engine, judges);
  });
}
