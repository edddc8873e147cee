/**
 * A batch of a source's records becomes records of target topics, in one buffer: masked values first, masked keys and headers behind them,
 * then what is kept or made. Nothing of a record goes out that no rule names.
 */

import { createHash } from "node:crypto";
import type { RecordBatch } from "../../kafka/batch.ts";
import {
  HEADER_STRIDE,
  NONE,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_KEY,
  RECORD_KEY_LENGTH,
  RECORD_OFFSET,
  RECORD_PARTITION,
  RECORD_STRIDE,
  RECORD_TIMESTAMP,
  RECORD_TOPIC,
  RECORD_VALUE,
  RECORD_VALUE_LENGTH,
  wholeAt,
} from "../../kafka/layout.ts";
import { CODE, HASH, PATH, SEALED, SOURCE } from "../../kafka/notes.ts";
import { Outgoing } from "../../kafka/outgoing.ts";
import type { Seal } from "../../kafka/seal.ts";
import { type Issue, issueOf } from "../../kit/errors.ts";
import type { FrameOrigins, Frames } from "../frame-scan.ts";
import { FramedResult } from "../framed-result.ts";
import { GrowingBytes } from "../growing-bytes.ts";
import type { StageTimes } from "../masker.ts";
import { RecordPlaces } from "../recorder.ts";
import type { ViewOutput, ViewsMasker } from "../views-masker.ts";
import { KeptRecords } from "./kept.ts";
import type { PartMasker } from "./part-masker.ts";
import type { Part, TopicPlan } from "./plan.ts";

/** A record that does not go out. Facts and digests, never a value. */
export interface RefusedRecord {
  readonly topic: string;
  readonly partition: number;
  /** In the partition. */
  readonly offset: number;
  readonly issue: Issue;
  readonly format: string;
  readonly path: string;
  /** In the value, bytes. */
  readonly faultOffset: number;
  readonly faultLength: number;
  /** Of the value, bytes. */
  readonly length: number;
  readonly hash: string;
  /** Where the value is in the batch's bytes, while they are there. */
  readonly at: number;
}

export interface BatchParts {
  readonly parts: PartMasker;
  keyedHash(bytes: Uint8Array): string;
  /** Index of the topic of refused records; undefined: they are told, and written nowhere. */
  readonly refusedTopic: number | undefined;
  /** What is written of one: JSON. */
  refusedValue(refused: RefusedRecord): Uint8Array;
  /** How values of refused records go along; undefined: they do not. */
  readonly seal?: ValueSeal | undefined;
  /** The first refused record ends the batch. */
  readonly stops: boolean;
  /** By route: whether its records go to files, too. Default: none do. */
  readonly keeps?: readonly boolean[] | undefined;
}

export interface ValueSeal {
  readonly seal: Seal;
  /** Largest batch of records that the topic of refused records takes, bytes. */
  readonly bytesMax: number;
  /** Whether the value can hold nothing that must not be kept even encrypted. */
  mayHold(refused: RefusedRecord, value: Uint8Array): boolean;
}

/** What a batch came to. */
export interface MaskedBatch {
  /** Records that were taken: less than the batch has, if a refused one ended it. */
  readonly taken: number;
  readonly refused: readonly RefusedRecord[];
  readonly tombstones: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const KEY_UNCOVERED = 2501;
const TOO_LARGE = 2502;
const KEY_MISSING = 2504;
/** No message of a value is at fault, but its key or a header. */
const NO_FORMAT = "kafka";
/** Bytes of a batch of one record besides what is the record's own, and of each header: never less than Kafka's own. */
const RECORD_OVERHEAD_BYTES = 96;
const HEADER_OVERHEAD_BYTES = 10;
const BUFFER_BYTES = 1024 * 1024;

/** Masks batches for all readers of a pipeline: values together, all else of a record reader by reader. */
export class BatchMaskers {
  readonly #masker: ViewsMasker;
  readonly #views: readonly BatchMasker[];
  readonly #values = new BatchValues();

  /** @param views in the order of the masker's */
  constructor(masker: ViewsMasker, views: readonly BatchMasker[]) {
    this.#masker = masker;
    this.#views = views;
  }

  /** @param plans by reader, and by topic of the batch */
  mask(batch: RecordBatch, plans: readonly (readonly TopicPlan[])[]): readonly MaskedBatch[] {
    const values = this.#values;
    values.place(batch, plans[0] ?? []);
    this.#masker.mask(
      values,
      this.#views.map((view) => view.begin()),
    );
    return this.#views.map((view, i) => view.finish(batch, values, plans[i] ?? []));
  }

  get times(): StageTimes {
    return this.#masker.times;
  }

  take(): ReturnType<ViewsMasker["take"]> {
    return this.#masker.take();
  }

  close(): void {
    this.#masker.close();
  }
}

/** Where the values of a batch are, and where they come from. */
class BatchValues implements Frames {
  input: Uint8Array = new Uint8Array(0);
  bounds = new Uint32Array(0);
  count = 0;
  origins: FrameOrigins & { readonly sources: Uint32Array[] } = { offsets: new Float64Array(0), sources: [] };
  /** By row: place of its value among them, plus 1; 0 for a tombstone. */
  frames = new Uint32Array(0);
  /** By topic and partition. */
  readonly #sources = new Map<string, Uint32Array>();

  /** @param plans by topic of the batch, of any reader */
  place({ bytes, records, count }: RecordBatch, plans: readonly TopicPlan[]): void {
    if (count > this.frames.length) {
      this.frames = new Uint32Array(count);
      this.bounds = new Uint32Array(2 * count);
      this.origins = { offsets: new Float64Array(count), sources: [] };
    }
    this.input = bytes;
    let values = 0;
    for (let row = 0; row < count; row++) {
      const at = row * RECORD_STRIDE;
      const length = records[at + RECORD_VALUE_LENGTH] as number;
      if (length === NONE) {
        this.frames[row] = 0;
        continue;
      }
      const start = records[at + RECORD_VALUE] as number;
      this.bounds[2 * values] = start;
      this.bounds[2 * values + 1] = start + length;
      const { topic } = plans[records[at + RECORD_TOPIC] as number] as TopicPlan;
      this.origins.offsets[values] = wholeAt(records, at + RECORD_OFFSET);
      this.origins.sources[values] = this.#sourceOf(topic, records[at + RECORD_PARTITION] as number);
      this.frames[row] = ++values;
    }
    this.count = values;
  }

  #sourceOf(topic: string, partition: number): Uint32Array {
    const key = `${topic}/${partition}`;
    const known = this.#sources.get(key) ?? sourceWords(key);
    this.#sources.set(key, known);
    return known;
  }
}

/** What a batch becomes for one reader. */
export class BatchMasker {
  readonly #parts: BatchParts;
  readonly #bytes = new GrowingBytes(BUFFER_BYTES);
  readonly #outgoing = new Outgoing();
  readonly #result: FramedResult;
  readonly #kept = new KeptRecords();
  /** By row, of the batch at hand: place of its value among those that were masked, plus 1; 0 for a tombstone. */
  #frames = new Uint32Array(0);
  /** By row: number of its key among the parts, plus 1. */
  #keys = new Uint32Array(0);
  /** By row of a header: number among the parts, plus 1. */
  #headers = new Uint32Array(0);
  readonly #places = new RecordPlaces();

  constructor(parts: BatchParts) {
    this.#parts = parts;
    this.#result = new FramedResult(parts.keeps?.includes(true) === true ? this.#kept.messages : undefined);
  }

  /** Bytes and rows for the writer, until the next batch. */
  get bytes(): Uint8Array {
    return this.#bytes.bytes;
  }

  get outgoing(): Outgoing {
    return this.#outgoing;
  }

  /** Where the records of the batch went. */
  get places(): RecordPlaces {
    return this.#places;
  }

  /** Records for files, over the same bytes. */
  get kept(): KeptRecords {
    return this.#kept;
  }

  /** Begins a batch: where its masked values go. */
  begin(): ViewOutput {
    this.#bytes.used = 0;
    this.#outgoing.clear();
    this.#kept.clear();
    return { output: this.#bytes, result: this.#result };
  }

  /**
   * Its values are masked: the rest of its records follows.
   * @param plans by topic of the batch
   */
  finish(batch: RecordBatch, { frames }: Pick<BatchValues, "frames">, plans: readonly TopicPlan[]): MaskedBatch {
    this.#frames = frames;
    this.#reserve(batch);
    this.#maskParts(batch, plans);
    return this.#assemble(batch, plans);
  }

  #reserve({ count, headers }: RecordBatch): void {
    if (count > this.#keys.length) {
      this.#keys = new Uint32Array(count);
      this.#places.reserve(count);
    }
    if (headers.length / HEADER_STRIDE > this.#headers.length) this.#headers = new Uint32Array(headers.length / HEADER_STRIDE);
  }

  #maskParts({ bytes, records, headers, count }: RecordBatch, plans: readonly TopicPlan[]): void {
    const { parts } = this.#parts;
    parts.begin(bytes);
    for (let row = 0; row < count; row++) {
      const at = row * RECORD_STRIDE;
      const plan = plans[records[at + RECORD_TOPIC] as number] as TopicPlan;
      const keyLength = records[at + RECORD_KEY_LENGTH] as number;
      this.#keys[row] = 0;
      if (plan.key?.kind === "mask" && keyLength !== NONE) {
        const start = records[at + RECORD_KEY] as number;
        this.#keys[row] = parts.add(plan.key.operation, start, start + keyLength) + 1;
      }
      if (plan.headers.size === 0) continue;
      const first = records[at + RECORD_FIRST_HEADER] as number;
      for (let header = first; header < first + (records[at + RECORD_HEADER_COUNT] as number); header++) {
        const part = partOf(plan, bytes, headers, header);
        this.#headers[header] = 0;
        const length = headers[header * HEADER_STRIDE + 3] as number;
        if (part?.kind !== "mask" || length === NONE) continue;
        const start = headers[header * HEADER_STRIDE + 2] as number;
        this.#headers[header] = parts.add(part.operation, start, start + length) + 1;
      }
    }
    parts.mask(this.#bytes);
  }

  #assemble(batch: RecordBatch, plans: readonly TopicPlan[]): MaskedBatch {
    const { records, count } = batch;
    const refused: RefusedRecord[] = [];
    const sourceName = this.#bytes.append(SOURCE);
    let tombstones = 0;
    let bytesIn = 0;
    let bytesOut = 0;
    let row = 0;
    for (; row < count; row++) {
      const at = row * RECORD_STRIDE;
      const plan = plans[records[at + RECORD_TOPIC] as number] as TopicPlan;
      const valueLength = records[at + RECORD_VALUE_LENGTH] as number;
      if (valueLength !== NONE) bytesIn += valueLength;
      const first = this.#outgoing.count;
      const fault = this.#faultOf(batch, row, plan) ?? this.#write(batch, row, plan, sourceName);
      if (typeof fault === "number") {
        this.#placed(row, first);
        if (valueLength === NONE) tombstones++;
        else this.#keep(records, at, (this.#frames[row] as number) - 1);
        bytesOut += fault;
        continue;
      }
      this.#places.counts[row] = NONE;
      refused.push(this.#refusedOf(batch, row, plan, fault));
      if (this.#parts.stops) {
        row++;
        break;
      }
    }
    return { taken: row, refused, tombstones, bytesIn, bytesOut };
  }

  #placed(row: number, first: number): void {
    const frame = (this.#frames[row] as number) - 1;
    const { firsts, counts, values, lengths } = this.#places;
    firsts[row] = first;
    counts[row] = this.#outgoing.count - first;
    values[row] = frame < 0 ? 0 : (this.#result.starts[frame] as number);
    lengths[row] = frame < 0 ? NONE : (this.#result.ends[frame] as number) - (values[row] as number);
  }

  /** Adds a note of each refused record of the batch that was masked: where it is and why, and what it holds at most sealed. */
  async refuse(batch: RecordBatch, refused: readonly RefusedRecord[]): Promise<void> {
    const { refusedTopic, refusedValue } = this.#parts;
    if (refusedTopic === undefined) return;
    for (const one of refused) {
      const { topic, partition, offset, issue, path, hash } = one;
      const value = refusedValue(one);
      const texts = [`${topic}/${partition}/${offset}`, issue.code, path, hash].map((text) => new TextEncoder().encode(text));
      const headers = REFUSED_HEADERS.map((name, at): Header => [name, texts[at] as Uint8Array]);
      const size = headers.reduce((sum, [name, text]) => sum + HEADER_OVERHEAD_BYTES + name.length + text.length, value.length);
      const room = size + RECORD_OVERHEAD_BYTES + HEADER_OVERHEAD_BYTES + SEALED.length;
      const sealed = await this.#sealed(batch, one, room);
      this.append(refusedTopic, value, sealed === undefined ? headers : [...headers, [SEALED, sealed]]);
    }
  }

  /** Adds a record without a key to those of the batch. */
  append(topic: number, value: Uint8Array, headers: readonly Header[]): void {
    const out = this.#bytes;
    this.#outgoing.add(topic, 0, 0, NONE, out.append(value), value.length);
    for (const [name, text] of headers) this.#outgoing.header(out.append(name), name.length, out.append(text), text.length);
  }

  #keep(records: Uint32Array, at: number, frame: number): void {
    const route = this.#result.routes[frame] as number;
    if (this.#parts.keeps?.[route] !== true) return;
    const [topic, partition] = [records[at + RECORD_TOPIC] as number, records[at + RECORD_PARTITION] as number];
    this.#kept.add(frame, topic, partition, wholeAt(records, at + RECORD_OFFSET), route);
  }

  /** Why a record cannot go out; undefined if it can. */
  #faultOf({ bytes, records, headers }: RecordBatch, row: number, plan: TopicPlan): Fault | undefined {
    const { parts } = this.#parts;
    const at = row * RECORD_STRIDE;
    const frame = (this.#frames[row] as number) - 1;
    if (frame >= 0 && this.#result.issues[frame] !== 0) {
      const found = this.#result.faults.get(frame);
      return {
        issue: this.#result.issues[frame] as number,
        format: found?.format ?? "",
        path: found?.path ?? "",
        offset: found?.offset ?? 0,
        length: found?.length ?? 0,
      };
    }
    if (records[at + RECORD_KEY_LENGTH] !== NONE && plan.key === undefined) return faultAt(KEY_UNCOVERED, "key");
    const key = (this.#keys[row] as number) - 1;
    if (key >= 0 && parts.issue(key) !== 0) return faultAt(parts.issue(key), "key");
    if (plan.headers.size === 0) return undefined;
    const first = records[at + RECORD_FIRST_HEADER] as number;
    for (let header = first; header < first + (records[at + RECORD_HEADER_COUNT] as number); header++) {
      const part = (this.#headers[header] as number) - 1;
      // The name is one of the pipeline's own.
      if (part >= 0 && parts.issue(part) !== 0) return faultAt(parts.issue(part), `headers.${nameOf(bytes, headers, header)}`);
    }
    return undefined;
  }

  /** Adds a record to the outgoing ones. Returns its bytes, or why it cannot be written. */
  #write(batch: RecordBatch, row: number, plan: TopicPlan, sourceName: number): number | Fault {
    const { bytes: input, records, headers } = batch;
    const out = this.#bytes;
    const at = row * RECORD_STRIDE;
    const frame = (this.#frames[row] as number) - 1;
    const targets = frame < 0 ? plan.all : (plan.targets[this.#result.routes[frame] as number] ?? []);
    const [target] = targets;
    // It goes to files alone, or nowhere.
    if (target === undefined) return frame < 0 ? 0 : (this.#result.ends[frame] as number) - (this.#result.starts[frame] as number);
    let key = 0;
    let keyLength = NONE;
    const masked = (this.#keys[row] as number) - 1;
    if (masked >= 0) {
      key = this.#parts.parts.start(masked);
      keyLength = this.#parts.parts.end(masked) - key;
    } else if (plan.key?.kind === "keep" && records[at + RECORD_KEY_LENGTH] !== NONE) {
      const start = records[at + RECORD_KEY] as number;
      keyLength = records[at + RECORD_KEY_LENGTH] as number;
      key = out.append(input.subarray(start, start + keyLength));
    }
    if (keyLength === NONE && targets.some(({ isCompacted }) => isCompacted)) return faultAt(KEY_MISSING, "key");
    const value = frame < 0 ? 0 : (this.#result.starts[frame] as number);
    const valueLength = frame < 0 ? NONE : (this.#result.ends[frame] as number) - value;
    const timestamp = plan.keepsTimestamp ? Math.max(0, wholeAt(records, at + RECORD_TIMESTAMP)) : 0;
    const { headerCount } = this.#outgoing;
    const first = this.#outgoing.add(target.index, timestamp, key, keyLength, value, valueLength);
    let size = RECORD_OVERHEAD_BYTES + (keyLength === NONE ? 0 : keyLength) + (valueLength === NONE ? 0 : valueLength);
    if (plan.sourceHeader) {
      const from = out.append(plan.prefix);
      appendNumber(out, records[at + RECORD_PARTITION] as number);
      out.reserve(1);
      out.bytes[out.used++] = SLASH;
      appendNumber(out, wholeAt(records, at + RECORD_OFFSET));
      this.#outgoing.header(sourceName, SOURCE.length, from, out.used - from);
      size += HEADER_OVERHEAD_BYTES + SOURCE.length + out.used - from;
    }
    if (plan.headers.size > 0) {
      const from = records[at + RECORD_FIRST_HEADER] as number;
      for (let header = from; header < from + (records[at + RECORD_HEADER_COUNT] as number); header++)
        size += this.#writeHeader(input, headers, header, plan);
    }
    for (const { bytesMax } of targets) {
      if (size <= bytesMax) continue;
      // Nobody gets it: it is in no topic that takes more, and out of those that take less.
      this.#outgoing.count = first;
      this.#outgoing.headerCount = headerCount;
      return faultAt(TOO_LARGE, "");
    }
    for (const other of targets.slice(1)) this.#outgoing.repeat(other.index);
    return valueLength === NONE ? 0 : valueLength;
  }

  /** Returns the bytes that it adds. */
  #writeHeader(input: Uint8Array, headers: Uint32Array, header: number, plan: TopicPlan): number {
    const part = partOf(plan, input, headers, header);
    if (part === undefined || part.kind === "drop") return 0;
    const out = this.#bytes;
    const at = header * HEADER_STRIDE;
    const nameLength = headers[at + 1] as number;
    const name = out.append(input.subarray(headers[at] as number, (headers[at] as number) + nameLength));
    let value = 0;
    let length = headers[at + 3] as number;
    const masked = (this.#headers[header] as number) - 1;
    if (masked >= 0) {
      value = this.#parts.parts.start(masked);
      length = this.#parts.parts.end(masked) - value;
    } else if (length !== NONE) value = out.append(input.subarray(headers[at + 2] as number, (headers[at + 2] as number) + length));
    this.#outgoing.header(name, nameLength, value, length);
    return HEADER_OVERHEAD_BYTES + nameLength + (length === NONE ? 0 : length);
  }

  #refusedOf({ bytes, records }: RecordBatch, row: number, { topic }: TopicPlan, fault: Fault): RefusedRecord {
    const at = row * RECORD_STRIDE;
    const start = records[at + RECORD_VALUE] as number;
    const length = records[at + RECORD_VALUE_LENGTH] === NONE ? 0 : (records[at + RECORD_VALUE_LENGTH] as number);
    return {
      topic,
      partition: records[at + RECORD_PARTITION] as number,
      offset: wholeAt(records, at + RECORD_OFFSET),
      issue: issueOf(fault.issue),
      format: fault.format,
      path: fault.path,
      faultOffset: fault.offset,
      faultLength: fault.length,
      length,
      hash: this.#parts.keyedHash(bytes.subarray(start, start + length)),
      at: start,
    };
  }

  /** What goes along of a value: sealed, or nothing. */
  async #sealed({ bytes }: RecordBatch, refused: RefusedRecord, room: number): Promise<Uint8Array | undefined> {
    const { seal } = this.#parts;
    const value = bytes.subarray(refused.at, refused.at + refused.length);
    if (seal === undefined || value.length === 0 || !seal.mayHold(refused, value)) return undefined;
    const sealed = await seal.seal(value);
    return sealed.length + room > seal.bytesMax ? undefined : sealed;
  }
}

interface Fault {
  readonly issue: number;
  readonly format: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

const faultAt = (issue: number, path: string): Fault => ({ issue, format: NO_FORMAT, path, offset: 0, length: 0 });

/** Name and value. */
export type Header = readonly [name: Uint8Array, value: Uint8Array];

/** Names of the headers of refused records, in the order of their values. */
const REFUSED_HEADERS = [SOURCE, CODE, PATH, HASH];

function partOf({ headers: rules }: TopicPlan, bytes: Uint8Array, headers: Uint32Array, header: number): Part | undefined {
  return rules.get(nameOf(bytes, headers, header));
}

/** As Latin-1: byte by byte. */
function nameOf(bytes: Uint8Array, headers: Uint32Array, header: number): string {
  const start = headers[header * HEADER_STRIDE] as number;
  const end = start + (headers[header * HEADER_STRIDE + 1] as number);
  let name = "";
  for (let at = start; at < end; at++) name += String.fromCharCode(bytes[at] as number);
  return name;
}

/** Names a source in four words; no topic's name has a slash. */
function sourceWords(source: string): Uint32Array {
  const digest = createHash("sha256").update(source).digest();
  return Uint32Array.from({ length: 4 }, (_, word) => digest.readUInt32BE(4 * word));
}

const SLASH = 0x2f;
const ZERO = 0x30;
const DIGITS_MAX = 20;

/** Appends a whole number in decimal digits. */
function appendNumber(out: GrowingBytes, number: number): void {
  out.reserve(DIGITS_MAX);
  let digits = 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  let rest = number;
  for (let at = out.used + digits - 1; at >= out.used; at--) {
    const next = Math.floor(rest / 10);
    out.bytes[at] = ZERO + (rest - 10 * next);
    rest = next;
  }
  out.used += digits;
}
