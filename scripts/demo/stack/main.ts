/** The demonstration of `npm run demo:stack`: everything is started, shown while it goes on, and gone at its end. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { Topics } from "../../../test/kafka/topics.ts";
import { type Cluster, startCluster } from "../../../test/services/kafka/cluster.ts";
import { PolicyFile } from "./edits.ts";
import { Live, type Sample, VIEWS, type ViewName } from "./live.ts";
import { type PageServer, servePage } from "./server.ts";
import { linesOf } from "./text.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const main = join(root, "runtime/cli/main.ts");
const example = (name: string): string => readFileSync(join(root, "examples/messages", name), "utf8");
const SAMPLES: readonly Sample[] = [
  { title: "pacs.008", value: example("payment.pacs.008.xml") },
  { title: "MT103", value: example("payment.mt103") },
  { title: "JSON", value: example("payment.json") },
];
const ACCOUNT = "DE82500990010073211884";
/** What nobody may see of them, whatever the demonstration's policy says. */
const CLEAR = ["Ottilie", "OTTILIE", "Brandhorst", "BRANDHORST", ACCOUNT, "4532119900774123"];
const RAW = "raw.payments";
const REFUSED = "refused.payments";
const topicOf = (view: ViewName): string => `${view}.payments`;
/** Between two records that are sent. */
const SEND_MS = 30;
const WAIT_MS = 60_000;
const TERMINAL_MS = 200;
/** Exit code of who was told to end by SIGINT. */
const SIGINT_CODE = 130;

const { values: options } = parseArgs({
  options: {
    once: { type: "boolean" },
    edits: { type: "string", default: "1" },
    terminal: { type: "boolean" },
    port: { type: "string", default: "7350" },
  },
});
const began = performance.now();
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const step = (text: string): void => say(`${pc.dim(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s`)}  ${text}`);

const folder = mkdtempSync(join(tmpdir(), "bauta-stack-"));
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
// Whatever goes wrong, the broker and the pipeline are not left behind.
process.on("uncaughtException", (error) => {
  say(pc.red(String(error.stack)));
  process.exitCode = 1;
  stop.abort();
});
const pause = (milliseconds: number): Promise<void> => new Promise((resume) => setTimeout(resume, milliseconds));

let cluster: Cluster | undefined;
let topics: Topics | undefined;
let worker: ChildProcess | undefined;
let live: Live | undefined;
let server: PageServer | undefined;
try {
  const code = await run();
  process.exitCode ??= code;
} catch (error) {
  // Told to end while it starts: what it was about to use is not there any more.
  if (!stop.signal.aborted) throw error;
} finally {
  if (stop.signal.aborted) say("");
  step("ending: page, pipeline, broker");
  server?.close();
  await live?.stop().catch(() => undefined);
  if (worker?.exitCode === null) {
    const ended = new Promise((resume) => worker?.once("exit", resume));
    worker.kill("SIGTERM");
    await Promise.race([ended, pause(5000)]);
    worker.kill("SIGKILL");
  }
  await topics?.close().catch(() => undefined);
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
  step("nothing is left behind");
}
process.exit();

async function run(): Promise<number> {
  step("a broker starts (Apache Kafka, one node, on loopback) …");
  cluster = await startCluster();
  if (stop.signal.aborted) return 0;
  topics = new Topics(cluster.bootstrap);
  for (const topic of [RAW, REFUSED, ...VIEWS.map(topicOf)]) await topics.admin.create(topic, 1, []);
  step(`topics: ${RAW} → ${VIEWS.map(topicOf).join(", ")}`);
  cpSync(join(root, "scripts/demo/stack/policy"), join(folder, "policy"), { recursive: true });
  const policy = new PolicyFile(join(folder, "policy"));
  live = new Live({
    bootstrap: cluster.bootstrap,
    raw: RAW,
    refused: REFUSED,
    topicOf,
    samples: SAMPLES,
    policyText: () => policy.text,
    policyPath: policy.path,
  });
  step("the pipeline starts: OPA compiles the policy, which decides every field of every view …");
  const seen = live;
  worker = startPipeline(cluster.bootstrap, seen);
  watchPolicy(policy, seen);
  seen.start();
  const feeding = feed(topics, seen);
  await until(() => seen.complete >= SAMPLES.length, "the first records");
  step(`the first records are out, of ${VIEWS.length} views`);
  const code = options.once === true ? await once(policy, seen) : await show(policy, seen);
  stop.abort();
  await feeding;
  if (options.once !== true) return code;
  const sent = seen.shown.sent;
  await until(() => seen.complete >= sent, "the last records", false);
  const isExact = seen.complete === sent && seen.duplicates === 0;
  step(`${sent} records in, each once in every view: ${isExact ? pc.green("yes") : pc.red("no")}`);
  return isExact ? code : 1;
}

/** Records, one after the other, until it is told to stop. */
async function feed(to: Topics, seen: Live): Promise<void> {
  for (let at = 0; !stop.signal.aborted; at++) {
    const { value } = SAMPLES[at % SAMPLES.length] as Sample;
    await to.send(RAW, [{ key: ACCOUNT, value }]);
    seen.sent();
    await pause(SEND_MS);
  }
}

function startPipeline(bootstrap: string, seen: Live): ChildProcess {
  const key = join(folder, "demo.key");
  spawnSync(process.execPath, [main, "keys", "new", key, "--env", "demo"]);
  const sinks = VIEWS.map((view) => `  ${view}: { topic: ${topicOf(view)}, view: ${view} }`).join("\n");
  writeFileSync(
    join(folder, "stack.yaml"),
    `bauta-pipeline: 1
name: stack
model: ${join(root, "examples/models/demo.yaml")}
key-file: ${key}
policy: { path: ${join(folder, "policy")}, danger-unsigned: true, poll-milliseconds: 50 }
on-refuse: divert
kafka: { bootstrap: "${bootstrap}" }
sources: { topics: ${RAW}, key: { use: account } }
sinks:
${sinks}
refused: { topic: ${REFUSED} }
watch: { serve: 0, set: { quality_check_every: 100 } }
`,
  );
  const child = spawn(process.execPath, [main, "run", join(folder, "stack.yaml"), "--log-format", "json", "--instance", "stack"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on("line", (line) => {
      said.push(line);
      if (said.length > 50) said.shift();
      told(line, seen);
    });
  child.once("exit", (code) => {
    // A terminal sends Ctrl-C to it as well.
    if (stop.signal.aborted || code === SIGINT_CODE) return;
    say(pc.red(`the pipeline ended (${code}):\n${said.slice(-5).join("\n")}`));
    process.exitCode = 1;
    stop.abort();
  });
  // The policy that it begins with is the first one.
  seen.activated(0, "");
  return child;
}

/** What the pipeline says of its policy. */
function told(line: string, seen: Live): void {
  if (!line.startsWith("{")) return;
  const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
  if (event["event"] === "policy") seen.activated(Number(event["sequence"]), String(event["policy"]));
  if (event["event"] === "degrade" && event["resource"] === "policy") seen.refused(withoutPaths(String(event["reason"])));
  if (event["event"] === "serve") step(`metrics of the pipeline: ${String(event["address"])}/metrics`);
}

function withoutPaths(text: string): string {
  return text.replaceAll(`${folder}/`, "");
}

function watchPolicy(policy: PolicyFile, seen: Live): void {
  let text = policy.text;
  const watcher = watch(join(folder, "policy"), () => {
    try {
      const now = policy.text;
      if (now === text) return;
      text = now;
      seen.renamed(policy.changedAt);
    } catch {
      // It is between two names.
    }
  });
  stop.signal.addEventListener("abort", () => watcher.close());
}

async function show(policy: PolicyFile, seen: Live): Promise<number> {
  if (options.terminal !== true) {
    server = servePage(seen, policy, Number(options.port));
    step(`${pc.bold(server.address)}  shows the raw record beside the views`);
  }
  step(`the policy: ${pc.bold(policy.path)}; save it, and see. Ctrl-C ends it all.`);
  let shown = 0;
  for (let looks = 0; !stop.signal.aborted; looks++) {
    await pause(TERMINAL_MS);
    if (options.terminal === true) {
      const lines = linesOf(seen.shown, Math.floor(looks / 25), process.stdout.columns ?? 120);
      if (process.stdout.isTTY) process.stdout.write(`\u001b[H\u001b[J${lines.join("\n")}\n`);
    }
    const last = seen.changes.at(-1);
    if (last === undefined || last.visibleMs === undefined || last.sequence <= shown) continue;
    shown = last.sequence;
    step(
      `policy ${last.sequence} (${last.digest.slice(0, 8)}) is to be seen ${pc.bold(`${Math.round(last.visibleMs)} ms`)} behind its rename`,
    );
  }
  return 0;
}

/** Edits the policy: what statistics get of addresses is redacted, then hidden, and back. */
async function once(policy: PolicyFile, seen: Live): Promise<number> {
  const before = policy.first;
  const after = before.replace('plan := "redact" if {\n\tis_contact', 'plan := "mask" if {\n\tis_contact');
  if (after === before) throw new Error("the policy of the demonstration is another one");
  const times: number[] = [];
  const street = (): string => copyOf(seen, "pacs.008", "analytics", /StrtNm$/);
  let isRight = /^REDACTED/.test(street());
  for (let edit = 1; edit <= Number(options.edits); edit++) {
    policy.save(edit % 2 === 1 ? after : before);
    await until(() => seen.changes.at(-1)?.sequence === edit && seen.changes.at(-1)?.visibleMs !== undefined, `policy ${edit}`);
    const took = seen.changes.at(-1)?.visibleMs ?? 0;
    times.push(took);
    const wanted = edit % 2 === 1 ? /\*/ : /^REDACTED/;
    await until(() => wanted.test(street()), "the edit in every format");
    isRight &&= wanted.test(street());
    step(
      `edit ${edit}: analytics gets ${pc.green(street())} for a street, ${pc.bold(`${Math.round(took)} ms`)} behind the rename of the policy`,
    );
  }
  const sorted = times.toSorted((a, b) => a - b);
  if (times.length > 1)
    step(
      `${times.length} edits: median ${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms, worst ${Math.round(sorted.at(-1) ?? 0)} ms`,
    );
  const leaks = CLEAR.filter((clear) => seen.allCopies.includes(clear)).length;
  step(`clear names, accounts and card numbers in any view: ${leaks === 0 ? pc.green("0") : pc.red(String(leaks))}`);
  return leaks === 0 && isRight ? 0 : 1;
}

/** What a view has of a field. */
function copyOf(seen: Live, title: string, view: ViewName, name: RegExp): string {
  const row = seen.shown.messages.find((message) => message.title === title)?.rows.find((one) => name.test(one.name));
  return row?.views[VIEWS.indexOf(view)]?.text ?? "";
}

async function until(is: () => boolean, what: string, endsOnStop = true): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!is()) {
    if (endsOnStop && stop.signal.aborted) throw new Error("it was told to end");
    if (performance.now() > end) throw new Error(`${what} did not come within ${WAIT_MS / 1000} s`);
    await pause(5);
  }
}
