/**
 * Amounts that are changed: what added up adds up. Judged by the rules between values (docs/cli.md, verify-message), which look at the
 * bytes by themselves and know of no technique; test/suites/statements-add-up.test.ts has a judge that is not ours.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { ENGINE_NAMES } from "../engines.ts";
import { type Masked, Masking } from "../property/masking.ts";
import { filesBelow, projectRoot, sharedExists, sharedRoot } from "../shared.ts";
import { verdictsOf } from "./adding-up.ts";

const AMOUNTS = { class: "amount", unfit: "redact" } as const;
const TECHNIQUES: Readonly<Record<string, Partial<ModelDocument>>> = {
  scale: {
    namespaces: { amounts: { technique: "scale", kind: "amount", from: 3, to: 9, subject: "account" } },
    rules: [{ ...AMOUNTS, use: "amounts" }],
  },
  noise: { namespaces: { amounts: { technique: "noise", kind: "amount", within: 10 } }, rules: [{ ...AMOUNTS, use: "amounts" }] },
  round: { rules: [{ ...AMOUNTS, technique: "round", to: "10" }] },
  bucket: { rules: [{ ...AMOUNTS, technique: "bucket", bounds: ["0", "100", "500", "1000", "5000", "10000", "100000", "1000000"] }] },
};

/** Messages of our own, and the samples where they are. */
const FOLDERS = [`${projectRoot}test/corpus/mt/messages`, ...(sharedExists ? [`${sharedRoot}samples`] : [])];
/** Why a sample is refused that has nothing to do with its amounts: what stands around it, or how it is written. */
const UNREAD: readonly number[] = [2001, 3006, 3101];

const SOUND = FOLDERS.flatMap(filesBelow).flatMap((path) => {
  const bytes = new Uint8Array(readFileSync(path));
  const { checked, findings } = verdictsOf(path, bytes);
  return checked > 0 && findings.length === 0 ? [{ name: relative(sharedRoot, path), bytes, checked }] : [];
});

describe.each(Object.entries(TECHNIQUES))("%s", (technique, document) => {
  const outputs = new Map<string, Masked>();
  test.each(ENGINE_NAMES.map((name) => [name]))(
    "every sound message adds up after it, %s",
    async (engine) => {
      const masking = await Masking.open({
        engine,
        model: { bauta: 1, name: technique, extends: "test-data", ...document },
        input: "lenient",
      });
      const counts = { sound: SOUND.length, masked: 0, refused: 0, rules: 0 };
      for (const { name, bytes, checked } of SOUND) {
        const masked = masking.mask(bytes);
        expect([name, outputs.get(name) ?? masked]).toEqual([name, masked]);
        outputs.set(name, masked);
        expect([name, masked.refusals.map(({ code, path }) => `${code} ${path}`).filter((text) => !isUnread(text))]).toEqual([name, []]);
        if (masked.refusals.length > 0) {
          counts.refused++;
          continue;
        }
        expect([name, verdictsOf(name, masked.output)]).toEqual([name, { checked, findings: [] }]);
        counts.masked++;
        counts.rules += checked;
      }
      masking.close();
      console.log(`${technique}, ${engine}: ${JSON.stringify(counts)}`);
      expect(counts.masked).toBeGreaterThan(100);
    },
    120_000,
  );
});

const isUnread = (refusal: string): boolean => UNREAD.includes(Number(refusal.split(" ")[0]));
