/** All committed records of topics, as they are when the reading begins. */

import { BautaError } from "../kit/errors.ts";
import { POLL_BYTES, TRANSACTION_RECORDS } from "../kit/limits.ts";
import { TopicAdmin } from "./admin.ts";
import { RecordBatch } from "./batch.ts";
import type { ConnectionDefinition } from "./connection.ts";
import { errorOfFailure, isFinal } from "./failure.ts";
import type { PartitionRange } from "./offsets.ts";
import { RangeReader, watermarks } from "./range-reader.ts";
import { Tokens } from "./token.ts";

/**
 * @param visit gets the records batch by batch; partitions are in order, topics one behind the other
 * @throws BautaError 1515 for a topic that is not there, and what the connection fails with
 */
export async function readTopics(
  connection: ConnectionDefinition,
  topics: readonly string[],
  visit: (batch: RecordBatch, topics: readonly string[]) => void,
): Promise<void> {
  await readRanges(connection, await wholeTopics(connection, topics), visit);
}

/** The same of ranges. */
export async function readRanges(
  connection: ConnectionDefinition,
  ranges: readonly PartitionRange[],
  visit: (batch: RecordBatch, topics: readonly string[]) => void,
): Promise<void> {
  const reader = new RangeReader({ connection, group: "bauta-reading", ranges });
  const tokens = await Tokens.open(connection.sasl?.tokenCommand, () => undefined);
  tokens?.add(reader);
  const batch = new RecordBatch(POLL_BYTES, TRANSACTION_RECORDS);
  try {
    while (!reader.isDone) {
      await reader.poll(batch, TRANSACTION_RECORDS);
      const failed = reader.events().find(({ kind, name }) => kind === "error" && isFinal({ name, fatal: false }));
      if (failed !== undefined) throw errorOfFailure(failed);
      if (batch.count > 0) visit(batch, reader.topics());
    }
  } finally {
    batch.wipe();
    tokens?.close();
    await reader.close();
  }
}

/** All partitions of topics, from their beginnings to their ends. */
export async function wholeTopics(connection: ConnectionDefinition, topics: readonly string[]): Promise<readonly PartitionRange[]> {
  const admin = new TopicAdmin(connection);
  const tokens = await Tokens.open(connection.sasl?.tokenCommand, () => undefined);
  tokens?.add(admin);
  tokens?.close();
  const partitions: { topic: string; partition: number }[] = [];
  for (const topic of topics) {
    const facts = await admin.facts(topic);
    if (facts === undefined) throw new BautaError(1515, { path: topic });
    for (let partition = 0; partition < facts.partitions; partition++) partitions.push({ topic, partition });
  }
  const marks = await watermarks(connection, partitions);
  return partitions.map((one, at) => ({ ...one, from: marks[at]?.first ?? 0, to: marks[at]?.next ?? 0 }));
}
