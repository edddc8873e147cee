/** What loosens, and that it needs the signatures of several where a pipeline says so. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BautaError } from "../../runtime/kit/errors.ts";
import { systemClock } from "../../runtime/platform/clock.ts";
import { activatePolicy } from "../../runtime/policies.ts";
import type { GuardTest } from "../../runtime/policy/api.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { packBundle } from "../../runtime/policy/bundle/pack.ts";
import { openTrust } from "../../runtime/policy/bundle/trust.ts";
import { verifyBundle } from "../../runtime/policy/bundle/verify.ts";
import { implies } from "../../runtime/policy/guards.ts";
import { openPolicySource } from "../../runtime/policy/source.ts";
import { PolicyPlace } from "../../runtime/policy-activation.ts";
import { changesBetween } from "../../runtime/policy-changes.ts";
import { type ActivePolicy, PolicyKeeper } from "../../runtime/policy-keeper.ts";
import { bauta } from "../e2e/cli.ts";
import { newFolder, payloadOver, token } from "./bundles.ts";
import { OPA_THERE } from "./opa.ts";
import { openRules, presetModel, VIEWS } from "./policies.ts";

setDefaultTimeout(180_000);
const work = newFolder();
afterAll(() => rmSync(work, { recursive: true, force: true }));
const model = presetModel();

const [security, owner, stranger] = [1, 2, 3].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" })) as [Pair, Pair, Pair];
interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
const pemOf = ({ publicKey }: Pair): string => publicKey.export({ type: "spki", format: "pem" }).toString();
const trust = {
  keys: {
    security: { key: pemOf(security), algorithm: "ES256" },
    again: { key: pemOf(security), algorithm: "ES256" },
    owner: { key: pemOf(owner), algorithm: "ES256" },
  },
};
const SIGNERS = { security, again: security, owner, stranger };
type SignerName = keyof typeof SIGNERS;

const rules = (action: string): string => `default plan := "model"\n\nplan := ${action} if input.field.class == "contact"\n`;

/** A packed bundle with a token of each. */
function signedBy(signers: readonly SignerName[], text: string, serial: number): Uint8Array {
  const manifest = { revision: `r${serial}`, roots: [""], metadata: { bauta: { serial } } };
  const texts = {
    "masking.rego": `package bauta.masking\n\n${text}`,
    "data.json": JSON.stringify({ bauta: { views: VIEWS } }),
    ".manifest": JSON.stringify(manifest),
  };
  const files = new Map<string, Uint8Array>(Object.entries(texts).map(([name, content]) => [name, Buffer.from(content)]));
  const signatures = signers.map((name) => token({ alg: "ES256", kid: name }, payloadOver(files), SIGNERS[name].privateKey));
  return packBundle(new Map([...files, [".signatures.json", Buffer.from(JSON.stringify({ signatures }))]]));
}

const verified = (...signers: SignerName[]): readonly string[] =>
  verifyBundle(readBundle(signedBy(signers, rules('"redact"'), 1)), openTrust(trust)).signers.map(({ key }) => key);

describe("who signed a bundle together", () => {
  test("each key counts once, under whatever id; all tokens have to hold", () => {
    expect(verified("security")).toEqual(["security"]);
    expect(verified("security", "owner")).toEqual(["security", "owner"]);
    expect(verified("security", "security")).toEqual(["security"]);
    expect(verified("security", "again")).toEqual(["security"]);
    expect(() => verified("security", "stranger")).toThrow(/BAUTA-1629/);
    expect(() => verified("stranger", "security")).toThrow(/BAUTA-1629/);
    expect(() => verified(...Array<SignerName>(9).fill("security"))).toThrow(/BAUTA-1626/);
  });

  test("the second token is over the files, too", () => {
    const files = new Map(readBundle(signedBy(["security", "owner"], rules('"redact"'), 1)).files);
    const other = readBundle(signedBy(["owner"], rules('"keep"'), 1)).files;
    const tokens = [files, other].map((from) => JSON.parse(Buffer.from(from.get(".signatures.json") ?? []).toString()).signatures[0]);
    files.set(".signatures.json", Buffer.from(JSON.stringify({ signatures: tokens })));
    expect(() => verifyBundle(readBundle(packBundle(files)), openTrust(trust))).toThrow(/BAUTA-1631/);
  });

  test("two scopes are none", () => {
    const keys = { security: { ...trust.keys.security, scope: "a" }, owner: { ...trust.keys.owner, scope: "b" } };
    const files = new Map(readBundle(signedBy([], rules('"redact"'), 1)).files);
    files.delete(".signatures.json");
    const of = (name: "security" | "owner", scope: string): string =>
      token({ alg: "ES256", kid: name }, payloadOver(files, { scope }), SIGNERS[name].privateKey);
    files.set(".signatures.json", Buffer.from(JSON.stringify({ signatures: [of("security", "a"), of("owner", "b")] })));
    expect(() => verifyBundle(readBundle(packBundle(files)), openTrust({ keys }))).toThrow(/BAUTA-1634/);
  });
});

describe("guards that are narrower", () => {
  const amount = (is: "below" | "upTo" | "above" | "from", than: string): GuardTest => ({ input: "amount", is, than });
  const currency = (is: "of" | "notOf", ...words: string[]): GuardTest => ({ input: "currency", is, words });
  test.each([
    [[[amount("below", "1000")]], [[amount("below", "1000.01")]], true],
    [[[amount("below", "1000")]], [[amount("below", "999.99")]], false],
    [[[amount("below", "1000.0")]], [[amount("upTo", "1000")]], true],
    [[[amount("upTo", "1000")]], [[amount("below", "1000")]], false],
    [[[amount("upTo", "99999999999999999998")]], [[amount("below", "99999999999999999999")]], true],
    [[[amount("above", "10")]], [[amount("from", "9")]], true],
    [[[amount("from", "9")]], [[amount("above", "9")]], false],
    [[[amount("above", "10")]], [[amount("below", "9")]], false],
    [[[currency("of", "EUR")]], [[currency("of", "CHF", "EUR")]], true],
    [[[currency("of", "EUR", "USD")]], [[currency("of", "CHF", "EUR")]], false],
    [[[currency("of", "EUR")]], [[currency("notOf", "USD")]], true],
    [[[currency("of", "EUR")]], [[currency("notOf", "EUR")]], false],
    [[[currency("notOf", "EUR", "USD")]], [[currency("notOf", "EUR")]], true],
    [[[currency("notOf", "EUR")]], [[currency("of", "USD")]], false],
    [[[currency("of", "EUR"), amount("below", "5")]], [[amount("below", "5")]], true],
    [[[amount("below", "5")]], [[currency("of", "EUR"), amount("below", "5")]], false],
    [[[amount("below", "5")], [currency("of", "EUR")]], [[amount("below", "5")]], false],
    [[], [[amount("below", "5")]], true],
    [[[]], [[amount("below", "5")]], false],
    [[[amount("below", "5")]], [], false],
    [[[amount("below", "5")]], [[]], true],
  ] as const)("%j within %j: %p", (narrow, wide, is) => {
    expect(implies(narrow, wide)).toBe(is);
  });
});

describe.skipIf(!OPA_THERE)("what loosens", () => {
  const guarded = (condition: string): string =>
    `${rules('{"action": "keep", "danger-no-detect": true, "when": "small", "else": "hash"}')}\nguards.small if input.amount < ${condition}\n`;
  test.each([
    ['"redact"', '"hash"', true],
    ['"hash"', '"redact"', false],
    // Digits of the value itself are more than a digest of it, whatever the rank.
    ['"hash"', '{"action": "mask", "keep-last": 4}', true],
    ['{"action": "mask", "keep-last": 4}', '{"action": "mask", "keep-first": 4}', true],
    ['{"action": "mask", "keep-last": 4}', '{"action": "mask", "keep-last": 3}', false],
    ['{"action": "use", "namespace": "email"}', '{"action": "use", "namespace": "phone"}', true],
    [guarded("1000"), guarded("2000"), true],
    [guarded("1000"), guarded("500"), false],
    [rules('"hash"'), guarded("500"), true],
    [guarded("500"), rules('"hash"'), false],
  ])("%j to %j: %p", async (before, after, loosens) => {
    const decided = [];
    for (const text of [before, after]) {
      const engine = await openRules(text.includes("plan :=") ? text : rules(text));
      decided.push((await activatePolicy(engine, model, [...engine.views.values()].slice(0, 1))).views);
    }
    const [a, b] = decided as [(typeof decided)[0], (typeof decided)[0]];
    const changes = await changesBetween(model, a, b);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.some((change) => change.loosens)).toBe(loosens);
  });

  test("keys and headers of records are looked at, too", async () => {
    const text = (action: string): string => `default plan := "model"\n\nplan := ${action} if input.format == "kafka"\n`;
    const decided = [];
    for (const action of ['"redact"', '"hash"']) {
      const engine = await openRules(text(action));
      decided.push((await activatePolicy(engine, model, [...engine.views.values()].slice(0, 1))).views);
    }
    const [a, b] = decided as [(typeof decided)[0], (typeof decided)[0]];
    const changes = await changesBetween(model, a, b);
    expect(changes.some(({ loosens, fields }) => loosens && fields.every((field) => field.startsWith("kafka ")))).toBe(true);
    expect((await changesBetween(model, b, a)).some(({ loosens }) => loosens)).toBe(false);
  });
});

describe.skipIf(!OPA_THERE)("a loosening with one signature", () => {
  function pipeline() {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    const [path, state, archive] = ["policy.tar.gz", "state.json", "archive"].map((name) => join(folder, name)) as [string, string, string];
    const put = (bytes: Uint8Array): void => {
      writeFileSync(`${path}.new`, bytes);
      renameSync(`${path}.new`, path);
    };
    const run = () => {
      const activated: ActivePolicy[] = [];
      const refused: BautaError[] = [];
      const keeper = new PolicyKeeper({
        source: openPolicySource({ from: { kind: "file", path, everyMs: 20 }, trust, state }),
        model,
        views: ["fraud"],
        maxAgeMs: 60_000,
        pollMs: 20,
        loosening: { signatures: 2, archive },
        clock: systemClock,
        prepare: async (policy) => ({ take: () => void activated.push(policy), close: () => undefined }),
        refused: (error) => refused.push(error),
      });
      return { keeper, activated, refused };
    };
    return { folder, path, state, archive, put, run };
  }

  async function until(is: () => boolean): Promise<void> {
    const end = Date.now() + 60_000;
    while (!is()) {
      if (Date.now() > end) throw new Error("waited for long enough");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test("is not put in force by a run, over a restart either; one that tightens is, and one that two have signed", async () => {
    const { put, run, archive } = pipeline();
    put(signedBy(["security"], rules('"redact"'), 1));
    // Nobody knows what was in force: everything is more than before.
    const first = run();
    expect(await first.keeper.start().catch((error: BautaError) => error.code)).toBe("BAUTA-1647");
    await first.keeper.stop();
    put(signedBy(["security", "owner"], rules('"hash"'), 2));
    const { keeper, activated, refused } = run();
    await keeper.start();
    put(signedBy(["security"], rules('"redact"'), 3));
    await until(() => activated.length === 2);
    for (const [i, signers] of ([["security"], ["security", "again"], ["security", "security"]] as const).entries()) {
      put(signedBy(signers, rules('"hash"'), 4 + i));
      await until(() => keeper.failing !== undefined);
      expect(keeper.failing?.error.code).toBe("BAUTA-1647");
      expect(keeper.active.revision).toBe("r3");
      put(signedBy(["security"], rules('"redact"'), 3));
      await until(() => keeper.failing === undefined);
    }
    expect(refused.map(({ code }) => code)).toEqual(["BAUTA-1647", "BAUTA-1647", "BAUTA-1647"]);
    await keeper.stop();
    // The same again needs nobody.
    const again = run();
    expect((await again.keeper.start())?.revision).toBe("r3");
    await again.keeper.stop();
    put(signedBy(["owner"], rules('"hash"'), 7));
    const restarted = run();
    expect(await restarted.keeper.start().catch((error: BautaError) => error.message)).toContain("1 of 2 signatures");
    put(signedBy(["owner"], rules('"redact"'), 8));
    const tighter = run();
    expect((await tighter.keeper.start())?.revision).toBe("r8");
    // What was decided before is gone, so that nothing can be shown to be as tight.
    await tighter.keeper.stop();
    rmSync(archive, { recursive: true });
    put(signedBy(["owner"], rules('"redact"'), 9));
    expect(
      await run()
        .keeper.start()
        .catch((error: BautaError) => error.code),
    ).toBe("BAUTA-1647");
    put(signedBy(["owner", "security"], rules('"hash"'), 10));
    const both = run();
    expect((await both.keeper.start())?.revision).toBe("r10");
    await both.keeper.stop();
  });

  test("is not put in place by the command, nor gone back to, which the run would refuse as well", async () => {
    const { put, run, folder, path, state } = pipeline();
    const place = new PolicyPlace({ path, state, trust, model, views: ["fraud"], looseningSignatures: 2 });
    const notes = { at: 0, by: "operator", reason: "" };
    const file = (bytes: Uint8Array): string => {
      writeFileSync(join(folder, "next.tar.gz"), bytes);
      return join(folder, "next.tar.gz");
    };
    place.apply(await place.toActivate(file(signedBy(["security", "owner"], rules('"hash"'), 1))), notes);
    const { keeper, activated, refused } = run();
    await keeper.start();
    place.apply(await place.toActivate(file(signedBy(["security"], rules('"redact"'), 2))), notes);
    await until(() => activated.length === 2);
    const looser = await place.toActivate(file(signedBy(["security"], rules('"hash"'), 3)));
    expect(() => place.apply(looser, notes)).toThrow(/BAUTA-1647/);
    // Two have signed what was there first.
    place.apply(await place.toRollback(undefined), notes);
    await until(() => activated.length === 3);
    place.apply(await place.toActivate(file(signedBy(["security"], rules('"redact"'), 4))), notes);
    await until(() => activated.length === 4);
    place.apply(await place.toActivate(file(signedBy(["owner"], rules('"refuse"'), 5))), notes);
    await until(() => activated.length === 5);
    const back = await place.toRollback(undefined);
    expect(() => place.apply(back, notes)).toThrow(/BAUTA-1647/);
    expect(refused).toEqual([]);
    await keeper.stop();
    place.close();
    put(signedBy(["security"], rules('"hash"'), 6));
    const keys = ["security", "owner"] as const;
    for (const name of keys) writeFileSync(join(folder, `${name}.pem`), pemOf(SIGNERS[name]));
    const trusted = keys.map((name) => `${name}: { key: ${name}.pem, algorithm: ES256 }`).join(", ");
    const policy = `policy: { path: policy.tar.gz, state: state.json, archive: archive, loosening-signatures: 2, trust: { keys: { ${trusted} } } }\nview: fraud\n`;
    writeFileSync(join(folder, "p.yaml"), `bauta-pipeline: 1\nname: p\npreset: test-data\nsources: stdin\nsinks: { b: stdout }\n${policy}`);
    // A run over files begins under no such policy, either.
    const ran = bauta(["run", join(folder, "p.yaml"), "--dry-run"], { cwd: folder });
    expect([ran.code, /BAUTA-1647/.test(ran.stderr)]).toEqual([2, true]);
  });
});
