/** JSON for the fuzzer: objects with canaries in their strings, and mutations of punctuation, strings, numbers and nesting. */
import type { Random } from "../generators/random.ts";
import { CANARY_LENGTH, CANARY_LETTERS, Canaries, type FuzzFormat, mutateBytes } from "./api.ts";

const SEEDS = 40;

export const json: FuzzFormat = {
  name: "json",
  model: {
    bauta: 1,
    name: "fuzz-json",
    extends: "test-data",
    rules: [
      { path: "json:$.**", technique: "redact" },
      { path: "json:$.**.name", use: "party" },
      { path: "json:$.**.iban", use: "account", otherwise: "token" },
      { path: "json:$.**.amount", technique: "keep", as: "number" },
      { path: "json:$.**.note", use: "text" },
      { path: "json:$.**.gone", technique: "drop" },
    ],
  },
  seeds: (random) =>
    Array.from({ length: SEEDS }, () => {
      const canaries = new Canaries(random);
      const text = JSON.stringify(randomValue(random, canaries, 0), undefined, random.pick([0, 0, 1]));
      return { bytes: new TextEncoder().encode(text), canaries: canaries.all };
    }),
  mutate(bytes, random) {
    const mutated = mutatedOf(bytes, random);
    return SPELT.test(Buffer.from(mutated).toString("latin1")) ? bytes : mutated;
  },
};

/** A canary in the name of a member: a cut through a value and the name behind it makes one. Names are structure, and are not masked. */
const SPELT = new RegExp(`"[^"]*[${CANARY_LETTERS}]{${CANARY_LENGTH}}[^"]*"\\s*:`);

function mutatedOf(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.15)) return mutateBytes(bytes, random);
  const tokens = Buffer.from(bytes).toString("latin1").match(TOKEN) ?? [];
  if (tokens.length < 3) return mutateBytes(bytes, random);
  mutateTokens(tokens, random);
  return Uint8Array.from(Buffer.from(tokens.join(""), "latin1"));
}

/** A name with its colon is one token, so that no value comes to stand where names do. */
const TOKEN = /"(?:[^"\\]|\\.)*"\s*:|"(?:[^"\\]|\\.)*"|[{}[\],]|[^"{}[\],]+|"/g;
const NAMES = ["name", "iban", "amount", "note", "gone", "other", "cvv", "list"] as const;

function randomValue(random: Random, canaries: Canaries, depth: number): unknown {
  if (depth === 0 || (depth < 4 && random.chance(0.3))) {
    const isList = depth > 0 && random.chance(0.3);
    if (isList) return Array.from({ length: random.below(4) }, () => randomValue(random, canaries, depth + 1));
    return Object.fromEntries(NAMES.filter(() => random.chance(0.6)).map((name) => [name, memberOf(name, random, canaries, depth)]));
  }
  return random.pick([() => canaries.next(), () => `${canaries.next()} Straße`, () => random.below(1000), () => true, () => null])();
}

function memberOf(name: string, random: Random, canaries: Canaries, depth: number): unknown {
  if (name === "amount") return random.pick([12.5, 0, -3, 1e21, random.below(100_000) / 100]);
  if (name === "list" || name === "other") return randomValue(random, canaries, depth + 1);
  return canaries.next();
}

const VALUES: readonly string[] = [
  '""',
  '"\\u0041\\ud83d\\ude00"',
  '"\\ud800"',
  '"\\x"',
  '"a\\nb"',
  "null",
  "true",
  "0",
  "-",
  "01",
  "1e999",
  "12345678901234567890",
  "{}",
  "[]",
  "[[[[[[]]]]]]",
  '{"name":"x"}',
  "NaN",
  "\u00ff",
];
const isValue = (token: string): boolean => !/^[{}[\],]$/.test(token) && !token.endsWith(":") && token.trim() !== "";

function mutateTokens(tokens: string[], random: Random): void {
  const at = random.below(tokens.length);
  const values = tokens.flatMap((token, i) => (isValue(token) ? [i] : []));
  const value = values.length === 0 ? -1 : random.pick(values);
  switch (random.below(8)) {
    case 0:
      tokens.splice(at, 1);
      return;
    case 1:
      tokens.splice(at, 0, tokens[at] as string);
      return;
    case 2: {
      const other = values.length === 0 ? -1 : random.pick(values);
      if (value >= 0) [tokens[value], tokens[other]] = [tokens[other] as string, tokens[value] as string];
      return;
    }
    case 3:
      if (value >= 0) tokens[value] = random.pick(VALUES);
      return;
    case 4:
      tokens.splice(at, 0, random.pick(["{", "}", "[", "]", ",", "null", '"name":', " ", "\n", "//"]));
      return;
    case 5:
      if (value >= 0) tokens[value] = `${"[".repeat(random.below(80))}${tokens[value]}${"]".repeat(random.below(80))}`;
      return;
    case 6:
      tokens.push(random.pick(["\n", "", " "]), ...tokens.slice());
      return;
    default:
      if (value >= 0)
        tokens[value] = (tokens[value] as string).replaceAll(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
  }
}
