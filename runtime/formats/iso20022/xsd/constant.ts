/**
 * A neutral value of a pattern: what redaction writes into a type that no shape describes.
 *
 * Of each part of the pattern the fewest repetitions are taken, of a class of characters a zero if it has one, else an X, else its
 * first character, of alternatives the first. What is not understood (categories, exclusions, subtraction) gives no value.
 */

/** A text that the whole pattern matches and that says nothing, or undefined where none is found. */
export function constantOf(pattern: string): string | undefined {
  const reader = { pattern, at: 0 };
  const text = alternatives(reader);
  if (text === undefined || reader.at < pattern.length) return undefined;
  return matches(pattern, text) ? text : undefined;
}

/** Whether the whole text matches a pattern of XSD, as far as its language is JavaScript's. */
export function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(text);
  } catch {
    try {
      return new RegExp(`^(?:${pattern})$`).test(text);
    } catch {
      return false;
    }
  }
}

interface Reader {
  readonly pattern: string;
  at: number;
}

/** Up to the end or a closing parenthesis; the first branch is the one that counts. */
function alternatives(reader: Reader): string | undefined {
  let first: string | undefined;
  for (let branch = 0; ; branch++) {
    const text = sequence(reader);
    if (text === undefined) return undefined;
    if (branch === 0) first = text;
    if (reader.pattern[reader.at] !== "|") return first;
    reader.at++;
  }
}

function sequence(reader: Reader): string | undefined {
  let text = "";
  while (reader.at < reader.pattern.length && !"|)".includes(reader.pattern[reader.at] as string)) {
    const part = atom(reader);
    if (part === undefined) return undefined;
    const count = quantifier(reader);
    if (count === undefined || count > REPEATS_MAX) return undefined;
    text += part.repeat(count);
  }
  return text;
}

/** A neutral value longer than this serves nobody. */
const REPEATS_MAX = 4096;

function atom(reader: Reader): string | undefined {
  const character = reader.pattern[reader.at++] as string;
  if (character === "(") {
    const text = alternatives(reader);
    return reader.pattern[reader.at++] === ")" ? text : undefined;
  }
  if (character === "[") return characterClass(reader);
  if (character === "\\") return escaped(reader);
  if (character === ".") return "X";
  return "?*+{}]".includes(character) ? undefined : character;
}

function escaped(reader: Reader): string | undefined {
  const character = reader.pattern[reader.at++];
  if (character === undefined) return undefined;
  if (character === "d" || character === "w") return "0";
  if (character === "s") return " ";
  return /[A-Za-z]/.test(character) ? undefined : character;
}

function characterClass(reader: Reader): string | undefined {
  if (reader.pattern[reader.at] === "^") return undefined;
  const ranges: [string, string][] = [];
  for (;;) {
    const character = reader.pattern[reader.at];
    if (character === undefined || character === "[") return undefined;
    if (character === "]") break;
    const low = classCharacter(reader);
    if (low === undefined) return undefined;
    if (reader.pattern[reader.at] === "-" && reader.pattern[reader.at + 1] !== "]") {
      reader.at++;
      const high = classCharacter(reader);
      if (high === undefined || high < low) return undefined;
      ranges.push([low, high]);
    } else ranges.push([low, low]);
  }
  reader.at++;
  const holds = (wanted: string): boolean => ranges.some(([low, high]) => low <= wanted && wanted <= high);
  return ["0", "X"].find(holds) ?? ranges[0]?.[0];
}

function classCharacter(reader: Reader): string | undefined {
  const character = reader.pattern[reader.at++];
  return character === "\\" ? escaped(reader) : character;
}

/** The fewest repetitions that the quantifier here admits; 1 without one. */
function quantifier(reader: Reader): number | undefined {
  const rest = reader.pattern.slice(reader.at);
  const found = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})/.exec(rest);
  if (found === null) return 1;
  reader.at += found[0].length;
  if (found[1] !== undefined) return Number(found[1]);
  return found[0] === "+" ? 1 : 0;
}
