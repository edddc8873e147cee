/**
 * Bauta as a library: masks ISO 20022, SWIFT MT and JSON in motion. docs/api.md is its reference.
 *
 * @example
 * import { openMasker } from "bauta";
 * const masker = await openMasker({ model: "test-data", keys: { file: "qa.key" } });
 * const { output, refusals, counts } = masker.mask(bytes);
 */
/// <reference lib="esnext.disposable" preserve="true" />
export type { EngineName } from "./engines/api.ts";
export { maskOnlyKeyFile, type NewKeyFile, newKeyFile, showKeyFile } from "./keys/key-file.ts";
export type { KeyFileInfo } from "./keys/key-file-format.ts";
export type { KeySource } from "./keys/source.ts";
export { BautaError, type Issue, type IssueContext } from "./kit/errors.ts";
export { VERSION } from "./kit/version.ts";
export {
  type Masker,
  type MaskerOptions,
  type MaskStream,
  openMasker,
  openUnmasker,
  type StreamOptions,
  type Unmasker,
} from "./library/open-masker.ts";
export { type BatchResult, type IssueCode, type MaskCounts, type MessageResult, type Refusal, RefusedError } from "./library/results.ts";
export { defineModel, type ModelDocument, type NamespaceDocument, type RuleDocument } from "./model/document.ts";
export type { FrameMode } from "./pipeline/frame.ts";
