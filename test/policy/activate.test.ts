/** Policies put in their place by somebody, and put back: what is written, what is not, and what a running pipeline makes of it. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash, generateKeyPairSync } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BautaError } from "../../runtime/kit/errors.ts";
import { systemClock } from "../../runtime/platform/clock.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { packBundle } from "../../runtime/policy/bundle/pack.ts";
import { readBundleState } from "../../runtime/policy/bundle/state-file.ts";
import { openPolicySource } from "../../runtime/policy/source.ts";
import { PolicyPlace } from "../../runtime/policy-activation.ts";
import { historyOf, PolicyHistory } from "../../runtime/policy-history.ts";
import { type ActivePolicy, PolicyKeeper } from "../../runtime/policy-keeper.ts";
import { bauta } from "../e2e/cli.ts";
import { KEY_ID, newFolder, packed, signedBy } from "./bundles.ts";
import { OPA_THERE } from "./opa.ts";
import { presetModel, VIEWS } from "./policies.ts";

setDefaultTimeout(180_000);
const work = newFolder();
afterAll(() => rmSync(work, { recursive: true, force: true }));

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const trust = { keys: { [KEY_ID]: { key: pem, algorithm: "ES256" } } };
const model = presetModel();
const NOTES = { at: Date.parse("2026-11-29T12:00:00Z"), by: "operator", reason: "" };

/** A file with a signed bundle in which contacts get that action. */
function bundle(action: string, serial: number): string {
  const path = join(work, `${action}-${serial}.tar.gz`);
  if (existsSync(path)) return path;
  const rules = `package bauta.masking\n\ndefault plan := "model"\n\nplan := "${action}" if input.field.class == "contact"\n`;
  const manifest = { revision: `r${serial}`, roots: [""], metadata: { bauta: { serial } } };
  const files = { "masking.rego": rules, "data.json": JSON.stringify({ bauta: { views: VIEWS } }), ".manifest": JSON.stringify(manifest) };
  const signed = signedBy(privateKey, "ES256", new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
  writeFileSync(path, packBundle(signed));
  return path;
}

/** A pipeline's folder with nothing in it yet. */
function placed(more: { readonly state?: undefined } = {}) {
  const folder = newFolder();
  const path = join(folder, "policy.tar.gz");
  const place = {
    path,
    state: join(folder, "state.json"),
    trust,
    model,
    views: ["fraud"],
    ...more,
  };
  const on = async <T>(act: (place: PolicyPlace) => Promise<T>): Promise<T> => {
    const open = new PolicyPlace(place);
    try {
      return await act(open);
    } finally {
      open.close();
    }
  };
  return {
    folder,
    ...place,
    on,
    activate: (policy: string) => on(async (open) => open.apply(await open.toActivate(policy), NOTES)),
    rollback: (to?: string) => on(async (open) => open.apply(await open.toRollback(to), { ...NOTES, reason: "too loose" })),
  };
}

const issueOf = async (act: Promise<unknown>): Promise<number> => {
  try {
    await act;
  } catch (error) {
    if (error instanceof BautaError) return error.issue.number;
    throw error;
  }
  return 0;
};

const inPlace = (path: string): string => readBundle(readFileSync(path)).manifest.revision;

function keeperOf({ path, state }: ReturnType<typeof placed>) {
  const activated: ActivePolicy[] = [];
  const refused: BautaError[] = [];
  const keeper = new PolicyKeeper({
    source: openPolicySource({ from: { kind: "file", path, everyMs: 20 }, trust, state }),
    model,
    views: ["fraud"],
    maxAgeMs: 60_000,
    pollMs: 20,
    clock: systemClock,
    prepare: async (policy) => ({ take: () => void activated.push(policy), close: () => undefined }),
    refused: (error) => refused.push(error),
  });
  return { keeper, activated, refused };
}

async function until(is: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!is()) {
    if (Date.now() > end) throw new Error("waited for long enough");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.skipIf(!OPA_THERE)("a policy that is put in its place", () => {
  test("is taken up by a run that goes on, and so is the one that is put back, which a restart keeps", async () => {
    const pipeline = placed();
    await pipeline.activate(bundle("redact", 1));
    const { keeper, activated, refused } = keeperOf(pipeline);
    await keeper.start();
    await pipeline.activate(bundle("hash", 2));
    await until(() => activated.length === 2);
    await pipeline.rollback();
    await until(() => activated.length === 3);
    await keeper.stop();
    expect(activated.map(({ revision }) => revision)).toEqual(["r1", "r2", "r1"]);
    expect(refused).toEqual([]);
    const again = keeperOf(pipeline);
    expect((await again.keeper.start())?.revision).toBe("r1");
    // What was gone back from does not come back by itself, nor does anything else that is not newer.
    writeFileSync(pipeline.path, readFileSync(bundle("hash", 2)));
    await until(() => again.refused.length === 1);
    expect(again.refused[0]?.code).toBe("BAUTA-1636");
    expect(again.keeper.active.revision).toBe("r1");
    await pipeline.activate(bundle("mask", 3));
    await until(() => again.activated.length === 2);
    expect(again.keeper.active.revision).toBe("r3");
    await again.keeper.stop();
  });

  test("an older one in its place is none that was gone back to", async () => {
    const pipeline = placed();
    const first = bundle("redact", 1);
    await pipeline.activate(first);
    await pipeline.activate(bundle("hash", 2));
    const { keeper, refused } = keeperOf(pipeline);
    await keeper.start();
    writeFileSync(pipeline.path, readFileSync(first));
    await until(() => refused.length === 1);
    expect(refused[0]?.code).toBe("BAUTA-1636");
    expect(keeper.active.revision).toBe("r2");
    await keeper.stop();
  });

  test("a run that makes one ready while somebody goes back does not put it in force", async () => {
    const pipeline = placed();
    await pipeline.activate(bundle("redact", 1));
    const source = openPolicySource({ from: { kind: "file", path: pipeline.path, everyMs: 20 }, trust, state: pipeline.state });
    const { signal } = new AbortController();
    await source.next(signal);
    source.accept();
    await pipeline.activate(bundle("hash", 2));
    expect((await source.next(signal))?.revision).toBe("r2");
    await pipeline.rollback();
    expect(() => source.accept()).toThrow(/BAUTA-1636/);
    expect((await source.next(signal))?.revision).toBe("r1");
    source.accept();
    expect(readBundleState(pipeline.state ?? "")).toMatchObject({ revision: "r1", serial: 1, floor: 2, rollbacks: 1 });
  });

  test("is verified, compiled, asked and newer, or nothing is written", async () => {
    const pipeline = placed();
    await pipeline.activate(bundle("redact", 5));
    expect((await pipeline.on((open) => open.toActivate(bundle("redact", 5)))).isThere).toBe(true);
    const before = readFileSync(pipeline.path);
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const files = readBundle(readFileSync(bundle("hash", 6))).files;
    const wrong: readonly (readonly [number, ReadonlyMap<string, Uint8Array>])[] = [
      [1625, new Map([...files].filter(([name]) => name !== ".signatures.json"))],
      [1630, signedBy(other, "ES256", files)],
      [1631, new Map([...files, ["masking.rego", Buffer.from('package bauta.masking\n\nplan := "keep"\n')]])],
      [1602, signedBy(privateKey, "ES256", new Map([...files, ["masking.rego", Buffer.from("package bauta.masking\n\nplan = {")]]))],
      [1604, signedBy(privateKey, "ES256", new Map([...files, ["masking.rego", Buffer.from('package bauta.masking\n\nplan := "kepe"')]]))],
      [1607, signedBy(privateKey, "ES256", new Map([...files, ["data.json", Buffer.from("{}")]]))],
    ];
    for (const [issue, content] of wrong) {
      const path = join(work, `wrong-${issue}.tar.gz`);
      writeFileSync(path, packed(content));
      expect([issue, await issueOf(pipeline.activate(path))]).toEqual([issue, issue]);
    }
    for (const serial of [4, 5]) expect(await issueOf(pipeline.activate(bundle("hash", serial)))).toBe(1636);
    expect(readFileSync(pipeline.path).equals(before)).toBe(true);
    expect(new PolicyHistory(pipeline.path).acts).toHaveLength(1);
  });

  test("each act is written down behind the one before, with who, what and what it changed", async () => {
    const pipeline = placed();
    writeFileSync(pipeline.path, readFileSync(bundle("redact", 1)), { mode: 0o640 });
    await pipeline.activate(bundle("keep", 2));
    await pipeline.rollback("r1");
    const { acts } = new PolicyHistory(pipeline.path);
    expect(acts.map(({ act, revision, loosens, by, reason }) => [act, revision, loosens > 0, by, reason])).toEqual([
      ["found", "r1", false, "operator", ""],
      ["activate", "r2", true, "operator", ""],
      ["rollback", "r1", false, "operator", "too loose"],
    ]);
    expect(acts[2]?.bundle).toBe(acts[0]?.bundle as string);
    expect(acts[2]?.instead).toBe(acts[1]?.bundle as string);
    expect(Object.keys(acts[1]?.decisions ?? {})).toEqual(["fraud"]);
    expect(statSync(pipeline.path).mode & 0o777).toBe(0o640);
    // Nothing half-written is left behind.
    expect(readdirSync(pipeline.folder).sort()).toEqual(["policy.tar.gz", "policy.tar.gz.history", "state.json"]);
    const log = join(historyOf(pipeline.path), "activations.jsonl");
    writeFileSync(log, readFileSync(log, "utf8").replace("too loose", "nothing"));
    appendFileSync(
      log,
      `${JSON.stringify({ sequence: 3, bundle: acts[0]?.bundle, previous: createHash("sha256").update("x").digest("hex") })}\n`,
    );
    expect(() => new PolicyHistory(pipeline.path)).toThrow(/BAUTA-1649.*line 4/);
  });

  test("goes back step by step, to what is named, and to nothing that was not there", async () => {
    const pipeline = placed();
    for (const [i, action] of ["redact", "hash", "mask"].entries()) await pipeline.activate(bundle(action, i + 1));
    await pipeline.rollback();
    expect(inPlace(pipeline.path)).toBe("r2");
    await pipeline.rollback();
    expect(inPlace(pipeline.path)).toBe("r1");
    expect(await issueOf(pipeline.rollback())).toBe(1646);
    await pipeline.rollback("r3");
    expect(inPlace(pipeline.path)).toBe("r3");
    expect(await issueOf(pipeline.rollback("r9"))).toBe(1646);
    const kept = new PolicyHistory(pipeline.path).acts[0]?.bundle ?? "";
    writeFileSync(join(historyOf(pipeline.path), `${kept}.tar.gz`), "other");
    expect(await issueOf(pipeline.rollback("r1"))).toBe(1649);
    expect(inPlace(pipeline.path)).toBe("r3");
  });

  test("places that cannot be put into in one step, or gone back in, are refused", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "policies"));
    symlinkSync("policies", join(folder, "link"));
    const base = { ...placed(), state: undefined };
    for (const name of ["policies", "link", "masking.rego"])
      expect(() => new PolicyPlace({ ...base, path: join(folder, name) })).toThrow(/BAUTA-1645/);
    const stateless = placed({ state: undefined });
    await stateless.activate(bundle("redact", 1));
    await stateless.activate(bundle("hash", 2));
    expect(await issueOf(stateless.rollback())).toBe(1645);
    expect(inPlace(stateless.path)).toBe("r2");
  });

  test("by the command: what changes, a dry run, a refusal to loosen, and a report for machines", async () => {
    const folder = newFolder();
    const head = "bauta-pipeline: 1\nname: p\npreset: test-data\nsources: stdin\nsinks: { b: stdout }\n";
    writeFileSync(join(folder, "k.pem"), pem);
    const policy = `policy: { path: p.tar.gz, state: s, trust: { keys: { ${KEY_ID}: { key: k.pem, algorithm: ES256 } } } }\nview: analytics\n`;
    const pipeline = join(folder, "p.yaml");
    writeFileSync(pipeline, head + policy);
    const run = (...args: string[]) => bauta(["policy", ...args]);
    expect((await run("activate", pipeline, bundle("redact", 1), "--dry-run")).code).toBe(0);
    expect(existsSync(join(folder, "p.tar.gz"))).toBe(false);
    expect((await run("activate", pipeline, bundle("redact", 1))).stdout).toContain("activated  nothing → r1");
    const refused = await run("activate", pipeline, bundle("keep", 2), "--refuse-loosening");
    expect([refused.code, inPlace(join(folder, "p.tar.gz"))]).toEqual([9, "r1"]);
    expect(refused.stdout).toContain("looser");
    const told = await run("activate", pipeline, bundle("keep", 2), "--json", "--reason", "ticket 12");
    const report = JSON.parse(told.stdout);
    expect(report).toMatchObject({
      exit: 0,
      act: "activate",
      written: true,
      before: { revision: "r1" },
      after: { revision: "r2", signers: [KEY_ID] },
    });
    expect(report.entry).toMatchObject({ act: "activate", reason: "ticket 12" });
    expect((await run("rollback", pipeline)).stdout).toContain("rolled back  r2");
    expect(inPlace(join(folder, "p.tar.gz"))).toBe("r1");
  });
});
