/** What OPA compiled to WebAssembly, in OPA's own runtime for JavaScript: rules are asked by their entry points. */
import { type LoadedPolicy, loadPolicy } from "@open-policy-agent/opa-wasm";
import { BautaError } from "../../kit/errors.ts";
import { isObject } from "../views.ts";

/** Pages of 64 KB: what a policy and its data may take. */
const MEMORY = { initial: 5, maximum: 4096 };
const PAGE_BYTES = 65_536;

/**
 * Functions that OPA leaves to the host of its WebAssembly, as far as that answers as OPA does. Its runtime for JavaScript has others, which
 * do not: patterns are JavaScript's, with other matches, and YAML is of another version.
 */
const HOST_BUILTINS: ReadonlySet<string> = new Set(["sprintf"]);

/**
 * Answers of a rule for an input, as JSON text with numbers as the policy has them: a list, of one object with `result` where the rule is
 * defined. An input of undefined is none.
 */
export type Ask = (rule: string, input: unknown, where: string) => string;

/**
 * Loads a module and its data.
 * @param dataJson one JSON text, with numbers as written
 * @throws BautaError 1603 if it cannot run here, 1608 for built-in functions that are not to be had; `Ask` throws 1603
 */
export async function loadModule(wasm: Uint8Array, dataJson: Uint8Array): Promise<Ask> {
  let loaded: Loaded;
  try {
    loaded = (await loadPolicy(wasm, MEMORY)) as Loaded;
    // As it is written: a large number would be another one behind JSON.parse.
    const { buffer, byteOffset, byteLength } = dataJson;
    loaded.setData(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
  } catch (error) {
    throw new BautaError(1603, { detail: `the WebAssembly does not load: ${said(error)}` });
  }
  const missing = builtinsOf(loaded).filter((name) => !HOST_BUILTINS.has(name));
  if (missing.length > 0) throw new BautaError(1608, { detail: missing.sort().join(", ") });
  return (rule, input, where) => {
    try {
      return evaluated(loaded, rule, input);
    } catch (error) {
      throw new BautaError(1603, { path: where, detail: `${rule}: ${said(error)}` });
    }
  };
}

/** What the runtime has set up; its own `evaluate` takes `null` and `false` for no input, and large numbers for others. */
interface Loaded extends LoadedPolicy {
  readonly entrypoints: Readonly<Record<string, number>>;
  readonly dataAddr: number;
  readonly dataHeapPtr: number;
  readonly wasmInstance: WebAssembly.Instance;
}

type Exports = Readonly<Record<string, (...args: number[]) => number>>;

/** Version 1.2 of OPA's ABI: one call, with the input written behind the data, and what is on the heap from there on forgotten with the next. */
function evaluated({ entrypoints, dataAddr, dataHeapPtr, wasmInstance, mem }: Loaded, rule: string, input: unknown): string {
  const entrypoint = entrypoints[rule];
  const { opa_eval: evaluate } = wasmInstance.exports as Exports;
  if (entrypoint === undefined || evaluate === undefined) throw new Error("it has no such entry point");
  const bytes = input === undefined ? new Uint8Array(0) : new TextEncoder().encode(JSON.stringify(input));
  const end = dataHeapPtr + bytes.length;
  if (end > mem.buffer.byteLength) mem.grow(Math.ceil((end - mem.buffer.byteLength) / PAGE_BYTES));
  new Uint8Array(mem.buffer).set(bytes, dataHeapPtr);
  const at = evaluate(0, entrypoint, dataAddr, bytes.length === 0 ? 0 : dataHeapPtr, bytes.length, end, 0);
  return textAt(mem, at);
}

/** Built-in functions that the module takes from its host. */
function builtinsOf({ wasmInstance, mem }: Loaded): readonly string[] {
  const { builtins, opa_json_dump: dump } = wasmInstance.exports as Exports;
  if (builtins === undefined || dump === undefined) return [];
  const names: unknown = JSON.parse(textAt(mem, dump(builtins())));
  return isObject(names) ? Object.keys(names) : [];
}

/** A text up to a zero byte. */
function textAt(mem: WebAssembly.Memory, start: number): string {
  const bytes = new Uint8Array(mem.buffer);
  return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
}

/** What was thrown, in a line: the runtime throws texts and objects as well as errors. */
function said(error: unknown): string {
  if (typeof error === "string") return error;
  return isObject(error) && typeof error["message"] === "string" ? error["message"] : error instanceof Error ? error.message : "it failed";
}
