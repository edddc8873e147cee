/**
 * A bundle: the files of a policy, as `opa build` packs them or as they lie in a folder.
 *
 * Reading verifies nothing but that it is a bundle, and one in one way only; who signed it is the next question (verify.ts), and whether
 * it may follow the one before it the last (admit.ts).
 */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_BYTES_MAX, BUNDLE_UNPACKED_BYTES_MAX } from "../../kit/limits.ts";
import { filesOfFolder } from "./folder.ts";
import { canonicalText, isJsonObject, type Json, type JsonObject, parseJson, plainValue } from "./json.ts";
import { type Manifest, manifestOf, serialOf } from "./manifest.ts";
import { filesOfTar } from "./tar.ts";

export const SIGNATURES_FILE = ".signatures.json";
export const MANIFEST_FILE = ".manifest";

export interface Bundle {
  /** By path, without a stroke in front; the signature among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The compiled policy, if the bundle has it. */
  readonly wasm: Uint8Array | undefined;
  /** What its files of data say, as one JSON text with all numbers as written: what an engine is to be given. */
  readonly dataJson: Uint8Array;
  /** The same as a value, for looking at. */
  readonly data: unknown;
  readonly manifest: Manifest;
  /** SHA-256 (hex) over all that the signature is over: paths and contents, but not white space or order in data and manifest. */
  readonly digest: string;
  /** `metadata.bauta.serial` of the manifest: it rises with every bundle. */
  readonly serial: number | undefined;
}

/**
 * Reads a bundle from its bytes, or from a folder.
 * @param from bytes of a .tar.gz, or the path of a folder
 * @throws BautaError 1002, 1621, 1622, 1623, 1624 or 1635
 */
export function readBundle(from: Uint8Array | string): Bundle {
  return bundleOf(typeof from === "string" ? filesOfFolder(from) : filesOfTar(unpacked(from)));
}

/**
 * What a file says, for hashing: canonical JSON of data and manifest, the bytes of everything else (OPA's `IsStructuredDoc`).
 * @throws BautaError 1621 for data in YAML, which `opa build` makes JSON of; 1624
 */
export function hashedContent(path: string, bytes: Uint8Array): Uint8Array | string {
  if (isYamlData(path)) throw new BautaError(1621, { path, detail: "data in YAML cannot be signed; opa build makes JSON of it" });
  const base = baseName(path);
  return base === DATA || base === MANIFEST_FILE ? canonicalText(parseJson(bytes, path)) : bytes;
}

const DATA = "data.json";

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const isYamlData = (path: string): boolean => /(^|\/)data\.ya?ml$/.test(path);

function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes.length > BUNDLE_BYTES_MAX) throw new BautaError(1623, { detail: `more than ${BUNDLE_BYTES_MAX} bytes` });
  try {
    return gunzipSync(bytes, { maxOutputLength: BUNDLE_UNPACKED_BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new BautaError(1623, { detail: `more than ${BUNDLE_UNPACKED_BYTES_MAX} bytes unpacked` });
    }
    throw new BautaError(1621, { detail: "it is not packed by gzip, or is cut off" });
  }
}

function bundleOf(files: ReadonlyMap<string, Uint8Array>): Bundle {
  for (const path of files.keys()) refuseUnread(path);
  const manifest = manifestOf(files.get(MANIFEST_FILE), MANIFEST_FILE);
  const wasm = wasmOf(files, manifest);
  if (wasm !== undefined) for (const path of files.keys()) if (isYamlData(path)) hashedContent(path, new Uint8Array());
  const data = dataOf(files);
  return {
    files,
    wasm,
    dataJson: Buffer.from(canonicalText(data)),
    data: plainValue(data),
    manifest,
    digest: digestOf(files),
    serial: serialOf(manifest),
  };
}

/** What OPA would read and we would not: a policy of which a part is overlooked is another policy. */
function refuseUnread(path: string): void {
  const base = baseName(path);
  if (base === "patch.json") throw new BautaError(1621, { path, detail: "a delta bundle, which no signature covers; ask for whole ones" });
  if (path.endsWith(".manifest.pb")) throw new BautaError(1621, { path, detail: "a manifest in protobuf; opa build makes one in JSON" });
  if (path.endsWith(MANIFEST_FILE) && path !== MANIFEST_FILE)
    throw new BautaError(1621, { path, detail: "a manifest that is not at the top" });
  if (base === SIGNATURES_FILE && path !== SIGNATURES_FILE)
    throw new BautaError(1621, { path, detail: "signatures that are not at the top" });
}

/** The module that the manifest names, or the only one. */
function wasmOf(files: ReadonlyMap<string, Uint8Array>, { wasm }: Manifest): Uint8Array | undefined {
  const present = [...files.keys()].filter((path) => baseName(path) === "policy.wasm");
  const named = [...new Set(wasm.map(({ module }) => module))];
  const missing = named.find((path) => !files.has(path));
  if (missing !== undefined) throw new BautaError(1621, { path: missing, detail: "the manifest names a module that is not there" });
  if (named.length > 1 || present.length > 1) throw new BautaError(1621, { detail: "more than one module of WebAssembly" });
  const [path] = named.length > 0 ? named : present;
  return path === undefined ? undefined : files.get(path);
}

/** `a/b/data.json` is what stands at `data.a.b`; no two files say something of one place. */
function dataOf(files: ReadonlyMap<string, Uint8Array>): JsonObject {
  const root = new Map<string, Json>();
  const paths = [...files.keys()].filter((path) => baseName(path) === DATA).sort();
  for (const path of paths) {
    const written = parseJson(files.get(path) as Uint8Array, path);
    if (!isJsonObject(written)) throw new BautaError(1624, { path, detail: "data is an object" });
    const steps = path.split("/").slice(0, -1);
    merge(
      root,
      steps.reduceRight<JsonObject>((inner, step) => new Map([[step, inner]]), written),
      path,
    );
  }
  return root;
}

function merge(into: Map<string, Json>, from: JsonObject, path: string): void {
  for (const [key, value] of from) {
    const there = into.get(key);
    if (there === undefined) into.set(key, isJsonObject(value) ? new Map(value) : value);
    else if (isJsonObject(there) && isJsonObject(value)) merge(there as Map<string, Json>, value, path);
    else throw new BautaError(1621, { path, detail: "two files of data say something of one place" });
  }
}

/** As `sha256sum` would list the files, in the order of their paths, and SHA-256 over that. */
function digestOf(files: ReadonlyMap<string, Uint8Array>): string {
  const lines = [...files.keys()]
    .filter((path) => path !== SIGNATURES_FILE)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((path) => `${sha256(contentOf(path, files.get(path) as Uint8Array))}  ${path}\n`);
  return sha256(lines.join(""));
}

const contentOf = (path: string, bytes: Uint8Array): Uint8Array | string => (isYamlData(path) ? bytes : hashedContent(path, bytes));

const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");
