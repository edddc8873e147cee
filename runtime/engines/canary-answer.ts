// Written by scripts/generate/canary.mjs.

/** SHA-256 of what the portable engine makes of the canary. */
export const CANARY_ANSWER = "7cf31b5fe7afd721c2cb85e6dc67d4f4642b6e3e6da05226e8b85cb28cc81917";
