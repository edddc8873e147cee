/** Files beside topics: whatever a worker leaves behind when it is killed, the next one of its name ends it as the cluster says. */
import { beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type OpenFiles, openFiles, pathOfWorker } from "../../runtime/cli/topic-files.ts";
import type { PipelineDefinition } from "../../runtime/pipeline/definition/definition.ts";
import type { FramedMessages } from "../../runtime/pipeline/framed-result.ts";
import { KeptRecords } from "../../runtime/pipeline/topics/kept.ts";
import { folder, write } from "../e2e/cli.ts";

const root = folder();
let at = root;
let number = 0;
beforeEach(() => {
  at = join(root, `t${number++}`);
});

const definition = (): PipelineDefinition =>
  ({
    name: "p",
    frame: "auto",
    sinks: [
      { kind: "topic", name: "out", topic: "masked", create: false },
      { kind: "file", name: "xml", path: join(at, "out.xml") },
      { kind: "log", name: "events", path: join(at, "out.log") },
    ],
    routes: [
      { name: "all", sinks: [0, 1, 2] },
      { name: "topic", sinks: [0] },
    ],
    journal: undefined,
  }) as unknown as PipelineDefinition;

/** A cluster's memory of one worker. */
class Worker {
  committed: number | undefined;
  opened: OpenFiles | undefined;

  open(): void {
    this.opened = openFiles({
      definition: definition(),
      instance: "w1",
      committed: this.committed,
      markOf: (mark) => ({ group: "g-w1", position: { topic: "raw", partition: 0, offset: mark } }),
      messageName: () => "pacs.008",
    });
    this.committed ??= 0;
  }

  get files() {
    return (this.opened as OpenFiles).files;
  }

  /** The process is gone: its lock is nobody's, and nothing was cleaned up. */
  die(): void {
    for (const name of readdirSync(at)) if (name.endsWith(".lock")) rmSync(join(at, name));
    this.opened = undefined;
  }

  write(...values: string[]): void {
    const bytes = Buffer.from(values.join(""));
    const kept = new KeptRecords();
    let start = 0;
    for (const [frame, value] of values.entries()) {
      const end = start + Buffer.byteLength(value);
      (kept.messages as FramedMessages).add(frame, [start, end, start, end], 0);
      kept.add(frame, 0, 3, 100 + frame, 0);
      start = end;
    }
    this.files.write(bytes, kept, new Set([0, 1, 2]), () => "raw/3");
  }

  /** A transaction from beginning to end. */
  transact(...values: string[]): void {
    this.write(...values);
    this.committed = this.files.prepare()?.position.offset ?? this.committed;
    this.files.publish();
  }
}

const visible = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(at)
      .filter((name) => !name.startsWith(".") && !name.endsWith(".journal"))
      .sort()
      .map((name) => [name, readFileSync(join(at, name), "utf8")]),
  );
const hidden = (): readonly string[] => readdirSync(at).filter((name) => name.endsWith(".part"));
const FIRST = "out.w1.000000000000-000000000002.xml";
const SECOND = "out.w1.000000000002-000000000003.xml";

describe("a transaction with files", () => {
  test("each is a segment of every sink, in the worker's own files; values are kept apart", () => {
    const worker = new Worker();
    worker.open();
    worker.transact("<a/>", "<b/>");
    worker.transact("<c/>\n");
    const files = visible();
    expect(files[FIRST]).toBe("<a/>\n<b/>");
    expect(files[SECOND]).toBe("<c/>\n");
    expect(files["out.w1.000000000000-000000000002.log"]?.split("\n")[1]).toBe(
      "EXPORT | record | stmt=p | source=raw/3 | number=101 | message=pacs.008 | bytes=4 | body=<b/>",
    );
    expect([Object.keys(files).length, hidden(), worker.committed]).toEqual([4, [], 2]);
    // Nothing was written: the transaction needs no mark.
    expect(worker.files.prepare()).toBeUndefined();
    worker.opened?.close();
  });

  test("that is aborted leaves nothing, before it was prepared and behind", () => {
    const worker = new Worker();
    worker.open();
    worker.transact("<a/>", "<b/>");
    for (const prepares of [false, true]) {
      worker.write("<x/>");
      if (prepares) worker.files.prepare();
      worker.files.takeBack();
      expect([hidden(), Object.keys(visible()).length]).toEqual([[], 2]);
    }
    worker.transact("<c/>\n");
    expect(visible()[SECOND]).toBe("<c/>\n");
    worker.opened?.close();
  });
});

describe("a worker that was killed", () => {
  /** What it did of its second transaction, and whether the cluster has it. */
  const STEPS: readonly (readonly [name: string, step: (worker: Worker) => void, isCommitted: boolean])[] = [
    ["before it wrote", () => undefined, false],
    ["while it wrote", (worker) => worker.write("<c/>\n"), false],
    [
      "with segments that no note names",
      (worker) => {
        const note = join(at, "p.w1.journal");
        const before = readFileSync(note);
        worker.write("<c/>\n");
        worker.files.prepare();
        write(note, before);
      },
      false,
    ],
    [
      "with a note, before the transaction was committed",
      (worker) => {
        worker.write("<c/>\n");
        worker.files.prepare();
      },
      false,
    ],
    [
      "when the transaction was committed, before a segment was published",
      (worker) => {
        worker.write("<c/>\n");
        worker.committed = worker.files.prepare()?.position.offset;
      },
      true,
    ],
    [
      "between one segment and the next",
      (worker) => {
        worker.write("<c/>\n");
        worker.committed = worker.files.prepare()?.position.offset;
        const own = hidden().find((name) => name.includes(".xml.")) as string;
        renameSync(join(at, own), join(at, SECOND));
      },
      true,
    ],
    [
      "when all was published, and somebody has taken it away",
      (worker) => {
        worker.transact("<c/>\n");
        rmSync(join(at, SECOND));
      },
      true,
    ],
  ];

  test.each(STEPS)("%s", (name, step, isCommitted) => {
    const worker = new Worker();
    worker.open();
    worker.transact("<a/>", "<b/>");
    step(worker);
    worker.die();
    worker.open();
    expect(hidden()).toEqual([]);
    const taken = name.endsWith("away");
    expect(visible()[SECOND]).toBe(isCommitted && !taken ? "<c/>\n" : undefined);
    // What was not committed is read again, and what comes then has its number.
    worker.transact("<d/>\n");
    const next = isCommitted ? "out.w1.000000000003-000000000004.xml" : SECOND;
    expect(visible()[next]).toBe("<d/>\n");
    worker.opened?.close();
  });

  test("in its very first transaction", () => {
    const worker = new Worker();
    worker.open();
    worker.write("<a/>", "<b/>");
    worker.files.prepare();
    worker.die();
    worker.open();
    expect([hidden(), visible()]).toEqual([[], {}]);
    worker.transact("<a/>", "<b/>");
    expect(visible()[FIRST]).toBe("<a/>\n<b/>");
    worker.opened?.close();
  });

  test("BAUTA-1523: where what was committed cannot be told, nothing is published or removed", () => {
    const worker = new Worker();
    worker.open();
    worker.transact("<a/>");
    worker.write("<c/>");
    worker.files.prepare();
    worker.die();
    const there = hidden();
    for (const committed of [0, 5, undefined]) {
      worker.committed = committed;
      expect(() => worker.open()).toThrow("BAUTA-1523");
      expect([hidden(), Object.keys(visible()).length]).toEqual([there, 2]);
    }
    // On another machine: the cluster knows of transactions, and nobody knows of their files.
    rmSync(join(at, "p.w1.journal"));
    worker.committed = 2;
    expect(() => worker.open()).toThrow("BAUTA-1523");
    worker.committed = undefined;
    expect(() => worker.open()).toThrow("BAUTA-7006");
    write(join(at, "p.w1.journal"), '{"bauta-segments":9}');
    expect(() => worker.open()).toThrow("BAUTA-1425");
  });

  test("two workers of one name on one machine are kept apart", () => {
    const [one, other] = [new Worker(), new Worker()];
    one.open();
    expect(() => other.open()).toThrow("BAUTA-1426");
    one.opened?.close();
    other.open();
    other.opened?.close();
  });

  test("its files have its name", () => {
    expect(pathOfWorker("/a/b.c/euro.xml", "w1")).toBe("/a/b.c/euro.w1.xml");
    expect(pathOfWorker("/a/b.c/euro", "w1")).toBe("/a/b.c/euro.w1");
  });
});
