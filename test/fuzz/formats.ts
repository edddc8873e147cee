/** The formats that are fuzzed; one that is listed here is in `npm test` and in `npm run fuzz`. */
import type { FuzzFormat } from "./api.ts";
import { json } from "./json.ts";
import { swiftMt, swiftMtLenient } from "./swift-mt.ts";
import { xml } from "./xml.ts";

export const FUZZ_FORMATS: readonly FuzzFormat[] = [xml, json, swiftMt, swiftMtLenient];
