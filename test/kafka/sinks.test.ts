/** One run from topics to a topic, a file and a log: the same in all three, exactly once, however often workers are killed. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openMasker } from "../../runtime/index.ts";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, hasEnded, until, WRONG_XML } from "../e2e/cli.ts";
import { Random } from "../generators/random.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { identifiersOf, type Payment, payment } from "./payments.ts";
import { kill, Pipelines, stop, type Worker } from "./pipelines.ts";
import { type Got, sourceOf, Topics, unique } from "./topics.ts";

const SLOW = 180_000;

let cluster: Cluster;
let topics: Topics;
const pipelines = new Pipelines(() => cluster.bootstrap);

beforeAll(async () => {
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
}, 2 * SLOW);
afterAll(async () => {
  await topics?.close();
  await cluster?.stop();
});

interface LogLine {
  readonly source: string;
  readonly body: string;
}

/** Segments of a sink, over all workers: name and text. */
function segments(folder: string, sink: string): readonly (readonly [string, string])[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${sink}.`) && !name.endsWith(".journal"));
  return names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}

/** Records of a log: where each came from, and its body without escapes. */
const logLines = (text: string): readonly LogLine[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const of = (name: string): string => new RegExp(` \\| ${name}=([^|]*?)(?: \\||$)`).exec(line)?.[1] ?? "";
      return {
        source: `${of("source")}/${of("number")}`,
        body: of("body").replaceAll(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      };
    });

const hidden = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith(".part"));

describe("a topic, a file and a log of one run", () => {
  test(
    "the same tokens in all three; a segment of the file and of the log for each transaction",
    async () => {
      const [raw, masked, refused] = [await topics.make("raw", 2), await topics.make("masked"), await topics.make("refused")];
      const values = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON, `${EXAMPLE_XML}\n${EXAMPLE_MT}`, `\n${EXAMPLE_JSON}\n`, WRONG_XML];
      await topics.send(
        raw,
        Array.from({ length: 300 }, (_, i) => ({ value: values[i % values.length] })),
      );
      await topics.send(raw, [{ key: "DE82500990010073211884", value: undefined }]);
      const folder = join(pipelines.folder, raw);
      const file = pipelines.file({
        sources: `{ topics: ${raw}, key: { use: account } }`,
        sinks: `{ out: { topic: ${masked} }, all: { file: ${folder}/all.txt }, events: { log: ${folder}/events.log }, json: { file: ${folder}/json.txt } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }
routes: [{ when: { format: json }, to: [out, json] }, { to: [out, all, events] }]
commit: { records: 40 }`,
      });
      const without = bauta(["run", file, "--log-format", "lines"]);
      expect([without.code, without.stderr.includes("--instance")]).toEqual([2, true]);
      const worker = pipelines.work(file, ["--instance", "w1"]);
      const got = await topics.read([masked, refused], 301);
      const told = await stop(worker);
      expect([hidden(folder), told.includes("BAUTA-9")]).toEqual([[], false]);

      const masker = await openMasker({ model: DEMO_MODEL, keys: { file: pipelines.key } });
      const maskedText = (text: string): string => Buffer.from(masker.mask(Buffer.from(text)).output).toString();
      const written = got.filter(({ topic, value }) => topic === masked && value !== undefined);
      expect(written.length).toBe(250);
      const [all, events, json] = ["all", "events", "json"].map((sink) => segments(folder, sink)) as [
        ReturnType<typeof segments>,
        ReturnType<typeof segments>,
        ReturnType<typeof segments>,
      ];
      // What is in the file is what is in the topic, and what the masker makes of each message.
      const inFile = (list: typeof all): string => list.map(([, text]) => text).join("");
      const count = (text: string, part: string): number => text.split(part).length - 1;
      const [xml, mt, js] = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON].map((one) => maskedText(one).trim()) as [string, string, string];
      for (const [one, ofTopic] of [
        [xml, 100],
        [mt, 100],
      ] as const) {
        expect(count(inFile(all), one)).toBe(ofTopic);
        expect(count(written.map(({ value }) => value).join("\n"), one)).toBe(ofTopic);
        expect(
          count(
            events
              .flatMap(([, text]) => logLines(text))
              .map(({ body }) => body)
              .join("\n"),
            one,
          ),
        ).toBe(ofTopic);
      }
      expect([count(inFile(json), js), count(inFile(all), js)]).toEqual([100, 0]);
      // All sinks of a route end where its transactions end: the log tells what the file has, segment by segment.
      const ranges = (list: typeof all): readonly string[] => list.map(([name]) => /\d{12}-\d{12}/.exec(name)?.[0] ?? "");
      expect(ranges(events)).toEqual(ranges(all));
      expect(all.length).toBeGreaterThan(3);
      const logged = events.flatMap(([, text]) => logLines(text));
      const bySource = new Map(written.map((one) => [sourceOf(one), one.value ?? ""]));
      for (const { source, body } of logged) expect(bySource.get(source)).toContain(body);
      // Segments can be read as the run wrote them.
      for (const [name] of all) {
        const again = bauta(["verify-message", join(folder, name), "--json"]);
        expect([name, again.stdout === ""]).toEqual([name, false]);
      }
      masker.close();
    },
    SLOW,
  );

  test(
    "a topic that a pattern comes to name does not hide what was committed: the worker goes on with its files",
    async () => {
      const base = unique("pattern");
      const folder = join(pipelines.folder, base);
      mkdirSync(folder);
      const file = pipelines.file({
        sources: `{ topics: "^${base}\\\\..*" }`,
        sinks: `{ all: { file: ${folder}/all.xml } }`,
        rest: "commit: { records: 10, seconds: 1 }",
        kafka: ", settings: { session.timeout.ms: 6000 }",
      });
      let made = 0;
      // The one that comes next is before all others in every order but that of their making.
      for (const name of ["c", "b", "a"]) {
        await topics.admin.create(`${base}.${name}`, 2);
        const sent = Array.from({ length: 20 }, () => payment(made++, 20));
        await topics.send(
          `${base}.${name}`,
          sent.map(({ xml }) => ({ value: xml })),
        );
        const worker = pipelines.work(file, ["--instance", "w1"]);
        const records = (): number => segments(folder, "all").reduce((sum, [, text]) => sum + [...text.matchAll(/<UETR>/g)].length, 0);
        await until(() => hasEnded(worker.child) || records() >= made, "all is in files", 60_000);
        await stop(worker);
        expect(records()).toBe(made);
        // Within its session it would get back what it had, and nothing else.
        await new Promise((resume) => setTimeout(resume, 8000));
      }
    },
    SLOW,
  );

  test(
    "workers that are killed at any moment: every record once in the topic, in the file and in the log",
    async () => {
      const seed = Number(process.env["BAUTA_FAULT_SEED"] ?? 11);
      const kills = Number(process.env["BAUTA_KAFKA_KILLS"] ?? 5);
      process.stdout.write(`seed = ${seed} (BAUTA_FAULT_SEED), ${kills} kills (BAUTA_KAFKA_KILLS)\n`);
      const random = new Random(seed);
      const [raw, masked, refused] = [await topics.make("raw", 4), await topics.make("masked", 2), await topics.make("refused")];
      const folder = join(pipelines.folder, raw);
      const file = pipelines.file({
        sources: `{ topics: ${raw} }`,
        sinks: `{ out: { topic: ${masked} }, all: { file: ${folder}/all.xml }, events: { log: ${folder}/events.log } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }\ncommit: { records: 25, seconds: 1 }`,
      });
      const workers = new Map<string, Worker>();
      const spawn = (name: string): void => void workers.set(name, pipelines.work(file, ["--instance", name]));
      for (const name of ["w1", "w2"]) spawn(name);
      const payments: Payment[] = [];
      const more = async (count: number): Promise<void> => {
        const added = Array.from({ length: count }, (_, i) => payment(payments.length + i, 20));
        payments.push(...added);
        await topics.send(
          raw,
          added.map(({ xml }, i) => ({ value: i % 40 === 7 ? WRONG_XML : xml })),
        );
      };
      for (let done = 0; done < kills; done++) {
        const name = random.pick([...workers.keys()]);
        const worker = workers.get(name) as Worker;
        await more(300);
        for (let waited = 0; !/EXPORT .* end=[1-9]/.test(worker.told()); waited++) {
          if (hasEnded(worker.child) || waited > 300) throw new Error(`worker ${name} does not commit: ${worker.told()}`);
          await new Promise((resume) => setTimeout(resume, 200));
          await more(8);
        }
        await new Promise((resume) => setTimeout(resume, random.below(300)));
        await kill(worker);
        spawn(name);
      }
      const got = await topics.read([masked, refused], payments.length, 90_000);
      for (const worker of workers.values()) await stop(worker);
      const after = await topics.read([masked, refused], payments.length);
      expect([got.length, after.length, new Set(after.map(sourceOf)).size]).toEqual([payments.length, payments.length, payments.length]);
      const written = after.filter(({ topic }) => topic === masked);
      // A worker that was killed between commit and publishing has published when it came again: nothing is left behind.
      expect(hidden(folder)).toEqual([]);
      const logged = segments(folder, "events").flatMap(([, text]) => logLines(text));
      const sources = written.map(sourceOf).sort();
      expect(logged.map(({ source }) => source).sort()).toEqual(sources);
      const uetrs = (text: string): readonly string[] => [...text.matchAll(/<UETR>([^<]+)</g)].map(([, uetr]) => uetr as string).sort();
      expect(
        uetrs(
          segments(folder, "all")
            .map(([, text]) => text)
            .join(""),
        ),
      ).toEqual(uetrs(written.map(({ value }) => value).join("")));
      const bySource = new Map(written.map((one) => [sourceOf(one), one.value]));
      for (const { source, body } of logged) expect(bySource.get(source)).toContain(body);
    },
    10 * SLOW,
  );
});

describe("one customer in three topics", () => {
  test(
    "has one pseudonym, and a join of the masked topics returns what the join of the raw ones returned",
    async () => {
      const customers = 12;
      const names = ["payments", "mt103", "orders"] as const;
      const raws = await Promise.all(names.map((name, i) => topics.make(name, i + 1)));
      const outs = await Promise.all(names.map((name) => topics.make(`masked-${name}`, 2)));
      const forms = ["xml", "mt", "json"] as const;
      // Not every customer is in every topic, and some are there more than once.
      const clear = new Map<string, { readonly account: string; readonly form: number }>();
      for (const [form, raw] of raws.entries()) {
        const sent = Array.from({ length: 40 }, (_, i) => payment(i * (form + 2), customers + form));
        await topics.send(
          raw as string,
          sent.map((one) => ({ key: one.account, value: one[forms[form] as (typeof forms)[number]] })),
        );
      }
      const key = "key: { use: account }";
      const file = pipelines.file({
        sources: `[{ topics: ${raws[0]}, ${key} }, { topics: [${raws[1]}, ${raws[2]}], ${key} }]`,
        sinks: `{ a: { topic: ${outs[0]} }, b: { topic: ${outs[1]} }, c: { topic: ${outs[2]} } }`,
        rest: "routes: [{ when: { format: iso20022 }, to: a }, { when: { format: swift-mt }, to: b }, { to: c }]",
      });
      const workers = [1, 2].map((i) => pipelines.work(file, ["--instance", `w${i}`]));
      const masked = await topics.read(outs, 120);
      for (const worker of workers) await stop(worker);
      for (const one of await topics.read(raws, 120))
        clear.set(`${one.topic}/${one.partition}/${one.offset}`, { account: one.key ?? "", form: raws.indexOf(one.topic) });
      expect([masked.length, clear.size]).toEqual([120, 120]);

      const join3 = (rows: readonly { readonly form: number; readonly by: string; readonly source: string }[]): readonly string[] => {
        const of = (form: number) => rows.filter((row) => row.form === form);
        return of(0)
          .flatMap((a) =>
            of(1).flatMap((b) =>
              a.by === b.by ? of(2).flatMap((c) => (b.by === c.by ? [`${a.source} ${b.source} ${c.source}`] : [])) : [],
            ),
          )
          .sort();
      };
      const expected = join3([...clear].map(([source, { account, form }]) => ({ form, by: account, source })));
      expect(expected.length).toBeGreaterThan(50);
      const form = (one: Got): number => outs.indexOf(one.topic);
      const bare = (text = ""): string => text.replaceAll(" ", "");
      expect(join3(masked.map((one) => ({ form: form(one), by: identifiersOf(one.value ?? "").account, source: sourceOf(one) })))).toEqual(
        expected,
      );
      expect(join3(masked.map((one) => ({ form: form(one), by: bare(one.key), source: sourceOf(one) })))).toEqual(expected);
      // By clear account: one pseudonym of the account, one of the name, none of them clear.
      const pseudonyms = new Map<string, Set<string>>();
      for (const one of masked) {
        const { account } = clear.get(sourceOf(one)) ?? { account: "" };
        const found = identifiersOf(one.value ?? "");
        expect([found.account, found.account === account, bare(one.key)]).toEqual([bare(one.key), false, found.account]);
        pseudonyms.set(account, (pseudonyms.get(account) ?? new Set()).add(`${found.account} ${found.name.toUpperCase()}`));
      }
      expect([...pseudonyms.values()].map(({ size }) => size)).toEqual(Array.from({ length: pseudonyms.size }, () => 1));
    },
    SLOW,
  );
});
