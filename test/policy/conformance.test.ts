/**
 * OPA's own cases of Rego against the engine in this process: a sample by the seed here, all of them by `npm run conformance`, which also
 * says which of the listed exceptions are none any more.
 */
import { describe, expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { Random } from "../generators/random.ts";
import { seeded } from "../seed.ts";
import { type Case, casesFolder, type Judged, judge, readCases } from "./conformance.ts";
import listed from "./conformance-exceptions.json" with { type: "json" };
import { OPA_THERE } from "./opa.ts";

const TITLE = "answers OPA's own cases as they say";
const ALL = process.env["BAUTA_CONFORMANCE"] === "all";
const SAMPLE = 240;
const SLOW = ALL ? 5_400_000 : 600_000;
const EXCEPTIONS: Readonly<Record<string, string>> = listed;

const folder = OPA_THERE ? casesFolder() : undefined;
if (folder === undefined) console.log("skipped: OPA's cases of Rego, which Go fetches with its module");

describe.skipIf(folder === undefined)("the engine in this process", () => {
  test(
    TITLE,
    async () => {
      const cases = readCases(folder ?? "");
      expect(cases.length).toBeGreaterThan(2000);
      const judged = await judgeAll(ALL ? cases : sampled(cases));
      const of = (outcome: Judged["outcome"]): readonly Judged[] => judged.filter((one) => one.outcome === outcome);
      const [other, unsupported] = [of("other"), of("unsupported")];
      const own = [...of("same"), ...other].filter(({ isHosted }) => !isHosted);
      const same = own.filter(({ outcome }) => outcome === "same").length;
      console.log(
        `OPA's cases: ${cases.length}; ${judged.length} looked at, ${own.length} that its WebAssembly runs by itself: ${same} the same ` +
          `(${((100 * same) / own.length).toFixed(2)} %); ${unsupported.length} refused for their built-in functions`,
      );
      const surprising = other.filter(({ note }) => EXCEPTIONS[note] === undefined).map(({ note, why }) => `${note}: ${why}`);
      expect(surprising).toEqual([]);
      // What is refused is refused for what it asks for, not for anything else.
      expect(unsupported.filter(({ why }) => !/^[a-z_.0-9]+(, [a-z_.0-9]+)*$/.test(why))).toEqual([]);
      if (!ALL) return;
      expect(same / own.length).toBeGreaterThanOrEqual(0.99);
      const others = new Set(other.map(({ note }) => note));
      expect(Object.keys(EXCEPTIONS).filter((note) => !others.has(note))).toEqual([]);
    },
    SLOW,
  );
});

function sampled(cases: readonly Case[]): readonly Case[] {
  const random = new Random(seeded(TITLE));
  const left = [...cases];
  return Array.from({ length: SAMPLE }, () => left.splice(random.below(left.length), 1)[0] as Case);
}

async function judgeAll(cases: readonly Case[]): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const queue = [...cases];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) judged.push(await judge(one));
    }),
  );
  return judged;
}
