/** Grants: more for a view until a moment, which ends by itself, whatever the source and the clock do. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policyOf } from "../../runtime/cli/policy-option.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { activatePolicy } from "../../runtime/policies.ts";
import { answerOf } from "../../runtime/policy/answer.ts";
import { readBundleState } from "../../runtime/policy/bundle/state-file.ts";
import { decisionsDigest } from "../../runtime/policy/decisions.ts";
import { grantsOf } from "../../runtime/policy/grants.ts";
import { openPolicySource } from "../../runtime/policy/source.ts";
import { changesOverTime } from "../../runtime/policy-changes.ts";
import { type ActivePolicy, PolicyKeeper } from "../../runtime/policy-keeper.ts";
import { bauta } from "../e2e/cli.ts";
import { newFolder } from "./bundles.ts";
import { OPA_THERE } from "./opa.ts";
import { openRules, policyFolder, presetModel, VIEWS } from "./policies.ts";

setDefaultTimeout(120_000);
const work = newFolder();
afterAll(() => rmSync(work, { recursive: true, force: true }));
const model = presetModel();

const NOON = Date.parse("2026-11-29T12:00:00Z");
const HOUR = 3_600_000;
const momentAt = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");
const data = (ends: Readonly<Record<string, number>>): object => ({
  bauta: { views: VIEWS, grants: Object.fromEntries(Object.entries(ends).map(([name, at]) => [name, { until: momentAt(at) }])) },
});
const RULES = `default plan := "model"

plan := {"action": "keep", "danger-no-detect": true, "grant": "incident", "else": "redact"} if input.field.class == "contact"
`;
const TWO = `${RULES}
plan := {"action": "hash", "grant": "audit", "else": "redact"} if input.field.class == "reference"
`;

const issueOf = async (act: () => unknown): Promise<number> => {
  try {
    await act();
  } catch (error) {
    if (error instanceof BautaError) return error.issue.number;
    throw error;
  }
  return 0;
};

/** What contacts and references get. */
function actionsOf({ views }: Pick<ActivePolicy, "views">): readonly string[] {
  const answers = views.get("fraud")?.answers ?? {};
  return ["contact", "reference"].map((name) => answers[`${name}\n`]?.action ?? "");
}

describe("a grant", () => {
  test.each([
    [{}, "no end"],
    [{ until: "2026-12-01" }, "a day is no moment"],
    [{ until: "2026-12-01T18:00:00+01:00" }, "another time zone"],
    [{ until: "2026-02-30T00:00:00Z" }, "a day that there is not"],
    [{ until: 1_900_000_000 }, "a number"],
    [{ until: "never" }, "no moment"],
    [{ until: "2026-12-01T18:00:00Z", from: "x" }, "another key"],
    [{ until: "2026-12-01T18:00:00Z", reason: 1 }, "a reason that is no text"],
  ])("%j is refused: %s", async (grant) => {
    expect(await issueOf(() => grantsOf({ bauta: { grants: { one: grant } } }))).toBe(1648);
  });

  test("is named by an answer, which may have a guard as well", () => {
    expect(answerOf({ action: "keep", grant: "g", else: "redact" }, "f")).toMatchObject({ action: "granted", during: { action: "keep" } });
    expect(answerOf({ action: "keep", grant: "g", when: "small", else: "redact" }, "f")).toMatchObject({
      action: "granted",
      during: { action: "guarded", guard: "small", otherwise: { action: "redact" } },
      otherwise: { action: "redact" },
    });
    for (const wrong of [
      { action: "keep", grant: 1 },
      { action: "keep", grant: "g", else: { action: "keep", grant: "h" } },
    ])
      expect(() => answerOf(wrong, "f")).toThrow(/BAUTA-1604/);
  });
});

describe.skipIf(!OPA_THERE)("grants of a policy", () => {
  const activated = async (rules: string, ends: Readonly<Record<string, number>>, at = NOON) => {
    const engine = await openRules(rules, data(ends));
    return activatePolicy(engine, model, [...engine.views.values()].slice(1, 2), { at });
  };

  test("have an end that is near, few ends, a name that is known, and let more through", async () => {
    expect(await issueOf(() => activated(RULES, { incident: NOON + 93 * 24 * HOUR }))).toBe(1648);
    expect(await issueOf(() => activated(RULES, { incident: NOON + HOUR, unused: NOON + 93 * 24 * HOUR }))).toBe(1648);
    expect(await issueOf(() => activated(RULES, { incidents: NOON + HOUR }))).toBe(1605);
    expect(
      await issueOf(() =>
        activated(RULES.replace('"else": "redact"', '"else": "model"').replace('"keep", "danger-no-detect": true', '"redact"'), {
          incident: NOON + HOUR,
        }),
      ),
    ).toBe(1604);
    const shapes = ["text", "digits", "iban", "bic", "alphanumeric"];
    const rules = shapes.map(
      (shape) => `plan := {"action": "keep", "grant": "${shape}", "else": "redact"} if input.field.shape == "${shape}"`,
    );
    const ends = (count: number) => Object.fromEntries(shapes.map((shape, i) => [shape, NOON + (1 + Math.min(i, count - 1)) * HOUR]));
    const all = `default plan := "model"\n\n${rules.join("\n")}`;
    expect(await issueOf(() => activated(all, ends(5)))).toBe(1648);
    expect((await activated(all, ends(4))).later).toHaveLength(4);
  });

  test("those that have ended are none, and are told", async () => {
    const now = await activated(TWO, { incident: NOON, audit: NOON + HOUR });
    expect(actionsOf(now)).toEqual(["redact", "hash"]);
    expect(now.grants.map(({ name, isEnded }) => [name, isEnded])).toEqual([
      ["audit", false],
      ["incident", true],
    ]);
    expect(now.later.map(({ from, revision }) => [from, revision])).toEqual([[NOON + HOUR, ""]]);
    expect(now.revision).toBe("+audit");
    // A run over files has one policy to its end.
    expect(actionsOf(await activated(TWO, { incident: NOON + HOUR, audit: NOON + HOUR }, Number.POSITIVE_INFINITY))).toEqual([
      "redact",
      "redact",
    ]);
  });

  test("one that is longer loosens, from its old end on; one that is shorter does not", async () => {
    const [short, long] = [await activated(RULES, { incident: NOON + HOUR }), await activated(RULES, { incident: NOON + 2 * HOUR })];
    const changes = await changesOverTime(model, short, long);
    expect(changes.length).toBeGreaterThan(0);
    for (const change of changes) expect(change).toMatchObject({ loosens: true, from: new Date(NOON + HOUR).toISOString() });
    const back = await changesOverTime(model, long, short);
    expect(back.length).toBeGreaterThan(0);
    expect(back.some(({ loosens }) => loosens)).toBe(false);
  });
});

describe.skipIf(!OPA_THERE)("a grant in force", () => {
  /** A run whose clock says what it is told to. */
  function run(path: string, at: number, state?: string) {
    const clock = { now: at, date: () => clock.now, ticks: () => clock.now };
    const taken: string[] = [];
    const closed: string[] = [];
    const refused: BautaError[] = [];
    const keeper = new PolicyKeeper({
      source: openPolicySource({ from: { kind: "directory", path, everyMs: 20 }, trust: { keys: {}, dangerUnsigned: true }, state }),
      model,
      views: ["fraud"],
      maxAgeMs: 1000 * HOUR,
      pollMs: 20,
      clock,
      prepare: async ({ revision }) => ({ take: () => void taken.push(revision), close: () => void closed.push(revision) }),
      refused: (error) => refused.push(error),
    });
    return { clock, keeper, taken, closed, refused };
  }

  const until = async (is: () => boolean): Promise<void> => {
    for (let i = 0; !is(); i++) {
      if (i > 12_000) throw new Error("waited for long enough");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  test("ends at its moment with its source away, and is written down; no clock that is set back revives it", async () => {
    const folder = policyFolder(TWO, data({ incident: NOON + HOUR, audit: NOON + 2 * HOUR }));
    const state = join(work, "ends.json");
    const { clock, keeper, taken, refused } = run(folder, NOON, state);
    await keeper.start();
    const digests = new Set<string>();
    const note = (): void => void digests.add(decisionsDigest(keeper.active.views.get("fraud") ?? (undefined as never)));
    note();
    const kept = readFileSync(join(folder, "data.json"));
    rmSync(folder, { recursive: true });
    await until(() => refused.length > 0);
    clock.now = NOON + HOUR - 1;
    keeper.expire();
    expect([actionsOf(keeper.active), keeper.active.revision]).toEqual([["keep", "hash"], "+audit+incident"]);
    clock.now = NOON + HOUR;
    keeper.expire();
    note();
    expect([actionsOf(keeper.active), keeper.active.revision, keeper.active.sequence]).toEqual([["redact", "hash"], "+audit", 1]);
    clock.now = NOON;
    keeper.expire();
    expect(actionsOf(keeper.active)).toEqual(["redact", "hash"]);
    clock.now = NOON + 2 * HOUR;
    keeper.expire();
    keeper.expire();
    note();
    expect([actionsOf(keeper.active), keeper.active.revision, keeper.active.sequence]).toEqual([["redact", "redact"], "", 2]);
    expect(taken).toEqual(["+audit+incident", "+audit", ""]);
    expect(digests.size).toBe(3);
    await keeper.stop();
    expect(readBundleState(state)?.seen).toBe(NOON + 2 * HOUR);
    const again = policyFolder(TWO, JSON.parse(kept.toString()));
    for (const at of [NOON, NOON - 24 * HOUR]) {
      const restarted = run(again, at, state);
      expect(actionsOf((await restarted.keeper.start()) as ActivePolicy)).toEqual(["redact", "redact"]);
      await restarted.keeper.stop();
    }
  });

  test("ends where its end cannot be written down, which is told", async () => {
    const folder = policyFolder(RULES, data({ incident: NOON + HOUR }));
    const state = join(newFolder(), "state.json");
    const { clock, keeper, refused } = run(folder, NOON, state);
    await keeper.start();
    writeFileSync(state, "broken");
    clock.now = NOON + HOUR;
    keeper.expire();
    expect(actionsOf(keeper.active)[0]).toBe("redact");
    expect(refused.map(({ code }) => code)).toEqual(["BAUTA-1639"]);
    await keeper.stop();
  });

  test("that nobody waited for ends with those before it; another policy takes the place of all that was to come", async () => {
    const folder = policyFolder(TWO, data({ incident: NOON + HOUR, audit: NOON + 2 * HOUR }));
    const { clock, keeper, taken, closed } = run(folder, NOON);
    await keeper.start();
    clock.now = NOON + 3 * HOUR;
    keeper.expire();
    expect(actionsOf(keeper.active)).toEqual(["redact", "redact"]);
    expect(taken).toEqual(["+audit+incident", "+audit", ""]);
    await keeper.stop();
    const other = run(folder, NOON);
    await other.keeper.start();
    writeFileSync(join(folder, "data.json"), JSON.stringify(data({ incident: NOON + HOUR, audit: NOON + HOUR })));
    await until(() => other.taken.length === 2);
    expect(other.closed).toEqual(["+audit", ""]);
    other.clock.now = NOON + HOUR;
    other.keeper.expire();
    expect(other.taken).toEqual(["+audit+incident", "+audit+incident", ""]);
    await other.keeper.stop();
    expect([closed, other.closed]).toEqual([[], ["+audit", ""]]);
  });

  test("is told by check, and masks no files", async () => {
    const end = new Date(Date.now() + HOUR).toISOString().replace(/\.\d+Z$/, "Z");
    const grants = { incident: { until: end, reason: "ticket 12" } };
    const folder = policyFolder(RULES.replace("contact", "reference"), { bauta: { views: VIEWS, grants } });
    const check = bauta(["policy", "check", folder, "--preset", "test-data", "--view", "fraud", "--json"]);
    expect(JSON.parse(check.stdout)).toMatchObject({
      grants: [{ name: "incident", until: end, reason: "ticket 12", ended: false }],
      views: [{ actions: { keep: expect.any(Number) } }],
    });
    const masked = await policyOf({ preset: "test-data", policy: folder, view: "fraud" });
    expect(masked?.answers["reference\n"]).toEqual({ action: "redact" });
    expect(masked?.revision).toBe("");
  });
});
