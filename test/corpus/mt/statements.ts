/** Statements of generated messages: entries that add up, over pages and from one statement to the next. */
import { amountText, contentOf, dateOf, informationOf, referenceOf, type Scene, textOf } from "./fields.ts";

export type Field = readonly [tag: string, content: string];

/** A balance in cents; below nought it is a debit. */
const balance = (cents: number, date: string, currency: string): string => `${cents < 0 ? "D" : "C"}${date}${currency}${amountText(Math.abs(cents))}`;

interface Page {
  readonly entries: readonly Field[];
  readonly closing: number;
}

/** Entries (61, and 86 where the message has it) behind a balance. */
export function pageOf(scene: Scene, opening: number, count: number, hasInformation: boolean): Page {
  const { random } = scene;
  const entries: Field[] = [];
  let closing = opening;
  for (let i = 0; i < count; i++) {
    const cents = random.between(1, 999_999);
    const mark = random.pick(["C", "D", "RC", "RD"]);
    closing += mark === "C" || mark === "RD" ? cents : -cents;
    const date = dateOf(scene);
    const entryDate = random.chance(0.7) ? date.slice(2) : "";
    const funds = random.chance(0.3) ? scene.currency.slice(2) : "";
    const servicer = random.chance(0.5) ? `//${referenceOf(scene).replaceAll("/", "-")}` : "";
    const own = random.chance(0.3) ? "NONREF" : referenceOf(scene).replaceAll("/", "-");
    const details = random.chance(0.4) ? `\n${textOf(scene, 34)}` : "";
    entries.push(["61", `${date}${entryDate}${mark}${funds}${amountText(cents)}${random.pick(["NTRF", "NMSC", "S103", "FCHG"])}${own}${servicer}${details}`]);
    if (hasInformation && random.chance(0.8)) entries.push(["86", informationOf(scene)]);
  }
  return { entries, closing };
}

/** A statement of one page or two: 940 and 950. */
export function statementOf(scene: Scene): readonly (readonly Field[])[] {
  const { random, type, currency } = scene;
  const pages = random.chance(0.4) ? 2 : 1;
  const number = random.between(1, 365);
  const account = contentOf(type === "940" && random.chance(0.3) ? "25P" : "25", scene);
  const accountTag = account.includes("\n") ? "25P" : "25";
  let opening = random.between(-500_000, 5_000_000);
  return Array.from({ length: pages }, (_, index) => {
    const { entries, closing } = pageOf(scene, opening, random.between(0, 5), type === "940");
    const isLast = index === pages - 1;
    const date = dateOf(scene);
    const fields: Field[] = [
      ["20", referenceOf(scene)],
      ...(type === "940" && random.chance(0.3) ? [["21", contentOf("21", scene)] as const] : []),
      [accountTag, account],
      ["28C", `${number}/${index + 1}`],
      [index === 0 ? "60F" : "60M", balance(opening, date, currency)],
      ...entries,
      [isLast ? "62F" : "62M", balance(closing, date, currency)],
      ...(isLast ? [["64", balance(closing, date, currency)] as const] : []),
      ...(isLast && type === "940" ? [["65", balance(closing + 100, date, currency)] as const, ["86", informationOf(scene)] as const] : []),
    ];
    opening = closing;
    return fields;
  });
}

/** Cents of `12EUR345,6`. */
const centsOf = (content: string): number => Math.round(Number(content.replace(/^.*[A-Z]/, "").replace(",", ".")) * 100);

/** Balance report, 941, and interim report, 942. */
export function reportOf(scene: Scene): readonly Field[] {
  const { random, type, currency } = scene;
  const cents = random.between(1, 5_000_000);
  const sums: Field[] = [
    ["90D", contentOf("90D", scene)],
    ["90C", contentOf("90C", scene)],
  ];
  const changed = sums.reduce((sum, [tag, content]) => sum + (tag === "90C" ? 1 : -1) * centsOf(content), 0);
  const head: Field[] = [
    ["20", referenceOf(scene)],
    ...(random.chance(0.5) ? [["21", contentOf("21", scene)] as const] : []),
  ];
  if (type === "941") {
    return [
      ...head,
      ["25", scene.account.account],
      ["28", contentOf("28", scene)],
      ["13D", contentOf("13D", scene)],
      ["60F", balance(cents, dateOf(scene), currency)],
      ...sums,
      ["62F", balance(cents + changed, dateOf(scene), currency)],
      ["64", balance(cents, dateOf(scene), currency)],
      ["65", balance(cents, dateOf(scene), currency)],
      ["86", informationOf(scene)],
    ];
  }
  return [
    ...head,
    ["25", scene.account.account],
    ["28C", contentOf("28C", scene)],
    ["34F", `${currency}D${amountText(cents)}`],
    ["34F", `${currency}C${amountText(cents)}`],
    ["13D", contentOf("13D", scene)],
    ...pageOf(scene, 0, random.between(1, 5), true).entries,
    ...sums,
    ["86", informationOf(scene)],
  ];
}
