// Node: createHmac and lists.
import * as draws from "./draws.mjs";
import { masked } from "./payment.mjs";
import { serve } from "./serve.mjs";

await serve(
  {
    peer: "Node createHmac + lists",
    version: process.versions.node,
    leaves: 12,
    less: "no FPE: IBANs are tokens with wrong check digits; names from lists of 16, without language or sex; not reversible; no check of what it keeps; 1845.50 becomes 1845.5",
  },
  (message) => masked(message, draws),
);
