/** A policy that changes while a run goes on. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { underPolicy } from "../../runtime/model/policed.ts";
import { runnable } from "../../runtime/open.ts";
import { FramedMasker } from "../../runtime/pipeline/framed.ts";
import { FramedResult } from "../../runtime/pipeline/framed-result.ts";
import { GrowingBytes } from "../../runtime/pipeline/growing-bytes.ts";
import { systemClock } from "../../runtime/platform/clock.ts";
import type { WrittenAnswer } from "../../runtime/policy/answer.ts";
import type { PolicyEngine, PolicySource } from "../../runtime/policy/api.ts";
import { openPolicySource } from "../../runtime/policy/source.ts";
import { type ActivePolicy, PolicyKeeper } from "../../runtime/policy-keeper.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { EXAMPLE_XML } from "../e2e/cli.ts";
import { OPA_THERE, opa } from "./opa.ts";
import { policyFolder, presetModel } from "./policies.ts";

setDefaultTimeout(60_000);
const rules = (action: string): string => `default plan := "model"\n\nplan := "${action}" if input.field.class == "contact"`;
const whole = (action: string): string => `package bauta.masking\n\n${rules(action)}\n`;

const unsigned = (path: string): PolicySource =>
  openPolicySource({ from: { kind: "directory", path, everyMs: 20 }, trust: { keys: {}, dangerUnsigned: true }, state: undefined });

function keeperOf(source: PolicySource, maxAgeMs = 60_000, prepare?: (policy: ActivePolicy) => Promise<void>) {
  const model = presetModel();
  const activated: ActivePolicy[] = [];
  const refused: BautaError[] = [];
  const keeper = new PolicyKeeper({
    source,
    model,
    views: ["analytics", "fraud"],
    maxAgeMs,
    pollMs: 20,
    clock: systemClock,
    prepare: async (policy) => {
      if (prepare !== undefined) await prepare(policy);
      return { take: () => void (policy.sequence > 0 && activated.push(policy)), close: () => undefined };
    },
    refused: (error) => refused.push(error),
  });
  return { keeper, activated, refused };
}

async function begun(keeper: PolicyKeeper): Promise<ActivePolicy> {
  const first = await keeper.start();
  if (first === undefined) throw new Error("there is no policy");
  return first;
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

/** The source, whose engines tell when they are asked. */
function told(
  source: PolicySource,
  around: (decide: () => Promise<readonly WrittenAnswer[]>) => Promise<readonly WrittenAnswer[]>,
): PolicySource {
  const next = async (signal: AbortSignal): Promise<PolicyEngine | undefined> => {
    const engine = await source.next(signal);
    const decide: PolicyEngine["decide"] = (...asked) => around(() => (engine as PolicyEngine).decide(...asked));
    return engine && { ...engine, decide };
  };
  return Object.assign(Object.create(source), {
    next,
    accept: () => source.accept(),
    forget: () => source.forget(),
    pause: (milliseconds: number, signal: AbortSignal) => source.pause(milliseconds, signal),
  });
}

/** What masks for fraud under a policy. */
async function masking(policy: ActivePolicy): Promise<{ mask(): string; close(): void }> {
  const model = presetModel();
  const decided = policy.views.get("fraud");
  if (decided === undefined) throw new Error("there is nothing to mask by");
  const plan = runnable(
    underPolicy(model, decided),
    ephemeralKeyRing((length) => new Uint8Array(length).fill(7)),
  );
  const parts = { engine: await selectEngine("native"), plan, formats: FORMATS, scan: { input: "strict" }, frame: "auto" } as const;
  const masker = new FramedMasker({ ...parts, direction: "mask", router: undefined });
  const input = new TextEncoder().encode(EXAMPLE_XML);
  const frames = { input, bounds: Uint32Array.of(0, input.length), count: 1 };
  const mask = (): string => {
    const [output, result] = [new GrowingBytes(input.length), new FramedResult()];
    masker.mask(frames, output, result);
    return Buffer.from(output.bytes.subarray(result.starts[0], result.ends[0])).toString();
  };
  return {
    mask,
    close() {
      masker.close();
      plan.close();
    },
  };
}

const actionOf = (policy: ActivePolicy): string | undefined =>
  Object.values(policy.views.get("fraud")?.answers ?? {}).find(({ action }) => action !== "model")?.action;

describe.skipIf(!OPA_THERE)("a policy that is kept", () => {
  test("is taken up when it changes, compiled and asked for all views", async () => {
    const folder = policyFolder(rules("redact"));
    const { keeper, activated, refused } = keeperOf(unsigned(folder));
    const first = await begun(keeper);
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
  });

  test("stays in force while the new one is wrong, which is told once, and until it is stale", async () => {
    const folder = policyFolder(rules("redact"));
    const { keeper, activated, refused } = keeperOf(unsigned(folder), 300);
    const first = await begun(keeper);
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
  });

  test("is not taken up if its tests fail, its views are gone, or it is gone", async () => {
    const tests = (expected: string): string =>
      `package bauta.masking_test\n\nimport data.bauta.masking\n\ntest_contact if masking.plan == "${expected}" with input as {"field": {"class": "contact"}}\n`;
    const folder = policyFolder(rules("redact"), undefined, { "masking_test.rego": tests("redact") });
    const { keeper, activated, refused } = keeperOf(unsigned(folder));
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
  });

  test("of a signed bundle needs no compiler, and none follows that is older, after a restart either", async () => {
    const work = policyFolder(rules("redact"));
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = join(work, "..", `${basename(work)}.pem`);
    writeFileSync(pem, privateKey.export({ type: "pkcs8", format: "pem" }));
    const bundle = join(work, "..", `${basename(work)}.tar.gz`);
    const sign = (serial: number): void => {
      writeFileSync(join(work, ".manifest"), JSON.stringify({ revision: `r${serial}`, roots: [""], metadata: { bauta: { serial } } }));
      opa(
        [
          ...["build", "--target", "wasm", "--entrypoint", "bauta/masking/plan", "--bundle", work, "--output", `${bundle}.new`],
          ...["--signing-key", pem, "--signing-alg", "ES256"],
        ],
        work,
      );
      renameSync(`${bundle}.new`, bundle);
    };
    const state = `${bundle}.state`;
    const trust = { keys: { default: { key: publicKey.export({ type: "spki", format: "pem" }).toString(), algorithm: "ES256" } } };
    const open = () => openPolicySource({ from: { kind: "file", path: bundle, everyMs: 20 }, trust, state });
    sign(7);
    const { keeper, activated, refused } = keeperOf(open());
    const first = await begun(keeper);
    expect([first.revision, actionOf(first)]).toEqual(["r7", "redact"]);
    sign(8);
    await until(() => activated.length === 1);
    sign(6);
    await until(() => refused.length === 1);
    expect(refused[0]?.code).toBe("BAUTA-1636");
    await keeper.stop();
    await expect(keeperOf(open()).keeper.start()).rejects.toThrow(expect.objectContaining({ code: "BAUTA-1636" }));
  });

  test("that reads paths is asked in slices: what masks in the same thread goes on meanwhile, under the one in force", async () => {
    const folder = policyFolder(rules("redact"));
    const during: number[] = [];
    let turns = 0;
    const { keeper, activated, refused } = keeperOf(
      told(unsigned(folder), async (decide) => {
        const from = turns;
        const answers = await decide();
        during.push(turns - from);
        return answers;
      }),
    );
    const first = await begun(keeper);
    edit(folder, `package bauta.masking\n\ndefault plan := "model"\n\nplan := "mask" if endswith(input.field.path, "Dbtr/Nm")\n`);
    const [masked, own] = [new Set<string>(), await masking(first)];
    while (activated.length === 0 && refused.length === 0) {
      masked.add(own.mask());
      expect(keeper.active).toBe(first);
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(refused).toEqual([]);
    // A hundred thousand answers for each of two views.
    expect(Object.keys(keeper.active.views.get("fraud")?.answers ?? {}).length).toBeGreaterThan(50_000);
    expect(during).toHaveLength(4);
    for (const count of during.slice(2)) expect(count).toBeGreaterThan(5);
    const next = await masking(keeper.active);
    const after = next.mask();
    expect([masked.size, masked.has(after)]).toEqual([1, false]);
    for (const one of [own, next]) one.close();
    await keeper.stop();
  });

  test("that is still being asked is given up when the run ends", async () => {
    const folder = policyFolder(rules("redact"));
    const asked: string[] = [];
    const { keeper, activated, refused } = keeperOf(
      told(unsigned(folder), async (decide) => {
        asked.push("begun");
        const answers = await decide();
        asked.push("answered");
        return answers;
      }),
    );
    const first = await begun(keeper);
    edit(folder, `package bauta.masking\n\ndefault plan := "model"\n\nplan := "mask" if endswith(input.field.path, "Dbtr/Nm")\n`);
    await until(() => asked.length === 5);
    await keeper.stop();
    expect([asked.length, activated, refused]).toEqual([5, [], []]);
    expect(keeper.active).toBe(first);
  });

  test("stays in force while what is to mask under the new one cannot be made ready, which is refused and not accepted", async () => {
    const folder = policyFolder(rules("redact"));
    const source = unsigned(folder);
    let isBroken = false;
    const { keeper, activated, refused } = keeperOf(source, 60_000, async () => {
      if (isBroken) throw new BautaError(1609, { path: "account" });
    });
    const first = await begun(keeper);
    expect(source.isAccepted).toBeTrue();
    isBroken = true;
    edit(folder, whole("mask"));
    await until(() => refused.length > 0);
    expect(refused.map(({ code }) => code)).toEqual(["BAUTA-1609"]);
    expect([keeper.active, source.isAccepted]).toEqual([first, false]);
    isBroken = false;
    edit(folder, whole("hash"));
    await until(() => activated.length > 0);
    expect([actionOf(keeper.active), keeper.failing, source.isAccepted]).toEqual(["hash", undefined, true]);
    await keeper.stop();
  });

  test("is as good as before when a source that was away is back with what is in force", async () => {
    const folder = policyFolder(rules("redact"));
    const { keeper, activated, refused } = keeperOf(unsigned(folder));
    const first = await begun(keeper);
    renameSync(folder, `${folder}.away`);
    await until(() => refused.length > 0);
    renameSync(`${folder}.away`, folder);
    await until(() => keeper.failing === undefined);
    expect([refused.map(({ code }) => code), activated, keeper.active]).toEqual([["BAUTA-1002"], [], first]);
    await keeper.stop();
  });

  test("that is wrong to begin with keeps a run from beginning", async () => {
    const { keeper } = keeperOf(unsigned(policyFolder(`plan := "no_mask"`)));
    await expect(keeper.start()).rejects.toThrow(expect.objectContaining({ code: "BAUTA-1604" }));
  });
});
