/** Closed sets of words of the pipeline language. */
import type { EngineName } from "../../engines/api.ts";
import type { FormatName } from "../../formats/api.ts";

export const ENGINES: readonly EngineName[] = ["native", "portable"];
export const FORMAT_NAMES: readonly FormatName[] = ["iso20022", "swift-mt", "json"];
/** How standard error is written; `auto`: for people on a terminal, else as line events. */
export const LOG_FORMATS = ["auto", "text", "lines", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
export const INPUTS = ["strict", "lenient"] as const;
export const ON_REFUSE = ["stop", "divert"] as const;
