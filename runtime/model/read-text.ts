/** The `text` of a model: whether free text is replaced whole, or kept but for what is found in it, and by which namespaces. */
import type { Place } from "./problem.ts";
import { type Entries, join, type Reader } from "./reader.ts";
import { ENTITIES, type Entity, TEXT_MODES, type TextMode } from "./vocabulary.ts";

export interface TextPart {
  readonly mode: TextMode | undefined;
  /** Names of namespaces, by what they replace. */
  readonly uses: ReadonlyMap<Entity, { readonly namespace: string; readonly at: Place }>;
}

export const TEXT_KEYS = ["mode", ...ENTITIES] as const;

/** `text: detect`, or a map of `mode` and namespaces. */
export function readText(reader: Reader, entries: Entries): TextPart {
  const entry = entries.get("text");
  const uses = new Map<Entity, { readonly namespace: string; readonly at: Place }>();
  if (entry === undefined) return { mode: undefined, uses };
  if (entry.value.kind === "scalar") return { mode: reader.word(entries, "text", "", TEXT_MODES), uses };
  const inner = reader.map(entry.value, "text", TEXT_KEYS);
  if (inner === undefined) return { mode: undefined, uses };
  for (const entity of ENTITIES) {
    const namespace = reader.text(inner, entity, "text");
    const at = inner.get(entity)?.value.at;
    if (namespace !== undefined && at !== undefined) uses.set(entity, { namespace, at });
  }
  return { mode: reader.word(inner, "mode", "text", TEXT_MODES), uses };
}

export const textPath = (entity: Entity): string => join("text", entity);
