/** The places at which values stand, as a tree of names, and what was counted at each. */
import { HIGH, hintsOf, KINDS } from "./kinds.ts";

/** Children of one place beyond which their names are taken for data: they are counted as one place, `*`. */
const CHILDREN_MAX = 400;
/** The same for all places together. */
const PLACES_MAX = 100_000;
const LEVELS = HIGH + 1;

/** How a path is written: names of XML and JSON, the lines of an MT, columns, forms of lines. */
export type PlaceKind = "root" | "xml" | "attribute" | "json" | "items" | "mt" | "column" | "line";

/** A name of the sample and its place. */
interface Named {
  readonly kind: PlaceKind;
  readonly name: Uint8Array;
  readonly place: Place;
}

export class Place {
  readonly kind: PlaceKind;
  /** As it is shown: `*` for a name that could be data. */
  readonly name: string;
  readonly parent: Place | undefined;
  readonly hints: number;
  /** Of the whole tree. */
  readonly #tally: { places: number };
  /** Values looked at. */
  values = 0;
  /** Values that hold a kind, by kind and confidence; made when the first one is found. */
  hits: Uint32Array | undefined;
  /** Of the hits those where the value is nothing else. */
  whole: Uint32Array | undefined;
  /** Values of the form of a card number or a national number, right or wrong: chance gives some of them check digits. */
  panTries = 0;
  nationalTries = 0;
  readonly #children = new Map<string, Place>();
  readonly #byHash = new Map<number, readonly Named[]>();
  /** The child asked for last. */
  #recent: Place | undefined;
  #size = 0;

  constructor(kind: PlaceKind, name: string, parent: Place | undefined) {
    this.kind = kind;
    this.name = name;
    this.parent = parent;
    this.#tally = parent === undefined ? { places: 0 } : parent.#tally;
    this.#tally.places++;
    this.hints = (kind === "items" || kind === "attribute" ? (parent?.hints ?? 0) : 0) | hintsOf(name);
  }

  /** Notes a value that holds a kind. */
  hit(kind: number, confidence: number, isWhole: boolean): void {
    this.hits ??= new Uint32Array(KINDS.length * LEVELS);
    this.whole ??= new Uint32Array(KINDS.length);
    const at = kind * LEVELS + confidence;
    this.hits[at] = (this.hits[at] as number) + 1;
    if (isWhole) this.whole[kind] = (this.whole[kind] as number) + 1;
  }

  /** The place of a name of ours. */
  child(kind: PlaceKind, name: string): Place {
    const recent = this.#recent;
    if (recent !== undefined && recent.name === name && recent.kind === kind) return recent;
    const key = `${kind} ${name}`;
    let child = this.#children.get(key);
    if (child === undefined) {
      child = new Place(kind, name, this);
      this.#children.set(key, child);
    }
    this.#recent = child;
    return child;
  }

  /** The place of a name of the sample, `bytes[start, end)`; `shown` says how it may be shown. */
  named(kind: PlaceKind, bytes: Uint8Array, start: number, end: number, shown: (name: Uint8Array) => string): Place {
    let hash = kind === "attribute" ? 1 : 0;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const known = this.#byHash.get(hash);
    for (let n = 0; known !== undefined && n < known.length; n++) {
      const { kind: own, name, place } = known[n] as Named;
      if (own !== kind || name.length !== end - start) continue;
      let i = 0;
      while (i < name.length && name[i] === bytes[start + i]) i++;
      if (i === name.length) return place;
    }
    if (this.#size >= CHILDREN_MAX || this.#tally.places >= PLACES_MAX) return this.child(kind, "*");
    const name = bytes.slice(start, end);
    const place = this.child(kind, shown(name));
    this.#byHash.set(hash, [...(known ?? []), { kind, name, place }]);
    this.#size++;
    return place;
  }

  get children(): Iterable<Place> {
    return this.#children.values();
  }

  count(kind: number, confidence: number): number {
    return this.hits?.[kind * LEVELS + confidence] ?? 0;
  }
}

/** All places below one that hold values, in the order in which they were met. */
export function* placesBelow(place: Place): Generator<Place> {
  if (place.values > 0) yield place;
  for (const child of place.children) yield* placesBelow(child);
}

const PLAIN_MEMBER = /^[A-Za-z_$@#][A-Za-z0-9_$#:-]*$/;

/** The path as models write it, where they have one. */
export function pathOf(place: Place): string {
  const steps: Place[] = [];
  for (let at: Place | undefined = place; at !== undefined && at.kind !== "root"; at = at.parent) steps.unshift(at);
  const root = steps[0];
  if (root === undefined) return "";
  let path = root.name;
  for (const { kind, name } of steps.slice(1)) {
    if (kind === "items") path += "[*]";
    else if (kind === "json") path += name === "*" || PLAIN_MEMBER.test(name) ? `.${name}` : `['${name}']`;
    else path += `${path.endsWith(":") ? "" : "/"}${kind === "attribute" ? "@" : ""}${name}`;
  }
  return path;
}
