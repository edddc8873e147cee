/**
 * Rules between the values of an ISO 20022 message: numbers and sums of transactions, entries and their balances, amounts at their rate,
 * minor units of currencies, the country of an account beside that of its bank, one name for one account, and what continues from statement
 * to statement.
 *
 * A rule speaks only where the message has all that it needs: a total without its transactions proves nothing.
 */
import { decimalOf, sumOf } from "../../decimal.ts";
import { COUNT, Collected, type MessageRules, Series, SUM } from "../../rules.ts";
import { messageOfNamespace } from "../catalogue.ts";
import { MarkupError, readMarkup, type XmlElement } from "../xsd/markup.ts";
import { child, childrenOf, textAt } from "./elements.ts";
import { everywhere } from "./everywhere.ts";
import { verifySeries, verifyStatement } from "./statements.ts";

export const iso20022Rules: MessageRules = {
  format: "iso20022",
  verify(record, series) {
    const root = treeOf(record);
    const documents = root === undefined ? [] : documentsIn(root);
    const [first] = documents;
    if (first === undefined) return undefined;
    const { message } = documents.find((each) => !each.message.startsWith("head.")) ?? first;
    const collected = new Collected(message);
    const own = series ?? new Series();
    for (const { element } of documents) {
      for (const body of element.children) verifyBody(body, body.name, own, collected);
      everywhere(element, "", collected);
    }
    if (series === undefined) own.close();
    return collected;
  },
};

function treeOf(record: Uint8Array): XmlElement | undefined {
  const head = new TextDecoder("latin1").decode(record.subarray(0, 128));
  const isLatin1 = /^\s*<\?xml[^>]*encoding\s*=\s*["'](?:iso-8859-1|latin1)["']/i.test(head);
  try {
    return readMarkup(new TextDecoder(isLatin1 ? "latin1" : "utf-8").decode(record));
  } catch (error) {
    if (error instanceof MarkupError) return undefined;
    throw error;
  }
}

/** Root elements of messages in a tree, wrappers passed over. */
function documentsIn(element: XmlElement): readonly { readonly element: XmlElement; readonly message: string }[] {
  const message = messageOfNamespace(element.namespace);
  if (message !== undefined) return [{ element, message }];
  return element.children.flatMap(documentsIn);
}

// ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Elements that are one transaction each. */
const TRANSACTIONS = ["CdtTrfTxInf", "CdtTrfTx", "DrctDbtTxInf", "TxInf"];
/** Blocks of transactions with totals of their own, and where each says them. */
const BLOCKS = ["PmtInf", "OrgnlPmtInfAndRvsl", "CdtInstr"];
/** The amount of a transaction, the first there is. */
const AMOUNTS = ["IntrBkSttlmAmt", "RtrdIntrBkSttlmAmt", "RvsdIntrBkSttlmAmt", "Amt/InstdAmt", "Amt/EqvtAmt/Amt", "InstdAmt"];
const TOTALS = ["TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt", "TtlRvsdIntrBkSttlmAmt"];

function verifyBody(body: XmlElement, path: string, series: Series, out: Collected): void {
  const blocks = body.children.filter(({ name }) => BLOCKS.includes(name));
  const own = transactionsOf(body);
  verifyTotals(child(body, "GrpHdr"), `${path}/GrpHdr`, [...own, ...blocks.flatMap(transactionsOf)], out);
  for (const [i, block] of blocks.entries()) verifyTotals(block, `${path}/${block.name}[${i + 1}]`, transactionsOf(block), out);
  for (const name of ["Stmt", "Rpt", "Ntfctn"]) {
    for (const [i, statement] of childrenOf(body, name).entries()) {
      verifyStatement(statement, `${path}/${name}[${i + 1}]`, out);
      if (name === "Stmt") verifySeries(statement, `${path}/${name}[${i + 1}]`, series, out);
    }
  }
}

const transactionsOf = (element: XmlElement): readonly XmlElement[] => element.children.filter(({ name }) => TRANSACTIONS.includes(name));

function verifyTotals(header: XmlElement | undefined, path: string, transactions: readonly XmlElement[], out: Collected): void {
  if (header === undefined || transactions.length === 0) return;
  const said = decimalOf(textAt(header, "NbOfTxs"));
  if (said !== undefined) out.rule(COUNT, `${path}/NbOfTxs`, said === decimalOf(String(transactions.length)));
  const amounts = transactions.map((transaction) =>
    decimalOf(AMOUNTS.map((at) => textAt(transaction, at)).find((text) => text !== undefined)),
  );
  if (amounts.some((amount) => amount === undefined)) return;
  const sum = sumOf(amounts as readonly bigint[]);
  const control = decimalOf(textAt(header, "CtrlSum"));
  if (control !== undefined) out.rule(SUM, `${path}/CtrlSum`, control === sum);
  for (const total of TOTALS) {
    const amount = decimalOf(textAt(header, total));
    if (amount !== undefined) out.rule(SUM, `${path}/${total}`, amount === sum);
  }
}
