/** Statements beside what others do with them. */
import type { AnyRow, BenchCase, Context } from "../harness/case.ts";
import { inProcess } from "../harness/measure.ts";
import { streamOf } from "../harness/messages.ts";
import { type Peer, withPeer } from "../harness/peer.ts";
import { maskingWork, openPipeline } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";
import { camt053, mt940 } from "../harness/statements.ts";
import { lxmlStatement, mt940js } from "../peers/peers.ts";

const ENTRIES = 10_000;

async function beside(context: Context, id: string, figure: string, statement: string, peer: Peer): Promise<AnyRow> {
  context.tell(figure);
  const work = maskingWork(await openPipeline("native", "test-data"), streamOf([statement]));
  const ours = inProcess(1, work, context.pace);
  try {
    return await withPeer(context, peer, [statement], async (running) => {
      const { peer: name, version, less } = running.facts;
      const text = { id: `peers-statements/${id}`, name, figure, unit: "ms", against: version, headline: true } as const;
      const row = await rowBeside(context, { ...text, goal: { sense: "at least", value: 20, of: "ratio" } }, ours, running);
      return { ...row, less };
    });
  } catch (error) {
    return { id: `peers-statements/${id}`, name: figure, failed: error instanceof Error ? error.message : String(error) };
  }
}

export const peersStatements: BenchCase = {
  name: "peers-statements",
  group: "peers",
  job: "One statement of 10,000 entries, preset test-data: a camt.053 of 5 MB, 130,000 values, half of them masked; an MT940 of 1.5 MB with field 86 in subfields.",
  goal: "At least 20 × lxml + hmac, which masks five leaves of an entry, and 20 × mt940js, which masks nothing.",
  run: async (context: Context): Promise<AnyRow[]> => [
    await beside(context, "camt053", "camt.053, 10,000 entries", camt053(ENTRIES), lxmlStatement),
    await beside(context, "mt940", "MT940, 10,000 entries", mt940(ENTRIES), mt940js),
  ],
};
