/**
 * An OPA server as the engine of policies. It is asked before a run and while it goes on, for all fields and views at once, and never about
 * a record. What it does not say is refused: OPA answers 200 with nothing in it when its policy is not there, its name is mistyped, or its
 * bundle did not come.
 */
import { createHash } from "node:crypto";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_TIMEOUT_MS, OPA_SERVER_SHARE } from "../../kit/limits.ts";
import { systemClock } from "../../platform/clock.ts";
import { answerOf, type WrittenAnswer } from "../answer.ts";
import { FACTS, type FieldFacts, GUARDS_RULE, type OpaServerDefinition, type PolicyEngine, type PolicySource } from "../api.ts";
import { isJsonObject, parseJson } from "../bundle/json.ts";
import { type GuardTree, guardTreeOf } from "../guards.ts";
import { askServer, isHere, serverUrl, shownUrl } from "../http.ts";
import { isObject, type View, viewsOf } from "../views.ts";
import { rulesOfServer } from "./server-reads.ts";
import { reasonsOf } from "./wasm.ts";

const UNANSWERED = 1651;
const UNDEFINED = 1652;

/** All answers in one query, so that they are those of one policy. Works with OPA from 0.34 on. */
const QUERY = [
  "answers := [[v, f, plan] | view := input.views[v]; field := input.fields[f];",
  'plan := data.bauta.masking.plan with input as object.union(field, {"view": view})];',
  "denied := [[v, f, deny] | view := input.views[v]; field := input.fields[f];",
  'deny := data.bauta.masking.deny with input as object.union(field, {"view": view})]',
].join(" ");

/**
 * @param danger a server on another machine may be asked without TLS
 * @throws BautaError 1639 for settings that cannot be
 */
export function openOpaServer(definition: OpaServerDefinition, danger: boolean): PolicySource {
  const url = serverUrl(definition.url, definition);
  if (url.protocol === "http:" && !isHere(url) && !danger)
    throw new BautaError(1639, { detail: "what a server on another machine decides comes by https, or with danger-unsigned" });
  let isAccepted = false;
  /** How long its answers to the last look took together, and when the last of them was there. */
  let busyMs = 0;
  let answeredAt = Number.NEGATIVE_INFINITY;
  return {
    name: shownUrl(url),
    repeats: true,
    async next(signal) {
      // A server that takes long is not to be busy with this alone.
      if (systemClock.ticks() < answeredAt + busyMs * OPA_SERVER_SHARE) return undefined;
      isAccepted = false;
      busyMs = 0;
      const ask = asking(definition, url, signal, (milliseconds) => {
        busyMs += milliseconds;
        answeredAt = systemClock.ticks();
      });
      return engineOf(await stateOf(ask), ask);
    },
    offered: undefined,
    // It gives no grants.
    seen: undefined,
    see: () => undefined,
    accept() {
      isAccepted = true;
    },
    get isAccepted() {
      return isAccepted;
    },
    pause: systemClock.sleep,
    forget() {
      answeredAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** One question; gives the JSON of the answer as it came. */
type Ask = (path: string, body?: object) => Promise<Uint8Array>;

function asking(
  { url: base, timeoutMs = BUNDLE_TIMEOUT_MS, ...access }: OpaServerDefinition,
  { search }: URL,
  signal: AbortSignal,
  took: (milliseconds: number) => void,
): Ask {
  return async (path, body) => {
    const url = new URL(base.replace(/\/*(\?.*)?$/, "") + path + search);
    const from = systemClock.ticks();
    const { status, body: answer } = await askServer({
      url,
      access,
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)),
      timeoutMs,
      signal,
      issue: UNANSWERED,
    });
    took(systemClock.ticks() - from);
    if (status !== 200) throw refusalOf(url, status, answer);
    return answer;
  };
}

/** What a server says besides an answer: its code alone, for its text may repeat what it was asked. */
function refusalOf(url: URL, status: number, body: Uint8Array): BautaError {
  let code: unknown;
  try {
    const told = JSON.parse(new TextDecoder().decode(body));
    code = isObject(told) ? told["code"] : undefined;
  } catch {
    code = undefined;
  }
  const known = typeof code === "string" && /^[a-z_]{1,64}$/.test(code) ? `, ${code}` : "";
  const path = shownUrl(url);
  // It could not evaluate what it has: two values of one rule, for one.
  if (status === 500 && code === "internal_error") return new BautaError(1603, { path, detail: `status ${status}${known}` });
  return new BautaError(UNANSWERED, { path, detail: `status ${status}${known}` });
}

/** What the server has besides answers. */
interface ServerState {
  readonly revision: string;
  readonly views: ReadonlyMap<string, View>;
  readonly guards: Readonly<Record<string, GuardTree>>;
  readonly reads: PolicyEngine["reads"];
  /** One text for all of it. */
  readonly text: string;
}

async function stateOf(ask: Ask): Promise<ServerState> {
  const [told, policies] = await Promise.all([ask("/v1/data/bauta/views?provenance=true").then(objectIn), policiesOf(ask)]);
  const { result, provenance } = told;
  if (result === undefined) throw new BautaError(UNDEFINED, { path: "data.bauta.views" });
  const { reads, guards: names } = policies === undefined ? { reads: FACTS, guards: [] } : rulesOfServer(policies.modules);
  const trees = await Promise.all(names.map((name) => treeOf(ask, name)));
  const revision = revisionOf(provenance);
  const guards = Object.fromEntries(names.map((name, i) => [name, trees[i] ?? []]));
  return {
    revision,
    views: viewsOf({ bauta: { views: result } }),
    guards,
    reads: new Set(reads),
    text: JSON.stringify([revision, policies?.texts, result, guards]),
  };
}

/** The rules of the server, if it shows them: without, all fields are asked about, and there are no guards. */
async function policiesOf(ask: Ask): Promise<{ readonly modules: readonly unknown[]; readonly texts: readonly string[] } | undefined> {
  let told: Readonly<Record<string, unknown>>;
  try {
    told = objectIn(await ask("/v1/policies"));
  } catch (error) {
    if (error instanceof BautaError && /status 40[134]/.test(error.message)) return undefined;
    throw error;
  }
  const { result } = told;
  if (!Array.isArray(result) || !result.every(isObject)) throw new BautaError(UNDEFINED, { path: "/v1/policies" });
  return { modules: result.map(({ ast }) => ast), texts: result.map(({ id, raw }) => `${id}\n${raw}`).sort() };
}

async function treeOf(ask: Ask, name: string): Promise<GuardTree> {
  const query = `data.${GUARDS_RULE.split("/").join(".")}.${name}`;
  const told = parseJson(await ask("/v1/compile", { query, unknowns: ["input"] }), "guard");
  const result = isJsonObject(told) ? told.get("result") : undefined;
  // OPA says the same of a guard that is not there, and of one that can never hold.
  if (!isJsonObject(result) || !result.has("queries")) throw new BautaError(UNDEFINED, { path: query });
  return guardTreeOf(name, result);
}

/** Revisions of the server's bundles, as it says where its answers come from. */
function revisionOf(provenance: unknown): string {
  if (!isObject(provenance)) return "";
  const bundles = isObject(provenance["bundles"]) ? Object.values(provenance["bundles"]) : [];
  const revisions = [provenance["revision"], ...bundles.map((bundle) => (isObject(bundle) ? bundle["revision"] : undefined))];
  return revisions.filter((revision) => typeof revision === "string" && revision !== "").join(" ");
}

function engineOf(state: ServerState, ask: Ask): PolicyEngine {
  const all = [...state.views.values()];
  let answers: Promise<Asked> | undefined;
  let askedOf: readonly FieldFacts[] | undefined;
  let sha256 = "";
  return {
    name: "opa-server",
    revision: state.revision,
    get sha256() {
      return sha256;
    },
    reads: state.reads,
    views: state.views,
    guards: state.guards,
    // It can say anything at the next question; for how long is for what is signed.
    grants: new Map(),
    async decide(view, fields, turns) {
      // All views at once, so that none has answers of another policy.
      if (askedOf !== fields) {
        askedOf = fields;
        answers = askAll(ask, state, all, fields);
      }
      const found = (await answers) as Asked;
      sha256 = createHash("sha256").update(state.text).update(found.text).digest("hex");
      const own = all.findIndex(({ name }) => name === view.name);
      const read: WrittenAnswer[] = [];
      for (const [i, field] of fields.entries()) {
        read.push(answerOfServer(found, own * fields.length + i, field));
        if (turns.isOver) await turns.next();
      }
      return read;
    },
    close: () => undefined,
  };
}

/** By view and field. */
interface Asked {
  readonly plans: ReadonlyMap<number, unknown>;
  readonly denied: ReadonlyMap<number, unknown>;
  readonly text: string;
}

async function askAll(ask: Ask, state: ServerState, views: readonly View[], fields: readonly FieldFacts[]): Promise<Asked> {
  const inputs = fields.map(({ format, message, ...field }) => ({ format, message, field }));
  const { result } = objectIn(await ask("/v1/query", { query: QUERY, input: { views, fields: inputs } }));
  const [bindings] = Array.isArray(result) ? (result as unknown[]) : [];
  if (!isObject(bindings)) throw new BautaError(UNDEFINED, { path: "data.bauta.masking.plan" });
  const { answers, denied } = bindings;
  const found = { plans: byPlace(answers, fields.length), denied: byPlace(denied, fields.length), text: JSON.stringify([answers, denied]) };
  // Guards and views were asked for by themselves: they are of this policy if they are the same behind it.
  const { text } = await stateOf(ask);
  if (text !== state.text) throw new BautaError(UNANSWERED, { detail: "its policy changed while it was asked" });
  return found;
}

function byPlace(rows: unknown, fields: number): ReadonlyMap<number, unknown> {
  const found = new Map<number, unknown>();
  for (const row of Array.isArray(rows) ? (rows as unknown[]) : []) {
    const [view, field, value] = Array.isArray(row) ? (row as unknown[]) : [];
    if (typeof view !== "number" || typeof field !== "number") throw new BautaError(UNANSWERED, { detail: "an answer of another form" });
    found.set(view * fields + field, value);
  }
  return found;
}

function answerOfServer({ plans, denied }: Asked, at: number, { message, path }: FieldFacts): WrittenAnswer {
  const where = `${message} ${path}`.trim();
  const reasons = reasonsOf(denied.get(at), where);
  if (reasons.length > 0) return { action: "refuse", reason: reasons.join("; ") };
  const written = plans.get(at);
  if (written === undefined) throw new BautaError(UNDEFINED, { path: where, detail: "data.bauta.masking.plan" });
  return answerOf(written, where);
}

function objectIn(body: Uint8Array): Readonly<Record<string, unknown>> {
  let told: unknown;
  try {
    told = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    told = undefined;
  }
  if (!isObject(told)) throw new BautaError(UNANSWERED, { detail: "what it sends is no JSON object" });
  return told;
}
