/**
 * Every event of a run, as data: the words in front and the keys behind them, in their order. Writer, parser, JSON form, telemetry and
 * the tests of docs/line-events.md all follow this table, so that there is one grammar.
 */

/** How a value is written and read. */
export type FieldType =
  /** Any text; escaped. */
  | "text"
  /** A masked record; escaped as a text is, and never cut. */
  | "body"
  /** 0 to 2^53 − 1, plain digits. */
  | "integer"
  /** `true` or `false`. */
  | "boolean"
  /** One of these words. */
  | readonly string[];

/** What stands between two separators. */
export type Form =
  /** `key=value` */
  | "pair"
  /** A bare `100%`, or `?%` where nobody knows how much there is. */
  | "percent"
  /** A bare `72,762 rec/s`. */
  | "rate";

export interface Field {
  readonly key: string;
  readonly type: FieldType;
  readonly form: Form;
  readonly optional: boolean;
}

export interface EventShape {
  /** Bare words and fixed pairs in front. */
  readonly head: readonly string[];
  readonly fields: readonly Field[];
}

const text = <K extends string>(key: K) => ({ key, type: "text", form: "pair", optional: false }) as const;
const textMaybe = <K extends string>(key: K) => ({ key, type: "text", form: "pair", optional: true }) as const;
const integer = <K extends string>(key: K) => ({ key, type: "integer", form: "pair", optional: false }) as const;
const integerMaybe = <K extends string>(key: K) => ({ key, type: "integer", form: "pair", optional: true }) as const;
const flag = <K extends string>(key: K) => ({ key, type: "boolean", form: "pair", optional: false }) as const;
const word = <K extends string, const W extends readonly string[]>(key: K, words: W) =>
  ({ key, type: words, form: "pair", optional: false }) as const;
const percent = { key: "percent", type: "integer", form: "percent", optional: true } as const;
const rate = { key: "records_per_second", type: "integer", form: "rate", optional: false } as const;

/** How a run or a statement ended: as asked; with an error, or a refusal that stops; or because it was told to, after a commit. */
export const STATUSES = ["ok", "failed", "stopped"] as const;

export const EVENTS = {
  fastops: {
    head: ["FASTOPS"],
    fields: [
      word("rust", ["enabled", "disabled"]),
      word("engine", ["native", "portable"]),
      text("version"),
      textMaybe("addon"),
      textMaybe("cpu"),
      textMaybe("runtime"),
      textMaybe("crypto"),
      textMaybe("unicode"),
    ],
  },
  start: {
    head: ["CONTROL", "kind=start"],
    fields: [
      text("descriptor"),
      integer("pid"),
      text("task"),
      text("command"),
      text("version"),
      word("resume", ["exact", "none"]),
      integerMaybe("resumed_after"),
    ],
  },
  settings: {
    head: ["CONTROL", "kind=settings"],
    fields: [
      word("profile", ["performance", "balanced", "flexibility"]),
      flag("log_stmt_start"),
      flag("log_nested_progress"),
      flag("log_nested_summaries"),
      flag("ds_log_source_metrics"),
      flag("ds_log_export_metrics"),
      flag("log_debug_stacktraces"),
      integer("log_progress_pct"),
      integer("quality_check_every"),
    ],
  },
  health: {
    head: ["HEALTH"],
    fields: [text("client"), text("type"), word("status", ["ok", "failed"]), integer("latency_ms")],
  },
  serve: {
    head: ["CONTROL", "kind=serve"],
    fields: [text("address"), word("auth", ["none", "token", "mtls", "token+mtls"])],
  },
  execution_plan: {
    head: ["CONTROL", "kind=execution_plan"],
    fields: [
      text("stmt"),
      text("source_partition_owner"),
      text("paging_strategy"),
      integer("workers"),
      word("resume", ["exact", "none"]),
      text("model"),
      text("mode"),
      text("environment"),
      text("key"),
    ],
  },
  stmt_start: { head: ["CONTROL", "kind=stmt_start"], fields: [text("stmt")] },
  source_metrics: {
    head: ["CONTROL", "kind=source_metrics"],
    fields: [text("stmt"), text("source"), integer("records"), integer("refused"), integer("bytes"), integer("ms")],
  },
  refused: {
    head: ["CONTROL", "kind=refused"],
    fields: [
      text("stmt"),
      text("source"),
      integer("record"),
      integer("offset"),
      integer("length"),
      text("format"),
      text("code"),
      text("name"),
      text("path"),
      integer("fault_offset"),
      integer("fault_length"),
      text("hash"),
    ],
  },
  export: {
    head: ["EXPORT", "coordinator"],
    fields: [text("instance"), integer("start"), integer("end"), integer("workers"), integer("worker_id"), text("stmt")],
  },
  /** Written by a log sink of a pipeline, not told of a run. */
  record: {
    head: ["EXPORT", "record"],
    fields: [
      text("stmt"),
      text("source"),
      integer("number"),
      text("message"),
      integer("bytes"),
      { key: "body", type: "body", form: "pair", optional: false },
    ],
  },
  export_metrics: {
    head: ["CONTROL", "kind=export_metrics"],
    fields: [text("stmt"), text("sink"), integer("records"), integer("bytes"), integer("ms")],
  },
  progress: {
    head: ["PROGRESS"],
    fields: [text("stmt"), word("scope", ["worker", "statement"]), integerMaybe("worker"), percent, integer("exported"), rate],
  },
  rate_card: {
    head: ["CONTROL", "RATE_CARD"],
    fields: [
      integer("rc_ver"),
      text("backend"),
      text("strategy"),
      text("stmt"),
      text("selector"),
      integer("throughput"),
      integer("src_cpu"),
      integer("src_io"),
      integer("temp"),
      word("resume", ["exact", "none"]),
      integer("source"),
      integer("transform"),
      integer("sink"),
      word("limit", ["source", "transform", "sink"]),
      integer("records"),
      integer("ms"),
    ],
  },
  unread: { head: ["CONTROL", "kind=unread"], fields: [text("source"), integer("offset")] },
  degrade: { head: ["CONTROL", "kind=degrade"], fields: [text("resource"), text("code"), text("reason")] },
  policy: {
    head: ["CONTROL", "kind=policy"],
    fields: [text("stmt"), integer("sequence"), text("revision"), text("policy")],
  },
  warning: { head: ["CONTROL", "kind=warning"], fields: [text("text")] },
  error: {
    head: ["CONTROL", "kind=error"],
    fields: [text("code"), text("name"), text("text"), text("help")],
  },
  trace: { head: ["CONTROL", "kind=trace"], fields: [text("frame")] },
  refused_total: { head: ["CONTROL", "kind=refused_total"], fields: [text("stmt"), text("code"), integer("records")] },
  message_total: { head: ["CONTROL", "kind=message_total"], fields: [text("stmt"), text("message"), integer("records")] },
  /** Its line is a sentence; write.ts and parse.ts have it. */
  summary: {
    head: ["Summary"],
    fields: [text("name"), integer("planned"), integer("exported"), { key: "ms", type: "integer", form: "pair", optional: false }, rate],
  },
  stmt_end: {
    head: ["CONTROL", "kind=stmt_end"],
    fields: [
      text("stmt"),
      word("status", STATUSES),
      integer("in"),
      integer("out"),
      integer("refused"),
      integer("bytes_in"),
      integer("bytes_out"),
      integer("found"),
      integer("masked"),
      integer("kept"),
      integer("removed"),
      integer("otherwise"),
      integer("left"),
      integer("ms"),
      text("plan"),
    ],
  },
  manifest: { head: ["CONTROL", "kind=manifest"], fields: [text("path"), textMaybe("signer")] },
  end: { head: ["CONTROL", "kind=end"], fields: [word("status", STATUSES), integer("exit")] },
} as const satisfies Readonly<Record<string, EventShape>>;

export type EventName = keyof typeof EVENTS;

type ValueOf<T extends FieldType> = T extends "text" | "body"
  ? string
  : T extends "integer"
    ? number
    : T extends "boolean"
      ? boolean
      : T extends readonly (infer W)[]
        ? W
        : never;

type Members<F extends Field> = {
  readonly [M in F as M["optional"] extends true ? never : M["key"]]: ValueOf<M["type"]>;
} & {
  readonly [M in F as M["optional"] extends true ? M["key"] : never]?: ValueOf<M["type"]> | undefined;
};

/** An event of a name: `event`, and a member for each key, named as the key is. */
export type EventOf<N extends EventName> = { readonly event: N } & Members<(typeof EVENTS)[N]["fields"][number]>;

/** What a run says, one of these at a time. */
export type LineEvent = { [N in EventName]: EventOf<N> }[EventName];

export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];
