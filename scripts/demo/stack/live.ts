/** What is to be seen: the newest copies of each message, the policy, and how long an edit took to be visible. */
import { loadKafka } from "../../../runtime/kafka/addon.ts";
import { RecordBatch } from "../../../runtime/kafka/batch.ts";
import { clientConfig } from "../../../runtime/kafka/connection.ts";
import { connectionTo, type Got, recordsOf } from "../../../test/kafka/topics.ts";
import { type Row, rowsOf } from "./rows.ts";

export const VIEWS = ["analytics", "fraud", "partner"] as const;
export type ViewName = (typeof VIEWS)[number];

/** A message of the stream: the same again and again, so that what changes is what the policy changes. */
export interface Sample {
  readonly title: string;
  readonly value: string;
}

export interface Change {
  /** Counts policies of this run; the first is 0. */
  readonly sequence: number;
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** From the rename of the file to the first record under the policy; undefined: none has come yet. */
  readonly visibleMs: number | undefined;
}

/** What the page and the terminal show. */
export interface Shown {
  readonly policy: string;
  readonly path: string;
  readonly changes: readonly Change[];
  /** Why what is on disk is not in force; undefined: it is. */
  readonly problem: string | undefined;
  readonly sent: number;
  readonly perSecond: number;
  readonly messages: readonly {
    readonly title: string;
    readonly rows: readonly Row[];
    readonly refused: readonly (string | undefined)[];
  }[];
}

export interface LiveParts {
  readonly bootstrap: string;
  readonly raw: string;
  readonly refused: string;
  readonly topicOf: (view: ViewName) => string;
  readonly samples: readonly Sample[];
  readonly policyText: () => string;
  readonly policyPath: string;
}

const BATCH_BYTES = 4_000_000;
const BATCH_RECORDS = 2000;
const WAIT_MS = 100;
const LINGER_MS = 1;
const BEGINNING = -2;
const CHANGES_SHOWN = 6;
/** Seconds over which the rate is told. */
const RATE_SECONDS = 3;

/** The newest of a message for a view: a copy, or why there is none. */
interface Copy {
  readonly value: string | undefined;
  readonly refused: string | undefined;
}

export class Live {
  readonly #parts: LiveParts;
  readonly #stop = new AbortController();
  /** By view, by sample. */
  readonly #copies: (Copy | undefined)[][] = VIEWS.map(() => []);
  /** Offsets of raw records that came, by view: each once. */
  readonly #came: Set<number>[] = VIEWS.map(() => new Set<number>());
  #twice = 0;
  #changes: Change[] = [];
  #problem: string | undefined;
  /** When the file was renamed last, and what was sent when the run said that another policy is in force. */
  #renamedAt: number | undefined;
  #inForceFrom: number | undefined;
  /** When the first other copy behind the rename came: maybe before the run has said why. */
  #otherAt: number | undefined;
  #sent = 0;
  readonly #sentAt: number[] = [];
  #running: Promise<void> | undefined;
  /** Told when something is otherwise than it was. */
  changed: () => void = () => undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#read();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One more record was sent: its offset is the count so far, for the raw topic has one partition and one writer. */
  sent(): void {
    this.#sent++;
    this.#sentAt.push(Date.now());
    if (this.#sentAt.length > 1000) this.#sentAt.splice(0, 500);
  }

  /** The policy on disk was renamed into its place. */
  renamed(at: number): void {
    this.#renamedAt = at;
    this.#otherAt = undefined;
    this.changed();
  }

  /** The run says that another policy is in force. */
  activated(sequence: number, digest: string): void {
    this.#problem = undefined;
    this.#inForceFrom = this.#sent;
    this.#changes = [...this.#changes, { sequence, digest, at: Date.now(), visibleMs: undefined }];
    if (this.#otherAt !== undefined) this.#visible(this.#otherAt);
    this.changed();
  }

  /** The run says that what is on disk cannot be put in force. */
  refused(problem: string): void {
    this.#problem = problem;
    this.changed();
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** Records that every view has, or was refused, once. */
  get complete(): number {
    return Math.min(...this.#came.map((offsets) => offsets.size));
  }

  get duplicates(): number {
    return this.#twice;
  }

  /** All copies that are to be seen now, as one text. */
  get allCopies(): string {
    return JSON.stringify(this.#copies);
  }

  get shown(): Shown {
    const { policyText, policyPath, samples } = this.#parts;
    const since = Date.now() - RATE_SECONDS * 1000;
    return {
      policy: policyText(),
      path: policyPath,
      changes: this.#changes.slice(-CHANGES_SHOWN),
      problem: this.#problem,
      sent: this.#sent,
      perSecond: Math.round(this.#sentAt.filter((at) => at > since).length / RATE_SECONDS),
      messages: samples.map(({ title, value }, sample) => {
        const copies = this.#copies.map((own) => own[sample]);
        return {
          title,
          rows: rowsOf(
            value,
            copies.map((copy) => copy?.value),
          ),
          refused: copies.map((copy) => copy?.refused),
        };
      }),
    };
  }

  async #read(): Promise<void> {
    const { bootstrap, topicOf, refused } = this.#parts;
    const reader = new (loadKafka().KafkaConsumer)([
      ...clientConfig(connectionTo(bootstrap), "consumer"),
      ["group.id", "demo"],
      ["enable.auto.commit", "false"],
      ["isolation.level", "read_committed"],
      ["auto.offset.reset", "earliest"],
      ["fetch.wait.max.ms", "50"],
    ]);
    const batch = new RecordBatch(BATCH_BYTES, BATCH_RECORDS);
    try {
      reader.assign([...VIEWS.map(topicOf), refused].map((topic) => ({ topic, partition: 0, offset: BEGINNING })));
      while (!this.#stop.signal.aborted) {
        batch.count = await reader.pollBatch(batch.bytes, batch.records, batch.headers, BATCH_RECORDS, { first: WAIT_MS, more: LINGER_MS });
        for (const record of recordsOf(batch, reader.topics())) this.#take(record);
      }
    } finally {
      await reader.close();
    }
  }

  #take({ topic, value, headers }: Got): void {
    const { topicOf, refused, samples } = this.#parts;
    const offset = Number(headers["bauta.source"]?.split("/").at(-1));
    const isRefused = topic === refused;
    const note = isRefused ? (JSON.parse(value ?? "{}") as { view?: string; code?: string; path?: string }) : undefined;
    const view = isRefused ? VIEWS.indexOf((note?.view ?? "") as ViewName) : VIEWS.findIndex((name) => topicOf(name) === topic);
    const came = this.#came[view];
    if (came === undefined) return;
    if (came.has(offset)) this.#twice++;
    came.add(offset);
    const copy: Copy = { value: isRefused ? undefined : value, refused: note === undefined ? undefined : `${note.code} ${note.path}` };
    const own = this.#copies[view] as (Copy | undefined)[];
    const sample = offset % samples.length;
    const before = own[sample];
    own[sample] = copy;
    const isOther = before?.value !== copy.value || before?.refused !== copy.refused;
    // What is otherwise, or was sent when the policy was in force, went out under it.
    const isUnder = this.#inForceFrom !== undefined && offset >= this.#inForceFrom;
    if (isOther && before !== undefined) this.#otherAt ??= Date.now();
    if (isUnder || (isOther && before !== undefined)) this.#visible(Date.now());
    if (isOther) this.changed();
  }

  #visible(at: number): void {
    const last = this.#changes.at(-1);
    if (last === undefined || last.visibleMs !== undefined || this.#renamedAt === undefined || last.sequence === 0) return;
    this.#changes = [...this.#changes.slice(0, -1), { ...last, visibleMs: Math.max(0, at - this.#renamedAt) }];
    this.#inForceFrom = undefined;
    this.changed();
  }
}
