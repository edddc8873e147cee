/** The manifest as a file: JSON that a person can read, rows on a line, in the order of schemas/proto/run.proto. */
import { type DescField, type DescMessage, fromJson, type JsonObject, type JsonValue, ScalarType, toJson } from "@bufbuild/protobuf";
import { BautaError } from "../kit/errors.ts";
import { type Manifest, ManifestSchema } from "./generated/run_pb.ts";

export type { Manifest };

export const MANIFEST_VERSION = 1;
/** Bytes of a manifest that is read: room for a million segments. */
export const MANIFEST_BYTES_MAX: number = 512 * 1024 * 1024;

/** The file's bytes. Equal manifests give equal bytes. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const json = toJson(ManifestSchema, manifest, { alwaysEmitImplicit: true }) as JsonObject;
  return new TextEncoder().encode(`${written(ManifestSchema, json, "")}\n`);
}

/**
 * A manifest of a file's bytes.
 * @throws BautaError 8501 if it is none, or has a member that this version does not know
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  let manifest: Manifest;
  try {
    manifest = fromJson(ManifestSchema, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as JsonValue);
  } catch {
    // The parsers' messages would quote the file.
    throw new BautaError(8501);
  }
  if (manifest.version !== MANIFEST_VERSION) throw new BautaError(8501, { detail: `version ${manifest.version}` });
  return manifest;
}

/** An object over several lines, or on one if it holds nothing but numbers and texts and is not the file itself. */
function written(schema: DescMessage, object: JsonObject, indent: string): string {
  const members = schema.fields.flatMap((field) => {
    const value = object[field.jsonName];
    return isEmpty(value) ? [] : [`${JSON.stringify(field.jsonName)}: ${memberOf(field, value as JsonValue, `${indent} `)}`];
  });
  if (indent !== "" && schema.fields.every((field) => field.fieldKind === "scalar")) return `{${members.join(", ")}}`;
  return `{\n${members.map((member) => `${indent} ${member}`).join(",\n")}\n${indent}}`;
}

/** Texts and lists without content are left out; zeros and `false` are told. */
const isEmpty = (value: JsonValue | undefined): boolean =>
  value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

function memberOf(field: DescField, value: JsonValue, indent: string): string {
  if (Array.isArray(value) && field.fieldKind === "list" && field.listKind === "message") {
    const rows = value.map((row) => `${indent} ${written(field.message, row as JsonObject, `${indent} `)}`);
    return `[\n${rows.join(",\n")}\n${indent}]`;
  }
  if (field.fieldKind === "message") return written(field.message, value as JsonObject, indent);
  // As numbers they can be reckoned with; none comes near 2^53.
  if (field.fieldKind === "scalar" && field.scalar === ScalarType.UINT64) return String(value);
  return JSON.stringify(value);
}
