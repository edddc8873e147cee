/** Keep or refuse: records that are masked into something that the rules between values cannot read. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../runtime/engines/api.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { Masker, type MaskerParts } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet } from "../../runtime/pipeline/outlet.ts";
import { RECORD_OUT_END, RECORD_OUT_START, RECORD_STRIDE } from "../../runtime/record/tables.ts";
import { ENGINE_NAMES } from "../engines.ts";
import { partsOf } from "../property/masking.ts";
import { projectRoot } from "../shared.ts";

const example = (name: string): Uint8Array => new Uint8Array(readFileSync(join(projectRoot, "examples/messages", name)));
const MESSAGES = { "a pacs.008": example("payment.pacs.008.xml"), "an MT103": example("payment.mt103") } as const;

const NOISE: ModelDocument = {
  bauta: 1,
  name: "noise",
  extends: "test-data",
  namespaces: { stir: { technique: "noise", kind: "amount", within: 20 } },
  rules: [{ class: "amount", use: "stir", unfit: "redact" }],
};

/** The engine with a mistake: a record that is written whole, and in which one byte in the middle of the grammar is another. */
const spoiling = (engine: Engine): Engine => ({
  ...engine,
  open(...how) {
    const handle = engine.open(...how);
    return {
      transform(batch, output, first) {
        const done = handle.transform(batch, output, first);
        for (let record = first; record < done; record++) {
          const [from, to] = [RECORD_OUT_START, RECORD_OUT_END].map((column) => batch.records[record * RECORD_STRIDE + column] as number);
          const written = output.subarray(from, to);
          for (const mark of ["</", "{4:"]) {
            const at = Buffer.from(written.buffer, written.byteOffset, written.length).indexOf(mark);
            if (at >= 0) written[at] = 0x78;
          }
        }
        return done;
      },
      close: () => handle.close(),
    };
  },
});

async function masked(engine: MaskerParts["engine"]["name"], input: Uint8Array, model: ModelDocument, spoil: boolean) {
  const { plan, parts } = await partsOf({ engine, model });
  const masker = new Masker({ ...parts, engine: spoil ? spoiling(parts.engine) : parts.engine });
  const refused: number[] = [];
  const parted: number[] = [];
  const outlet = bytesOutlet(
    (written: Uint8Array) => void parted.push(written.length),
    ({ issue }) => void refused.push(issue.number),
  );
  masker.push(input, outlet);
  masker.end(outlet);
  masker.close();
  plan.close();
  return { bytes: parted.reduce((sum, length) => sum + length, 0), refused };
}

describe.each(ENGINE_NAMES.map((name) => [name]))("on %s", (engine) => {
  test.each(Object.entries(MESSAGES))("%s that cannot be read behind the engine is refused (8609)", async (_, input) => {
    expect(await masked(engine, input, NOISE, true)).toEqual({ bytes: 0, refused: [8609] });
    expect((await masked(engine, input, NOISE, false)).refused).toEqual([]);
  });
});
