/** The frame layer: separators, sectors, and what belongs to which record. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ENGINES, run } from "../harness.ts";
import { projectRoot } from "../shared.ts";

const mt = readFileSync(`${projectRoot}examples/messages/payment.mt103`, "latin1");
const sector = (message: string): string => `\u0001${message}\u0003`.padEnd(Math.ceil((message.length + 2) / 512) * 512, " ");
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

for (const engine of ENGINES) {
  describe(engine, () => {
    test("DOS-PCC: every record fills whole sectors after masking as before", async () => {
      const alone = (await run(bytes(mt), { preset: "test-data", engine })).text;
      const { text, counts } = await run(bytes(sector(mt) + sector(mt) + sector(mt)), { preset: "test-data", engine, chunks: [700] });
      expect(counts.out).toBe(3);
      expect(text).toBe(sector(alone).repeat(3));
    });

    test("DOS-PCC between other records keeps order and bytes", async () => {
      const alone = (await run(bytes(mt), { preset: "test-data", engine })).text;
      const { text } = await run(bytes(`${mt}\r\n$${sector(mt)}${mt}\r\n`), { preset: "test-data", engine });
      expect(text).toBe(`${alone}\r\n$${sector(alone)}${alone}\r\n`);
    });

    test("a refused record takes its separator along", async () => {
      const broken = mt.replace(":23B:CRED", ":23Z:CRED");
      const alone = (await run(bytes(mt), { preset: "test-data", engine })).text;
      const { text, refusals } = await run(bytes(`${mt}$${broken}$${mt}\n`), { preset: "test-data", engine });
      expect(refusals).toHaveLength(1);
      expect(text).toBe(`${alone}$${alone}\n`);
    });

    test("an empty input, and one of separators only, is no record", async () => {
      for (const input of ["", "\n", " \r\n$\n"]) {
        const { counts, text } = await run(input, { preset: "test-data", engine });
        expect([counts.in, text]).toEqual([0, input]);
      }
    });
  });
}
