/** A case whose rows are peers, each beside our job on the same messages. */

import { masking } from "../cases/in-process.ts";
import type { AnyRow, BenchCase, Context, Goal } from "./case.ts";
import { wrongIn } from "./leaves.ts";
import { type MessageKind, messageSet } from "./messages.ts";
import { type Peer, type RunningPeer, withPeer } from "./peer.ts";
import { rowBeside } from "./rows.ts";

export interface PeerRow {
  readonly id: string;
  /** Stands in the table until the peer has said its own name. */
  readonly name: string;
  readonly peer: Peer;
  /** How many times as long as ours the peer is to take. */
  readonly goal?: number;
}

interface PeersCase {
  readonly name: string;
  readonly job: string;
  readonly goal: string;
  readonly figure: string;
  readonly kind: MessageKind;
  readonly rows: readonly PeerRow[];
}

/** Java's clock of CPU time has steps of 10 ms. */
const WINDOW_MS_MIN = 1000;

export const peersCase = ({ name, job, goal, figure, kind, rows: peers }: PeersCase): BenchCase => ({
  name,
  group: "peers",
  job,
  goal,
  async run(context: Context): Promise<AnyRow[]> {
    const pace = { ...context.pace, windowMs: Math.max(context.pace.windowMs, WINDOW_MS_MIN) };
    const messages = messageSet(kind);
    const ours = await masking(context, kind);
    const rows: AnyRow[] = [];
    for (const { id: short, name: expected, peer, goal: least } of peers) {
      const id = `${name}/${short}`;
      context.tell(expected);
      try {
        rows.push(
          await withPeer(context, peer, messages, async (running) => {
            const { facts } = running;
            const checked = checkedOutput(kind, messages, running);
            const aim: Goal | undefined = least === undefined ? undefined : { sense: "at least", value: least, of: "ratio" };
            const text = { id, name: facts.peer, figure, unit: "µs" as const, against: facts.version, headline: least !== undefined };
            const row = await rowBeside({ ...context, pace }, { ...text, ...(aim === undefined ? {} : { goal: aim }) }, ours, running);
            return { ...row, checked, less: facts.less };
          }),
        );
      } catch (error) {
        rows.push({ id, name: expected, failed: error instanceof Error ? error.message : String(error) });
      }
    }
    return rows;
  },
});

/** Looks at every output: the leaves that are to be masked changed, no other did. Says so, or what is wrong with how many. */
function checkedOutput(kind: MessageKind, messages: readonly string[], { facts, outputs }: RunningPeer): string {
  if (outputs.length !== messages.length) return `${outputs.length} outputs of ${messages.length}`;
  const wrong = messages.map((message, index) => judged(kind, message, outputs[index] ?? "", facts.leaves === 0));
  const first = wrong.find((text) => text !== undefined);
  if (first !== undefined) return `${wrong.filter((text) => text !== undefined).length} of ${messages.length} wrong: ${first}`;
  return facts.leaves === 0 ? "same leaves" : `${facts.leaves} leaves masked, others as they were`;
}

function judged(kind: MessageKind, before: string, after: string, untouched: boolean): string | undefined {
  try {
    return wrongIn(kind, before, after, untouched);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
