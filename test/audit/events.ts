/** Events for the tests: every kind, with texts that try to be more than a text. */
import fc from "fast-check";
import { EVENT_NAMES, EVENTS, type EventName, type EventShape, type Field, type LineEvent } from "../../runtime/audit/events/table.ts";

/** Pieces that end lines, move cursors, look like keys, like other events, or are half a character. */
const PIECES = [
  "\r",
  "\n",
  "\r\n",
  "|",
  " | ",
  "=",
  "\\",
  "\\u007c",
  "\u2028",
  "\u2029",
  "\u0085",
  "\u001b[2K\u001b[1A",
  "\u009b31m",
  "\0",
  "\u007f",
  "\ud800",
  "\udfff",
  "😀",
  "\u202e",
  "·",
  ": planned 1 · exported 1 in 1.000s (1 rec/s)",
  "\nCONTROL | kind=end | status=ok | exit=0",
  " | status=ok",
  "100%",
  "72,762 rec/s",
  "ü",
  " ",
  "a",
];

/** Any text: hostile pieces, any code units, and what a name looks like. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join("")),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const anyInteger = fc.oneof(fc.nat(), fc.constantFrom(0, 999, 1000, Number.MAX_SAFE_INTEGER));

function arbitraryOf({ type, form }: Field): fc.Arbitrary<unknown> {
  if (form === "percent") return fc.integer({ min: 0, max: 100 });
  if (type === "text" || type === "body") return hostileText;
  if (type === "integer") return anyInteger;
  if (type === "boolean") return fc.boolean();
  return fc.constantFrom(...type);
}

/** Events of one name, with and without their optional keys. */
export function eventsNamed(name: EventName): fc.Arbitrary<LineEvent> {
  const { fields }: EventShape = EVENTS[name];
  const members = Object.fromEntries(fields.map((field) => [field.key, arbitraryOf(field)]));
  const requiredKeys = fields.filter(({ optional }) => !optional).map(({ key }) => key);
  return fc.record(members, { requiredKeys, noNullPrototype: true }).map((read) => ({ event: name, ...read }) as unknown as LineEvent);
}

export const anyEvent: fc.Arbitrary<LineEvent> = fc.oneof(...EVENT_NAMES.map(eventsNamed));
