/**
 * Masks with several threads what one would mask, with the same output, refusals, positions and counts for every number of them.
 *
 * How it is built
 *  - The stream is cut into pieces where a record seems to begin (boundaries.ts), and each piece goes to a worker (piece.ts) together
 *    with some bytes behind it, which tell where its last record ends.
 *  - A cut is a guess, and is never believed. Results are taken in order, and a piece's only if the piece before it ended, record by
 *    record, exactly where this one begins. What a masker makes of a record depends on nothing but the record, so by induction from the
 *    first piece on what is taken is what one masker would have given out.
 *  - A piece that began elsewhere is thrown away unseen. A masker in this thread goes on from the last place that is known, through as
 *    many pieces as it takes to come to the beginning of one; from there on workers' results are taken again. The same masker takes what
 *    cannot be cut (records larger than a piece), what trickles in, and pieces in which a worker met an error: it meets it again, in
 *    its place.
 *
 * Memory: pieces in flight are at most `PIECES_PER_WORKER` for each worker, and each has at most `PIECE_BYTES_MAX` (with lengths in
 * front: the largest record).
 */
import { type BautaError, issueOf } from "../kit/errors.ts";
import {
  CUTS_WRONG_MAX,
  PIECE_AHEAD_BYTES,
  PIECE_BYTES,
  PIECE_BYTES_MAX,
  PIECE_WAIT_MS,
  PIECES_PER_WORKER,
  RECORD_BYTES_MAX,
} from "../kit/limits.ts";
import { Delivery } from "../record/delivery.ts";
import { type Boundaries, boundariesOf, NO_MORE } from "./boundaries.ts";
import { type FrameMode, isSeparator } from "./frame.ts";
import {
  type Counts,
  type Masker,
  type RecordMasker,
  reconcile,
  SOURCE_START,
  type SourcePoint,
  type StageTimes,
  type Stopped,
} from "./masker.ts";
import type { Outlet } from "./outlet.ts";
import type { PieceResult, PieceRows, PieceTask } from "./piece.ts";
import { Totals } from "./totals.ts";
import type { FieldCount } from "./value-counts.ts";

/** A thread that masks pieces one after the other. */
export interface PieceWorker {
  mask(task: PieceTask): void;
  /** Ends the thread when it has finished the piece under way; those that wait are dropped. Its keys are overwritten. */
  close(): Promise<void>;
}

export interface PieceWorkerEvents {
  done(result: PieceResult): void;
  /** The worker cannot go on, and is none any more. */
  failed(error: BautaError): void;
}

export interface ParallelParts {
  readonly workers: number;
  readonly frame: FrameMode;
  /** A masker of this thread. */
  readonly openMasker: () => Masker;
  readonly openWorker: (events: PieceWorkerEvents) => PieceWorker;
  /** Index in this thread's plan of an operation of a worker's. */
  readonly adopt: (operation: unknown) => number;
  /** Default PIECE_BYTES. Output does not depend on it. */
  readonly pieceBytes?: number | undefined;
  /** Default: those of the frame mode. Output does not depend on them: they may guess wrong. */
  readonly boundaries?: Boundaries | undefined;
}

/** What a worker's numbers stand for. */
interface WorkerNames {
  readonly operations: unknown[];
  /** By the worker's number; those that were taken. */
  readonly adopted: number[];
  readonly messages: string[];
  readonly fields: FieldCount[];
}

/** A piece on its way. */
interface Piece {
  readonly memory: Memory;
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
  /** Bytes in the memory: the piece, and what is behind it. */
  readonly length: number;
  readonly last: boolean;
  /** −1: none; this thread masks it. */
  readonly worker: number;
  result: PieceResult | undefined;
  /** For the numbers in the result. */
  names: WorkerNames;
  /** Its result is of no use any more. */
  dropped: boolean;
}

export class ParallelMasker implements RecordMasker {
  readonly #parts: ParallelParts;
  readonly #boundaries: Boundaries;
  readonly #pieceBytes: number;
  readonly #pieceBytesMax: number;
  readonly #aheadBytes: number;
  readonly #totals = new Totals();
  readonly #outByWorker: number[];
  readonly #delivery = new Delivery();
  readonly #workers: PieceWorker[] = [];
  /** Pieces that each worker has. */
  readonly #loads: number[] = [];
  /** Pieces by number whose results are to come. */
  readonly #sent = new Map<number, Piece>();
  readonly #queue: Piece[] = [];
  readonly #free: Memory[] = [];
  readonly #spares: ArrayBuffer[] = [];
  #sequence = 0;
  #failure: BautaError | undefined;
  #wake: (() => void) | undefined;

  /** Bytes that are in no piece yet. */
  #filling: Memory;
  #filled = 0;
  /** Offset of the first of them in the source. */
  #start = 0;
  /** A record begins there, as far as one can tell. */
  #aligned = true;
  /** They were looked at since the last came, and nothing can be done before there are more. */
  #idle = true;
  /** Bytes of this source. */
  #received = 0;
  #learned = false;

  /** Where the source was begun. */
  #begin: SourcePoint = SOURCE_START;
  /** What was given out. */
  #point: SourcePoint = SOURCE_START;
  #bytesIn = 0;
  /** There from the beginning, so that the plan has what any masker's has before the first record. */
  readonly #masker: Masker;
  /** The masker of this thread is at work: it has what stands between `#point` and `#fed`. */
  #inOrder = false;
  #fed = 0;
  #cutsWrong = 0;
  #behindRefused = 0;
  #stopped: Stopped = undefined;
  #outlet: Outlet | undefined;
  /** The one that is handed out, and a copy of its bytes once somebody asked for them. */
  #piece: Piece | undefined;
  #input: Uint8Array | undefined;

  constructor(parts: ParallelParts) {
    this.#parts = parts;
    this.#outByWorker = new Array<number>(parts.workers + 1).fill(0);
    // What is shared between threads is nothing for native code, nor for whoever keeps what they are handed: they get a copy. Most want none.
    Object.defineProperty(this.#delivery, "input", { get: () => this.#inputOfPiece() });
    this.#masker = parts.openMasker();
    this.#boundaries = parts.boundaries ?? boundariesOf(parts.frame);
    this.#pieceBytes = parts.pieceBytes ?? PIECE_BYTES;
    // In front of a frame stands how long it is: no piece is too large that is one.
    this.#pieceBytesMax = parts.frame === "length" ? RECORD_BYTES_MAX : PIECE_BYTES_MAX * (this.#pieceBytes / PIECE_BYTES);
    this.#aheadBytes = this.#pieceBytes < 2 * PIECE_AHEAD_BYTES ? this.#pieceBytes >> 1 : PIECE_AHEAD_BYTES;
    this.#filling = this.#memory();
  }

  get counts(): Counts {
    return this.#totals.counts(this.#bytesIn);
  }

  get outByWorker(): readonly number[] {
    return this.#outByWorker;
  }

  get recordsIn(): number {
    return this.#totals.recordsIn;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  get times(): StageTimes {
    return this.#totals.times;
  }

  get position(): SourcePoint {
    return this.#inOrder ? this.#inOrderPosition : this.#point;
  }

  messageName(index: number): string {
    return this.#totals.messageName(index);
  }

  fieldCounts(): readonly FieldCount[] {
    return this.#totals.fieldCounts();
  }

  get stopped(): Stopped {
    return this.#stopped;
  }

  beginSource(at: SourcePoint = SOURCE_START): void {
    this.#drop();
    this.#filled = 0;
    this.#start = at.offset;
    this.#begin = at;
    this.#aligned = true;
    this.#idle = true;
    this.#received = at.offset;
    this.#learned = false;
    this.#point = at;
    this.#inOrder = false;
    this.#cutsWrong = 0;
    this.#stopped = undefined;
  }

  async push(chunk: Uint8Array, outlet: Outlet): Promise<void> {
    this.#outlet = outlet;
    this.#require();
    if (this.#stopped !== undefined) return;
    if (chunk.length === 0 && this.#queue.length === 0) this.#cutAll();
    for (let at = 0; at < chunk.length && this.#stopped === undefined; at += this.#pieceBytes) {
      const bytes = chunk.subarray(at, at + this.#pieceBytes);
      this.#bytesIn += bytes.length;
      this.#fill(bytes);
      this.#advance();
      await this.#below(PIECES_PER_WORKER * this.#parts.workers);
    }
    this.#advance();
  }

  async end(outlet: Outlet): Promise<void> {
    this.#outlet = outlet;
    this.#require();
    if (this.#stopped !== undefined) return;
    const worth = this.#aligned && this.#queue.length > 0 && this.#filled > 0;
    this.#cut(this.#filled, { toWorker: worth, last: true });
    this.#advance();
    await this.#below(1);
  }

  ready(): Promise<void> | undefined {
    if (this.#failure !== undefined || this.#queue[0]?.result !== undefined) return Promise.resolve();
    if (this.#queue.length > 0) return this.#arrival();
    return this.#idle ? undefined : new Promise((resume) => setTimeout(resume, PIECE_WAIT_MS));
  }

  async close(): Promise<void> {
    this.#drop();
    for (const worker of this.#workers) await worker.close();
    this.#masker.close();
    // Clear text does not outlive its use longer than it must.
    for (const memory of [...this.#free, this.#filling, ...[...this.#sent.values()].map((piece) => piece.memory)]) memory.bytes.fill(0);
  }

  reconcile(): void {
    reconcile(this.counts);
  }

  // ── Cutting ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #fill(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#filling.bytes.length) {
      const larger = new Memory(2 * (this.#filled + bytes.length));
      larger.bytes.set(this.#filling.bytes.subarray(0, this.#filled));
      this.#recycle(this.#filling);
      this.#filling = larger;
    }
    this.#filling.bytes.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#received += bytes.length;
    this.#idle = false;
    if (this.#filled >= this.#pieceBytes) this.#cutWhereLikely();
  }

  #cutWhereLikely(): void {
    const { bytes } = this.#filling;
    if (!this.#learned) this.#boundaries.learn(bytes, 0, this.#filled);
    this.#learned = true;
    if (this.#cutsWrong >= CUTS_WRONG_MAX) return this.#cutAll();
    const limit = this.#filled - (this.#parts.frame === "auto" ? this.#aheadBytes : 0);
    if (!this.#aligned) {
      const at = this.#boundaries.first(bytes, 0, limit);
      return at > 0 ? this.#cut(at, { toWorker: false, aligned: true }) : this.#cutAll();
    }
    const at = this.#boundaries.last(bytes, 0, limit);
    if (at > 0) this.#cut(at, { toWorker: true, aligned: true });
    else if (at === NO_MORE || this.#filled >= this.#pieceBytesMax) this.#cutAll();
  }

  /** Makes a piece for this thread of all that is there. Where records have lengths in front, of those that are whole. */
  #cutAll(): void {
    this.#idle = true;
    if (this.#filled === 0) return;
    const whole = this.#parts.frame === "length" ? this.#boundaries.last(this.#filling.bytes, 0, this.#filled) : NO_MORE;
    if (whole > 0) this.#cut(whole, { toWorker: false, aligned: true });
    else if (whole === NO_MORE) this.#cut(this.#filled, { toWorker: false });
    this.#idle = true;
  }

  #cut(at: number, { toWorker, aligned = false, last = false }: { toWorker: boolean; aligned?: boolean; last?: boolean }): void {
    const memory = this.#filling;
    const ahead = this.#filled - at < this.#aheadBytes ? this.#filled - at : this.#aheadBytes;
    const rest = memory.bytes.subarray(at, this.#filled);
    this.#filling = this.#memory();
    if (this.#filling.bytes.length < rest.length) this.#filling = new Memory(2 * rest.length);
    this.#filling.bytes.set(rest);
    const start = this.#start;
    const worker = toWorker ? this.#idlest() : -1;
    const piece: Piece = {
      memory,
      start,
      end: start + at,
      length: at + ahead,
      last,
      worker,
      result: undefined,
      names: NO_NAMES,
      dropped: false,
    };
    this.#start += at;
    this.#filled = rest.length;
    // Separators go where the record before them went, which only this thread knows.
    this.#aligned = aligned && !(this.#parts.frame === "auto" && isSeparator(rest[0] ?? 0));
    this.#queue.push(piece);
    if (worker >= 0) this.#send(piece);
  }

  // ── Workers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The worker that has least to do; one that is not there yet has nothing. */
  #idlest(): number {
    let idlest = 0;
    for (let i = 1; i < this.#parts.workers; i++) if ((this.#loads[i] ?? 0) < (this.#loads[idlest] ?? 0)) idlest = i;
    return idlest;
  }

  #send(piece: Piece): void {
    const { memory, start, end, length, last, worker } = piece;
    while (this.#workers.length <= worker) this.#openWorker();
    const sequence = this.#sequence++;
    this.#sent.set(sequence, piece);
    this.#loads[worker] = (this.#loads[worker] as number) + 1;
    (this.#workers[worker] as PieceWorker).mask({
      sequence,
      memory: memory.shared,
      length,
      start: start === this.#begin.offset ? this.#begin : { records: 1, offset: start, lastRefused: false },
      end,
      last,
      spare: this.#spares.pop(),
    });
  }

  #openWorker(): void {
    let names = noNames();
    this.#loads.push(0);
    this.#workers.push(
      this.#parts.openWorker({
        done: (result) => {
          // A worker that met an error has begun anew; what it told before is for the results before.
          if (!result.failed && result.operationNames.from < names.operations.length) names = noNames();
          if (!result.failed) learnNames(names, result);
          const piece = this.#sent.get(result.sequence);
          if (piece === undefined) return;
          this.#sent.delete(result.sequence);
          this.#loads[piece.worker] = (this.#loads[piece.worker] as number) - 1;
          piece.result = result;
          piece.names = names;
          if (piece.dropped) this.#release(piece);
          this.#wakeUp();
        },
        failed: (error) => {
          this.#failure ??= error;
          this.#wakeUp();
        },
      }),
    );
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #arrival(): Promise<void> {
    return new Promise((resume) => {
      this.#wake = resume;
    });
  }

  /** Waits until fewer pieces are on their way, and gives out what comes. */
  async #below(count: number): Promise<void> {
    while (this.#stopped === undefined && this.#queue.length >= count) {
      if (this.#queue[0]?.result === undefined) await this.#arrival();
      this.#require();
      this.#advance();
    }
  }

  #require(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  // ── Taking ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Gives out what can be given out. */
  #advance(): void {
    while (this.#stopped === undefined) {
      const piece = this.#queue[0];
      if (piece === undefined) return;
      if (this.#inOrder && piece.worker >= 0 && this.#inOrderPosition.offset === piece.start) {
        this.#point = this.#inOrderPosition;
        this.#inOrder = false;
      }
      if (!this.#inOrder && piece.worker >= 0) {
        if (piece.result === undefined) return;
        this.#take(piece, piece.result);
      } else {
        if (!this.#inOrder) this.#goInOrder();
        this.#feed(piece);
      }
      this.#queue.shift();
      this.#dropOne(piece);
    }
    this.#drop();
  }

  /** The piece begins at `#point`. */
  #take(piece: Piece, result: PieceResult): void {
    if (result.failed) {
      this.#goInOrder();
      return this.#feed(piece);
    }
    this.#handOut(piece, result);
    const { records, offset, lastRefused } = result;
    this.#point = { records: this.#point.records + records, offset, lastRefused: records > 0 ? lastRefused : this.#point.lastRefused };
    if (result.stopped !== undefined) return this.#stop(result.stopped);
    if (piece.last) return;
    if (offset === piece.end) {
      this.#cutsWrong = 0;
      return;
    }
    this.#cutsWrong++;
    if (offset < piece.end) this.#boundaries.learn(piece.memory.bytes, offset - piece.start, piece.length);
    this.#goInOrder();
    this.#feed(piece);
  }

  /** From `#point` on, in this thread. */
  #goInOrder(): void {
    this.#masker.beginSource(this.#point);
    this.#inOrder = true;
    this.#fed = this.#point.offset;
  }

  #feed({ memory, start, end, length, last }: Piece): void {
    const masker = this.#masker;
    const from = this.#fed > start ? this.#fed - start : 0;
    if (from < length) {
      masker.push(memory.bytes.subarray(from, length), this.#out, last ? undefined : end);
      this.#fed = start + length;
    }
    if (last) masker.end(this.#out);
    const { counts, cells, times } = masker.take();
    this.#totals.add(counts, times);
    this.#wentOut(0, counts.out);
    for (const cell of cells) this.#totals.addField(masker.describe(cell), cell.count);
    if (masker.stopped !== undefined) this.#stop(masker.stopped);
  }

  get #inOrderPosition(): SourcePoint {
    return this.#masker.position;
  }

  #handOut(piece: Piece, result: PieceResult): void {
    const { memory, start, names } = piece;
    const output = new Uint8Array(result.output);
    this.#piece = piece;
    this.#input = undefined;
    for (const event of result.events) {
      switch (event.kind) {
        case "records":
          this.#outlet?.records(this.#deliveryOf(event.rows, output.subarray(event.start, event.end), names));
          break;
        case "separators":
          this.#outlet?.separators(output.subarray(event.start, event.end));
          break;
        case "refused": {
          const { refusal } = event;
          const at = refusal.offset - start;
          const bytes = new Uint8Array(memory.bytes.subarray(at, at + refusal.length));
          const record = this.#point.records + refusal.record;
          this.#behindRefused = refusal.offset + refusal.length;
          this.#outlet?.refused({ ...refusal, record, issue: issueOf(refusal.issue), bytes });
          break;
        }
        default:
          event satisfies never;
      }
    }
    this.#totals.add(result.counts, result.times);
    this.#wentOut(piece.worker + 1, result.counts.out);
    const { from, names: operations } = result.operationNames;
    while (names.adopted.length < from + operations.length) names.adopted.push(this.#parts.adopt(names.operations[names.adopted.length]));
    for (let i = 0; i < result.fields.length; i += 2) {
      const field = names.fields[result.fields[i] as number] as FieldCount;
      this.#totals.addField({ ...field, operation: names.adopted[field.operation] as number }, result.fields[i + 1] as number);
    }
  }

  #wentOut(worker: number, records: number): void {
    this.#outByWorker[worker] = (this.#outByWorker[worker] ?? 0) + records;
  }

  #inputOfPiece(): Uint8Array {
    const { memory, length } = this.#piece as Piece;
    this.#input ??= new Uint8Array(memory.bytes.subarray(0, length));
    return this.#input;
  }

  #deliveryOf(rows: PieceRows, bytes: Uint8Array, names: WorkerNames): Delivery {
    const before = this.#point.records;
    const delivery = Object.assign(this.#delivery, rows, { bytes });
    for (let row = 0; row < rows.count; row++) {
      rows.ordinals[row] = (rows.ordinals[row] as number) + before;
      rows.messages[row] = this.#totals.messageIndex(names.messages[rows.messages[row] as number] as string);
    }
    return delivery;
  }

  #stop(why: Stopped): void {
    this.#stopped = why;
    this.#bytesIn -= this.#received - this.#behindRefused;
  }

  /** What the masker of this thread hands out. */
  readonly #out: Outlet = {
    records: (delivery) => {
      const { messages, count } = delivery;
      for (let row = 0; row < count; row++) messages[row] = this.#totals.messageIndex(this.#masker.messageName(messages[row] as number));
      this.#outlet?.records(delivery);
    },
    separators: (bytes) => this.#outlet?.separators(bytes),
    refused: (refusal) => {
      this.#behindRefused = refusal.offset + refusal.length;
      this.#outlet?.refused(refusal);
    },
  };

  // ── Memory ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  #drop(): void {
    for (const piece of this.#queue.splice(0)) this.#dropOne(piece);
  }

  #dropOne(piece: Piece): void {
    piece.dropped = true;
    if (piece.worker < 0 || piece.result !== undefined) this.#release(piece);
  }

  /** Nobody reads the piece any more. */
  #release({ memory, result }: Piece): void {
    this.#recycle(memory);
    if (result !== undefined && this.#spares.length < this.#parts.workers * PIECES_PER_WORKER) this.#spares.push(result.output);
  }

  #memory(): Memory {
    return this.#free.pop() ?? new Memory(2 * this.#pieceBytes);
  }

  #recycle(memory: Memory): void {
    const count = this.#parts.workers * PIECES_PER_WORKER + 1;
    if (memory.bytes.length === 2 * this.#pieceBytes && this.#free.length < count) this.#free.push(memory);
    else memory.bytes.fill(0);
  }
}

const noNames = (): WorkerNames => ({ operations: [], adopted: [], messages: [], fields: [] });
const NO_NAMES = noNames();

function learnNames(known: WorkerNames, { operationNames, messageNames, fieldNames }: PieceResult): void {
  known.operations.push(...operationNames.names);
  known.messages.push(...messageNames.names);
  known.fields.push(...fieldNames.names);
}

/** Bytes that two threads see. */
class Memory {
  readonly shared: SharedArrayBuffer;
  readonly bytes: Buffer;

  constructor(size: number) {
    this.shared = new SharedArrayBuffer(size);
    this.bytes = Buffer.from(this.shared);
  }
}
