/** A worker over topics, as it is shipped: whatever starts it, a masked topic holds what the sources make of the same messages. */
import { expect } from "bun:test";
import { join } from "node:path";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, start, write } from "../e2e/cli.ts";
import { stop } from "../kafka/pipelines.ts";
import { Topics, unique } from "../kafka/topics.ts";
import type { Cluster } from "../services/kafka/cluster.ts";

const MESSAGES = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON];
const ROUNDS = 20;

export interface Shipped {
  readonly cluster: Cluster;
  /** Where the pipeline file goes, and where it runs. */
  readonly folder: string;
  readonly key: string;
  /** What runs Bauta. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export async function masksTopics({ cluster, folder, key, command, env }: Shipped): Promise<void> {
  const topics = new Topics(cluster.bootstrap);
  try {
    const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked", 2)];
    const file = write(
      join(folder, `${unique("shipped")}.yaml`),
      `bauta-pipeline: 1
name: ${unique("shipped")}
model: ${DEMO_MODEL}
key-file: ${key}
kafka: { bootstrap: "${cluster.bootstrap}" }
sources: { topics: ${raw} }
sinks: { out: { topic: ${masked} } }
`,
    );
    const sent = Array.from({ length: ROUNDS }, () => MESSAGES).flat();
    await topics.send(
      raw,
      sent.map((value) => ({ value })),
    );
    const child = start(["run", file, "--log-format", "lines"], { command, env, cwd: folder });
    let told = "";
    child.stderr?.on("data", (data) => {
      told += String(data);
    });
    const got = await topics.read([masked], sent.length).catch((error: unknown) => {
      child.kill("SIGKILL");
      throw new Error(`${error}\n${told.slice(-2000)}`);
    });
    await stop({ child, told: () => told });
    const mask = ["mask", "--model", DEMO_MODEL, "--key-file", key];
    const expected = sent.map((_, at) => bautaOnce(mask, MESSAGES[at % MESSAGES.length] as string));
    expect(got.map(({ value }) => value).toSorted()).toEqual(expected.toSorted());
  } finally {
    await topics.close();
  }
}

const known = new Map<string, string>();

function bautaOnce(args: readonly string[], input: string): string {
  const place = JSON.stringify([args, input]);
  const masked = known.get(place) ?? bauta(args, { input }).stdout;
  known.set(place, masked);
  return masked;
}
