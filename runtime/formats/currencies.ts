/** What amounts are counted in. */
import { assetJson } from "../kit/assets.ts";
import { fractionDigitsOf } from "./decimal.ts";

const LISTS = ["0", "3", "4", "none"] as const;
type Lists = Readonly<Record<(typeof LISTS)[number], readonly string[]>>;
let known: ReadonlyMap<string, number> | undefined;

/** Decimals that amounts of a currency have (ISO 4217); infinite for metals, units of account and tests. */
export function decimalsOf(currency: string): number {
  known ??= read();
  return known.get(currency) ?? 2;
}

function read(): ReadonlyMap<string, number> {
  const lists = assetJson<Lists>("schemas/currencies.json");
  const decimals = (name: (typeof LISTS)[number]): number => (name === "none" ? Number.POSITIVE_INFINITY : Number(name));
  return new Map(LISTS.flatMap((name) => lists[name].map((currency) => [currency, decimals(name)] as const)));
}

/** Whether an amount (a decimal with a point) has no more decimals than its currency. */
export const hasMinorUnits = (amount: string, currency: string): boolean => fractionDigitsOf(amount) <= decimalsOf(currency);
