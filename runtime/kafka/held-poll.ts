/** Polls of a consumer that go on until their batch is wanted: what comes meanwhile goes with it, and not behind it. */
import { POLL_HOLD_MS, POLL_LINGER_MS } from "../kit/limits.ts";
import type { KafkaConsumer } from "./addon.ts";
import { answered } from "./answered.ts";
import { fill, type RecordBatch } from "./batch.ts";

export class HeldPoll {
  #isWanted = false;

  /** A poll begins, and nobody wants its batch yet. */
  begin(): void {
    this.#isWanted = false;
  }

  /** The batch is wanted now, also if its poll has yet to get that far. */
  release(consumer: KafkaConsumer): void {
    this.#isWanted = true;
    consumer.release();
  }

  /** @param waitMs for a first record */
  fill(consumer: KafkaConsumer, batch: RecordBatch, recordsMax: number, waitMs: number): Promise<void> {
    return fill(batch, ({ bytes, records, headers }) => {
      const waits = { first: waitMs, more: POLL_LINGER_MS, hold: this.#isWanted ? 0 : POLL_HOLD_MS };
      return answered("poll", () => consumer.pollBatch(bytes, records, headers, recordsMax, waits));
    });
  }
}
