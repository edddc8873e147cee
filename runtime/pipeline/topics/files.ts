/**
 * Files and logs beside the topics of a run. What they get of a transaction is a segment of their own, and becomes visible with it:
 *
 *   1. prepare  each segment is durable under a private name
 *   2. note     which they are, and the number of the transaction, is durable beside them
 *   3. commit   the transaction, which has that number as its mark
 *   4. publish  each segment gets its name
 *
 * A transaction that is aborted takes its segments back. A worker that was killed between 2 and 4 has left a note and private files behind: the
 * mark that the cluster has says whether the transaction was committed, and the next worker of that name publishes or removes them.
 */
import type { Mark } from "../../kafka/addon.ts";
import { Delivery } from "../../record/delivery.ts";
import type { Origin, Segment } from "../../sinks/api.ts";
import type { SinkTotals } from "../observe.ts";
import type { SinkWriter } from "../sink-writer.ts";
import type { KeptRecords } from "./kept.ts";

/** Segments of a transaction that was about to be committed. */
export interface SegmentNote {
  /** Number of the transaction among those with segments, from 1: its mark. */
  readonly mark: number;
  readonly segments: readonly Segment[];
  /** By sink: records in all its segments, these included. */
  readonly records: Readonly<Record<string, number>>;
}

export interface FilesParts {
  readonly statement: string;
  /** In the order of the pipeline's sinks; undefined for those that are topics. */
  readonly writers: readonly (SinkWriter | undefined)[];
  /** By route: places of writers. */
  readonly routes: readonly (readonly number[])[];
  /** Of the transaction before. */
  readonly mark: number;
  readonly records: Readonly<Record<string, number>>;
  /** Where the mark is: a group that nobody is a member of, and a partition. */
  markOf(mark: number): Mark;
  /** Returns when the note is durable. */
  note(note: SegmentNote): void;
  messageName(index: number): string;
}

interface Prepared {
  readonly writer: SinkWriter;
  readonly segment: Segment;
}

export class TopicFiles {
  readonly #parts: FilesParts;
  readonly #writers: readonly SinkWriter[];
  readonly #delivery = new Delivery();
  readonly #records: Map<string, number>;
  #mark: number;
  #prepared: readonly Prepared[] = [];

  constructor(parts: FilesParts) {
    this.#parts = parts;
    this.#writers = parts.writers.filter((writer) => writer !== undefined);
    this.#records = new Map(Object.entries(parts.records));
    this.#mark = parts.mark;
  }

  /** Writes the records of a batch to the sinks of their routes, of those that are meant. */
  write(bytes: Uint8Array, kept: KeptRecords, sinks: ReadonlySet<number>, sourceOf: (topic: number, partition: number) => string): void {
    const { statement, routes, writers, messageName } = this.#parts;
    for (let at = 0; at < kept.count; at++) {
      const origin: Origin = { statement, source: sourceOf(kept.topic(at), kept.partition(at)), messageName };
      const delivery = this.#deliveryOf(bytes, kept, at);
      for (const place of routes[kept.route(at)] ?? []) {
        if (!sinks.has(place)) continue;
        const writer = writers[place] as SinkWriter;
        // Each value is a source by itself: nothing of it may run into the next.
        writer.next();
        writer.records(delivery, 0, delivery.count, origin);
      }
    }
  }

  /** Makes what was written durable, and still invisible. Returns the mark of the transaction; undefined if there is nothing to publish. */
  prepare(): Mark | undefined {
    const prepared: Prepared[] = [];
    this.#prepared = prepared;
    for (const writer of this.#writers) {
      const segment = writer.prepare();
      if (segment !== undefined) prepared.push({ writer, segment });
    }
    if (prepared.length === 0) return undefined;
    const records = new Map(this.#records);
    for (const { segment } of prepared) records.set(segment.sink, segment.firstRecord + segment.records);
    const mark = this.#mark + 1;
    this.#parts.note({ mark, segments: prepared.map(({ segment }) => segment), records: Object.fromEntries(records) });
    return this.#parts.markOf(mark);
  }

  /** Segments of the transaction that is about to be committed. */
  get prepared(): readonly Segment[] {
    return this.#prepared.map(({ segment }) => segment);
  }

  /** The transaction was committed. Returns its segments. */
  publish(): readonly Segment[] {
    const prepared = this.#prepared;
    this.#prepared = [];
    if (prepared.length === 0) return [];
    this.#mark++;
    for (const { writer, segment } of prepared) {
      this.#records.set(segment.sink, segment.firstRecord + segment.records);
      writer.publish(segment);
    }
    return prepared.map(({ segment }) => segment);
  }

  /** The transaction was aborted. */
  takeBack(): void {
    for (const writer of this.#writers) writer.takeBack(this.#prepared.find((one) => one.writer === writer)?.segment);
    this.#prepared = [];
  }

  /** Of the last transaction that was committed. */
  get mark(): number {
    return this.#mark;
  }

  get totals(): readonly SinkTotals[] {
    return this.#writers.map(({ totals }) => totals);
  }

  /** What was not prepared goes. What was, and is not known to be committed, stays for the next worker of this name. */
  close(): void {
    for (const { sink } of this.#writers) sink.close();
  }

  #deliveryOf(bytes: Uint8Array, kept: KeptRecords, at: number): Delivery {
    const delivery = this.#delivery;
    const { messages } = kept;
    const [first, behind] = [kept.firstMessage(at), kept.behindMessages(at)];
    delivery.bytes = bytes;
    delivery.count = behind - first;
    delivery.reserve(delivery.count);
    for (let message = first, row = 0; message < behind; message++, row++) {
      // All messages of a record have its offset.
      delivery.ordinals[row] = kept.offset(at);
      delivery.starts[row] = messages.starts[message] as number;
      delivery.ends[row] = messages.ends[message] as number;
      delivery.ownStarts[row] = messages.ownStarts[message] as number;
      delivery.ownEnds[row] = messages.ownEnds[message] as number;
      delivery.messages[row] = messages.messages[message] as number;
    }
    return delivery;
  }
}
