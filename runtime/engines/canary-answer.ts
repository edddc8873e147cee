// Written by scripts/generate/canary.mjs.

/** SHA-256 of what the portable engine makes of the canary. */
export const CANARY_ANSWER = "02c5352279306ee9081336f90e93cb1b8b6acc9e63d77eb3535cbc5b78347853";
