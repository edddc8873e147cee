/** The text of a policy that was brought over, and its data. */
import type { Brought, Clause } from "./bring.ts";
import { quote } from "./conditions.ts";
import { ANSWERS, MASKS, RULES, typeFacts, WORDS, type Word } from "./words.ts";

/** `masking.rego`; OPA's formatter does the rest. */
export function regoOf({ clauses, otherwise, helpers, types }: Brought, from: string): string {
  const words = WORDS.filter((word) => clauses.some((clause) => clause.word === word));
  const usesMask = words.includes("mask") || otherwise === "mask";
  const all = new Set([...types, ...(usesMask ? MASKED_TYPES : [])]);
  return [
    `# Brought over from ${from}.\npackage bauta.masking`,
    '# What no rule names is redacted: a constant of its type takes its place.\ndefault plan := "redact"',
    planOf(words, otherwise),
    ...(usesMask ? [MASKED] : []),
    ...WORDS.filter((word) => words.includes(word) || (usesMask && (word === "email" || word === "card"))).flatMap(
      (word) => MASKS[word] ?? [],
    ),
    ...words.flatMap((word) => rulesOf(word, clauses)),
    ...[...helpers]
      .filter(([name]) => isUsed(name, clauses, helpers))
      .flatMap(([name, bodies]) => bodies.map((lines) => `${name} if ${bodyOf(lines)}`)),
    ...(all.size > 0 ? [typesOf(all)] : []),
  ]
    .join("\n\n")
    .concat("\n");
}

/** `data.json`: a view for each reader that the policy knows, and one for whoever is none of them. */
export function dataOf({ readers }: Pick<Brought, "readers">): string {
  const views: Record<string, object> = {};
  const name = (text: string): string => {
    const plain =
      text
        .replace(/[^A-Za-z0-9._-]+/g, "-")
        .replace(/^[^A-Za-z0-9]+/, "")
        .slice(0, NAME_MAX) || "reader";
    return plain in views ? name(`${plain.slice(0, NAME_MAX - 2)}-2`) : plain;
  };
  for (const role of sorted(readers.roles)) views[name(role)] = { roles: [role] };
  for (const key of ["group", "purpose", "recipient", "environment"] as const) {
    for (const text of sorted(readers[key])) views[name(text)] = { [key]: text };
  }
  views[name(Object.keys(views).length === 0 ? "everybody" : "other")] = {};
  return `${JSON.stringify({ bauta: { views } }, null, 2)}\n`;
}

const NAME_MAX = 60;
const sorted = (texts: ReadonlySet<string>): readonly string[] => [...texts].sort();

/** Strictest first, so that two rules that speak of one field are no contradiction. */
function planOf(words: readonly Word[], otherwise: Brought["otherwise"]): string {
  const branches = words.map((word) => `${ANSWERS[word]} if {\n\t${RULES[word]}\n}`);
  if (otherwise !== "redact") branches.push(ANSWERS[otherwise]);
  return `# Where several rules speak of a field, the strictest counts.\nplan := ${branches.join(" else := ")}`;
}

/** Types that `mask` tells apart. */
const MASKED_TYPES = ["email", "credit_card"] as const;
const MASKED = `# What \`mask\` means, by what a field is.
masked := email_mask if {
	is_a("email")
} else := card_mask if {
	is_a("credit_card")
} else := "redact"`;

const rulesOf = (word: Word, clauses: readonly Clause[]): readonly string[] =>
  clauses
    .filter((clause) => clause.word === word)
    .map(({ lines, rule, line }) => `# ${rule}, line ${line}\n${RULES[word]} if ${bodyOf(lines)}`);

const bodyOf = (lines: readonly string[]): string =>
  `{\n${(lines.length === 0 ? ["true"] : lines).map((line) => `\t${line}`).join("\n")}\n}`;

/** Rules that were asked for by something that was left out are left out, too. */
function isUsed(name: string, clauses: readonly Clause[], helpers: Brought["helpers"], above: readonly string[] = []): boolean {
  const asks = (lines: readonly string[]): boolean => lines.some((line) => line === name || line === `not ${name}`);
  if (clauses.some(({ lines }) => asks(lines))) return true;
  return [...helpers].some(
    ([other, bodies]) => other !== name && !above.includes(other) && bodies.some(asks) && isUsed(other, clauses, helpers, [...above, name]),
  );
}

function typesOf(words: ReadonlySet<string>): string {
  const rules = [
    "# What the old policy called a type: a tag of the model's rule, the name of the field, or what the model takes it for.",
    "is_a(word) if word in input.field.tags",
    "is_a(word) if lower(input.field.name) == lower(word)",
  ];
  for (const word of sorted(words)) {
    const facts = typeFacts(word);
    if (facts === undefined) continue;
    rules.push(`is_a(${quote(word)}) if input.field.kind in {${facts.kinds.map(quote).join(", ")}}`);
    if (facts.names.length > 0) rules.push(`is_a(${quote(word)}) if lower(input.field.name) in {${facts.names.map(quote).join(", ")}}`);
  }
  return rules.join("\n\n").replace("for.\n\n", "for.\n");
}
