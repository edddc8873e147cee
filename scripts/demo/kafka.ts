/** The demonstration of `npm run demo:kafka`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Got, Topics } from "../../test/kafka/topics.ts";
import { type Cluster, startCluster } from "../../test/services/kafka/cluster.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const example = (name: string): string => readFileSync(join(root, "examples/messages", name), "utf8");
const began = performance.now();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
/** What is done now, and how long it is since the beginning. */
const doing = (text: string): void => say(`\n[${((performance.now() - began) / 1000).toFixed(0).padStart(2)} s] ${text}`);

const XML = example("payment.pacs.008.xml");
const ACCOUNT = "DE82500990010073211884";
const ROUNDS = 500;
const WIDTH = 60;
const LINES_MAX = 12;

const folder = mkdtempSync(join(tmpdir(), "bauta-demo-"));
const main = join(root, "runtime/cli/main.ts");
let cluster: Cluster | undefined;
let worker: ChildProcess | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    void cleared().then(() => process.exit(130));
  });
try {
  doing("A broker starts (Apache Kafka, one node, on loopback) …");
  cluster = await startCluster();
  const topics = new Topics(cluster.bootstrap);
  const raw = await topics.make("raw.payments", 2);
  const masked = `masked.${raw}`;
  const refused = await topics.make("refused");
  const key = join(folder, "demo.key");
  spawnSync(process.execPath, [main, "keys", "new", key, "--env", "demo"]);
  const pipeline = `bauta-pipeline: 1
name: demo
model: ${join(root, "examples/models/demo.yaml")}
key-file: ${key}
on-refuse: divert
kafka: { bootstrap: "${cluster.bootstrap}" }
sources: { topics: ${raw}, key: { use: account } }
sinks: { masked: { topic: "masked.{topic}", create: true } }
refused: { topic: ${refused} }
`;
  writeFileSync(join(folder, "demo.yaml"), pipeline);
  doing("This pipeline starts:\n");
  say(pipeline);
  worker = spawn(process.execPath, [main, "run", join(folder, "demo.yaml"), "--log-format", "lines"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  worker.stderr?.on("data", (data) => {
    told += String(data);
  });
  const round = [XML, example("payment.mt103"), example("payment.json")].map((value) => ({ key: ACCOUNT, value }));
  const sent = [
    ...Array.from({ length: ROUNDS }, () => round).flat(),
    { key: ACCOUNT, value: undefined },
    { key: ACCOUNT, value: "no payment" },
  ];
  doing(`Payments in three formats are sent, ${ROUNDS} times over; and a tombstone, and what is no payment …`);
  await topics.send(raw, sent);
  const clear = await topics.read([raw], sent.length);
  // The target is made by the pipeline.
  while (!told.includes("EXPORT")) {
    if (worker.exitCode !== null) throw new Error(`the pipeline ended:\n${told}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
  doing("What became of them, as a reader of committed records sees it; lines that masking left alone are left out:");
  const got = await topics.read([masked, refused], sent.length);
  const bySource = new Map(got.map((one) => [one.headers["bauta.source"], one]));
  for (const one of [...clear.slice(0, round.length), ...clear.slice(-2)])
    show(one, bySource.get(`${one.topic}/${one.partition}/${one.offset}`));
  const out = got.filter(({ topic }) => topic === masked).length;
  const seen = JSON.stringify(got);
  const leaks = ["Ottilie", "Brandhorst", ACCOUNT, "4532119900774123"].filter((text) => seen.includes(text)).length;
  doing(
    `${sent.length} records in, ${out} masked, ${got.length - out} refused, ${new Set(bySource.keys()).size} of them different: each once. Clear values seen: ${leaks}.`,
  );
  process.exitCode = leaks === 0 && got.length === sent.length && bySource.size === sent.length ? 0 : 1;
  worker.kill("SIGTERM");
  await new Promise((resume) => worker?.once("exit", resume));
  await topics.close();
} finally {
  await cleared();
}
doing("Pipeline and broker have ended, and their files are gone.");
process.exit();

/** Nothing is left behind. */
async function cleared(): Promise<void> {
  worker?.kill("SIGKILL");
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function show(clear: Got, masked: Got | undefined): void {
  say(`\n${clear.topic}/${clear.partition}/${clear.offset}`.padEnd(WIDTH + 3) + (masked?.topic ?? "nowhere"));
  const [left, right] = [linesOf(clear), masked === undefined ? [] : linesOf(masked)];
  let shown = 0;
  for (let line = 0; line < Math.max(left.length, right.length); line++) {
    const [a = "", b = ""] = [left[line], right[line]];
    // What masking left alone is not worth a line.
    if (a === b || shown++ >= LINES_MAX) continue;
    say(`${cut(a).padEnd(WIDTH)} │ ${cut(b)}`);
  }
}

function linesOf({ key, value }: Got): string[] {
  const text = value?.startsWith('{"') === true ? value.replaceAll(/,(?=")/g, ",\n") : (value ?? "(tombstone)");
  return [`key ${key ?? "(none)"}`, ...text.split(/\r?\n/)];
}

function cut(text: string): string {
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}
