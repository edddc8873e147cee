/**
 * Says where a record goes: conditions on format, message type and routing fields, evaluated on the scanned record's tables. Nothing is
 * made of a record: its message type is looked up by number, its values by field index, and only those that a route asks for are decoded.
 *
 * A routing value is compared and forgotten. It is in no event, no message and no name.
 */
import type { DataClass, FormatName, OpenFormat } from "../../formats/api.ts";
import {
  type Batch,
  RECORD_FIRST_VALUE,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_MESSAGE,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../record/tables.ts";
import type { FormatSlot } from "../frame.ts";
import type { DecodeSegment } from "../inspect.ts";
import type { RecordRouter, RouterFactory } from "../masker.ts";
import { COMMA, type Decimal, DecimalReader, isAnyBic, isBic, isBicOf, isWord, POINT } from "./compare.ts";
import { type FieldPlace, isPlace, placesOf, ROUTING_FIELDS, type RoutingField } from "./fields.ts";

/** No route is for the record. */
export const NO_ROUTE = 2301;

/** What a value must be: one of the words, or within the band. */
export type Test =
  /** Code points; for BICs their beginnings, for BIC countries two letters. */
  | { readonly kind: "words" | "bics" | "bic-countries"; readonly words: readonly Uint32Array[] }
  | { readonly kind: "other-words" | "other-bic-countries"; readonly words: readonly Uint32Array[] }
  /** From (included) or above (excluded) to below (excluded) or up to (included). */
  | {
      readonly kind: "band";
      readonly from: Decimal | undefined;
      readonly below: Decimal | undefined;
      readonly above?: Decimal;
      readonly upTo?: Decimal;
    };

export interface Condition {
  readonly field: RoutingField;
  readonly test: Test;
  /** There have to be as many values as the record has amounts: what a transaction lacks is not as wanted. */
  readonly each?: boolean;
}

/** All conditions hold, or the route is not for the record. */
export interface RouteCriteria {
  readonly formats: readonly FormatName[] | undefined;
  /** Beginnings of names in whole parts: `pacs.008` is `pacs.008.001.08`, too. */
  readonly messages: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
}

export interface RouterOptions {
  /** In order: the first that is for a record takes it. */
  readonly routes: readonly RouteCriteria[];
  /** Route of the records that no other is for; undefined: they are refused. */
  readonly otherwise: number | undefined;
  /** JSON: paths of the model's rules, by routing field. */
  readonly jsonPaths: Readonly<Partial<Record<RoutingField, string>>>;
  readonly decode: DecodeSegment;
}

/** A router for maskers; each masker opens its own. */
export const routerOf =
  (options: RouterOptions): RouterFactory =>
  (formats) =>
    new Router(formats, options);

/** Classes of data that a route may look at: institutions and what is not about people. */
const CLASSES: readonly DataClass[] = ["agent", "amount", "currency", "country", "code", "technical"];

/** That a value is a routing field of its record. */
interface Place {
  /** Index in ROUTING_FIELDS. */
  readonly field: number;
  /** Of several places of a field the lowest counts. */
  readonly rank: number;
  /** Bits: what the value being there says, and what has to be said for this place to count. */
  readonly says: number;
  readonly needs: number;
}

/** A condition, with its field's index in ROUTING_FIELDS. */
interface AskedCondition {
  readonly index: number;
  readonly test: Test;
  readonly each: boolean;
}

/** What is known of a message type. */
interface MessageRoutes {
  /** Routes whose format and message are this one, in order. */
  readonly candidates: readonly number[];
  /** Whether any of them asks for fields. */
  readonly asks: boolean;
  /** By VALUE_FIELD; of what is no routing field there is nothing to look up but that. */
  readonly places: (readonly Place[] | undefined)[];
  isNowhere: Uint8Array;
  /** Of decimals. */
  readonly separator: number;
}

const ABSENT = 255;
const AMOUNT = ROUTING_FIELDS.indexOf("amount");
const NOWHERE: readonly Place[] = [];

class Router implements RecordRouter {
  readonly #options: RouterOptions;
  readonly #formats: readonly FormatSlot[];
  /** By route. */
  readonly #conditions: readonly (readonly AskedCondition[])[];
  /** By routing field: whether any route asks for it. */
  readonly #asked: readonly boolean[];
  readonly #messages: MessageRoutes[][];
  readonly #decimal = new DecimalReader();
  /** By routing field: the lowest rank that the record has; ABSENT if none. */
  readonly #best = new Uint8Array(ROUTING_FIELDS.length);
  /** Values of the record under way that are routing fields. */
  readonly #found: Place[] = [];
  readonly #foundValues: number[] = [];
  #foundCount = 0;
  /** Of decimals in the record under way. */
  #separator = POINT;
  #points = new Uint32Array(256);
  /** Code points of the value that was decoded last are [0, #end). */
  #end = 0;

  constructor(formats: readonly FormatSlot[], options: RouterOptions) {
    this.#formats = formats;
    this.#options = options;
    this.#conditions = options.routes.map(({ conditions }) =>
      conditions.map(({ field, test, each = false }) => ({ index: ROUTING_FIELDS.indexOf(field), test, each })),
    );
    const asked = new Set(this.#conditions.flatMap((all) => all.flatMap(({ index, each }) => (each ? [index, AMOUNT] : [index]))));
    this.#asked = ROUTING_FIELDS.map((_, index) => asked.has(index));
    this.#messages = formats.map(() => []);
  }

  route(batch: Batch, record: number, format: number): number {
    const at = record * RECORD_STRIDE;
    const message = batch.records[at + RECORD_MESSAGE] as number;
    const known = this.#messages[format]?.[message] ?? this.#open(format, message);
    this.#separator = known.separator;
    if (known.asks) this.#gather(batch, at, format, message, known);
    for (const candidate of known.candidates) {
      const conditions = this.#conditions[candidate] as readonly AskedCondition[];
      let holds = true;
      for (let i = 0; holds && i < conditions.length; i++) holds = this.#holds(batch, at, conditions[i] as AskedCondition);
      if (holds) return candidate;
    }
    return this.#options.otherwise ?? NO_ROUTE;
  }

  #open(format: number, message: number): MessageRoutes {
    const { format: named, open } = this.#formats[format] as FormatSlot;
    const name = open.messageName(message);
    const candidates: number[] = [];
    let asks = false;
    for (const [index, { formats, messages, conditions }] of this.#options.routes.entries()) {
      if (formats !== undefined && !formats.includes(named.name)) continue;
      if (messages !== undefined && !messages.some((wanted) => isMessage(wanted, name))) continue;
      candidates.push(index);
      if (conditions.length === 0) break;
      asks = true;
    }
    const known: MessageRoutes = {
      candidates,
      asks,
      places: [],
      isNowhere: new Uint8Array(FIELDS),
      separator: named.name === "swift-mt" ? COMMA : POINT,
    };
    (this.#messages[format] as MessageRoutes[])[message] = known;
    return known;
  }

  /** Finds the values of the record that are routing fields. */
  #gather({ values, records }: Batch, at: number, format: number, message: number, known: MessageRoutes): void {
    const best = this.#best;
    for (let i = 0; i < best.length; i++) best[i] = ABSENT;
    let said = 0;
    let found = 0;
    let { isNowhere } = known;
    const first = records[at + RECORD_FIRST_VALUE] as number;
    const end = first + (records[at + RECORD_VALUE_COUNT] as number);
    for (let value = first; value < end; value++) {
      const field = values[value * VALUE_STRIDE + VALUE_FIELD] as number;
      if (isNowhere[field] === 1) continue;
      const places = known.places[field] ?? this.#placesOf(format, message, field, known);
      isNowhere = known.isNowhere;
      for (let i = 0; i < places.length; i++) {
        const place = places[i] as Place;
        said |= place.says;
        this.#found[found] = place;
        this.#foundValues[found++] = value;
      }
    }
    this.#foundCount = found;
    for (let i = 0; i < found; i++) {
      const { field, rank, needs } = this.#found[i] as Place;
      if ((said & needs) === needs && rank < (best[field] as number)) best[field] = rank;
    }
  }

  #placesOf(format: number, message: number, field: number, known: MessageRoutes): readonly Place[] {
    const { format: named, open } = this.#formats[format] as FormatSlot;
    const places = named.name === "json" ? this.#jsonPlaces(open, message, field) : cataloguedPlaces(named.name, open, message, field);
    // What no route asks for counts only in so far as other places need it.
    const wanted = places.filter((place) => this.#asked[place.field] === true || place.says !== 0);
    known.places[field] = wanted;
    if (wanted.length === 0) known.isNowhere = marked(known.isNowhere, field);
    return wanted;
  }

  #jsonPlaces(open: OpenFormat, message: number, field: number): readonly Place[] {
    const path = open.fieldPath(message, field);
    const found = ROUTING_FIELDS.flatMap((name, index) =>
      this.#options.jsonPaths[name] === path ? [{ field: index, rank: 0, says: 0, needs: 0 }] : [],
    );
    return found.length === 0 ? NOWHERE : found;
  }

  /** Whether every value of the field in the record is as wanted, and there is one. */
  #holds(batch: Batch, at: number, { index, test, each }: AskedCondition): boolean {
    const best = this.#best[index] as number;
    if (best === ABSENT || (each && this.#countOf(index) < this.#countOf(AMOUNT))) return false;
    for (let i = 0; i < this.#foundCount; i++) {
      const place = this.#found[i] as Place;
      if (place.field !== index || place.rank !== best) continue;
      if (!this.#decode(batch, at, this.#foundValues[i] as number) || !this.#passes(test)) return false;
    }
    return true;
  }

  /** Values of a routing field that count. */
  #countOf(index: number): number {
    const best = this.#best[index];
    let count = 0;
    for (let i = 0; i < this.#foundCount; i++) {
      const place = this.#found[i] as Place;
      if (place.field === index && place.rank === best) count++;
    }
    return count;
  }

  /** Code points of a value, white space around it left out; false for bytes that are none. */
  #decode({ input, records, values, segments }: Batch, at: number, value: number): boolean {
    const latin1 = ((records[at + RECORD_FLAGS] as number) & RECORD_FLAG_LATIN1) !== 0;
    const first = values[value * VALUE_STRIDE + VALUE_FIRST_SEGMENT] as number;
    const count = values[value * VALUE_STRIDE + VALUE_SEGMENT_COUNT] as number;
    let to = 0;
    for (let segment = first; segment < first + count; segment++) {
      const start = segments[segment * SEGMENT_STRIDE + SEGMENT_START] as number;
      const end = segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
      // No routing value is as long: it equals nothing.
      if (to + end - start > POINTS_MAX) return false;
      const plain = copyPlain(input, start, end, this.#points, to);
      if (plain >= 0) {
        to = plain;
        continue;
      }
      to = this.#options.decode(
        input,
        start,
        end,
        segments[segment * SEGMENT_STRIDE + SEGMENT_ENCODING] as number,
        latin1,
        this.#points,
        to,
      );
      if (to < 0) return false;
    }
    let from = 0;
    while (from < to && isSpace(this.#points[from] as number)) from++;
    while (to > from && isSpace(this.#points[to - 1] as number)) to--;
    if (from > 0) this.#points.copyWithin(0, from, to);
    this.#end = to - from;
    return true;
  }

  #passes(test: Test): boolean {
    const points = this.#points;
    const end = this.#end;
    switch (test.kind) {
      case "words":
        return isOneOf(test.words, points, end);
      case "bics":
        return test.words.some((word) => isBic(points, 0, end, word));
      case "bic-countries":
        return test.words.some((word) => isBicOf(points, 0, end, word));
      case "other-words":
        return !isOneOf(test.words, points, end);
      case "other-bic-countries":
        return isAnyBic(0, end) && !test.words.some((word) => isBicOf(points, 0, end, word));
      case "band": {
        if (!this.#decimal.read(points, 0, end, this.#separator)) return false;
        if (test.from !== undefined && this.#decimal.compare(points, test.from) < 0) return false;
        if (test.above !== undefined && this.#decimal.compare(points, test.above) <= 0) return false;
        if (test.upTo !== undefined && this.#decimal.compare(points, test.upTo) > 0) return false;
        return test.below === undefined || this.#decimal.compare(points, test.below) < 0;
      }
      default:
        return test satisfies never;
    }
  }
}

/** Fields that a message type has room for to begin with. */
const FIELDS = 64;

/** The table with a mark in one place. */
function marked(table: Uint8Array, at: number): Uint8Array {
  let larger = table;
  if (at >= table.length) {
    larger = new Uint8Array(Math.max(2 * table.length, at + 1));
    larger.set(table);
  }
  larger[at] = 1;
  return larger;
}

function isOneOf(words: readonly Uint32Array[], points: Uint32Array, end: number): boolean {
  for (let i = 0; i < words.length; i++) if (isWord(points, 0, end, words[i] as Uint32Array)) return true;
  return false;
}

/** Copies bytes that are code points in every encoding. Returns the place behind them; -1 if there are others. */
function copyPlain(input: Uint8Array, start: number, end: number, points: Uint32Array, to: number): number {
  let at = to;
  for (let i = start; i < end; i++) {
    const byte = input[i] as number;
    if (byte < 0x20 || byte > 0x7e || byte === AMPERSAND || byte === BACKSLASH) return -1;
    points[at++] = byte;
  }
  return at;
}

const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;
const POINTS_MAX = 256;

const isSpace = (point: number): boolean => point === 0x20 || point === 0x09 || point === 0x0a || point === 0x0d;

/** Whether a message is the one that is wanted, or of its family: `pacs.008` has `pacs.008.001.08`. */
export const isMessage = (wanted: string, name: string): boolean => name === wanted || name.startsWith(`${wanted}.`);

function cataloguedPlaces(format: FormatName, open: OpenFormat, message: number, field: number): readonly Place[] {
  const asked = open.fieldOf(message, field);
  if (asked === undefined || !CLASSES.includes(asked.field.dataClass)) return NOWHERE;
  const is = (place: FieldPlace): boolean => isPlace(place, asked.message, asked.field.path);
  const found: Place[] = [];
  for (const [index, name] of ROUTING_FIELDS.entries()) {
    for (const [rank, place] of placesOf(name, format).entries()) {
      if (!is(place)) continue;
      const says = withPaths(format).indexOf(asked.field.path);
      found.push({
        field: index,
        rank,
        says: says < 0 ? 0 : 1 << says,
        needs: place.with === undefined ? 0 : 1 << withPaths(format).indexOf(place.with),
      });
    }
  }
  return found.length === 0 ? NOWHERE : found;
}

/** Paths that other places need, each a bit of `Place.says`. */
const withPaths = (format: FormatName): readonly string[] => [
  ...new Set(ROUTING_FIELDS.flatMap((name) => placesOf(name, format).flatMap((place) => (place.with === undefined ? [] : [place.with])))),
];
