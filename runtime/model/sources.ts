/** Where models come from: presets in schemas/presets, and files. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { assetJsonIfThere, assetText } from "../kit/assets.ts";
import { BautaError } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";
import type { ModelDocument } from "./document.ts";
import type { Node } from "./node.ts";
import { PRESETS, type PresetName } from "./vocabulary.ts";

/** A model to load: YAML text, what `defineModel` gave, or the tree of a text that was read already. */
export type ModelSource = {
  /** Path of the file, or another name for messages; a path in `extends` is looked up beside it. */
  readonly name: string;
  /** It comes with Bauta, and speaks of more messages than there are catalogues yet. */
  readonly preset?: boolean;
} & ({ readonly text: string } | { readonly document: ModelDocument } | { readonly tree: Node });

/**
 * The source of a preset.
 * @throws BautaError 1213 if there is none of that name
 */
export function presetSource(name: string): ModelSource {
  if (!isPreset(name)) {
    const near = nearest(name, PRESETS);
    throw new BautaError(1213, near === undefined ? {} : { detail: `did you mean ${near}?` });
  }
  // What is built has the presets as trees beside their texts: reading YAML is a quarter of a short run.
  const tree = assetJsonIfThere<Node>(`schemas/presets/${name}.json`);
  if (tree !== undefined) return { name, preset: true, tree };
  return { name, preset: true, text: assetText(`schemas/presets/${name}.yaml`) };
}

/**
 * The source of a model file.
 * @throws BautaError 1002 if it cannot be read
 */
export function fileSource(path: string): ModelSource {
  try {
    return { name: path, text: readFileSync(path, "utf8") };
  } catch (error) {
    const folder = (error as { code?: string }).code === "EISDIR";
    throw new BautaError(1002, { path, ...(folder && { detail: "it is a folder" }) });
  }
}

/** What `extends` means by default: a preset's name, or a path beside the model that extends. */
export function baseSource(reference: string, from: string): ModelSource | undefined {
  if (!isPath(reference)) return isPreset(reference) ? presetSource(reference) : undefined;
  try {
    return fileSource(resolve(dirname(from), reference));
  } catch (error) {
    if (error instanceof BautaError && error.issue.number === 1002) return undefined;
    throw error;
  }
}

/** Text of a file that a model names by a path beside it; undefined if it cannot be read. */
export function textBeside(reference: string, from: string): string | undefined {
  try {
    return readFileSync(resolve(dirname(from), reference), "utf8");
  } catch {
    return undefined;
  }
}

const isPreset = (name: string): name is PresetName => PRESETS.some((preset) => preset === name);

/** Whether `extends` names a file; a preset's name has neither a dot nor a slash. */
export const isPath = (reference: string): boolean => /[./\\]/.test(reference);
