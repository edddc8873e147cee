/**
 * Masked records as line events:
 * `EXPORT | record | stmt=… | source=… | number=0 | message=pacs.008.001.08 | bytes=3012 | body=…`
 *
 * Grammar and escape are those of all line events (kit/escape.ts), so a record is one line whatever it holds, and no record can forge one.
 */
import { escapeText, escapeValue } from "../kit/escape.ts";
import { isUtf8 } from "../platform/bytes.ts";
import type { Delivery } from "../record/delivery.ts";
import type { Origin, Sink } from "./api.ts";

/** Writes the lines to another sink, whose segments and commits are then those of the log. */
export function logSink(sink: Sink): Sink {
  return {
    name: sink.name,
    resume: sink.resume,
    whole: sink.whole,
    write: (bytes, records) => sink.write(bytes, records),
    writeRecords(delivery, from, to, origin) {
      const head = `EXPORT | record | stmt=${escapeValue(origin.statement)} | source=${escapeValue(origin.source)}`;
      let lines = "";
      let count = 0;
      for (let row = from; row < to; row++) {
        lines += `${head}${lineOf(delivery, row, origin)}\n`;
        count++;
        if (lines.length < LINES_MAX && row < to - 1) continue;
        sink.write(new TextEncoder().encode(lines), count);
        lines = "";
        count = 0;
      }
    },
    prepare: () => sink.prepare(),
    publish: (segment) => sink.publish(segment),
    takeBack: (prepared) => sink.takeBack?.(prepared),
    close: () => sink.close(),
  };
}

/** Characters that are gathered before they are written. */
const LINES_MAX = 256 * 1024;

function lineOf({ bytes, ordinals, messages, ownStarts, ownEnds }: Delivery, row: number, origin: Origin): string {
  const start = ownStarts[row] as number;
  const end = ownEnds[row] as number;
  const message = escapeValue(origin.messageName(messages[row] as number));
  return ` | number=${ordinals[row]} | message=${message} | bytes=${end - start} | body=${escapeBytes(bytes.subarray(start, end))}`;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** The text of a record, UTF-8 or else ISO-8859-1, escaped. */
const escapeBytes = (bytes: Uint8Array): string => escapeText((isUtf8(bytes, 0, bytes.length) ? utf8 : latin1).decode(bytes));
