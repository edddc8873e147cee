/** Where payment messages say their transactions, amounts and totals. */
import type { Element } from "./tree.ts";

/** Elements that are one transaction each. */
const TRANSACTIONS = ["CdtTrfTxInf", "CdtTrfTx", "DrctDbtTxInf", "TxInf"];
/** Blocks of transactions with totals of their own, and where each says them. */
const BLOCKS = ["PmtInf", "OrgnlPmtInfAndRvsl", "CdtInstr"];
/** The amount of a transaction, the first there is. */
export const AMOUNTS: readonly string[] = [
  "IntrBkSttlmAmt",
  "RtrdIntrBkSttlmAmt",
  "RvsdIntrBkSttlmAmt",
  "Amt/InstdAmt",
  "Amt/EqvtAmt/Amt",
  "InstdAmt",
];
export const TOTALS: readonly string[] = ["TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt", "TtlRvsdIntrBkSttlmAmt"];

/** Amounts that were ordered, and what is settled for them at `XchgRate`. */
export const SETTLED: readonly (readonly [ordered: string, settled: string])[] = [
  ["InstdAmt", "IntrBkSttlmAmt"],
  ["RtrdInstdAmt", "RtrdIntrBkSttlmAmt"],
  ["RvsdInstdAmt", "RvsdIntrBkSttlmAmt"],
];

export const transactionsOf = (element: Element): readonly Element[] => element.children.filter(({ name }) => TRANSACTIONS.includes(name));
export const blocksOf = (body: Element): readonly Element[] => body.children.filter(({ name }) => BLOCKS.includes(name));
