/** A run as its observers are told of it, without one. */
import { issueOf } from "../../runtime/kit/errors.ts";
import type { Counts } from "../../runtime/pipeline/masker.ts";
import type { RunEvent } from "../../runtime/pipeline/observe.ts";

export const counts = (changes: Partial<Counts> = {}): Counts => ({
  in: 0,
  out: 0,
  refused: 0,
  bytesIn: 0,
  bytesOut: 0,
  found: 0,
  masked: 0,
  kept: 0,
  removed: 0,
  otherwise: 0,
  left: 0,
  refusedByCode: new Map(),
  recordsByMessage: new Map(),
  ...changes,
});

const times = { source: 1, scan: 1, engine: 1, sink: 1, commit: 1, total: 5 };
export const SECRET = "Ottilie Brandhorst";

/** What happens in it, in order. Its only source has a name that must not be shown by the control plane. */
export function happenings(): readonly RunEvent[] {
  const live = counts();
  const grow = (to: Partial<Counts>): Counts => Object.assign(live, to);
  const plan = {
    model: "cards",
    origins: [],
    lock: "00",
    mode: "deterministic",
    environment: "test",
    keyId: "5f3a",
    keyOrigin: "file",
    keyVersion: 1,
  };
  return [
    {
      event: "run-start",
      at: 0,
      task: "t1",
      command: "mask",
      pipeline: "mask",
      bauta: "0.1.0",
      engine: { name: "native", version: "0.1.0", facts: { addon: "00" } },
      configuration: { in: [SECRET] },
      resume: "none",
      resumedAfter: undefined,
    },
    {
      event: "statement-start",
      at: 1,
      statement: "mask",
      plan,
      onRefuse: "divert",
      frame: "auto",
      input: "strict",
      routes: [],
      sinks: [{ name: SECRET, resume: "none" }],
    },
    { event: "source-opened", at: 1, statement: "mask", source: SECRET, size: 100, from: point(0, 0), sink: undefined },
    {
      event: "progress",
      at: 2,
      statement: "mask",
      source: SECRET,
      size: 100,
      outByWorker: undefined,
      position: point(2, 40),
      counts: () => grow({ in: 2, out: 2, bytesIn: 40, bytesOut: 40, found: 4, masked: 4 }),
      times: () => times,
    },
    {
      event: "refused",
      at: 3,
      statement: "mask",
      source: SECRET,
      record: 2,
      offset: 40,
      length: 20,
      issue: issueOf(6001),
      format: "json",
      path: "$.a",
      faultOffset: 44,
      faultLength: 1,
      hash: "00",
    },
    { event: "source-ended", at: 4, statement: "mask", source: SECRET, position: point(3, 60), unreadFrom: undefined, resumes: false },
    {
      event: "committed",
      at: 5,
      sequence: 0,
      positions: [{ statement: "mask", source: SECRET, ended: true, ...point(3, 60) }],
      segments: [{ sink: SECRET, name: SECRET, privateName: "", firstRecord: 0, records: 2, bytes: 40 }],
      prepareMs: 2,
      journalMs: 0,
      publishMs: 1,
    },
    { event: "batch", at: 5, statement: "mask", records: 3, pollMs: 1, maskMs: 2, stageMs: 3 },
    { event: "lag", at: 5, statement: "mask", partitions: [{ topic: "raw", partition: 0, records: 7 }] },
    { event: "health", at: 5, client: "kafka", isOk: false, milliseconds: 0 },
    { event: "health", at: 5, client: "kafka", isOk: true, milliseconds: 3 },
    { event: "degrade", at: 5, what: "observer", name: "progress", issue: issueOf(9001) },
    {
      event: "statement-end",
      at: 6,
      statement: "mask",
      ended: "done",
      counts: counts({
        in: 3,
        out: 2,
        refused: 1,
        bytesIn: 60,
        bytesOut: 40,
        found: 4,
        masked: 4,
        refusedByCode: new Map([["BAUTA-6001", 1]]),
      }),
      fields: [],
      planDigest: "00",
      outByWorker: undefined,
      sinks: [],
      unread: [],
      times,
    },
    { event: "run-end", at: 7, ended: "done", issue: undefined, commits: 1, milliseconds: 7 },
  ] as const satisfies readonly RunEvent[];
}

function point(records: number, offset: number): { readonly records: number; readonly offset: number; readonly lastRefused: boolean } {
  return { records, offset, lastRefused: false };
}
