/** Twice the work takes twice the time: in the batch, in one message, and in one statement of up to 100,000 entries. */
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { inProcess, type Subject } from "../harness/measure.ts";
import { messageSet, streamOf } from "../harness/messages.ts";
import { maskingWork, openPipeline } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";
import { camt053 } from "../harness/statements.ts";

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
        await costOf(context, [camt053(100_000)]),
        await costOf(context, [camt053(10_000)]),
      ),
    ];
  },
};
