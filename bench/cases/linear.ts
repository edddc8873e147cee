/** Twice the work takes twice the time: in the batch, in one message, and in one statement of up to 100,000 entries. */
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { inProcess, type Subject } from "../harness/measure.ts";
import { messageSet, streamOf } from "../harness/messages.ts";
import { maskingWork, openPipeline } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";

/** Nanoseconds a byte of a stream, preset test-data. */
async function costOf(context: Context, messages: readonly string[]): Promise<Subject> {
  const stream = streamOf(messages);
  return inProcess(stream.length, maskingWork(await openPipeline("native", "test-data"), stream), context.pace);
}

/** A message with its transaction repeated. */
function transactions(message: string, count: number): string {
  const start = message.indexOf("<CdtTrfTxInf>");
  const end = message.indexOf("</CdtTrfTxInf>") + "</CdtTrfTxInf>".length;
  return message.slice(0, start) + `${message.slice(start, end)}\n`.repeat(count) + message.slice(end);
}

/** A camt.053 of so many entries, each of another customer. */
function statement(entries: number): string {
  const entry = (i: number): string =>
    `<Ntry><NtryRef>R${i}</NtryRef><Amt Ccy="EUR">${(i % 900) + 1}.25</Amt><CdtDbtInd>${i % 2 === 0 ? "DBIT" : "CRDT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-${i}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Customer Number ${i}</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>7320-${i}</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Invoice ${i} of May</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`;
  const head =
    "<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-20T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>7320-1</Id></Othr></Id></Acct>";
  const all = Array.from({ length: entries }, (_, i) => entry(i)).join("");
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>${head}${all}</Stmt></BkToCstmrStmt></Document>`;
}

export const linear: BenchCase = {
  name: "linear",
  group: "own",
  job: "What a byte costs in batches of 512 messages beside batches of 8, and in messages of 1,024 transactions beside messages of 4; in statements of 100,000 entries beside 10,000.",
  goal: "Costs are linear: the larger takes at most 1.2 times as long a byte (a ratio of at least 0.83).",
  async run(context: Context): Promise<BenchRow[]> {
    const goal = { sense: "at least", value: 0.83, of: "ratio" } as const;
    const [message = ""] = messageSet("pacs008", 1);
    return [
      await rowBeside(
        context,
        { id: "linear/batch", name: "linear in the batch", figure: "a byte; 512 messages", unit: "ns", against: "8 messages", goal },
        await costOf(context, messageSet("pacs008", 512)),
        await costOf(context, messageSet("pacs008", 8)),
      ),
      await rowBeside(
        context,
        {
          id: "linear/message",
          name: "linear in the message",
          figure: "a byte; 1,024 transactions",
          unit: "ns",
          against: "4 transactions",
          goal,
        },
        await costOf(context, [transactions(message, 1024)]),
        await costOf(
          context,
          Array.from({ length: 16 }, () => transactions(message, 4)),
        ),
      ),
      await rowBeside(
        context,
        {
          id: "linear/statement",
          name: "linear in the statement",
          figure: "a byte; 100,000 entries",
          unit: "ns",
          against: "10,000 entries",
          goal,
        },
        await costOf(context, [statement(100_000)]),
        await costOf(context, [statement(10_000)]),
      ),
    ];
  },
};
