/** An OPA server as the engine: it says what the engine in this process says, and what it does not say lets nothing through. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { BautaError } from "../../runtime/kit/errors.ts";
import { systemClock } from "../../runtime/platform/clock.ts";
import { type Activation, PolicyActivator } from "../../runtime/policies.ts";
import { FACTS, type PolicyEngine, type PolicySource } from "../../runtime/policy/api.ts";
import { openPolicySource } from "../../runtime/policy/source.ts";
import { viewNamed } from "../../runtime/policy/views.ts";
import { type ActivePolicy, PolicyKeeper } from "../../runtime/policy-keeper.ts";
import { type Behaviour, OpaProxy, OpaServer } from "../services/opa.ts";
import { OPA_THERE } from "./opa.ts";
import { openRules, presetModel, VIEWS } from "./policies.ts";

setDefaultTimeout(60_000);
const SLOW_MS = 600;
const TIMEOUT_MS = 300;

const RULES = `import data.bauta.lists as of

default plan := "model"

is_contact if input.field.class == "contact"

plan := "redact" if {
	is_contact
	input.view.purpose == "statistics"
}

plan := {"action": "keep", "danger-no-detect": true, "when": "small", "else": "hash"} if {
	input.field.class in of.open
	"fraud" in input.view.roles
}

guards.small if {
	input.amount < 1000
	input.currency in {"EUR", "CHF"}
}

guards.small if input.sender_country == "DE"

deny contains "partners get no accounts" if {
	input.field.class == "account"
	input.view.recipient == "partner-bank"
}`;
const DATA = { bauta: { views: VIEWS, lists: { open: ["reference"] } } };
const whole = (rules: string): string => `package bauta.masking\n\n${rules}\n`;

const model = presetModel();
/** One for all tests: what there is to be asked about does not change. */
const activator = new PolicyActivator(model);
const always = new AbortController().signal;

let opa: OpaServer;
let proxy: OpaProxy;
beforeAll(async () => {
  if (!OPA_THERE) return;
  opa = await OpaServer.start([]);
  proxy = await OpaProxy.start(opa.url, SLOW_MS);
});
afterAll(async () => {
  await proxy?.stop();
  await opa?.kill();
});

async function given(rules: string, data: object = DATA): Promise<void> {
  proxy.behaviour = "pass";
  await opa.put("data", JSON.stringify(data));
  await opa.rules(whole(rules));
}

const sourceOf = (timeoutMs = 10_000): PolicySource =>
  openPolicySource({ from: { kind: "opa-server", url: proxy.url, timeoutMs }, trust: { keys: {} }, state: undefined });

async function asked(
  source: PolicySource = sourceOf(),
  views: readonly string[] = Object.keys(VIEWS),
): Promise<[PolicyEngine, Activation]> {
  const engine = await source.next(always);
  if (engine === undefined) throw new Error("it says nothing");
  return [
    engine,
    await activator.activate(
      engine,
      views.map((name) => viewNamed(engine.views, name)),
    ),
  ];
}

const codeOf = async (asking: Promise<unknown>): Promise<string> => {
  try {
    await asking;
    return "none";
  } catch (error) {
    return error instanceof BautaError ? error.code : String(error);
  }
};

async function until(is: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!is()) {
    if (Date.now() > end) throw new Error("waited for long enough");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.skipIf(!OPA_THERE)("an OPA server", () => {
  test("answers what the engine in this process answers, reads what that reads, and has its guards", async () => {
    await given(RULES);
    const [server, answered] = await asked();
    const embedded = await openRules(RULES, DATA);
    const views = Object.keys(VIEWS).map((name) => viewNamed(embedded.views, name));
    const expected = await activator.activate(embedded, views);
    expect([...server.reads]).toEqual([...embedded.reads]);
    expect(server.guards).toEqual(embedded.guards);
    expect([...answered.views].map(([name, { answers }]) => [name, answers])).toEqual(
      [...expected.views].map(([name, { answers }]) => [name, answers]),
    );
    expect(answered.kinds).toBe(expected.kinds);
    expect(new Set(Object.values(answered.views.get("fraud")?.answers ?? {}).map(({ action }) => action))).toContain("guarded");
  });

  test("is known by what it answers: the same twice, another for other data", async () => {
    await given(RULES);
    const [first] = await asked();
    const [again] = await asked();
    expect(again.sha256).toBe(first.sha256);
    await opa.put("data/bauta/lists", '{"open": ["contact"]}');
    const [other] = await asked();
    expect(other.sha256).not.toBe(first.sha256);
  });

  test("that does not show its rules is asked about every field", async () => {
    await given(`default plan := "model"\n\nplan := "redact" if input.field.class == "contact"`);
    const [shown] = await asked(sourceOf(), ["fraud"]);
    proxy.behaviour = "hides policies";
    const hidden = await sourceOf().next(always);
    expect([[...shown.reads], [...(hidden?.reads ?? [])]]).toEqual([["class"], [...FACTS]]);
  });

  test.each([
    ["has no policy", "BAUTA-1652", `other := "model"`, DATA],
    ["has its rule under another name", "BAUTA-1652", `default plann := "model"`, DATA],
    ["says nothing of a field", "BAUTA-1652", `plan := "redact" if input.field.class == "contact"`, DATA],
    ["has no views", "BAUTA-1652", `default plan := "model"`, { bauta: {} }],
    ["has a guard that never holds", "BAUTA-1652", `default plan := "model"\n\nguards.never if input.amount < data.nothing.here`, DATA],
    ["answers what is no action", "BAUTA-1604", `default plan := "no_mask"`, DATA],
    ["names a namespace that is not there", "BAUTA-1605", `default plan := {"action": "use", "namespace": "acount"}`, DATA],
    [
      "has two answers at once",
      "BAUTA-1603",
      `plan := "mask" if input.field.class != "x"\n\nplan := "hash" if input.view.name != ""`,
      DATA,
    ],
    ["has a guard that compares nothing", "BAUTA-1612", `default plan := "model"\n\nguards.odd if input.amount < input.limit`, DATA],
  ] as const)("that %s is refused with %s", async (_, code, rules, data) => {
    await given(rules, data);
    expect(await codeOf(asked())).toBe(code);
  });

  test.each([
    ["answers {}", "empty", "BAUTA-1652"],
    ["answers what is no JSON", "garbage", "BAUTA-1651"],
    ["ends in the middle", "cut", "BAUTA-1651"],
    ["is too slow", "slow", "BAUTA-1651"],
    ["fails", "fails", "BAUTA-1603"],
  ] as const)("that %s is refused", async (_, behaviour: Behaviour, code) => {
    await given(RULES);
    proxy.behaviour = behaviour;
    expect(await codeOf(asked(sourceOf(TIMEOUT_MS)))).toBe(code);
  });

  test("on another machine is asked by https only, and its address holds no secret", () => {
    const open =
      (url: string, dangerUnsigned = false) =>
      () =>
        openPolicySource({ from: { kind: "opa-server", url }, trust: { keys: {}, dangerUnsigned }, state: undefined });
    const wrong = expect.objectContaining({ code: "BAUTA-1639" });
    expect(open("http://opa.example.org:8181")).toThrow(wrong);
    expect(open("https://user:secret@opa.example.org")).toThrow(wrong);
    expect(open("ftp://opa.example.org")).toThrow(wrong);
    expect(open("http://opa.example.org:8181", true)).not.toThrow();
    expect(open("https://opa.example.org")).not.toThrow();
  });

  test("may go away and come back: the last good policy serves until it is stale, and nothing is activated twice", async () => {
    await given(`default plan := "redact"`);
    const told: string[] = [];
    const activated: ActivePolicy[] = [];
    const keeper = new PolicyKeeper({
      source: sourceOf(TIMEOUT_MS),
      model,
      views: ["fraud"],
      maxAgeMs: 400,
      pollMs: 20,
      clock: systemClock,
      prepare: async (policy) => ({ take: () => void activated.push(policy), close: () => undefined }),
      refused: (error) => told.push(error.code),
      stale: (error) => told.push(error.code),
      mended: () => told.push("mended"),
    });
    await keeper.start();
    const staleTold = (): number => told.filter((one) => one === "BAUTA-1611").length;
    for (const [i, behaviour] of (["empty", "slow", "garbage"] as const).entries()) {
      proxy.behaviour = behaviour;
      await until(() => staleTold() > i);
      proxy.behaviour = "pass";
      await until(() => keeper.failing === undefined);
    }
    expect(activated).toHaveLength(1);
    expect(told.filter((one) => one === "mended")).toHaveLength(3);
    expect(staleTold()).toBe(3);
    await given(`default plan := "hash"`);
    await until(() => activated.length === 2);
    expect(keeper.active.sequence).toBe(1);
    await keeper.stop();
  });

  test("that is not there to begin with is waited for", async () => {
    await given(`default plan := "redact"`);
    proxy.behaviour = "empty";
    const keeper = new PolicyKeeper({
      source: sourceOf(),
      model,
      views: ["fraud"],
      maxAgeMs: 60_000,
      pollMs: 20,
      clock: systemClock,
      prepare: async () => ({ take: () => undefined, close: () => undefined }),
      refused: () => undefined,
    });
    expect(await keeper.start()).toBeUndefined();
    expect(keeper.stale?.code).toBe("BAUTA-1611");
    const waiting = keeper.whenActive(always);
    proxy.behaviour = "pass";
    expect(await waiting).toBeTrue();
    expect(keeper.stale).toBeUndefined();
    await keeper.stop();
  });
});
