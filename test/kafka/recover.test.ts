/** What a worker does when its transactions fail, over a reader and a writer that do as they are told. */
import { describe, expect, test } from "bun:test";
import type { RecordBatch } from "../../runtime/kafka/batch.ts";
import { NO_COUNTS } from "../../runtime/pipeline/counts.ts";
import type { RunEvent } from "../../runtime/pipeline/observe.ts";
import { type Pass, Passes } from "../../runtime/pipeline/topics/passes.ts";
import { runTopics, type TopicsParts } from "../../runtime/pipeline/topics/run.ts";

const failing = (name: string, more: object): Error =>
  new Error(JSON.stringify({ name, retriable: false, fatal: false, abort: false, text: "as told", ...more }));

/** @param stage what the writer does with the records of a try */
/** Masks one record of a batch, whatever that is. */
const pass = {
  view: undefined,
  masker: { times: { scan: 0, engine: 0 }, take: () => ({ counts: NO_COUNTS, fields: [] }) },
  batches: {
    bytes: new Uint8Array(0),
    outgoing: { count: 1 },
    refuse: async () => undefined,
    mask: () => ({ taken: 1, refused: [], tombstones: 0, bytesIn: 1, bytesOut: 1 }),
  },
  sinks: new Set<number>(),
  planOf: async () => ({}),
  operationFacts: () => ({}),
  close: () => undefined,
} as unknown as Pass;

function worker(stage: (tries: number) => void, commit: (tries: number) => void = () => undefined) {
  const calls = { rewinds: 0, aborts: 0, stages: 0, commits: 0, slept: [] as number[] };
  const told: RunEvent[] = [];
  const stop = new AbortController();
  const parts = {
    facts: {},
    statement: "t",
    statementFacts: { onRefuse: "divert" },
    sinks: [],
    observers: [{ name: "test", mandatory: true, observe: (event: RunEvent) => told.push(event) }],
    clock: { date: () => 0, ticks: () => 0, sleep: async (ms: number) => void calls.slept.push(ms) },
    commit: { records: 1, bytes: 1, milliseconds: 0 },
    stop: stop.signal,
    reader: {
      poll: async (batch: RecordBatch) => {
        await new Promise((resume) => setTimeout(resume, 0));
        batch.count = 1;
        return batch;
      },
      membership: () => undefined,
      topics: () => ["raw"],
      events: () => [],
      begun: () => [],
      settled: () => undefined,
      rewind: async () => void calls.rewinds++,
      answers: async () => true,
      knownEnds: () => [],
      placed: () => [],
    },
    writer: {
      events: () => [],
      stage: async () => stage(++calls.stages),
      drain: async () => stage(++calls.stages),
      transactionMsMax: 60_000,
      commit: async () => {
        commit(++calls.commits);
        stop.abort();
      },
      abort: async () => void calls.aborts++,
    },
    passes: new Passes([pass], () => ""),
  } as unknown as TopicsParts;
  return { calls, told, run: () => runTopics(parts) };
}

describe("a transaction that fails", () => {
  test("is aborted and tried again from what is committed, and counts once", async () => {
    const { run, calls, told } = worker((tries) => {
      if (tries < 3) throw failing("ILLEGAL_GENERATION", { abort: true });
    });
    const { ended, counts } = await run();
    expect([ended, counts.in, counts.out]).toEqual(["stopped", 1, 1]);
    expect(calls).toEqual({ rewinds: 2, aborts: 2, stages: 3, commits: 1, slept: [100, 200] });
    expect(told.filter(({ event }) => event === "degrade")).toHaveLength(1);
  });

  test("BAUTA-1518: that never comes to a commit ends the worker", async () => {
    const { run, calls } = worker(() => {
      throw failing("ILLEGAL_GENERATION", { abort: true });
    });
    const error = await run().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("BAUTA-1518");
    expect([calls.commits, calls.rewinds, calls.aborts]).toEqual([0, 8, 9]);
  });

  test("whose commit is not answered is asked for again, and not aborted", async () => {
    const { run, calls } = worker(
      () => undefined,
      (tries) => {
        if (tries < 3) throw failing("_TIMED_OUT", { retriable: true });
      },
    );
    expect((await run()).counts.in).toBe(1);
    expect([calls.commits, calls.aborts]).toEqual([3, 0]);
  });

  test("BAUTA-1519: whose records are not stored by a broker that answers waits, and sends none of them twice", async () => {
    const { run, calls, told } = worker((tries) => {
      if (tries < 4) throw failing("_TIMED_OUT", { retriable: true });
    });
    expect((await run()).counts.in).toBe(1);
    expect([calls.stages, calls.commits, calls.aborts]).toEqual([4, 1, 0]);
    const issues = told.flatMap((event) => (event.event === "degrade" ? [event.issue.code] : []));
    const health = told.flatMap((event) => (event.event === "health" ? [event.isOk] : []));
    expect([issues, health]).toEqual([["BAUTA-1519"], [false, true]]);
  });

  test("that is fenced is not tried again", async () => {
    const { run, calls } = worker(() => {
      throw failing("_FENCED", { fatal: true });
    });
    expect(String(await run().catch((thrown: unknown) => thrown))).toContain("BAUTA-1516");
    expect([calls.stages, calls.rewinds, calls.aborts]).toEqual([1, 0, 0]);
  });
});
