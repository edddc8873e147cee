/** What tells fields apart for a policy. */
import { FACTS, type FactName, type FieldFacts } from "./api.ts";

/** One text for all fields that a policy which reads no more than this answers alike. */
export function factsKey(facts: FieldFacts, reads: ReadonlySet<FactName>): string {
  let key = "";
  for (const name of FACTS) {
    if (!reads.has(name)) continue;
    const fact = facts[name];
    key += `${typeof fact === "string" ? fact : fact.join(" ")}\n`;
  }
  return key;
}
