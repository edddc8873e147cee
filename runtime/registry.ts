/** What exists, in one place: a plug-in that is listed here is tested, documented and selectable. */
import type { Format } from "./formats/api.ts";
import { iso20022 } from "./formats/iso20022/index.ts";
import { json } from "./formats/json/index.ts";
import { swiftMt } from "./formats/swift-mt/index.ts";

/** In the order in which they are asked whether a record is theirs; their `detect` functions are disjoint. */
export const FORMATS: readonly Format[] = [iso20022, swiftMt, json];
