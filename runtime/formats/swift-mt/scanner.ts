/** The open format: frames a record, tells its message type, and reads its blocks into the tables. */
import { isUtf8 } from "../../platform/bytes.ts";
import { type Batch, RECORD_FLAG_LATIN1, RECORD_FLAGS, RECORD_STRIDE } from "../../record/tables.ts";
import { type AskedField, type DataClass, type OpenFormat, type Ruleset, SCAN_FRAME_ERROR, type ScanOptions } from "../api.ts";
import { readBankLines, typeOfBankLines } from "./bank-lines.ts";
import { findNumbers, readBody } from "./body.ts";
import { ACK, messageAt, typesOf } from "./catalogue.ts";
import { ascii, bytesAre, CR, isDigit, LF } from "./characters.ts";
import { packCode } from "./codes.ts";
import { BLOCK_NESTED, BLOCK_TEXT, Frame, findFrame, isAcknowledgementHeader } from "./frame.ts";
import { findTagValue, readDropped, readHeader, readTags, readTrailer } from "./headers.ts";
import type { MessageCatalogue, Structure } from "./layout.ts";
import { FINE, Reading } from "./reading.ts";

const BLOCK = 4001;
const TYPE_UNKNOWN = 4002;
const FORMAT = 4009;

/** RECORD_MESSAGE of a message whose type cannot be told, and of `MTnnn` that is not read here (1000 + nnn). */
const MESSAGE_UNKNOWN = 999;
const MESSAGE_OTHER = 1000;

const BLOCK_1 = 0x31;
const BLOCK_2 = 0x32;
const BLOCK_3 = 0x33;
const BLOCK_4 = 0x34;
const BLOCK_5 = 0x35;
const BLOCK_S = 0x53;
/** First character of block 2. */
const OUTPUT = 0x4f;
/** The order in which blocks may follow each other. */
const BLOCK_ORDER = [BLOCK_1, BLOCK_2, BLOCK_3, BLOCK_4, BLOCK_5, BLOCK_S];

const TAG_VALIDATION_FLAG = packCode(ascii("119"), 0, 3);

export class SwiftMtScanner implements OpenFormat {
  private readonly frame = new Frame();
  private readonly reading = new Reading();
  private readonly rules: Ruleset;
  /** By message type, from when it was first met. */
  private readonly operations: (Int32Array | undefined)[] = [];
  private readonly dropOperation: number;

  constructor(rules: Ruleset, options: ScanOptions) {
    this.reading.strict = options.input === "strict";
    this.dropOperation = rules.dropOperation;
    this.rules = rules;
  }

  scan(batch: Batch, start: number, limit: number, last: boolean): number {
    const { frame } = this;
    const end = findFrame(batch.input, start, limit, last, frame);
    if (end < 0) {
      if (end === SCAN_FRAME_ERROR)
        batch.faults.push({ record: batch.recordCount, issue: frame.issue, offset: frame.offset, length: 0, path: "" });
      return end;
    }
    const type = this.messageOf(batch.input);
    const record = batch.beginRecord(start, type);
    const message = messageAt(type);
    if (message === undefined) {
      batch.refuse(record, TYPE_UNKNOWN, end, start);
      return end;
    }
    const { reading } = this;
    reading.batch = batch;
    reading.input = batch.input;
    reading.operations = this.operations[type] ?? this.compile(message);
    reading.fields = message.fields;
    reading.valueFirst = batch.valueCount;
    reading.scope = 0;
    const issue = this.readRecord(message);
    if (issue !== FINE) {
      batch.refuse(record, issue, end, reading.faultOffset, reading.faultLength, reading.faultPath);
      return end;
    }
    batch.endRecord(record, end);
    if (!reading.strict) flagLatin1(batch, record, start, end);
    return end;
  }

  messageName(index: number): string {
    const message = messageAt(index);
    if (message !== undefined) return message.name;
    return index >= MESSAGE_OTHER ? `MT${String(index - MESSAGE_OTHER).padStart(3, "0")}` : "MT";
  }

  fieldPath(message: number, field: number): string {
    return messageAt(message)?.fields[field]?.path ?? "";
  }

  fieldClass(message: number, field: number): DataClass {
    return messageAt(message)?.fields[field]?.dataClass ?? "technical";
  }

  fieldOf(message: number, field: number): AskedField | undefined {
    const found = messageAt(message)?.fields[field];
    return found === undefined ? undefined : { message: this.messageName(message), field: found };
  }

  /** The operations of a message type, in the order of its fields. */
  private compile({ index, name, fields }: MessageCatalogue): Int32Array {
    const operations = Int32Array.from(fields, (field) => this.rules.operationFor("swift-mt", name, field));
    this.operations[index] = operations;
    return operations;
  }

  /** RECORD_MESSAGE of the framed record. */
  private messageOf(input: Uint8Array): number {
    const { frame } = this;
    if (frame.textOnly) {
      const said = typesOf(typeOfBankLines(input, frame.linesStart, frame.textStart));
      return said?.plain ?? inferType(findNumbers(input, frame.textStart, frame.textEnd));
    }
    const first = frame.acknowledged ? 2 : 0;
    const application = frame.starts[first] as number;
    if (isAcknowledgementHeader(input, application)) return ACK;
    const block2 = this.blockAt(first + 1, BLOCK_2);
    if (block2 < 0) return inferType(this.bodyNumbers(input));
    const start = frame.starts[block2] as number;
    // Only FIN carries these types; their number stands behind the I or O.
    if (input[application] !== 0x46 || !isDigit(input[start + 1]) || !isDigit(input[start + 2]) || !isDigit(input[start + 3]))
      return MESSAGE_UNKNOWN;
    const number =
      ((input[start + 1] as number) - 0x30) * 100 + ((input[start + 2] as number) - 0x30) * 10 + ((input[start + 3] as number) - 0x30);
    const types = typesOf(number);
    if (types === undefined) return MESSAGE_OTHER + number;
    if (types.cover === undefined) return types.plain;
    return this.flagIs(input, "COV") || hasCustomer(this.bodyNumbers(input)) ? types.cover : types.plain;
  }

  private readRecord(message: MessageCatalogue): number {
    const { frame, reading } = this;
    if (frame.textOnly) {
      const issue = readBankLines(reading, message, frame.linesStart, frame.textStart);
      return issue === FINE ? readBody(reading, structureOf(message, ""), frame.textStart, frame.textEnd) : issue;
    }
    if (frame.overflow) return reading.refuse(BLOCK, frame.starts[0] as number, frame.ends[frame.blockCount - 1] as number, "");
    let block = 0;
    if (frame.acknowledged || message.index === ACK) {
      const issue = this.readAcknowledgement(message);
      if (issue !== FINE || !frame.acknowledged) return issue;
      block = 2;
    }
    let order = -1;
    let seen = 0;
    for (; block < frame.blockCount; block++) {
      const name = frame.names[block] as number;
      const start = frame.starts[block] as number;
      const end = frame.ends[block] as number;
      const place = BLOCK_ORDER.indexOf(name);
      if (place <= order) return reading.refuse(BLOCK, start, end, "");
      order = place;
      seen |= 1 << place;
      const issue = this.readBlock(message, block);
      if (issue !== FINE) return issue;
    }
    // Blocks 1 and 4 make a message; block 2 says which, and only a lenient reading does without.
    const needed = reading.strict ? 0b1011 : 0b1001;
    if ((seen & needed) !== needed) return reading.refuse(BLOCK, frame.starts[0] as number, frame.starts[0] as number, "");
    return FINE;
  }

  private readBlock(message: MessageCatalogue, block: number): number {
    const { frame, reading } = this;
    const { input } = reading;
    const start = frame.starts[block] as number;
    const end = frame.ends[block] as number;
    switch (frame.names[block]) {
      case BLOCK_1:
        return readHeader(reading, message.block1, start, end, "block1");
      case BLOCK_2:
        return readBlock2(reading, message, start, end);
      case BLOCK_3:
        return readTags(reading, message.block3, start, end, "block3");
      case BLOCK_4: {
        if (frame.kinds[block] !== BLOCK_TEXT) return reading.refuse(BLOCK, start, end, "block4");
        const structure = this.structureFor(message, input);
        if (structure === undefined) return reading.refuse(FORMAT, start, start, "block3/119");
        const body = lineAfter(input, start);
        return body === 0 ? reading.refuse(4008, start, start + 1, "block4") : readBody(reading, structure, body, end);
      }
      case BLOCK_5:
        return readTrailer(reading, message.block5, this.dropOperation, start - 3, end + 1);
      case BLOCK_S:
        readDropped(reading, message.blockS, this.dropOperation, start - 3, end + 1);
        return FINE;
      default:
        return reading.refuse(BLOCK, start, end, "");
    }
  }

  /** The first two blocks: `{1:F21…}{4:{177:…}{451:…}}`. */
  private readAcknowledgement(message: MessageCatalogue): number {
    const { frame, reading } = this;
    const start = frame.starts[0] as number;
    if (
      frame.blockCount < 2 ||
      (message.index === ACK && frame.blockCount > 2) ||
      frame.names[1] !== BLOCK_4 ||
      frame.kinds[1] !== BLOCK_NESTED
    ) {
      return reading.refuse(BLOCK, start, start, "ack");
    }
    const issue = readHeader(reading, message.ackHeader, start, frame.ends[0] as number, "ack");
    return issue === FINE ? readTags(reading, message.ackTags, frame.starts[1] as number, frame.ends[1] as number, "ack") : issue;
  }

  /** The structure that the validation flag selects; undefined if the type has no such flag and the reading is strict. */
  private structureFor(message: MessageCatalogue, input: Uint8Array): Structure | undefined {
    const flag = this.validationFlag(input);
    if (flag.start === flag.end) return structureOf(message, "");
    for (const structure of message.structures) if (structure.flag !== "" && this.flagIs(input, structure.flag)) return structure;
    return this.reading.strict ? undefined : structureOf(message, "");
  }

  private flagIs(input: Uint8Array, flag: string): boolean {
    const { start, end } = this.validationFlag(input);
    return end - start === flag.length && bytesAre(input, start, end, ascii(flag));
  }

  private validationFlag(input: Uint8Array): { readonly start: number; readonly end: number } {
    const { frame } = this;
    const block3 = this.blockAt(frame.acknowledged ? 4 : 2, BLOCK_3);
    if (block3 < 0) return { start: 0, end: 0 };
    return findTagValue(input, frame.starts[block3] as number, frame.ends[block3] as number, TAG_VALIDATION_FLAG);
  }

  /** `index` if that block has that name, else -1. */
  private blockAt(index: number, name: number): number {
    return index < this.frame.blockCount && this.frame.names[index] === name ? index : -1;
  }

  /** Numbers of the fields in block 4. */
  private bodyNumbers(input: Uint8Array): Uint8Array {
    const { frame } = this;
    for (let block = 0; block < frame.blockCount; block++) {
      if (frame.kinds[block] === BLOCK_TEXT) return findNumbers(input, frame.starts[block] as number, frame.ends[block] as number);
    }
    return findNumbers(input, 0, 0);
  }
}

/**
 * The type of a text without headers, told by its fields: a balance (60a, 62a) is a statement's, 58a a bank transfer's, 23B and 71A a
 * customer transfer's. Where two types have the same fields (MT104 and MT107, MT199 and MT299) none is told.
 */
function inferType(numbers: Uint8Array): number {
  const has = (number: number): boolean => numbers[number] === 1;
  const typeOf = (number: number): number => typesOf(number)?.plain ?? MESSAGE_UNKNOWN;
  if (has(58)) return typesOf(202)?.[hasCustomer(numbers) ? "cover" : "plain"] ?? MESSAGE_UNKNOWN;
  if (has(60) || has(62)) return typeOf(has(90) && !has(61) ? 941 : 940);
  if (has(90) || (has(34) && (has(13) || has(61)))) return typeOf(942);
  if (has(25) && has(12)) return typeOf(920);
  if (has(25) && has(32)) return has(71) ? MESSAGE_UNKNOWN : typeOf(has(50) || has(56) ? 910 : 900);
  if (has(30)) return has(28) && has(59) ? typeOf(101) : MESSAGE_UNKNOWN;
  return has(59) || has(71) || has(23) ? typeOf(103) : MESSAGE_UNKNOWN;
}

/** Input or output; for a lenient reading also an output header of the input's form. */
function readBlock2(reading: Reading, message: MessageCatalogue, start: number, end: number): number {
  if (reading.input[start] !== OUTPUT) return readHeader(reading, message.block2Input, start, end, "block2");
  const issue = readHeader(reading, message.block2Output, start, end, "block2");
  return issue === FORMAT && !reading.strict ? readHeader(reading, message.block2Short, start, end, "block2") : issue;
}

/** Whether a customer is named: then a bank transfer is a cover. */
function hasCustomer(numbers: Uint8Array): boolean {
  return numbers[50] === 1 || numbers[59] === 1;
}

/** The structure of that flag, or the first. */
function structureOf(message: MessageCatalogue, flag: string): Structure {
  return message.structures.find((structure) => structure.flag === flag) ?? (message.structures[0] as Structure);
}

/** Offset behind the line end at `at`; 0 if a CR stands there alone. */
function lineAfter(input: Uint8Array, at: number): number {
  if (input[at] === LF) return at + 1;
  return input[at] === CR && input[at + 1] === LF ? at + 2 : 0;
}

/** Bytes above ASCII that are no UTF-8 are ISO-8859-1. Only a lenient reading lets such bytes in. */
function flagLatin1(batch: Batch, record: number, start: number, end: number): void {
  if (isUtf8(batch.input, start, end)) return;
  batch.records[record * RECORD_STRIDE + RECORD_FLAGS] = RECORD_FLAG_LATIN1;
}
