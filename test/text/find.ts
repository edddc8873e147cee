/** What the portable engine's detector finds in a text of the set, as marks. */
import { Dictionary, ValueKind } from "../../runtime/engines/portable/detect/dictionary.ts";
import { Finder, Found } from "../../runtime/engines/portable/detect/finder.ts";
import { loadUnicode } from "../../runtime/engines/portable/text/unicode.ts";
import type { Entry, Mark } from "./method.ts";

const unicode = loadUnicode();
const finder = new Finder(unicode);
const dictionary = new Dictionary(unicode);
const pointsOf = (text: string): Uint32Array => Uint32Array.from(text, (character) => character.codePointAt(0) as number);

const KIND_OF: Readonly<Record<Found, string>> = {
  [Found.card]: "pan",
  [Found.account]: "account",
  [Found.bic]: "bic",
  [Found.phone]: "phone",
  [Found.email]: "email",
  [Found.identifier]: "id",
  [Found.reference]: "reference",
  [Found.name]: "name",
};

/** Marks in UTF-16 code units, as the labels have them. */
export function findIn(entry: Pick<Entry, "text" | "context">): readonly Mark[] {
  const { text, context } = entry;
  dictionary.clear();
  let owner = 0;
  for (const name of context.names) dictionary.addName(pointsOf(name), [...name].length, owner++);
  const lists = [
    [ValueKind.account, context.accounts],
    [ValueKind.reference, context.references],
    [ValueKind.id, context.ids],
  ] as const;
  for (const [kind, values] of lists) for (const value of values) dictionary.addValue(kind, pointsOf(value), [...value].length, owner++);
  const points = pointsOf(text);
  finder.find(points, points.length, [dictionary]);
  const units: number[] = [0];
  for (const code of points) units.push((units.at(-1) as number) + (code > 0xffff ? 2 : 1));
  return finder.findings.map(({ start, end, entity, owner: found }) => {
    const from = finder.stream.starts[start] as number;
    const isPlus = entity === Found.phone && finder.stream.signBefore(start) === 0x2b;
    const isIban = entity === Found.account && (finder.stream.codes[start] as number) >= 0x61 && end - start >= 15;
    const kind = isIban ? "iban" : entity === Found.identifier && found < 0 ? "national-id" : KIND_OF[entity];
    return {
      start: units[isPlus ? points.lastIndexOf(0x2b, from - 1) : from] as number,
      end: units[finder.stream.ends[end - 1] as number] as number,
      kind,
    };
  });
}
