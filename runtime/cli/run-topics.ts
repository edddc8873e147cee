/** `bauta run` of a pipeline whose sources are topics: one worker of as many as the operator starts. */
import { engineLine } from "../audit/events/engine.ts";
import { selectEngine } from "../engines/select.ts";
import type { Mark } from "../kafka/addon.ts";
import { kafkaError } from "../kafka/failure.ts";
import { openSeal } from "../kafka/seal.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import type { KafkaDefinition, PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { RunFacts } from "../pipeline/observe.ts";
import type { SinkRecorder } from "../pipeline/recorder.ts";
import { Budget } from "../pipeline/topics/budget.ts";
import type { ValueSeal } from "../pipeline/topics/mask-batch.ts";
import { runTopics } from "../pipeline/topics/run.ts";
import type { Targets } from "../pipeline/topics/targets.ts";
import { Trails } from "../pipeline/topics/trails.ts";
import { systemClock } from "../platform/clock.ts";
import { onStopSignal } from "../platform/process.ts";
import { newTask } from "../platform/task.ts";
import { EXIT, exitCodeOfEnd } from "./exit.ts";
import { routeFactsOf, settingsOf } from "./pipeline-file.ts";
import { nameOf, policyOfOffsets } from "./policy-then.ts";
import { maySeal } from "./refused.ts";
import { openReplay, type ReplayTopicsOptions, replayed } from "./replay-topics.ts";
import { fileSinksOf, type OpenFiles, openFiles } from "./topic-files.ts";
import { type OpenTrails, openTrails } from "./topic-trail.ts";
import { TopicViews } from "./topic-views.ts";
import { openWorker, type Worker } from "./topics-worker.ts";
import type { Watch } from "./watch.ts";

export interface TopicsOptions extends ReplayTopicsOptions {
  /** Name of this worker among those of the group: its transactional id and its static membership. */
  readonly instance?: string;
  readonly dryRun?: boolean;
}

/** Whose decisions records are masked under once more, unless the command says. */
const whenOf = ({ kafka, policy }: PipelineDefinition): "then" | "now" =>
  kafka?.audit !== undefined && policy?.archive !== undefined ? "then" : "now";

const INSTANCE = /^[A-Za-z0-9._-]{1,64}$/;

/** Runs one worker until it is told to stop. Returns its exit code. */
export async function runTopicsPipeline(
  path: string,
  pipeline: PipelineDefinition,
  kafka: KafkaDefinition,
  options: TopicsOptions,
  watch: Watch,
): Promise<number> {
  const { instance } = options;
  if (options.dryRun) throw new BautaError(1001, { detail: "--dry-run is for files" });
  if (instance !== undefined && !INSTANCE.test(instance))
    throw new BautaError(1001, { detail: "--instance takes letters, digits, `.`, `_` and `-`" });
  const { into } = options;
  if (into === undefined && (options.from ?? options.to ?? options.share) !== undefined)
    throw new BautaError(1001, { detail: "--from, --to and --share need --into" });
  if (into !== undefined && (instance !== undefined || (options.from ?? options.to) === undefined))
    throw new BautaError(1001, { detail: "--into needs --from or --to, and takes no --instance" });
  const definition = into === undefined ? pipeline : replayed(pipeline, into);
  const from = performance.now();
  const engine = await selectEngine(definition.engine);
  const engineMs = performance.now() - from;
  const isThen = into !== undefined && pipeline.policy !== undefined && (options.policyOf ?? whenOf(pipeline)) === "then";
  const decided = isThen ? await policyOfOffsets(pipeline, kafka, options, engine.primitives) : undefined;
  const stop = onStopSignal();
  let views: TopicViews | undefined;
  try {
    views =
      decided === undefined
        ? await TopicViews.open(definition, engine, watch, stop.signal)
        : TopicViews.under(definition, engine, watch, decided);
    if (views === undefined) return stop.exitCode ?? EXIT.done;
    const { plan } = views;
    const task = newTask(systemClock.date());
    const report = {
      engine: engineLine(engine),
      engineName: engine.name,
      plan: { pipeline: definition.name, ...plan.describe() },
      warnings: decided === undefined ? [] : [`under the policy that was in force then: ${nameOf(decided)}`],
      hasRefused: kafka.refused !== undefined,
      showsSinks: true,
    };
    const backend = { kind: "kafka", owner: "consumer-group", strategy: "subscription", selector: "all", bytes: undefined } as const;
    const observers = await watch.observers({ task, descriptor: path, workers: 1, backend: () => backend, engineMs, report });
    const topics = definition.sources.flatMap((source) => (source.kind === "topics" ? source.topics : []));
    const replay = into === undefined ? undefined : await openReplay(kafka, topics, options);
    const worker = await openWorker({
      definition,
      kafka: definition.kafka ?? kafka,
      views: views.all,
      instance,
      task,
      stop,
      watch,
      replay,
    });
    if (worker === undefined) return stop.exitCode ?? EXIT.done;
    try {
      const { onRefuse, frame, input } = definition;
      const [targets] = worker.targets as [Targets];
      const seal = await sealOf(kafka, targets);
      const passes = views.passes(worker, seal);
      const { name, version, facts: engineFacts } = engine;
      const facts: RunFacts = {
        task,
        command: "run",
        pipeline: definition.name,
        bauta: VERSION,
        engine: { name, version, facts: engineFacts },
        configuration: { ...settingsOf(definition), ...(instance === undefined ? {} : { instance }), ...watch.settings },
      };
      const statementFacts = { plan: plan.facts, onRefuse, frame, input, routes: routeFactsOf(definition, plan) };
      let opened: OpenFiles | undefined;
      let kept: OpenTrails | undefined;
      try {
        kept = openTrails({ definition, engine, views: views.all, facts });
        const trails = kept === undefined ? undefined : new Trails(kept.all, worker.writer.topic(kept.topic));
        opened = await filesOf(definition, instance, worker, views, trails);
        const result = await runTopics({
          facts,
          statement: definition.name,
          statementFacts,
          sinks: definition.sinks.map((sink) => sink.name),
          observers,
          clock: systemClock,
          commit: definition.commit,
          stop: stop.signal,
          reader: worker.reader,
          writer: worker.writer,
          passes,
          renewal: views.renewal((renewed) => kept?.renew(renewed)),
          budget: kafka.budget === undefined ? undefined : new Budget(kafka.budget),
          files: opened?.files,
          trails,
        });
        const code = result.ended === "stopped" ? (stop.exitCode ?? EXIT.done) : exitCodeOfEnd(result.ended);
        watch.summary(result, code);
        return code;
      } finally {
        opened?.close();
        kept?.close();
        passes.close();
      }
    } finally {
      await worker.close();
    }
  } finally {
    stop.forget();
    await views?.close();
  }
}

/** The files of a worker, where its last one left them; undefined if all goes to topics. */
async function filesOf(
  definition: PipelineDefinition,
  instance: string | undefined,
  worker: Worker,
  views: TopicViews,
  recorder: SinkRecorder | undefined,
): Promise<OpenFiles | undefined> {
  if (fileSinksOf(definition).length === 0) return undefined;
  if (instance === undefined) throw new BautaError(1001, { detail: "a worker that writes files has an --instance NAME" });
  const { writer, marks } = worker;
  const markOf = (mark: number): Mark => marks.of(mark);
  const asked = await worker.whenThere(async () => ({ committed: await marks.committed() }));
  // It was told to stop, and takes no record.
  if (asked === undefined) return undefined;
  const { committed } = asked;
  const opened = openFiles({ definition, instance, committed, markOf, messageName: (index) => views.messageName(index), recorder });
  try {
    // The cluster forgets marks that nobody asks for: one that is made anew is as good as new, and from now on one that is not there was forgotten.
    const { mark } = opened?.files ?? {};
    if (mark !== undefined) await worker.whenThere(() => writer.commit(undefined, [], new Uint32Array(0), markOf(mark)));
    return opened;
  } catch (error) {
    opened?.close();
    throw kafkaError(error);
  }
}

/** How refused records are sealed; undefined if they are not. */
async function sealOf({ refused, sealTo }: KafkaDefinition, targets: Targets): Promise<ValueSeal | undefined> {
  if (refused === undefined || sealTo === undefined) return undefined;
  return { seal: await openSeal(sealTo), bytesMax: targets.bytesMaxOf(refused), mayHold: maySeal };
}
