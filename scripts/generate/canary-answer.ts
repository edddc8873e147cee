/** Prints what the portable engine makes of the canary, for scripts/generate/canary.mjs. Run by Bun. */
import { canaryAnswer } from "../../runtime/engines/canary.ts";
import { loadPortableEngine } from "../../runtime/engines/portable/index.ts";

console.log(canaryAnswer(await loadPortableEngine()));
