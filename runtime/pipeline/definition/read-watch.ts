/** The `watch` of a pipeline: log, profile, control plane and telemetry. */
import { KNOB_MAX, KNOBS, type Knob, PROFILE_NAMES } from "../../audit/settings.ts";
import type { Node } from "../../model/node.ts";
import { type Entries, join, type Reader } from "../../model/reader.ts";
import type { WatchDefinition } from "./definition.ts";
import { LOG_FORMATS } from "./words.ts";

export const WATCH_KEYS = ["log-format", "profile", "set", "serve", "serve-token-file", "serve-mtls", "otel-endpoint"] as const;
export const MTLS_KEYS = ["certificate", "key", "client-authority"] as const;

const VALUE = 1403;
const PORT_MAX = 65_535;

/** @param path reads a path that is from the folder of the file */
export function readWatch(
  reader: Reader,
  top: Entries,
  path: (entries: Entries, key: string, at: string) => string | undefined,
): WatchDefinition {
  const node = top.get("watch")?.value;
  const entries = node === undefined ? undefined : reader.map(node, "watch", WATCH_KEYS);
  if (entries === undefined) return { knobs: {} };
  const logFormat = reader.word(entries, "log-format", "watch", LOG_FORMATS);
  const profile = reader.word(entries, "profile", "watch", PROFILE_NAMES);
  const serve = readServe(reader, entries);
  const serveTokenFile = path(entries, "serve-token-file", "watch");
  const serveMtls = readMtls(reader, entries, path);
  const otelEndpoint = reader.text(entries, "otel-endpoint", "watch");
  for (const key of ["serve-token-file", "serve-mtls"])
    if (entries.has(key) && !entries.has("serve"))
      reader.problems.add(VALUE, entries.get(key)?.at ?? (node as Node).at, join("watch", key), "it is for `serve`");
  return {
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(profile === undefined ? {} : { profile }),
    knobs: readKnobs(reader, entries.get("set")?.value),
    ...(serve === undefined ? {} : { serve }),
    ...(serveTokenFile === undefined ? {} : { serveTokenFile }),
    ...(serveMtls === undefined ? {} : { serveMtls }),
    ...(otelEndpoint === undefined ? {} : { otelEndpoint }),
  };
}

function readKnobs(reader: Reader, node: Node | undefined): WatchDefinition["knobs"] {
  const entries = node === undefined ? undefined : reader.map(node, "watch.set", KNOBS);
  const knobs: Partial<Record<Knob, boolean | number>> = {};
  for (const knob of KNOBS) {
    if (entries?.has(knob) !== true) continue;
    const most = KNOB_MAX[knob];
    const value = most === undefined ? reader.boolean(entries, knob, "watch.set") : reader.integer(entries, knob, "watch.set", 0, most);
    if (value !== undefined) knobs[knob] = value;
  }
  return knobs;
}

/** A port may stand alone, as a number. */
function readServe(reader: Reader, entries: Entries): string | undefined {
  const node = entries.get("serve")?.value;
  if (node?.kind === "scalar" && typeof node.value === "number") return reader.integer(entries, "serve", "watch", 0, PORT_MAX)?.toString();
  return reader.text(entries, "serve", "watch");
}

function readMtls(
  reader: Reader,
  top: Entries,
  path: (entries: Entries, key: string, at: string) => string | undefined,
): WatchDefinition["serveMtls"] {
  const node = top.get("serve-mtls")?.value;
  const entries = node === undefined ? undefined : reader.map(node, "watch.serve-mtls", MTLS_KEYS);
  if (node === undefined || entries === undefined) return undefined;
  const [certificate, key, clientAuthority] = MTLS_KEYS.map((one) => path(entries, one, "watch.serve-mtls"));
  for (const one of MTLS_KEYS)
    if (!entries.has(one)) reader.problems.add(VALUE, node.at, join("watch.serve-mtls", one), "the path of a PEM file is missing");
  return certificate === undefined || key === undefined || clientAuthority === undefined
    ? undefined
    : { certificate, key, clientAuthority };
}
