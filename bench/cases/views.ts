/** What a policy costs: one view beside none, its guards, several views by one scan beside a scan for each, and how long it takes to be in force. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Engine, EngineName } from "../../runtime/engines/api.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { FrameScan } from "../../runtime/pipeline/frame-scan.ts";
import { answerOf, type WrittenAnswer } from "../../runtime/policy/answer.ts";
import type { GuardTree } from "../../runtime/policy/guards.ts";
import { hasOpa, OPA_VERSION, opaPath } from "../../scripts/opa.mjs";
import type { AnyRow, BenchCase, BenchRow, Context } from "../harness/case.ts";
import { inProcess, median, type Subject } from "../harness/measure.ts";
import { type MessageKind, messageSet } from "../harness/messages.ts";
import { rowBeside } from "../harness/rows.ts";
import { figure } from "../harness/table.ts";
import { type Answering, framesOf, viewParts, viewsWork } from "../harness/views.ts";

const POLICY_RATIO = 0.95;
const GUARDS_RATIO = 0.85;
const GUARD_NS = 300;
const ACTIVATION_MS = 1000;
const VIEWS = 20;

const NAMES: Readonly<Record<MessageKind, string>> = { pacs008: "pacs.008, 3 KB", json: "JSON, 1 KB", mt103: "MT103" };

const MODEL: WrittenAnswer = { action: "model" };
const REDACT: WrittenAnswer = { action: "redact" };
const HIDE = answerOf({ action: "mask", "keep-last": 2 }, "the bench");

/** As the model has it, so that both sides do the same work. */
const asModel: Answering = () => MODEL;

/** Readers of one stream: some see less of people, some less of accounts. */
const readers: Answering = (view, { class: dataClass, namespace }) => {
  const isParty = dataClass === "person" || namespace === "party";
  const isAccount = dataClass === "account" || namespace === "account";
  if (isParty && view % 3 === 1) return REDACT;
  return isAccount && view % 3 === 2 ? HIDE : MODEL;
};

/** References under a condition on amount and currency, which makes no difference to the work behind it. */
const GUARDS: Readonly<Record<string, GuardTree>> = {
  small: [
    [
      { input: "amount", is: "below", than: "2000" },
      { input: "currency", is: "of", words: ["CHF", "EUR"] },
    ],
  ],
};
const GUARDED = answerOf({ action: "model", when: "small", else: "model" }, "the bench");
const guarded: Answering = (_view, { class: dataClass, namespace }) =>
  dataClass === "reference" || namespace === "reference" || namespace === "uetr" ? GUARDED : MODEL;

export const views: BenchCase = {
  name: "views",
  group: "own",
  job: `Sets of 256 messages as values of topics, twelve leaves masked, in one process. One view under a policy that answers as the model has it, and under one with a guard on amount and currency, each beside no policy: the ratio is the throughput with a policy by that without. Several views by one scan, beside a scan for each of them. A policy for ${VIEWS} views put in force, in a process of its own: from what OPA compiled to plans that are open, all fields of all catalogued messages asked about; the first time all catalogues are read, an edit while a run goes on finds them read.`,
  goal: `With a policy at least ${POLICY_RATIO} of the throughput without one, with guards at least ${GUARDS_RATIO} and less than ${GUARD_NS} ns a transaction; ${VIEWS} views of all messages in force in less than 1 s.`,
  async run(context: Context): Promise<AnyRow[]> {
    const native = await selectEngine("native");
    const portable = await selectEngine("portable");
    const rows: AnyRow[] = [];
    for (const kind of ["pacs008", "json"] as const) {
      context.tell(`one view of ${NAMES[kind]}`);
      rows.push(await policyRow(context, native, kind), ...(await guardRows(context, native, kind)));
    }
    for (const [engine, kind, count] of TOGETHER) {
      context.tell(`${count} views of ${NAMES[kind]}, ${engine}`);
      rows.push(await togetherRow(context, engine === "native" ? native : portable, kind, count));
    }
    return [...rows, ...activationRows(context)];
  },
};

const TOGETHER: readonly (readonly [EngineName, MessageKind, number])[] = [
  ...(["pacs008", "json", "mt103"] as const).flatMap((kind) => [1, 3, 10].map((count) => ["native", kind, count] as const)),
  ["portable", "pacs008", 3],
  ["portable", "json", 3],
];

const isDefined = (kind: MessageKind): string =>
  `${figure(framesOf(messageSet(kind)).input.length / messageSet(kind).length)} bytes a message`;

async function oneView(context: Context, engine: Engine, kind: MessageKind, answer?: Answering): Promise<Subject> {
  const frames = framesOf(messageSet(kind));
  const parts = await viewParts(engine, 1, answer, answer === guarded ? GUARDS : {});
  return inProcess(frames.count, viewsWork(parts, frames, true), context.pace);
}

async function policyRow(context: Context, engine: Engine, kind: MessageKind): Promise<BenchRow> {
  const text = {
    id: `views/policy-${kind}`,
    name: `${NAMES[kind]}, one view`,
    figure: isDefined(kind),
    unit: "µs",
    against: "no policy",
  } as const;
  const goal = { sense: "at least", value: POLICY_RATIO, of: "ratio" } as const;
  return rowBeside(context, { ...text, goal }, await oneView(context, engine, kind, asModel), await oneView(context, engine, kind));
}

async function guardRows(context: Context, engine: Engine, kind: MessageKind): Promise<readonly BenchRow[]> {
  const [ours, without] = [await oneView(context, engine, kind, guarded), await oneView(context, engine, kind)];
  const text = {
    id: `views/guards-${kind}`,
    name: `${NAMES[kind]}, guards`,
    figure: isDefined(kind),
    unit: "µs",
    against: "no policy",
  } as const;
  const beside = await rowBeside(context, { ...text, goal: { sense: "at least", value: GUARDS_RATIO, of: "ratio" } }, ours, without);
  // Of routes by themselves, since a difference of two times of all that is done would drown in them.
  const { restored, decided, count } = await guardWork(engine, kind);
  const [bare, both] = [inProcess(count, restored, context.pace), inProcess(count, decided, context.pace)];
  const added: number[] = [];
  for (let run = 0; run < context.pace.runs; run++) {
    const them = await bare.measure(context.pace.windowMs);
    added.push((await both.measure(context.pace.windowMs)).cpu - them.cpu);
  }
  const goal = { sense: "less than", value: GUARD_NS, of: "ours" } as const;
  const name = `guards of ${NAMES[kind]}, a transaction`;
  return [beside, { id: `views/guard-${kind}`, name, figure: "deciding them, CPU time", unit: "ns", ours: median(added), goal }];
}

/** Work functions over scanned messages: that puts operations back, and that decides guards as well. */
async function guardWork(engine: Engine, kind: MessageKind) {
  const [parts] = await viewParts(engine, 1, guarded, GUARDS);
  if (parts?.router === undefined) throw new Error("there are no guards");
  const scan = new FrameScan(parts, parts.plan, false);
  const router = parts.router(scan.slots);
  scan.fill(framesOf(messageSet(kind)), 0, () => {
    throw new Error("a message is refused");
  });
  const { batch, formats } = scan;
  const before = batch.values.slice();
  const restored = (): void => batch.values.set(before);
  const decided = (): void => {
    restored();
    for (let record = 0; record < batch.recordCount; record++) router.route(batch, record, formats[record] as number);
  };
  return { restored, decided, count: batch.recordCount };
}

async function togetherRow(context: Context, engine: Engine, kind: MessageKind, count: number): Promise<BenchRow> {
  const frames = framesOf(messageSet(kind));
  const parts = await viewParts(engine, count, readers);
  const subjectOf = (isTogether: boolean): Subject => inProcess(frames.count, viewsWork(parts, frames, isTogether), context.pace);
  const name = `${NAMES[kind]}, ${count} ${count === 1 ? "view" : "views"}, ${engine.name}`;
  const text = {
    id: `views/together-${kind}-${count}-${engine.name}`,
    name,
    figure: isDefined(kind),
    unit: "µs",
    against: "a scan for each",
  } as const;
  return rowBeside(context, text, subjectOf(true), subjectOf(false));
}

/** Rules by what they read. */
const RULES: Readonly<Record<string, string>> = {
  "data classes": 'plan := "redact" if {\n\tinput.field.class == "contact"\n\tinput.view.purpose == "statistics"\n}',
  names: 'plan := "redact" if {\n\tinput.field.name in {"StrtNm", "TwnNm", "PstCd"}\n\tinput.view.purpose == "statistics"\n}',
};

interface Activated {
  readonly cpu: number;
  readonly wall: number;
  readonly decisions: number;
  readonly fields: number;
}

function activationRows(context: Context): readonly AnyRow[] {
  if (!hasOpa())
    return [{ id: "views/activation", name: "a policy put in force", failed: `no OPA ${OPA_VERSION}; node scripts/opa.mjs builds it` }];
  return Object.entries(RULES).flatMap(([what, rules]) => {
    context.tell(`a policy that reads ${what}`);
    const folder = join(context.scratch, `policy of ${what}`);
    writePolicy(folder, rules);
    const runs = Array.from({ length: context.pace.runs }, () => activated(folder));
    const rowOf = (when: "first" | "next", text: string): BenchRow => {
      const [one] = runs.map((run) => run[when]) as [Activated];
      return {
        id: `views/activation-${what.replace(" ", "-")}-${when}`,
        name: `${VIEWS} views in force, by ${what}, ${text}`,
        figure: `${figure(one.decisions)} decisions for ${figure(one.fields)} fields, CPU time`,
        unit: "ms",
        ours: median(runs.map((run) => run[when].cpu)),
        wall: { ours: 1e6 * median(runs.map((run) => run[when].wall)) },
        goal: { sense: "less than", value: ACTIVATION_MS, of: "ours" },
      };
    };
    return [rowOf("first", "catalogues unread"), rowOf("next", "an edit")];
  });
}

function writePolicy(folder: string, rules: string): void {
  const purpose = (i: number): string => (i % 2 === 0 ? "statistics" : "investigation");
  const all = Object.fromEntries(Array.from({ length: VIEWS }, (_, i) => [`view-${i}`, { group: `group-${i}`, purpose: purpose(i) }]));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "masking.rego"), `package bauta.masking\n\ndefault plan := "model"\n\n${rules}\n`);
  writeFileSync(join(folder, "data.json"), JSON.stringify({ bauta: { views: all } }));
}

function activated(folder: string): { readonly first: Activated; readonly next: Activated } {
  const script = fileURLToPath(new URL("../harness/activation.ts", import.meta.url));
  const env = { ...process.env, BAUTA_OPA: opaPath() };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: "utf8", env });
  if (status !== 0) throw new Error(`a policy was not put in force: ${stderr.slice(-500)}`);
  return JSON.parse(stdout) as { readonly first: Activated; readonly next: Activated };
}
