// mt940js: parses statements into objects. It masks nothing and writes nothing back.
import { createRequire } from "node:module";
import { serve } from "./serve.mjs";

const require = createRequire(import.meta.url);
const { Parser } = require("mt940js");
const parser = new Parser();

await serve(
  {
    peer: "mt940js parse",
    version: require("mt940js/package.json").version,
    leaves: 0,
    less: "masks nothing, and writes no statement; field 86 stays one text",
  },
  (message) => {
    const [statement] = parser.parse(message);
    // What it found, so that no work can be left out.
    return String(statement.transactions.length);
  },
);
