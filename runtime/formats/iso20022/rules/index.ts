/**
 * Rules between the values of an ISO 20022 message: numbers and sums of transactions, entries and their balances, amounts at their rate,
 * minor units of currencies, the country of an account beside that of its bank, one name for one account, and what continues from statement
 * to statement.
 *
 * A rule speaks only where the message has all that it needs: a total without its transactions proves nothing.
 */
import {
  type Batch,
  RECORD_FIRST_VALUE,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_STRIDE,
} from "../../../record/tables.ts";
import type { MessageRules, StatementSeries } from "../../api.ts";
import { decimalOf, sumOf } from "../../decimal.ts";
import { COUNT, Collected, Series, SUM } from "../../rules.ts";
import { TermTable } from "../../terms.ts";
import { messageOfNamespace } from "../catalogue.ts";
import { MarkupError, readMarkup, type XmlElement } from "../xsd/markup.ts";
import { Amounts } from "./amounts.ts";
import { child, childrenOf, textAt } from "./elements.ts";
import { everywhere } from "./everywhere.ts";
import { AMOUNTS, blocksOf, TOTALS, transactionsOf } from "./payments.ts";
import { verifySeries, verifyStatement } from "./statements.ts";
import { planMessage } from "./terms.ts";

export const iso20022Rules: MessageRules = {
  format: "iso20022",
  verify(record, series) {
    const root = treeOf(record);
    const documents = root === undefined ? [] : documentsIn(root);
    const [first] = documents;
    if (first === undefined) return undefined;
    const { message } = documents.find((each) => !each.message.startsWith("head.")) ?? first;
    const collected = new Collected(message);
    const alone = new Series();
    const own = series ?? alone;
    for (const { element } of documents) {
      for (const body of element.children) verifyBody(body, body.name, own, collected);
      everywhere(element, "", collected);
    }
    alone.close();
    return collected;
  },
  addTerms({ batch, record, start, end, isAmount }) {
    // One character for each byte, so that places in the text are places in the record; of texts nothing is asked but amounts and codes.
    const text = new TextDecoder("latin1").decode(batch.input.subarray(start, end)).replace(/^\u00ef\u00bb\u00bf/, "   ");
    const root = rootOf(text);
    if (root === undefined) return;
    const terms = new TermTable();
    const amounts = new Amounts(terms, amountRows(batch, record, start, isAmount));
    for (const { element } of documentsIn(root)) planMessage(element, amounts);
    terms.writeTo(batch);
  },
};

/** Rows of the values that are amounts, by where their text begins in the record. */
function amountRows(
  { records, values, segments }: Batch,
  record: number,
  start: number,
  isAmount: (operation: number) => boolean,
): ReadonlyMap<number, number> {
  const at = record * RECORD_STRIDE;
  const first = records[at + RECORD_FIRST_VALUE] as number;
  const end = first + (records[at + RECORD_VALUE_COUNT] as number);
  const rows = new Map<number, number>();
  for (let value = first; value < end; value++) {
    const row = value * VALUE_STRIDE;
    if (!isAmount(values[row + VALUE_OPERATION] as number)) continue;
    rows.set((segments[(values[row + VALUE_FIRST_SEGMENT] as number) * SEGMENT_STRIDE + SEGMENT_START] as number) - start, value);
  }
  return rows;
}

function treeOf(record: Uint8Array): XmlElement | undefined {
  const head = new TextDecoder("latin1").decode(record.subarray(0, 128));
  const isLatin1 = /^\s*<\?xml[^>]*encoding\s*=\s*["'](?:iso-8859-1|latin1)["']/i.test(head);
  return rootOf(new TextDecoder(isLatin1 ? "latin1" : "utf-8").decode(record));
}

function rootOf(text: string): XmlElement | undefined {
  try {
    return readMarkup(text);
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

function verifyBody(body: XmlElement, path: string, series: StatementSeries, out: Collected): void {
  const blocks = blocksOf(body);
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
