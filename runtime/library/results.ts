/** What masking gives back: bytes, counts, and what was refused and why. Nothing here holds a value. */
import { BautaError, describeIssue, type Issue } from "../kit/errors.ts";
import type { Refusal as RecordRefusal } from "../pipeline/outlet.ts";

/** Code of an issue; each has a page in docs/issues, and none is ever used for anything else. */
export type IssueCode = `BAUTA-${number}`;

/** A message that was not masked, and why. Offsets and lengths are bytes of the input, from its beginning. */
export interface Refusal {
  readonly code: IssueCode;
  /** Name of the issue, such as `FIELD_UNCOVERED`. */
  readonly name: string;
  /** Who can put it right. */
  readonly blame: Issue["blame"];
  /** One line: code, name, place, what is wrong, what to do. */
  readonly message: string;
  /** Which message it was, from 0. */
  readonly record: number;
  /** Where the message is. */
  readonly offset: number;
  readonly length: number;
  /** `iso20022`, `swift-mt`, `json`, or `unknown`. */
  readonly format: string;
  /** Path of names to the fault; empty where it is not in a field. */
  readonly path: string;
  /** Where the fault is. */
  readonly faultOffset: number;
  readonly faultLength: number;
  /** HMAC-SHA-256 of the message under the key ring's audit key, 32 hex digits: names it without showing it. */
  readonly hash: string;
}

/** Messages and values of one call or stream. in = out + refused, always. */
export interface MaskCounts {
  readonly in: number;
  readonly out: number;
  readonly refused: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Values of the messages that went out: found = masked + kept + removed + left. */
  readonly found: number;
  readonly masked: number;
  readonly kept: number;
  readonly removed: number;
  /** Of the masked ones: values outside their kind, which became tokens or redactions. */
  readonly otherwise: number;
  /** Unmasking only: values that cannot be reversed. */
  readonly left: number;
}

/** What became of a batch. */
export interface BatchResult {
  /** The masked messages, with what separated them; new memory, the caller's. */
  readonly output: Uint8Array;
  readonly refusals: readonly Refusal[];
  readonly counts: MaskCounts;
  /** Where reading ended because nothing behind can be told apart into messages; undefined: everything was read. */
  readonly unreadFrom: number | undefined;
}

/** What became of one message. */
export type MessageResult =
  | { readonly ok: true; readonly output: Uint8Array; readonly refusal?: undefined }
  | { readonly ok: false; readonly refusal: Refusal; readonly output?: undefined };

/** A refusal where nobody asked to be told: it ends the stream. */
export class RefusedError extends BautaError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(Number(refusal.code.slice("BAUTA-".length)), {
      path: refusal.path === "" ? refusal.format : refusal.path,
      offset: refusal.faultOffset,
      length: refusal.faultLength,
    });
    this.name = "RefusedError";
    this.refusal = refusal;
  }
}

/** What a caller learns of a refused record: all but its bytes. */
export function refusalOf(refused: RecordRefusal): Refusal {
  const { record, offset, length, issue, format, path, faultOffset, faultLength, hash } = refused;
  const place = { path: path === "" ? format : path, offset: faultOffset, length: faultLength };
  return {
    code: issue.code as IssueCode,
    name: issue.name,
    blame: issue.blame,
    message: describeIssue(issue, place),
    record,
    offset,
    length,
    format,
    path,
    faultOffset,
    faultLength,
    hash,
  };
}
