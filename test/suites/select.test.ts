/** Choosing an engine: by name, announced, compared with the other one at start, never swapped. */
import { describe, expect, test } from "bun:test";
import { engineLine } from "../../runtime/audit/events/engine.ts";
import { parseLine } from "../../runtime/audit/events/parse.ts";
import type { Engine, EngineName } from "../../runtime/engines/api.ts";
import { compareOnCanary, proveOnCanary } from "../../runtime/engines/canary.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { STATUS_KEPT, VALUE_STATUS } from "../../runtime/record/tables.ts";
import { loadEngine } from "../engines.ts";

describe("selectEngine", () => {
  test("gives the engine of that name, and its line says which it is", async () => {
    const native = engineLine(await selectEngine("native"));
    const portable = engineLine(await selectEngine("portable"));
    expect(native).toMatch(/^FASTOPS \| rust=enabled \| engine=native \| version=\d+\.\d+\.\d+ \| addon=[0-9a-f]{64} \| cpu=\S+$/);
    expect(portable).toMatch(/^FASTOPS \| rust=disabled \| engine=portable \| version=\d+\.\d+\.\d+ \| runtime=bun \S+ \| crypto=/);
    for (const line of [native, portable]) expect(parseLine(line)).toMatchObject({ event: { event: "fastops" } });
  });

  test("knows no other name", () => {
    expect(selectEngine("fast" as EngineName)).rejects.toThrow("BAUTA-1001");
  });
});

describe("canary", () => {
  test("both engines agree", async () => {
    compareOnCanary(await loadEngine("native"), await loadEngine("portable"));
  });

  test.each(["native", "portable"] as const)("%s gives the answer that is known", async (name) => {
    proveOnCanary(await loadEngine(name));
  });

  test("one other byte, one other status or another number of records is refused", async () => {
    const portable = await loadEngine("portable");
    compareOnCanary(
      spoilt(portable, () => undefined),
      portable,
    );
    const spoilers: readonly Parameters<typeof spoilt>[1][] = [
      (_, output) => output.fill((output[2] as number) ^ 1, 2, 3),
      (batch) => batch.values.fill(STATUS_KEPT + 1, VALUE_STATUS, VALUE_STATUS + 1),
      (batch) => batch.records.fill(6001, 5, 6),
    ];
    for (const spoil of spoilers) expect(() => compareOnCanary(spoilt(portable, spoil), portable)).toThrow("BAUTA-1303");
    for (const spoil of spoilers) expect(() => proveOnCanary(spoilt(portable, spoil))).toThrow("BAUTA-1303");
  });
});

/** An engine whose tables or output are changed behind its back. */
function spoilt(
  engine: Engine,
  spoil: (batch: Parameters<ReturnType<Engine["open"]>["transform"]>[0], output: Uint8Array) => void,
): Engine {
  return {
    ...engine,
    open: (plan, keys, direction) => {
      const handle = engine.open(plan, keys, direction);
      return {
        transform: (batch, output, first) => {
          const next = handle.transform(batch, output, first);
          spoil(batch, output);
          return next;
        },
        close: () => handle.close(),
      };
    },
  };
}
