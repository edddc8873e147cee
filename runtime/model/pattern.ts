/** Patterns of generated texts: characters, lists of them in brackets, and how often each stands there. */

const PLACES_MAX = 256;
const LISTED_MAX = 256;

/**
 * For each place of the text the characters that may stand there; undefined for what is no pattern.
 *
 * `[A-Z0-9_]` is one of a list, `{6}` six of what stands in front, `\` takes the next character as it is; all else stands for itself.
 * @example placesOf("INV-[A-Z]{2}[0-9]{6}")
 */
export function placesOf(pattern: string): readonly string[] | undefined {
  const places: string[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; ) {
    const character = characters[at++] as string;
    if (character === "{") {
      const end = characters.indexOf("}", at);
      const count = Number(characters.slice(at, end < 0 ? at : end).join(""));
      const last = places.at(-1);
      if (last === undefined || !Number.isInteger(count) || count < 1 || places.length + count > PLACES_MAX + 1) return undefined;
      for (let more = 1; more < count; more++) places.push(last);
      at = end + 1;
    } else if (character === "[") {
      const end = endOfList(characters, at);
      const list = end === undefined ? undefined : listOf(characters.slice(at, end));
      if (end === undefined || list === undefined) return undefined;
      places.push(list);
      at = end + 1;
    } else if (character === "\\") {
      const next = characters[at++];
      if (next === undefined) return undefined;
      places.push(next);
    } else if ("]}()|*+?^$".includes(character)) return undefined;
    else places.push(character);
    if (places.length > PLACES_MAX) return undefined;
  }
  return places.length === 0 ? undefined : places;
}

function endOfList(characters: readonly string[], from: number): number | undefined {
  for (let at = from; at < characters.length; at++) {
    if (characters[at] === "\\") at++;
    else if (characters[at] === "]") return at;
  }
  return undefined;
}

/** The characters between brackets, each once. */
function listOf(characters: readonly string[]): string | undefined {
  const listed = new Set<string>();
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] === "\\" ? characters[++at] : characters[at];
    if (character === undefined || character === "^" || character === "[") return undefined;
    if (characters[at + 1] !== "-" || at + 2 >= characters.length) {
      listed.add(character);
      continue;
    }
    const [from, to] = [character.codePointAt(0) as number, (characters[at + 2] as string).codePointAt(0) as number];
    if (to < from || to - from >= LISTED_MAX) return undefined;
    for (let code = from; code <= to; code++) listed.add(String.fromCodePoint(code));
    at += 2;
  }
  return listed.size === 0 || listed.size > LISTED_MAX ? undefined : [...listed].join("");
}
