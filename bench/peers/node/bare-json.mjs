// Node's JSON.parse and JSON.stringify and nothing else: what any program on Node pays before it masks.
import { serve } from "./serve.mjs";

await serve(
  {
    peer: "Node JSON.parse + stringify",
    version: process.versions.node,
    leaves: 0,
    less: "masks nothing, and 1845.50 becomes 1845.5; the least that a program on Node can cost",
  },
  (message) => JSON.stringify(JSON.parse(message)),
);
