/** Rego and data, compiled by the OPA binary: WebAssembly, what its rules read, and which guards there are. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BautaError } from "../../kit/errors.ts";
import { nearest } from "../../kit/suggest.ts";
import { DENY_RULE, FACTS, type FactName, GUARDS_RULE, PLAN_RULE } from "../api.ts";
import { type Bundle, readBundle } from "../bundle/bundle.ts";
import { parseJson } from "../bundle/json.ts";
import { type GuardTree, guardTree } from "../guards.ts";
import { isObject } from "../views.ts";
import { type OpaCall, runOpa } from "./binary.ts";
import { factsRead, pathOf } from "./syntax.ts";

/** What an engine is opened from. Plain data. */
export interface CompiledPolicy {
  readonly revision: string;
  /** SHA-256 (hex) over what decides: the WebAssembly and the data. */
  readonly sha256: string;
  readonly wasm: Uint8Array;
  /** One JSON text with all numbers as written, and the same as a value. */
  readonly dataJson: Uint8Array;
  readonly data: unknown;
  readonly hasDeny: boolean;
  readonly guards: readonly Guard[];
  readonly reads: readonly FactName[];
}

export interface Guard {
  readonly name: string;
  readonly tree: GuardTree;
}

/** Folder of the copy that is compiled. */
const COPY = "policy-source";
/** Files that are parsed at once. */
const AT_ONCE = 8;
/** Lines of what the compiler says that are told. */
const LINES_TOLD = 5;

/**
 * What an engine is opened from. A bundle that carries WebAssembly is taken as it is; else its Rego is compiled, and its tests have to hold.
 * @throws BautaError 1601 without the binary, 1602 with what it says of the policy, 1610 if its own tests fail
 */
export async function compiledOf(bundle: Bundle): Promise<CompiledPolicy> {
  if (bundle.wasm !== undefined) return carried(bundle, bundle.wasm);
  const work = mkdtempSync(join(tmpdir(), "bauta-policy-"));
  try {
    const copy = join(work, COPY);
    const hasTests = [...bundle.files].map(([name, bytes]) => writeFile(copy, name, bytes)).includes(true);
    const [compiled] = await Promise.all([compileCopy(work, copy), hasTests ? testPolicy(work, copy) : undefined]);
    return { ...compiled, revision: bundle.manifest.revision };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Writes what OPA reads of a bundle. Returns whether it is a file of tests. */
function writeFile(copy: string, name: string, bytes: Uint8Array): boolean {
  if (!/\.rego$|(^|\/)(data\.(json|ya?ml)|\.manifest)$/.test(name)) return false;
  const path = join(copy, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { mode: 0o600 });
  return name.endsWith("_test.rego");
}

/** What a bundle says of the WebAssembly that it carries. */
function carried({ manifest, dataJson, data, digest }: Bundle, wasm: Uint8Array): CompiledPolicy {
  const entries = manifest.wasm.map(({ entrypoint }) => entrypoint);
  if (!entries.includes(PLAN_RULE)) throw new BautaError(1602, { detail: `its WebAssembly has no entry point ${PLAN_RULE}` });
  return {
    revision: manifest.revision,
    sha256: digest,
    wasm,
    dataJson,
    data,
    hasDeny: entries.includes(DENY_RULE),
    // What is left of a guard without a record is in its source, not in WebAssembly.
    guards: [],
    // Nobody says what its rules read, so that fields are alike for it in nothing.
    reads: FACTS,
  };
}

async function compileCopy(work: string, copy: string): Promise<CompiledPolicy> {
  // Which rules there are takes as long to tell as half of the rest: what is most likely asked for is compiled meanwhile.
  const likely = likelyAsked(copy);
  const compiling = compileAsked(work, copy, likely);
  compiling.catch(() => undefined);
  const rules = await rulesIn(work, copy).catch(async (error: unknown) => {
    await compiling.catch(() => undefined);
    throw error;
  });
  if (!rules.includes(PLAN_RULE)) {
    const near = nearest(PLAN_RULE, rules);
    throw new BautaError(1602, { detail: `no rule data.bauta.masking.plan${near === undefined ? "" : `; did you mean ${near}?`}` });
  }
  const guards = rules.filter((rule) => rule.startsWith(`${GUARDS_RULE}/`)).sort();
  const asked = [PLAN_RULE, ...rules.filter((rule) => rule === DENY_RULE)];
  const isLikely = asked.length === likely.length;
  const [made, trees] = await Promise.all([
    isLikely ? compiling : compiling.catch(() => undefined).then(() => compileAsked(work, copy, asked)),
    Promise.all(guards.map((rule) => treeOf(work, copy, rule))),
  ]);
  const { wasm, dataJson, data, reads } = made;
  const named = guards.map((guard, i) => ({ name: nameOf(guard), tree: trees[i] ?? [] }));
  const hash = createHash("sha256").update(wasm).update("\n").update(dataJson);
  // Guards are not in the module: a policy with others is another one.
  if (named.length > 0) hash.update("\n").update(JSON.stringify(named));
  return {
    revision: "",
    sha256: hash.digest("hex"),
    wasm,
    dataJson,
    data,
    hasDeny: asked.includes(DENY_RULE),
    guards: named,
    reads,
  };
}

/** Told by the text: a rule `deny` begins a line. What it is taken for wrongly costs time and nothing else. */
function likelyAsked(copy: string): readonly string[] {
  const hasDeny = regoFiles(copy).some((file) => /^[ \t]*(?:default[ \t]+)?deny\b/m.test(readFileSync(file, "utf8")));
  return hasDeny ? [PLAN_RULE, DENY_RULE] : [PLAN_RULE];
}

type Compiled = Pick<CompiledPolicy, "wasm" | "dataJson" | "data" | "reads">;

async function compileAsked(work: string, copy: string, asked: readonly string[]): Promise<Compiled> {
  const [bundle, readByAsked] = await Promise.all([built(work, asked), Promise.all(asked.map((rule) => inputsOf(work, copy, rule)))]);
  return { ...bundle, reads: factsRead(readByAsked.flat()) };
}

const nameOf = (guard: string): string => guard.slice(GUARDS_RULE.length + 1);

/** What is left of a guard when everything is known but the record. */
async function treeOf(work: string, copy: string, rule: string): Promise<GuardTree> {
  const query = `data.${rule.split("/").join(".")}`;
  const args = ["eval", "--partial", "--unknowns", "input", "--format", "json", "--data", copy, "--ignore", "*_test.rego", query];
  const { stdout } = said(await runOpa(args, work), copy);
  return guardTree(nameOf(rule), parseJson(stdout, "guard"));
}

/** The bundle that the compiler makes, with these rules to be asked for. */
async function built(work: string, entries: readonly string[]): Promise<Pick<CompiledPolicy, "wasm" | "dataJson" | "data">> {
  const bundle = join(work, "bundle.tar.gz");
  // Where files lie is written into the module: by its own name the same policy is the same module on every host.
  const build = ["build", "--target", "wasm", "--bundle", COPY, "--ignore", "*_test.rego", "--output", bundle];
  said(await runOpa([...build, ...entries.flatMap((entry) => ["--entrypoint", entry])], work), COPY);
  const { wasm, dataJson, data } = readBundle(readFileSync(bundle));
  if (wasm === undefined) throw new BautaError(1602, { detail: "the compiler gave no WebAssembly" });
  return { wasm, dataJson, data };
}

/** Names of rules, as entry points: `bauta/masking/plan`. */
async function rulesIn(work: string, copy: string): Promise<readonly string[]> {
  const names = new Set<string>();
  const files = regoFiles(copy);
  const parsed: OpaCall[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE).map((file) => runOpa(["parse", "--format", "json", file], work));
    parsed.push(...(await Promise.all(some)));
  }
  for (const call of parsed) {
    const module: unknown = JSON.parse(said(call, copy).stdout.toString("utf8"));
    if (!isObject(module)) continue;
    const pack = pathOf(isObject(module["package"]) ? module["package"]["path"] : []).slice(1);
    for (const rule of Array.isArray(module["rules"]) ? module["rules"] : []) {
      const head: unknown = isObject(rule) ? rule["head"] : undefined;
      if (!isObject(head)) continue;
      const reference = pathOf(head["ref"]);
      names.add([...pack, ...(reference.length > 0 ? reference : [String(head["name"])])].join("/"));
    }
  }
  return [...names];
}

function regoFiles(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const found = files.filter((name) => name.endsWith(".rego") && !name.endsWith("_test.rego")).sort();
  if (found.length === 0) throw new BautaError(1602, { detail: "no .rego file" });
  return found.map((name) => join(folder, name));
}

/** What a rule reads of `input`, each as its path. */
async function inputsOf(work: string, copy: string, rule: string): Promise<readonly (readonly string[])[]> {
  const query = `data.${rule.split("/").join(".")}`;
  const { stdout } = said(await runOpa(["deps", "--format", "json", "--data", copy, "--ignore", "*_test.rego", query], work), copy);
  const found: unknown = JSON.parse(stdout.toString("utf8"));
  const base = isObject(found) && Array.isArray(found["base"]) ? found["base"] : [];
  return base
    .map(pathOf)
    .filter(([root]) => root === "input")
    .map((path) => path.slice(1));
}

/** @throws BautaError 1610 if the policy's own tests fail */
async function testPolicy(work: string, copy: string): Promise<void> {
  const call = await runOpa(["test", "--format", "json", "--bundle", copy], work);
  if (call.ok) return;
  let cases: unknown;
  try {
    cases = JSON.parse(call.stdout.toString("utf8"));
  } catch {
    said(call, copy);
  }
  const failed = (Array.isArray(cases) ? cases : []).filter(isObject).filter(({ fail, error }) => fail === true || error !== undefined);
  throw new BautaError(1610, {
    detail: failed
      .map(({ package: pack, name }) => `${pack}.${name}`)
      .slice(0, LINES_TOLD)
      .join(", "),
  });
}

/** Throws with what the compiler says of the policy, without the places of this host. */
function said(call: OpaCall, copy: string): OpaCall {
  if (call.ok) return call;
  const text = errorsOf(call.stderr) ?? `${call.stderr}\n${call.stdout.toString("utf8")}`.replace(/^\s*error: /, "");
  const lines = text
    .replaceAll(`${copy}/`, "")
    .replaceAll(copy, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  throw new BautaError(1602, { detail: lines.slice(0, LINES_TOLD).join("; ") });
}

/** Of an error that is told as JSON: place and message of each. */
function errorsOf(stderr: string): string | undefined {
  let told: unknown;
  try {
    told = JSON.parse(stderr);
  } catch {
    return undefined;
  }
  const errors = isObject(told) && Array.isArray(told["errors"]) ? told["errors"] : [];
  const lines = errors.filter(isObject).map((error) => {
    const { file = "", row = "" } = isObject(error["location"]) ? error["location"] : {};
    return `${file}:${row} ${error["message"]}`;
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}
