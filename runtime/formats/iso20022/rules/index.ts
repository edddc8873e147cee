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
import { Amounts } from "./amounts.ts";
import { child, childrenOf, textAt } from "./elements.ts";
import { everywhere } from "./everywhere.ts";
import { AMOUNTS, blocksOf, TOTALS, transactionsOf } from "./payments.ts";
import { verifySeries, verifyStatement } from "./statements.ts";
import { planMessage } from "./terms.ts";
import { type Element, type Rooted, Tree } from "./tree.ts";

export const iso20022Rules: MessageRules = {
  format: "iso20022",
  verify(record, series) {
    const documents = documentsOf(record);
    const [first] = documents;
    if (first === undefined) return undefined;
    const { message } = documents.find((each) => !each.message.startsWith("head.")) ?? first;
    const collected = new Collected(message);
    const alone = new Series();
    const own = series ?? alone;
    for (const { element } of documents) {
      for (const body of element.children) verifyBody(body, body.name, own, collected);
      everywhere(element, collected);
    }
    alone.close();
    tree.close();
    return collected;
  },
  addTerms({ batch, record, start, end, isAmount }) {
    const documents = documentsOf(batch.input.subarray(start, end));
    const terms = new TermTable();
    const amounts = new Amounts(terms, amountRows(batch, record, start, isAmount));
    for (const { element } of documents) planMessage(element, amounts);
    tree.close();
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

/** One for all messages, which are looked at one behind the other. */
const tree = new Tree();

/** Documents of messages in a record; none where it cannot be read. */
function documentsOf(record: Uint8Array): readonly Rooted[] {
  const head = new TextDecoder("latin1").decode(record.subarray(0, 128));
  const isLatin1 = /^\s*<\?xml[^>]*encoding\s*=\s*["'](?:iso-8859-1|latin1)["']/i.test(head);
  return tree.read(record, isLatin1) ?? [];
}

// ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function verifyBody(body: Element, path: string, series: StatementSeries, out: Collected): void {
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

function verifyTotals(header: Element | undefined, path: string, transactions: readonly Element[], out: Collected): void {
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
