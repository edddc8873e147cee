/** A policy that changes while a run goes on. */
import { describe, expect, test } from "bun:test";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BautaError } from "../../runtime/kit/errors.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { systemClock } from "../../runtime/platform/clock.ts";
import { FolderSource } from "../../runtime/policy/opa/folder.ts";
import { type ActivePolicy, PolicyKeeper } from "../../runtime/policy-keeper.ts";
import { OPA_THERE } from "./opa.ts";
import { policyFolder } from "./policies.ts";

const SLOW = 60_000;
const rules = (action: string): string => `default plan := "model"\n\nplan := "${action}" if input.field.class == "contact"`;
const whole = (action: string): string => `package bauta.masking\n\n${rules(action)}\n`;

function keeperOf(folder: string, maxAgeMs = 60_000) {
  const { model } = loadModel(presetSource("test-data"));
  if (model === undefined) throw new Error("the preset does not load");
  const activated: ActivePolicy[] = [];
  const refused: BautaError[] = [];
  const keeper = new PolicyKeeper({
    source: new FolderSource(folder),
    model,
    views: ["analytics", "fraud"],
    maxAgeMs,
    pollMs: 20,
    clock: systemClock,
    activated: (policy) => activated.push(policy),
    refused: (error) => refused.push(error),
  });
  return { keeper, activated, refused };
}

/** As editors and checkouts do it: written beside, and moved into its place. */
function edit(folder: string, text: string): void {
  writeFileSync(join(folder, ".masking.tmp"), text);
  renameSync(join(folder, ".masking.tmp"), join(folder, "masking.rego"));
}

async function until(is: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!is()) {
    if (Date.now() > end) throw new Error("waited for long enough");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const actionOf = (policy: ActivePolicy): string | undefined =>
  Object.values(policy.views.get("fraud")?.answers ?? {}).find(({ action }) => action !== "model")?.action;

describe.skipIf(!OPA_THERE)("a policy that is kept", () => {
  test(
    "is taken up when it changes, compiled and asked for all views",
    async () => {
      const folder = policyFolder(rules("redact"));
      const { keeper, activated, refused } = keeperOf(folder);
      const first = await keeper.start();
      expect(actionOf(first)).toBe("redact");
      expect([...first.views.keys()]).toEqual(["analytics", "fraud"]);
      for (const [i, action] of ["mask", "hash", "redact"].entries()) {
        edit(folder, whole(action));
        await until(() => activated.length > i);
        expect(actionOf(keeper.active)).toBe(action);
        expect(keeper.active.sequence).toBe(i + 1);
      }
      expect(refused).toEqual([]);
      await keeper.stop();
    },
    SLOW,
  );

  test(
    "stays in force while the new one is wrong, which is told once, and until it is stale",
    async () => {
      const folder = policyFolder(rules("redact"));
      const { keeper, activated, refused } = keeperOf(folder, 300);
      const first = await keeper.start();
      edit(folder, "package bauta.masking\n\nplan = {");
      await until(() => refused.length > 0);
      expect(refused.map(({ code }) => code)).toEqual(["BAUTA-1602"]);
      expect(keeper.active).toBe(first);
      expect(keeper.failing?.error.code).toBe("BAUTA-1602");
      await until(() => keeper.stale !== undefined);
      expect(keeper.stale?.code).toBe("BAUTA-1611");
      expect(refused).toHaveLength(1);
      edit(folder, whole("mask"));
      await until(() => activated.length > 0);
      expect(keeper.stale).toBeUndefined();
      expect(keeper.failing).toBeUndefined();
      await keeper.stop();
    },
    SLOW,
  );

  test(
    "is not taken up if its tests fail, its views are gone, or it is gone",
    async () => {
      const tests = (expected: string): string =>
        `package bauta.masking_test\n\nimport data.bauta.masking\n\ntest_contact if masking.plan == "${expected}" with input as {"field": {"class": "contact"}}\n`;
      const folder = policyFolder(rules("redact"), undefined, { "masking_test.rego": tests("redact") });
      const { keeper, activated, refused } = keeperOf(folder);
      await keeper.start();
      edit(folder, whole("keep"));
      await until(() => refused.length === 1);
      writeFileSync(join(folder, "masking_test.rego"), tests("keep"));
      await until(() => activated.length === 1);
      writeFileSync(join(folder, "data.json"), "{}");
      await until(() => refused.length === 2);
      rmSync(folder, { recursive: true });
      await until(() => refused.length === 3);
      expect(refused.map(({ code }) => code)).toEqual(["BAUTA-1610", "BAUTA-1607", "BAUTA-1002"]);
      expect(actionOf(keeper.active)).toBe("keep");
      await keeper.stop();
    },
    SLOW,
  );

  test(
    "that is wrong to begin with keeps a run from beginning",
    async () => {
      const { keeper } = keeperOf(policyFolder(`plan := "no_mask"`));
      await expect(keeper.start()).rejects.toThrow(expect.objectContaining({ code: "BAUTA-1604" }));
    },
    SLOW,
  );
});
