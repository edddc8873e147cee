/** An event as its line; docs/line-events.md is the grammar. */
import { grouped } from "../../kit/digits.ts";
import { escapeText, escapeValue } from "../../kit/escape.ts";
import { EVENTS, type EventOf, type EventShape, type Field, type LineEvent } from "./table.ts";

export const SEPARATOR = " | ";

/**
 * One line, without its end. Printable ASCII and the `·` of a Summary, whatever the event's texts hold.
 * @throws RangeError for a number that is no integer from 0 to 2^53 − 1
 * @example writeEvent({ event: "end", status: "ok", exit: 0 }) // "CONTROL | kind=end | status=ok | exit=0"
 */
export function writeEvent(event: LineEvent): string {
  if (event.event === "summary") return summaryLine(event);
  const { head, fields }: EventShape = EVENTS[event.event];
  const values = event as unknown as Readonly<Record<string, unknown>>;
  const parts: string[] = [...head];
  for (const field of fields) {
    const part = partOf(field, values[field.key]);
    if (part !== undefined) parts.push(part);
  }
  return parts.join(SEPARATOR);
}

/** The same facts as a line of JSON, ASCII only: `event`, then the keys in the order of the line, none that has no value. */
export function eventJson(event: LineEvent): string {
  const { fields }: EventShape = EVENTS[event.event];
  const values = event as unknown as Readonly<Record<string, unknown>>;
  const ordered = Object.fromEntries([["event", event.event], ...fields.map(({ key }) => [key, values[key]])]);
  return JSON.stringify(ordered).replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function partOf({ key, type, form, optional }: Field, value: unknown): string | undefined {
  if (form === "percent") return value === undefined ? "?%" : `${digits(value)}%`;
  if (form === "rate") return `${grouped(safe(value))} rec/s`;
  if (value === undefined && optional) return undefined;
  if (type === "integer") return `${key}=${digits(value)}`;
  if (type === "body") return `${key}=${escapeText(String(value))}`;
  return `${key}=${escapeValue(String(value))}`;
}

/** `Summary | name: planned 1,000 · exported 998 in 1.204s (828 rec/s)`. In the name the colon is escaped, too. */
function summaryLine({ name, planned, exported, ms, records_per_second: rate }: EventOf<"summary">): string {
  const seconds = `${Math.floor(safe(ms) / 1000)}.${String(ms % 1000).padStart(3, "0")}`;
  const counts = `planned ${grouped(safe(planned))} · exported ${grouped(safe(exported))}`;
  return `Summary${SEPARATOR}${escapeValue(name, ":")}: ${counts} in ${seconds}s (${grouped(safe(rate))} rec/s)`;
}

const digits = (value: unknown): string => String(safe(value));

function safe(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError("an event's number is an integer from 0 to 2^53 - 1");
}
