/** Masking in this process, on one core. */
import type { EngineName } from "../../runtime/engines/api.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { alone, inProcess, type Subject } from "../harness/measure.ts";
import { type MessageKind, messageSet, streamOf } from "../harness/messages.ts";
import { withPeer } from "../harness/peer.ts";
import { countsOf, maskingWork, openPipeline, TWELVE_LEAVES } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";
import { figure } from "../harness/table.ts";
import { rustPeer } from "../peers/peers.ts";

/** Masked pacs.008 of twelve leaves that one core is to do in a second. */
const MESSAGES_A_SECOND = 72_762;

interface Job {
  readonly id: string;
  readonly name: string;
  readonly kind: MessageKind;
  readonly model: string;
}

const JOBS: readonly Job[] = [
  { id: "pacs008", name: "mask pacs.008", kind: "pacs008", model: TWELVE_LEAVES },
  { id: "pacs008-preset", name: "mask pacs.008, preset test-data", kind: "pacs008", model: "test-data" },
  { id: "json", name: "mask JSON payment", kind: "json", model: TWELVE_LEAVES },
  { id: "mt103", name: "mask MT103", kind: "mt103", model: TWELVE_LEAVES },
];

/** Masks a set of messages of a kind, warmed up. */
export const masking = (
  context: Context,
  kind: MessageKind,
  model: string = TWELVE_LEAVES,
  engine: EngineName = "native",
): Promise<Described> => maskingOf(context, messageSet(kind), model, engine);

/** A subject, and what it does in words. */
export interface Described extends Subject {
  readonly text: string;
}

/** Masks messages, warmed up. */
export async function maskingOf(context: Context, messages: readonly string[], model: string, engine: EngineName): Promise<Described> {
  const stream = streamOf(messages);
  const pipeline = await openPipeline(engine, model);
  const counts = countsOf(pipeline, stream);
  if (counts.out !== messages.length) throw new Error(`${counts.refused} of ${messages.length} messages refused`);
  const [bytes = 0, masked, found] = [stream.length, counts.masked, counts.found].map((sum) => Math.round(sum / messages.length));
  const text = `${figure(bytes)} bytes, ${masked} of ${found} values masked`;
  return { ...inProcess(messages.length, maskingWork(pipeline, stream), context.pace), text };
}

export const inProcessCase: BenchCase = {
  name: "in-process",
  group: "own",
  job: "Sets of 256 messages through the masker (framing, scan, engine, splice, counts) in one process, output handed to a function that does nothing with it. Each job on the native engine beside the portable one, and pacs.008 beside quick-xml's event loop over the same bytes.",
  goal: "More than 72,762 masked pacs.008 a second on one core.",
  async run(context: Context): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const job of JOBS) {
      context.tell(job.name);
      const native = await masking(context, job.kind, job.model);
      const portable = await masking(context, job.kind, job.model, "portable");
      const row = await rowBeside(
        context,
        { id: `in-process/${job.id}`, name: job.name, figure: native.text, unit: "µs", against: "portable engine", headline: true },
        native,
        portable,
      );
      rows.push(row);
    }
    const pacs008 = await masking(context, "pacs008");
    const timed = await alone(pacs008, context.pace);
    rows.push({
      id: "in-process/rate",
      name: "pacs.008 a second on one core",
      figure: pacs008.text,
      unit: "messages/s",
      ours: 1e9 / timed.cpu,
      goal: { sense: "more than", value: MESSAGES_A_SECOND, of: "ours" },
      headline: true,
    });
    rows.push(
      await withPeer(context, rustPeer("quick-xml"), messageSet("pacs008"), (peer) =>
        rowBeside(
          context,
          { id: "in-process/quick-xml", name: "mask pacs.008", figure: pacs008.text, unit: "µs", against: "quick-xml events" },
          pacs008,
          peer,
        ),
      ),
    );
    return rows;
  },
};
