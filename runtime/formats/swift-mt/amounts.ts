/** Amounts of the fields of a message, and where messages say sums of them. */
import { decimalOf } from "../decimal.ts";
import type { Money } from "../exchange.ts";
import type { BodyField } from "./fields.ts";

export const textOf = (field: BodyField | undefined, component: string): string | undefined => field?.parts.get(component);
/** The field, if it stands there once. */
export const find = (fields: readonly BodyField[], tags: readonly string[]): BodyField | undefined => {
  const found = fields.filter(({ tag }) => tags.includes(tag));
  return found.length === 1 ? found[0] : undefined;
};
/** `1234,5` as a decimal. */
export const decimalText = (amount: string): string => amount.replace(",", ".");
export const amountOf = (field: BodyField | undefined): bigint | undefined => {
  const amount = textOf(field, "amount");
  return amount === undefined ? undefined : decimalOf(decimalText(amount));
};
export const amountsOf = (fields: readonly BodyField[]): readonly bigint[] | undefined => {
  const amounts = fields.map(amountOf);
  return amounts.length === 0 || amounts.includes(undefined) ? undefined : (amounts as bigint[]);
};
export const moneyOf = (field: BodyField | undefined): Money | undefined => {
  const [amount, currency] = [amountOf(field), textOf(field, "currency")];
  return amount === undefined || currency === undefined ? undefined : { amount, currency };
};

/** Messages with a sum of transactions in 19, and where it stands if 19 does not. */
export const TOTALLED: Readonly<Record<string, readonly string[]>> = {
  MT102: ["32A"],
  MT104: ["32B"],
  MT107: ["32B"],
  MT201: [],
  MT203: [],
  MT204: [],
};
