/**
 * OPA's own cases of Rego, from its Go module: what a module compiled to WebAssembly answers in this process is what OPA says that it
 * answers. Their text is not ours and is read where Go keeps it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { BautaError } from "../../runtime/kit/errors.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { isJsonObject, type Json, JsonNumber, parseJson } from "../../runtime/policy/bundle/json.ts";
import { runOpa } from "../../runtime/policy/opa/binary.ts";
import { type Ask, loadModule } from "../../runtime/policy/opa/module.ts";
import { OPA_VERSION } from "../../scripts/opa.mjs";

/** As OPA's `v1/test/cases/cases.go` describes it. */
export interface Case {
  readonly note: string;
  readonly query: string;
  readonly modules?: readonly string[];
  readonly data?: unknown;
  readonly input?: unknown;
  readonly input_term?: string;
  readonly want_defined?: boolean;
  readonly want_result?: readonly Readonly<Record<string, unknown>>[];
  readonly want_error_code?: string;
  readonly want_error?: string;
  readonly strict_error?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Judged {
  readonly note: string;
  /** `unsupported`: refused when it is opened, for a built-in function that is not to be had. `inapplicable`: not what is asked of an engine. */
  readonly outcome: "same" | "other" | "unsupported" | "inapplicable";
  readonly why: string;
  /** It asks for a function that is the host's, not of OPA's WebAssembly. */
  readonly isHosted: boolean;
}

/** Folder of the cases, fetched by Go if they are not there yet; undefined if there is no Go, or nothing to fetch from. */
export function casesFolder(): string | undefined {
  const args = ["mod", "download", "-json", `github.com/open-policy-agent/opa@v${OPA_VERSION}`];
  const { status, stdout } = spawnSync("go", args, { encoding: "utf8", env: { ...process.env, GOFLAGS: "-mod=mod" }, cwd: tmpdir() });
  if (status !== 0) return undefined;
  const { Dir: folder } = JSON.parse(stdout) as { Dir: string };
  return join(folder, "v1", "test", "cases", "testdata", "v1");
}

export function readCases(folder: string): readonly Case[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
  return files.sort().flatMap((name) => {
    const written = parse(readFileSync(join(folder, name), "utf8"), { intAsBigInt: true }) as { cases?: readonly Case[] } | null;
    return written?.cases ?? [];
  });
}

/** Compiles a case and asks it. */
export async function judge(one: Case): Promise<Judged> {
  const { note, env, input_term: term } = one;
  const told = (outcome: Judged["outcome"], why = ""): Judged => ({
    note,
    outcome,
    why,
    isHosted: (one.modules ?? []).some((text) => text.includes("sprintf(")),
  });
  if (env !== undefined) return told("inapplicable", "it asks for variables of the environment");
  const input = term === undefined ? plain(one.input) : termOf(term);
  if (term !== undefined && input === undefined) return told("inapplicable", "its input is no JSON");
  const work = mkdtempSync(join(tmpdir(), "bauta-conformance-"));
  try {
    const question = await questionOf(work, one);
    if (typeof question === "string") {
      // A rule that asks for all data asks for itself.
      if (/rego_recursion_error|undefined function test\./.test(question))
        return told("inapplicable", "it asks for what is OPA's own alone");
      return told(one.want_error_code === undefined ? "other" : "same", question);
    }
    const { ask, rule, rows } = question;
    let found: unknown;
    try {
      const [first] = exact(parseJson(new TextEncoder().encode(ask(rule, input, note)), note)) as [{ readonly result?: unknown }?];
      found = first?.result;
    } catch (error) {
      if (!(error instanceof BautaError)) throw error;
      return told(one.want_error_code === undefined ? "other" : "same", error.message);
    }
    return told(...compared(one, rows(found)));
  } catch (error) {
    if (error instanceof BautaError && error.issue.number === BUILTIN) return told("unsupported", error.context.detail);
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const BUILTIN = 1608;

interface Question {
  readonly ask: Ask;
  readonly rule: string;
  /** Of its value, the bindings that OPA would give. */
  rows(value: unknown): readonly Readonly<Record<string, unknown>>[];
}

/** The document of most queries is an entry point itself; others stand in a rule. Returns what the compiler says if it refuses. */
async function questionOf(work: string, one: Case): Promise<Question | string> {
  const { query, modules = [], data } = one;
  const policy = join(work, "policy");
  mkdirSync(policy);
  for (const [i, text] of modules.entries()) writeFileSync(join(policy, `m${i}.rego`), text);
  if (data !== undefined && data !== null) writeFileSync(join(policy, "data.json"), jsonOf(data));
  const [, path, name] = /^data\.([\w.]+) = (?!input$|data$|true$|false$|null$)([a-z]\w*)$/.exec(query) ?? [];
  if (path !== undefined && name !== undefined) {
    const rule = path.replaceAll(".", "/");
    const built = await build(work, policy, rule);
    if (typeof built !== "string") return { ask: built, rule, rows: (value) => (value === undefined ? [] : [{ [name]: value }]) };
  }
  const names = Object.keys(one.want_result?.[0] ?? {});
  const bindings = names.map((each) => `"${each}": ${each}`).join(", ");
  writeFileSync(join(policy, "question.rego"), `package bauta_question\n\nrows contains {${bindings}} if {\n\t${query}\n}\n`);
  const rule = "bauta_question/rows";
  const built = await build(work, policy, rule);
  return typeof built === "string" ? built : { ask: built, rule, rows: (value) => (value ?? []) as Record<string, unknown>[] };
}

async function build(work: string, policy: string, rule: string): Promise<Ask | string> {
  const bundle = join(work, "bundle.tar.gz");
  const { ok, stdout, stderr } = await runOpa(
    ["build", "--target", "wasm", "--bundle", policy, "--entrypoint", rule, "--output", bundle],
    work,
  );
  if (!ok) return `${stderr}${stdout}`.trim();
  const { wasm, dataJson } = readBundle(readFileSync(bundle));
  return wasm === undefined ? "no WebAssembly" : loadModule(wasm, dataJson);
}

function compared(
  { want_result: wanted, want_defined: isDefined, want_error_code: code, want_error: text, strict_error: isStrict }: Case,
  rows: readonly Readonly<Record<string, unknown>>[],
): [Judged["outcome"], string?] {
  if (wanted === undefined) {
    // An error that only strict evaluation makes of it is no answer otherwise.
    const isRight = code === undefined && text === undefined ? rows.length > 0 === isDefined : isStrict === true && rows.length === 0;
    return isRight ? ["same"] : ["other", "defined or not, or no error"];
  }
  const [a, b] = [wanted, rows].map((each) =>
    each
      .map((row) => JSON.stringify(ordered(row), numbers))
      .sort()
      .join("\n"),
  );
  return a === b ? ["same"] : ["other", "another value"];
}

/** Whole numbers as numbers where these hold them; else as texts that no number is. */
const numbers = (_key: string, value: unknown): unknown =>
  typeof value !== "bigint" ? value : Number.isSafeInteger(Number(value)) ? Number(value) : `${LARGE}${value}`;

const LARGE = "\0whole:";
/** As JSON, with large numbers as they are written. */
const jsonOf = (value: unknown): string => JSON.stringify(value, numbers).replace(/"\\u0000whole:(-?\d+)"/g, "$1");

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(jsonOf(value)));

/** WebAssembly writes a set as a list, in an order of its own: lists are compared without their order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(ordered);
    return items.sort((a, b) => (JSON.stringify(a, numbers) < JSON.stringify(b, numbers) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, ordered(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON with large whole numbers as they are written. */
function exact(json: Json | undefined): unknown {
  if (json instanceof JsonNumber) return /^-?\d+$/.test(json.text) ? BigInt(json.text) : Number(json.text);
  if (Array.isArray(json)) return json.map((item: Json) => exact(item));
  if (json !== undefined && isJsonObject(json)) return Object.fromEntries([...json].map(([key, item]) => [key, exact(item)]));
  return json;
}

function termOf(term: string): unknown {
  try {
    return JSON.parse(term);
  } catch {
    return undefined;
  }
}
