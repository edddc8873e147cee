/** The manifest of a bundle: what it is a revision of, and which of its files is the compiled policy. */
import { BautaError } from "../../kit/errors.ts";
import { isJsonObject, type Json, type JsonObject, parseJson, plainValue } from "./json.ts";

export interface Manifest {
  /** Whatever its maker calls it; empty if nothing. */
  readonly revision: string;
  /** Paths of `data` that the bundle owns, without strokes around; `""` is all of it. */
  readonly roots: readonly string[];
  /** Which file answers which entry point. */
  readonly wasm: readonly { readonly entrypoint: string; readonly module: string }[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

const NONE: Manifest = { revision: "", roots: [""], wasm: [], metadata: {} };

/** @throws BautaError 1624 if it is none */
export function manifestOf(bytes: Uint8Array | undefined, path: string): Manifest {
  if (bytes === undefined) return NONE;
  const written = parseJson(bytes, path);
  const wrong = (detail: string): BautaError => new BautaError(1624, { path, detail });
  if (!isJsonObject(written)) throw wrong("a manifest is an object");
  const revision = written.get("revision") ?? "";
  const roots = written.get("roots") ?? [""];
  const wasm = written.get("wasm") ?? [];
  const metadata = written.get("metadata") ?? new Map<string, Json>();
  if (typeof revision !== "string") throw wrong("`revision` is a text");
  if (!Array.isArray(roots) || !roots.every((root) => typeof root === "string")) throw wrong("`roots` is a list of paths");
  if (!Array.isArray(wasm) || !wasm.every(isResolver)) throw wrong("`wasm` is a list of entry points and modules");
  if (!isJsonObject(metadata)) throw wrong("`metadata` is an object");
  return {
    revision,
    roots: (roots as readonly string[]).map((root) => root.replace(/^\/+|\/+$/g, "")),
    wasm: wasm.map((resolver) => ({
      entrypoint: resolver.get("entrypoint") as string,
      module: (resolver.get("module") as string).replace(/^\//, ""),
    })),
    metadata: plainValue(metadata) as Readonly<Record<string, unknown>>,
  };
}

/** `metadata.bauta.serial`. @throws BautaError 1635 if it is no whole number */
export function serialOf({ metadata }: Manifest): number | undefined {
  const { bauta } = metadata;
  if (bauta === undefined) return undefined;
  const serial: unknown = typeof bauta === "object" && bauta !== null && "serial" in bauta ? bauta.serial : undefined;
  if (serial === undefined) return undefined;
  if (typeof serial !== "number" || !Number.isSafeInteger(serial) || serial < 0)
    throw new BautaError(1635, { detail: "it is no whole number" });
  return serial;
}

const isResolver = (value: Json): value is JsonObject =>
  isJsonObject(value) && typeof value.get("entrypoint") === "string" && typeof value.get("module") === "string";
