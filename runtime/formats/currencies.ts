/** What amounts are counted in. */
import { assetJson } from "../kit/assets.ts";
import { fractionDigitsOf } from "./decimal.ts";

const LISTS = ["0", "3", "4", "none"] as const;
type Lists = Readonly<Record<(typeof LISTS)[number], readonly string[]>>;
let lists: Lists | undefined;

/** Decimals that amounts of a currency have (ISO 4217); infinite for metals, units of account and tests. */
export function decimalsOf(currency: string): number {
  lists ??= assetJson<Lists>("schemas/currencies.json");
  const known = lists;
  const list = LISTS.find((name) => known[name].includes(currency));
  if (list === undefined) return 2;
  return list === "none" ? Number.POSITIVE_INFINITY : Number(list);
}

/** Whether an amount (a decimal with a point) has no more decimals than its currency. */
export const hasMinorUnits = (amount: string, currency: string): boolean => fractionDigitsOf(amount) <= decimalsOf(currency);
