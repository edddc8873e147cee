/**
 * Members of a group that have names: one that comes back has its partitions again, and those of others do not move. And what a member that
 * was thrown out must not do: commit, or go on where it stood.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { loadKafka } from "../../runtime/kafka/addon.ts";
import { CommitRows, RecordBatch } from "../../runtime/kafka/batch.ts";
import { clientConfig } from "../../runtime/kafka/connection.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { TopicReader } from "../../runtime/kafka/reader.ts";
import { TopicWriter } from "../../runtime/kafka/writer.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { Wire } from "../services/wire.ts";
import { connectionTo, failureIn, recordsOf, Topics, unique } from "./topics.ts";

const SLOW = 120_000;
const START = 300_000;
const PARTITIONS = 6;
let cluster: Cluster;
let topics: Topics;
let wire: Wire;

beforeAll(async () => {
  wire = await Wire.to(() => Number(cluster.nodes[0]?.addressOf("WIRED").split(":")[1]));
  cluster = await startCluster({ listeners: { WIRED: "PLAINTEXT" }, told: { WIRED: [wire.port] } });
  topics = new Topics(cluster.bootstrap);
}, START);
afterAll(async () => {
  await topics?.close();
  wire?.close();
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

const SESSION: [string, string][] = [["session.timeout.ms", "6000"]];
/** Longer than a session, from when nobody is waited for any more. */
const GONE_MS = 12_000;

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ value: `record ${from + i}` }));

test(
  "a member that was thrown out while it joined again goes back to what is committed, and is told so",
  async () => {
    const raw = await topics.make("raw", 2);
    const group = unique("members");
    const batch = new RecordBatch(100_000, 100);
    await topics.send(raw, numbered(0, 20));
    const connection = { ...connectionTo(`127.0.0.1:${wire.port}`), settings: SESSION };
    const member = new TopicReader({ connection, group, protocol: "classic", instance: "a", start: { rule: -2, positions: [] } });
    member.subscribe([raw]);
    const seen = new Set<string>();
    const poll = async (): Promise<void> => {
      await member.poll(batch, 100);
      for (const { value } of recordsOf(batch, member.topics())) seen.add(value ?? "");
    };
    const until = async (holds: () => boolean, polls = 100): Promise<void> => {
      for (let done = 0; !holds(); done++) {
        if (done > polls) throw new Error("in vain");
        await poll();
      }
    };
    await until(() => seen.size === 20);
    // Joins, and never polls: the group waits for it, and all others wait in the group.
    const other = new (loadKafka().KafkaConsumer)(
      [...clientConfig(topics.connection, "consumer"), ["group.id", group], ["partition.assignment.strategy", "cooperative-sticky"]],
      { rule: -2, positions: [] },
    );
    other.subscribe([raw]);
    await until(() => member.assignment().length === 1);
    const from = performance.now();
    while (performance.now() - from < 3000) await poll();
    member.events();
    wire.cut();
    await topics.send(raw, numbered(20, 40));
    // The group is complete, and hears nothing of this one any more.
    await other.close();
    const cut = performance.now();
    while (performance.now() - cut < GONE_MS) await poll();
    seen.clear();
    wire.mend();
    // Nothing is committed: all is read again, of whatever it has now.
    await until(() => seen.size === 60);
    expect(member.events().filter(({ kind }) => kind === "lost").length).toBeGreaterThan(0);
    await member.close();
  },
  SLOW,
);

/** A reader and a writer of one group, as a worker has them. */
async function memberOf(raw: string, group: string, protocol: "classic" | "consumer", instance: string) {
  const { connection } = topics;
  const reader = new TopicReader({ connection, group, protocol, instance: undefined, start: { rule: -2, positions: [] } });
  reader.subscribe([raw]);
  const options = { connection, transactionalId: `${group}-${instance}`, messageBytesMax: 1_000_000, batchBytesMax: 1_000_000 };
  const writer = new TopicWriter(options);
  await writer.init(30_000);
  return { reader, writer, batch: new RecordBatch(100_000, 100) };
}

/** Reads what there is and writes where it stood into an open transaction; returns what commits it. Early: its offsets are there first. */
async function take(
  { reader, writer, batch }: Awaited<ReturnType<typeof memberOf>>,
  masked: string,
  count: number,
  isEarly = false,
): Promise<() => Promise<void>> {
  const rows = new CommitRows();
  const out = new Outgoing();
  const bytes: Uint8Array[] = [];
  let length = 0;
  for (let polls = 0; out.count < count; polls++) {
    if (polls > 100) throw new Error(`${out.count} of ${count} records`);
    await reader.poll(batch, 100);
    rows.add(batch);
    for (const { topic, partition, offset } of recordsOf(batch, reader.topics())) {
      const place = new TextEncoder().encode(`${topic}/${partition}/${offset}`);
      out.add(writer.topic(masked), 0, 0, 0xffff_ffff, length, place.length);
      bytes.push(place);
      length += place.length;
    }
  }
  const membership = reader.membership();
  const names = reader.topics();
  if (isEarly) writer.beginWith(membership, names, rows.rows());
  await writer.stage(Buffer.concat(bytes), out);
  return () => writer.commit(membership, names, rows.rows());
}

for (const protocol of ["classic", "consumer"] as const)
  test(
    `protocol ${protocol}: a member that leaves with an open transaction and commits it afterwards commits nothing, and nobody has a record twice`,
    async () => {
      const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked")];
      const group = unique("members");
      await topics.send(raw, numbered(0, 40));
      const first = await memberOf(raw, group, protocol, "first");
      const commitFirst = await take(first, masked, 40);
      await first.reader.close();
      const second = await memberOf(raw, group, protocol, "second");
      const commitSecond = await take(second, masked, 40);
      // It knows nothing of having left: whether it may commit, the group says.
      expect(await failureIn(commitFirst())).toMatchObject({ abort: true });
      await first.writer.abort();
      await commitSecond();
      const got = await topics.read([masked], 40);
      const places = got.map(({ value }) => value).toSorted();
      expect([places.length, new Set(places).size]).toEqual([40, 40]);
      await Promise.all([second.reader.close(), first.writer.close(), second.writer.close()]);
    },
    SLOW,
  );

for (const protocol of ["classic", "consumer"] as const)
  for (const isCommitted of [true, false])
    test(
      `protocol ${protocol}: whoever takes over from a member that left offsets in an open transaction waits until that is ${isCommitted ? "committed" : "aborted"}`,
      async () => {
        const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked")];
        const group = unique("early");
        await topics.send(raw, numbered(0, 40));
        const first = await memberOf(raw, group, protocol, "first");
        const commitFirst = await take(first, masked, 40, true);
        await first.reader.close();
        const second = await memberOf(raw, group, protocol, "second");
        await topics.send(raw, numbered(40, 20));
        let isOver = false;
        const taking = take(second, masked, isCommitted ? 20 : 60).then((commit) => {
          expect(isOver).toBe(true);
          return commit;
        });
        await new Promise((resume) => setTimeout(resume, 3000));
        isOver = true;
        if (isCommitted) await commitFirst();
        else await first.writer.abort();
        await (await taking)();
        const places = (await topics.read([masked], 60)).map(({ value }) => value);
        expect([places.length, new Set(places).size]).toEqual([60, 60]);
        await Promise.all([second.reader.close(), first.writer.close(), second.writer.close()]);
      },
      SLOW,
    );

test(
  "a transaction that has offsets is not committed without the records behind them",
  async () => {
    const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked")];
    await topics.send(raw, numbered(0, 40));
    const member = await memberOf(raw, unique("guard"), "classic", "only");
    await take(member, masked, 40, true);
    expect(await failureIn(member.writer.commit(undefined, [], new Uint32Array(0)))).toMatchObject({ name: "OFFSETS", abort: true });
    await member.writer.abort();
    expect(await topics.read([masked], 0, 1000)).toEqual([]);
    // Aborted, it has none any more.
    await member.reader.rewind();
    const again = await take(member, masked, 40);
    await again();
    expect(await topics.read([masked], 40)).toHaveLength(40);
    await Promise.all([member.reader.close(), member.writer.close()]);
  },
  SLOW,
);
