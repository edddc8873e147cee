/** Real Apache Kafka brokers (KRaft) on loopback, started by the tests from Maven's jars. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "../ports.ts";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const JARS = join(HERE, "target", "lib");
/** Any UUID in Kafka's base64: the same for every start, so that formatting is repeatable. */
const CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw";
const READY_MS_MAX = 240_000;
const STEP_MS = 100;

export interface ClusterOptions {
  /** Brokers, each a controller too. Default 1. */
  readonly nodes?: number;
  /** Properties that differ from ours. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly heap?: string;
  /** Listeners besides the one without TLS, by name: `SSL`, `SASL_SSL` or `SASL_PLAINTEXT`. */
  readonly listeners?: Readonly<Record<string, string>>;
  /** Ports that brokers tell clients of a listener, where something stands between: one for each broker. */
  readonly told?: Readonly<Record<string, readonly number[]>>;
  /** Flags of the Java virtual machine. */
  readonly jvm?: readonly string[];
  /** Words for the tool that formats the storage, such as `--add-scram`. */
  readonly format?: readonly string[];
}

export interface Cluster {
  /** `host:port` of all brokers, separated by commas. */
  readonly bootstrap: string;
  readonly nodes: readonly Broker[];
  /** Stops all brokers and removes their data. */
  stop(): Promise<void>;
}

/** The jars, fetched once by Maven. */
export function kafkaJars(): string {
  if (!existsSync(JARS)) {
    const result = spawnSync("mvn", ["-q", "-B", "-f", join(HERE, "pom.xml"), "package"], { encoding: "utf8" });
    if (result.status !== 0) throw new Error(`Kafka's jars cannot be had: ${result.stdout}${result.stderr}`);
  }
  return join(JARS, "*");
}

/** Starts a cluster and waits until every broker answers. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const count = options.nodes ?? 1;
  const folder = mkdtempSync(join(tmpdir(), "bauta-kafka-"));
  const extra = Object.keys(options.listeners ?? {});
  const ports = await freePorts((2 + extra.length) * count);
  const voters = Array.from({ length: count }, (_, i) => `${i + 1}@127.0.0.1:${ports[count + i]}`).join(",");
  const nodes = Array.from({ length: count }, (_, i) => {
    const more = new Map(extra.map((name, at) => [name, ports[(2 + at) * count + i] as number]));
    return new Broker(join(folder, `node-${i + 1}`), i + 1, ports[i] as number, ports[count + i] as number, more, voters, count, options);
  });
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const node of nodes) node.start();
    await Promise.all(nodes.map((node) => node.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { bootstrap: nodes.map((node) => node.address).join(","), nodes, stop };
}

/** One broker process. */
export class Broker {
  readonly address: string;
  readonly folder: string;
  readonly #port: number;
  readonly #flags: readonly string[];
  readonly #listeners: ReadonlyMap<string, number>;
  #process: ChildProcess | undefined;

  constructor(
    folder: string,
    id: number,
    port: number,
    controller: number,
    listeners: ReadonlyMap<string, number>,
    voters: string,
    count: number,
    options: ClusterOptions,
  ) {
    this.folder = folder;
    this.address = `127.0.0.1:${port}`;
    this.#port = port;
    this.#flags = [`-Xmx${options.heap ?? "512m"}`, "-XX:+UseSerialGC", "-Xshare:auto", ...(options.jvm ?? [])];
    this.#listeners = listeners;
    const more = [...listeners].map(([name, at]) => `,${name}://127.0.0.1:${at}`).join("");
    const told = [...listeners].map(([name, at]) => `,${name}://127.0.0.1:${options.told?.[name]?.[id - 1] ?? at}`).join("");
    const protocols = Object.entries(options.listeners ?? {}).map(([name, protocol]) => `,${name}:${protocol}`);
    mkdirSync(folder, { recursive: true });
    const replicas = String(Math.min(count, 3));
    const properties: Record<string, string> = {
      "process.roles": "broker,controller",
      "node.id": String(id),
      "controller.quorum.voters": voters,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}${more}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}${told}`,
      "listener.security.protocol.map": `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols.join("")}`,
      "controller.listener.names": "CONTROLLER",
      "inter.broker.listener.name": "PLAINTEXT",
      "log.dirs": join(folder, "data"),
      "auto.create.topics.enable": "false",
      "default.replication.factor": replicas,
      "min.insync.replicas": count > 2 ? "2" : "1",
      "offsets.topic.replication.factor": replicas,
      "offsets.topic.num.partitions": "4",
      "transaction.state.log.replication.factor": replicas,
      "transaction.state.log.min.isr": count > 2 ? "2" : "1",
      "transaction.state.log.num.partitions": "4",
      "share.coordinator.state.topic.replication.factor": replicas,
      "share.coordinator.state.topic.min.isr": "1",
      "group.initial.rebalance.delay.ms": "0",
      "group.min.session.timeout.ms": "1000",
      "log.cleaner.dedupe.buffer.size": "4194304",
      ...options.properties,
    };
    writeFileSync(
      this.#properties,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    );
    const formatted = spawnSync(
      "java",
      [
        "-cp",
        kafkaJars(),
        "kafka.tools.StorageTool",
        "format",
        "-t",
        CLUSTER_ID,
        "-c",
        this.#properties,
        "--ignore-formatted",
        ...(options.format ?? []),
      ],
      { encoding: "utf8" },
    );
    if (formatted.status !== 0) throw new Error(`Kafka's storage cannot be formatted: ${formatted.stdout}${formatted.stderr}`);
  }

  /** `host:port` of another listener. */
  addressOf(listener: string): string {
    return `127.0.0.1:${this.#listeners.get(listener)}`;
  }

  get #properties(): string {
    return join(this.folder, "server.properties");
  }

  get #log(): string {
    return join(this.folder, "broker.log");
  }

  /** Starts the process; see `ready`. */
  start(): void {
    const log = openSync(this.#log, "a");
    this.#process = spawn("java", [...this.#flags, "-cp", kafkaJars(), "kafka.Kafka", this.#properties], { stdio: ["ignore", log, log] });
    closeSync(log);
  }

  /** Resolves when the broker takes connections; throws with the end of its log when it ended, or does not within four minutes. */
  async ready(): Promise<void> {
    const until = Date.now() + READY_MS_MAX;
    while (Date.now() < until) {
      if (this.hasEnded) break;
      if (await accepts(this.#port)) return;
      await new Promise((resume) => setTimeout(resume, STEP_MS));
    }
    throw new Error(`the broker does not start:\n${readFileSync(this.#log, "utf8").slice(-4000)}`);
  }

  /** It ended, by itself or because it was told to. */
  get hasEnded(): boolean {
    return this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Sends a signal: SIGKILL, or SIGSTOP and SIGCONT for a broker that freezes. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined || this.hasEnded) return;
    const ended = new Promise((resume) => process.once("exit", resume));
    process.kill("SIGKILL");
    await ended;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resume) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resume(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}
