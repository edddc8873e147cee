/** Records of a batch that go to files beside topics: where each came from, and its messages. */
import { FramedMessages } from "../framed-result.ts";

const STRIDE = 6;
const TOPIC = 0;
const PARTITION = 1;
const OFFSET = 2;
const ROUTE = 3;
const FIRST = 4;
const BEHIND = 5;

export class KeptRecords {
  readonly messages = new FramedMessages();
  count = 0;
  readonly #rows: number[] = [];
  /** Behind the messages of the record added last. */
  #next = 0;

  clear(): void {
    this.count = 0;
    this.#next = 0;
  }

  /** Adds a record, whose value was number `frame` of those that were masked. Records come in the order of their values. */
  add(frame: number, topic: number, partition: number, offset: number, route: number): void {
    const { frames, count } = this.messages;
    let first = this.#next;
    while (first < count && (frames[first] as number) < frame) first++;
    let behind = first;
    while (behind < count && frames[behind] === frame) behind++;
    this.#next = behind;
    const at = this.count++ * STRIDE;
    const rows = this.#rows;
    rows[at + TOPIC] = topic;
    rows[at + PARTITION] = partition;
    rows[at + OFFSET] = offset;
    rows[at + ROUTE] = route;
    rows[at + FIRST] = first;
    rows[at + BEHIND] = behind;
  }

  topic(at: number): number {
    return this.#rows[at * STRIDE + TOPIC] as number;
  }

  partition(at: number): number {
    return this.#rows[at * STRIDE + PARTITION] as number;
  }

  /** In the partition. */
  offset(at: number): number {
    return this.#rows[at * STRIDE + OFFSET] as number;
  }

  route(at: number): number {
    return this.#rows[at * STRIDE + ROUTE] as number;
  }

  /** Of `messages`. */
  firstMessage(at: number): number {
    return this.#rows[at * STRIDE + FIRST] as number;
  }

  behindMessages(at: number): number {
    return this.#rows[at * STRIDE + BEHIND] as number;
  }
}
