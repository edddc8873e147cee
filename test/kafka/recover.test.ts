/** What a worker does when its transactions fail, over a reader and a writer that do as they are told. */
import { describe, expect, test } from "bun:test";
import type { RecordBatch } from "../../runtime/kafka/batch.ts";
import { putWhole, RECORD_OFFSET, RECORD_STRIDE } from "../../runtime/kafka/layout.ts";
import { NO_COUNTS } from "../../runtime/pipeline/counts.ts";
import type { RunEvent } from "../../runtime/pipeline/observe.ts";
import type { BatchMaskers } from "../../runtime/pipeline/topics/mask-batch.ts";
import { type Pass, Passes } from "../../runtime/pipeline/topics/passes.ts";
import { runTopics, type TopicsParts } from "../../runtime/pipeline/topics/run.ts";

const failing = (name: string, more: object): Error =>
  new Error(JSON.stringify({ name, retriable: false, fatal: false, abort: false, text: "as told", ...more }));

/** Masks one record of a batch, whatever that is. */
const pass = {
  view: undefined,
  batches: {
    bytes: new Uint8Array(0),
    outgoing: { count: 1 },
    refuse: async () => undefined,
  },
  sinks: new Set<number>(),
  planOf: async () => ({}),
  operationFacts: () => ({}),
  planDigest: () => "",
  close: () => undefined,
} as unknown as Pass;

const masker = {
  mask: () => [{ taken: 1, refused: [], tombstones: 0, bytesIn: 1, bytesOut: 1 }],
  times: { scan: 0, engine: 0 },
  take: () => ({ byView: [{ counts: NO_COUNTS, fields: [] }], recordsByMessage: new Map() }),
  close: () => undefined,
} as unknown as BatchMaskers;

/**
 * @param stage what the writer does with the records of a try
 * @param commit what it does when it is to commit
 * @param more the clock, and how many records a poll gives
 */
function worker(
  stage: (tries: number) => void,
  commit: (tries: number) => void = () => undefined,
  {
    ticks = () => 0,
    poll = () => 1,
    onRefuse = "divert",
    mask = masker,
    passes = [pass],
    milliseconds = 0,
  }: {
    readonly ticks?: () => number;
    readonly poll?: (polls: number) => number;
    readonly onRefuse?: string;
    readonly mask?: BatchMaskers;
    readonly passes?: readonly Pass[];
    readonly milliseconds?: number;
  } = {},
  begun: { readonly topic: string; readonly partition: number; readonly offset: number }[] = [],
  commitsMax = 1,
) {
  const calls = { rewinds: 0, aborts: 0, stages: 0, commits: 0, slept: [] as number[] };
  const early: number[][] = [];
  const opened = { reopens: 0, inits: 0, polls: 0 };
  const committed: number[][] = [];
  const told: RunEvent[] = [];
  const stop = new AbortController();
  const parts = {
    facts: {},
    statement: "t",
    statementFacts: { onRefuse },
    sinks: [],
    observers: [{ name: "test", mandatory: true, observe: (event: RunEvent) => told.push(event) }],
    clock: { date: () => 0, ticks, sleep: async (ms: number) => void calls.slept.push(ms) },
    commit: { records: 2, bytes: 1, milliseconds },
    stop: stop.signal,
    reader: {
      poll: async (batch: RecordBatch) => {
        await new Promise((resume) => setTimeout(resume, 0));
        batch.count = poll(++opened.polls);
        for (let row = 0; row < batch.count; row++) putWhole(batch.records, row * RECORD_STRIDE + RECORD_OFFSET, row);
        return batch;
      },
      release: () => undefined,
      membership: () => undefined,
      topics: () => ["raw"],
      events: () => [],
      begun: () => [...begun],
      settled: (done: readonly object[]) => void begun.splice(0, done.length),
      rewind: async () => void calls.rewinds++,
      answers: async () => true,
      knownEnds: () => [],
      placed: () => [],
    },
    writer: {
      events: () => [],
      beginWith: (_membership: unknown, _topics: unknown, rows: Uint32Array) => void early.push([...rows]),
      send: async () => stage(++calls.stages),
      drain: async () => stage(++calls.stages),
      transactionMsMax: 60_000,
      commit: async (_membership: unknown, _topics: unknown, rows: Uint32Array) => {
        // As long as a commit takes: the next batch comes meanwhile.
        if (commitsMax > 1) await new Promise((resume) => setTimeout(resume, 20));
        commit(++calls.commits);
        committed.push([...rows]);
        if (calls.commits >= commitsMax) stop.abort();
      },
      abort: async () => void calls.aborts++,
      reopen: async () => void opened.reopens++,
      init: async () => void opened.inits++,
    },
    passes: new Passes(passes, mask, () => ""),
  } as unknown as TopicsParts;
  return { calls, opened, early, committed, told, run: () => runTopics(parts) };
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

  test("whose commit is refused is tried again where no other record comes after it", async () => {
    let rewinds = 0;
    const { run, calls } = worker(
      () => undefined,
      (tries) => {
        if (tries === 1) throw failing("ILLEGAL_GENERATION", { abort: true });
      },
      // One record, and none behind it until the worker has gone back to it.
      {
        poll: (polls) => {
          if (polls > 200) throw new Error("nobody has noticed");
          const isBegun = polls === 1 || calls.rewinds > rewinds;
          rewinds = calls.rewinds;
          return isBegun ? 1 : 0;
        },
      },
    );
    expect((await run()).counts.in).toBe(1);
    expect([calls.commits, calls.aborts, calls.rewinds]).toEqual([2, 1, 1]);
  });

  test("sets the offsets at which partitions were begun, and the one behind it does not set them back", async () => {
    const begun = [0, 1].map((partition) => ({ topic: "raw", partition, offset: 0 }));
    const { run, committed } = worker(() => undefined, undefined, {}, begun, 2);
    await run();
    // Topic, partition, offset (two columns), epoch: the record of partition 0, and where partition 1 begins, once.
    expect(committed.slice(0, 2).map((rows) => rows.filter((_, i) => i % 5 === 1))).toEqual([[0, 1], [0]]);
  });

  test("BAUTA-1519: whose records are not stored by a broker that answers waits, and sends none of them twice", async () => {
    // A commit waits for what was sent, and says that this is what it waits for.
    const { run, calls, told } = worker(
      () => undefined,
      (tries) => {
        if (tries < 4) throw failing("_TIMED_OUT_QUEUE", { retriable: true });
      },
    );
    expect((await run()).counts.in).toBe(1);
    expect([calls.stages, calls.commits, calls.aborts]).toEqual([1, 4, 0]);
    const issues = told.flatMap((event) => (event.event === "degrade" ? [event.issue.code] : []));
    const health = told.flatMap((event) => (event.event === "health" ? [event.isOk] : []));
    expect([issues, health]).toEqual([["BAUTA-1519"], [false, true]]);
  });

  test("that is being committed when the run ends for another reason is told before the end", async () => {
    const { run, calls, told } = worker(
      () => undefined,
      () => undefined,
      {
        poll: (polls) => {
          if (polls === 2) throw failing("FENCED_INSTANCE_ID", { fatal: true });
          return 1;
        },
      },
      [],
      2,
    );
    expect(String(await run().catch((thrown: unknown) => thrown))).toContain("BAUTA-1516");
    expect(calls.commits).toBe(1);
    const events = told.map(({ event }) => event).filter((event) => event === "committed" || event === "run-end");
    expect(events).toEqual(["committed", "run-end"]);
  });

  test("whose commit nobody answers is not waited for when the run ends for another reason", async () => {
    const { run, calls } = worker(
      () => undefined,
      () => {
        throw failing("_TIMED_OUT", { retriable: true });
      },
      {
        poll: (polls) => {
          if (polls === 2) throw failing("FENCED_INSTANCE_ID", { fatal: true });
          return 1;
        },
      },
      [],
      9,
    );
    expect(String(await run().catch((thrown: unknown) => thrown))).toContain("BAUTA-1516");
    expect(calls.commits).toBeLessThan(3);
  });

  test("that is fenced is not tried again", async () => {
    const { run, calls } = worker(() => {
      throw failing("_FENCED", { fatal: true });
    });
    expect(String(await run().catch((thrown: unknown) => thrown))).toContain("BAUTA-1516");
    expect([calls.stages, calls.rewinds, calls.aborts]).toEqual([1, 0, 0]);
  });

  for (const name of ["_FENCED", "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE"])
    test(`that the broker has ended, being too old (${name}), leaves a writer behind that is opened again`, async () => {
      let now = 0;
      const { run, calls, opened, told } = worker(
        (tries) => {
          if (tries > 1) return;
          now += 60_000;
          throw failing(name, { fatal: true });
        },
        undefined,
        { ticks: () => now },
      );
      expect((await run()).counts.in).toBe(1);
      expect([opened.reopens, opened.inits, calls.rewinds, calls.aborts, calls.commits]).toEqual([1, 1, 1, 0, 1]);
      expect(told.flatMap((event) => (event.event === "degrade" ? [event.issue.code] : []))).toEqual(["BAUTA-1518"]);
    });

  test("that ends for a reason of the run's own is not left behind", async () => {
    const broken = {
      ...masker,
      mask: () => {
        throw new Error("a defect");
      },
    } as unknown as BatchMaskers;
    const { run, calls, early } = worker(() => undefined, undefined, { mask: broken });
    expect(await run().catch((thrown: unknown) => thrown)).toBeInstanceOf(Error);
    expect([early.length, calls.aborts, calls.commits]).toEqual([1, 1, 0]);
  });

  test("a reader that is fenced ends the worker, however old the transaction is: another has its name, and keeps it", async () => {
    let now = 0;
    const { run, opened } = worker(
      () => {
        now += 60_000;
      },
      undefined,
      {
        ticks: () => now,
        poll: (polls) => {
          if (polls > 1) throw failing("FENCED_INSTANCE_ID", { fatal: true });
          return 1;
        },
      },
    );
    expect(String(await run().catch((thrown: unknown) => thrown))).toContain("BAUTA-1516");
    expect(opened).toMatchObject({ reopens: 0, inits: 0 });
  });
});

describe("a transaction begins with the offsets of its batch", () => {
  test("before it is masked, and is committed with the same", async () => {
    const { run, calls, early, committed } = worker(() => undefined, undefined, {}, [], 2);
    await run();
    expect(early.slice(0, 2)).toEqual(committed.slice(0, 2));
    expect(calls.aborts).toBe(0);
  });

  test("not where it takes several batches: others would wait for it", async () => {
    const { run, early, committed } = worker(() => undefined, undefined, { milliseconds: 5000 });
    await run();
    expect([early, committed.length]).toEqual([[], 1]);
  });

  test("and anew where a refused record ends the run in the middle of it", async () => {
    const refused = [{ row: 1, code: "BAUTA-2201", issue: { code: "BAUTA-2201" }, path: "", source: {} }];
    const cut = { ...masker, mask: () => [{ taken: 1, refused, tombstones: 0, bytesIn: 1, bytesOut: 1 }] } as unknown as BatchMaskers;
    const { run, calls, early, committed } = worker(() => undefined, undefined, { poll: () => 2, onRefuse: "stop", mask: cut });
    const { ended } = await run();
    // Topic, partition, offset (two columns), epoch.
    const next = (rows: readonly number[] = []) => rows[2];
    expect([ended, calls.aborts, next(early[0]), committed.map(next)]).toEqual(["refused", 1, 2, [1]]);
  });

  test("and anew where one of several views refuses", async () => {
    const refused = [{ row: 1, code: "BAUTA-2201", issue: { code: "BAUTA-2201" }, path: "", source: {} }];
    const part = (taken: number) => ({ taken, refused: taken < 3 ? refused : [], tombstones: 0, bytesIn: 1, bytesOut: 1 });
    const views = {
      ...masker,
      // What one refuses ends the batch for all.
      mask: ({ count }: RecordBatch) => [part(Math.min(1, count)), part(count)],
      take: () => ({ byView: [0, 1].map(() => ({ counts: NO_COUNTS, fields: [] })), recordsByMessage: new Map() }),
    } as unknown as BatchMaskers;
    const { run, calls, early, committed } = worker(() => undefined, undefined, {
      poll: () => 2,
      onRefuse: "stop",
      mask: views,
      passes: [pass, pass],
    });
    const next = (rows: readonly number[] = []) => rows[2];
    expect([(await run()).ended, calls.aborts, next(early[0]), committed.map(next)]).toEqual(["refused", 1, 2, [1]]);
  });

  test("whose age counts from there: one that the broker ended while it was masked is opened again", async () => {
    let now = 0;
    const slow = {
      ...masker,
      mask: () => {
        now += 60_000;
        return [{ taken: 1, refused: [], tombstones: 0, bytesIn: 1, bytesOut: 1 }];
      },
    } as unknown as BatchMaskers;
    const { run, opened } = worker(
      (tries) => {
        if (tries === 1) throw failing("INVALID_PRODUCER_EPOCH", { fatal: true });
      },
      undefined,
      { ticks: () => now, mask: slow },
    );
    expect((await run()).ended).toBe("stopped");
    expect(opened).toMatchObject({ reopens: 1, inits: 1 });
  });
});
