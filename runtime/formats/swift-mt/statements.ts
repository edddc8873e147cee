/** Balances and entries of statements. */
import { amountOf, textOf } from "./amounts.ts";
import type { BodyField } from "./fields.ts";

export const OPENING: readonly string[] = ["60F", "60M"];
export const CLOSING: readonly string[] = ["62F", "62M"];

/** A balance; debits are negative. */
export function balanceOf(field: BodyField | undefined): bigint | undefined {
  const [amount, mark] = [amountOf(field), textOf(field, "mark")];
  if (amount === undefined || (mark !== "C" && mark !== "D")) return undefined;
  return mark === "D" ? -amount : amount;
}

/** Of an entry: credits and reversals of debits are positive, what is only expected changes nothing yet. */
export function changeOf(entry: BodyField): bigint | undefined {
  const amount = amountOf(entry);
  if (amount === undefined) return undefined;
  switch (textOf(entry, "mark")) {
    case "C":
    case "RD":
      return amount;
    case "D":
    case "RC":
      return -amount;
    case "EC":
    case "ED":
      return 0n;
    default:
      return undefined;
  }
}

export function reportedChange(field: BodyField): bigint | undefined {
  const amount = amountOf(field);
  return amount === undefined || field.tag === "90C" ? amount : -amount;
}

/** Which marks a bank counts as credits and as debits: reversals by their side, by what they reverse, or not at all. */
export const COUNTED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "90C": [["C", "RD", "EC"], ["C", "RC", "EC"], ["C", "EC"], ["C", "RD"], ["C", "RC"], ["C"]],
  "90D": [["D", "RC", "ED"], ["D", "RD", "ED"], ["D", "ED"], ["D", "RC"], ["D", "RD"], ["D"]],
};
