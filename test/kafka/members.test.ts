/** Members of a group that have names: one that comes back has its partitions again, and those of others do not move. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { RecordBatch } from "../../runtime/kafka/batch.ts";
import { TopicReader } from "../../runtime/kafka/reader.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { Topics, unique } from "./topics.ts";

const SLOW = 120_000;
const PARTITIONS = 6;
let cluster: Cluster;
let topics: Topics;

beforeAll(async () => {
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
}, SLOW);
afterAll(async () => {
  await topics?.close();
  await cluster?.stop();
});

for (const protocol of ["classic", "consumer"] as const)
  test(
    `protocol ${protocol}: a worker with a name comes back to its partitions, and nobody else notices`,
    async () => {
      const raw = await topics.make("raw", PARTITIONS);
      const group = unique("members");
      const batch = new RecordBatch(100_000, 100);
      const join = (instance: string): TopicReader => {
        const { connection } = topics;
        const reader = new TopicReader({ connection, group, protocol, instance, start: { rule: -2, positions: [] } });
        reader.subscribe([raw]);
        return reader;
      };
      const placesOf = (reader: TopicReader): readonly number[] =>
        reader
          .assignment()
          .map(({ partition }) => partition)
          .toSorted((x, y) => x - y);
      /** Polls all until it holds. */
      const settle = async (readers: readonly TopicReader[], holds: () => boolean): Promise<void> => {
        for (let polls = 0; !holds(); polls++) {
          if (polls > 100) throw new Error("the group does not settle");
          for (const reader of readers) await reader.poll(batch, 100);
        }
      };
      const [a, b] = [join("a"), join("b")];
      await settle([a, b], () => placesOf(a).length === PARTITIONS / 2 && placesOf(b).length === PARTITIONS / 2);
      const before = [placesOf(a), placesOf(b)];
      expect(before.flat().toSorted((x, y) => x - y)).toEqual(Array.from({ length: PARTITIONS }, (_, partition) => partition));
      b.events();
      await a.close();
      await b.poll(batch, 100);
      const again = join("a");
      await settle([again, b], () => placesOf(again).length > 0);
      for (let polls = 0; polls < 4; polls++) for (const reader of [again, b]) await reader.poll(batch, 100);
      expect([placesOf(again), placesOf(b)]).toEqual(before);
      expect(b.events().filter(({ kind }) => kind === "revoked" || kind === "lost")).toEqual([]);
      await Promise.all([again.close(), b.close()]);
    },
    SLOW,
  );
