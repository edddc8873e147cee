/** Reads lines back into events. Only what `writeEvent` writes is a line: one spelling for each event, nothing besides. */

import { unescapeValue } from "../../kit/escape.ts";
import { LOG_LINE_CHARACTERS_MAX, LOG_RECORD_CHARACTERS_MAX } from "../../kit/limits.ts";
import { EVENT_NAMES, EVENTS, type EventShape, type Field, type LineEvent } from "./table.ts";
import { SEPARATOR, writeEvent } from "./write.ts";

/** An event, or what is wrong with the line: words of ours, nothing of the line itself. */
export type Parsed = { readonly event: LineEvent } | { readonly fault: string };

/** What the lines of a log sink begin with: they hold a whole record. */
export const RECORD_HEAD: string = `${EVENTS.record.head.join(SEPARATOR)}${SEPARATOR}`;

/** @param line without its end */
export function parseLine(line: string): Parsed {
  const max = line.startsWith(RECORD_HEAD) ? LOG_RECORD_CHARACTERS_MAX : LOG_LINE_CHARACTERS_MAX;
  if (line.length > max) return { fault: `longer than ${max} characters` };
  if (!/^[\x20-\x7e·]*$/.test(line)) return { fault: "a character that no line has" };
  const parts = line.split(SEPARATOR);
  const name = EVENT_NAMES.find((candidate) => begins(parts, EVENTS[candidate].head));
  if (name === undefined) return { fault: "no event begins like this" };
  const read = name === "summary" ? summaryOf(parts) : membersOf(EVENTS[name], parts);
  if (typeof read === "string") return { fault: `${name}: ${read}` };
  const event = { event: name, ...read } as unknown as LineEvent;
  return canonical(event, line) ? { event } : { fault: `${name}: not written as an event is written` };
}

const begins = (parts: readonly string[], head: readonly string[]): boolean => head.every((part, i) => parts[i] === part);

function canonical(event: LineEvent, line: string): boolean {
  try {
    return writeEvent(event) === line;
  } catch {
    return false;
  }
}

type MembersRead = Readonly<Record<string, unknown>> | string;

function membersOf({ head, fields }: EventShape, parts: readonly string[]): MembersRead {
  const members: Record<string, unknown> = {};
  let at = head.length;
  for (const field of fields) {
    const part = parts[at];
    if (part === undefined || !stands(field, part)) {
      if (field.optional && field.form === "pair") continue;
      return `${field.key} is missing, or not in its place`;
    }
    const value = readValue(field, part);
    if (value === undefined && part !== "?%") return `${field.key} has no such value`;
    if (value !== undefined) members[field.key] = value;
    at++;
  }
  return at === parts.length ? members : "more than the event has";
}

function stands({ key, form }: Field, part: string): boolean {
  if (form === "pair") return part.startsWith(`${key}=`);
  return form === "percent" ? part.endsWith("%") : part.endsWith(" rec/s");
}

function readValue({ key, type, form }: Field, part: string): unknown {
  if (form === "percent") return integerOf(part.slice(0, -1));
  if (form === "rate") return groupedOf(part.slice(0, -" rec/s".length));
  const value = part.slice(key.length + 1);
  if (type === "integer") return integerOf(value);
  if (type === "boolean") return value === "true" ? true : value === "false" ? false : undefined;
  if (type === "text" || type === "body") return /[|=]/.test(value) ? undefined : unescapeValue(value);
  return type.includes(value) ? value : undefined;
}

function integerOf(digits: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

const groupedOf = (text: string): number | undefined =>
  /^\d{1,3}(?:,\d{3})*$/.test(text) ? integerOf(text.replaceAll(",", "")) : undefined;

const SUMMARY = /^([^:|=·]*): planned ([\d,]+) · exported ([\d,]+) in (\d{1,13})\.(\d{3})s \(([\d,]+) rec\/s\)$/;

function summaryOf(parts: readonly string[]): MembersRead {
  const [, rest, ...more] = parts;
  const match = rest === undefined || more.length > 0 ? undefined : SUMMARY.exec(rest);
  if (match === null || match === undefined) return "not its sentence";
  const [name, planned, exported, rate] = [unescapeValue(match[1] ?? ""), ...[2, 3, 6].map((at) => groupedOf(match[at] ?? ""))];
  const ms = integerOf(`${match[4]}${match[5]}`.replace(/^0+(?=\d)/, ""));
  if (name === undefined || planned === undefined || exported === undefined || rate === undefined || ms === undefined)
    return "not its sentence";
  return { name, planned, exported, ms, records_per_second: rate };
}
