/**
 * What holds between the values of one message: counts, sums, balances, countries. A format's rules look at one whole record and say
 * which of them do not hold; masking keeps what did, and nobody's values are told.
 */
import type { FormatName } from "./api.ts";

export interface Finding {
  /** Number of an issue, 8601 and following. */
  readonly issue: number;
  /** Where the value stands that says otherwise: names and the places of repeated elements, no value. */
  readonly path: string;
}

export interface Verdict {
  readonly message: string;
  /** Rules that the message had something for. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

export interface MessageRules {
  readonly format: FormatName;
  /** undefined where the record is no message that these rules know. */
  verify(record: Uint8Array): Verdict | undefined;
}
