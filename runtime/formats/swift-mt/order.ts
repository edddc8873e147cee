/** Keeps account of where a message is in its order of fields (structure.ts), and finds the place of the next one. */
import type { Option, Place, Structure } from "./layout.ts";
import { FINE, type Reading } from "./reading.ts";
import { START } from "./structure.ts";

const FIELD_UNKNOWN = 4003;
const DUPLICATE_FIELD = 4004;
const MANDATORY_FIELD = 4010;
const FIELD_ORDER = 4013;

export class Order {
  /** Of the field that was placed last. */
  option: Option | undefined;
  private structure!: Structure;
  private seen = new Uint8Array(64);
  private at: number = START;
  /** The first place that was passed over and must not be, or -1. */
  private missing = -1;

  begin(structure: Structure): void {
    this.structure = structure;
    if (this.seen.length < structure.places.length) this.seen = new Uint8Array(structure.places.length);
    this.seen.fill(0);
    this.at = START;
    this.missing = -1;
    this.option = undefined;
  }

  /** Finds the place and the option of a tag at `[start, end)`; `option` is set if the result is FINE. */
  place(reading: Reading, key: number, start: number, end: number): number {
    const { structure } = this;
    let place = structure.follow(this.at, key);
    if (place < 0) {
      place = reading.strict ? this.placeSkipping(key) : this.placeAnywhere(key);
      if (place < 0) return this.refuse(reading, key, start, end);
      if (this.seen[place] === 1 && !(structure.places[place] as Place).repeat) {
        return reading.refuse(DUPLICATE_FIELD, start, end, this.tagAt(place, key));
      }
      if (reading.strict && !this.skip(place)) return reading.refuse(FIELD_ORDER, start, end, this.tagAt(place, key));
    }
    this.seen[place] = 1;
    this.at = place;
    this.option = (structure.places[place] as Place).options.get(key);
    return FINE;
  }

  /** 4010 for the first mandatory field that is missing. */
  complete(reading: Reading, end: number): number {
    const { places } = this.structure;
    let missing = this.missing;
    if (missing < 0 && !this.structure.isEnd(this.at)) missing = this.firstMissing(this.at, places.length);
    if (missing < 0) return FINE;
    return reading.refuse(MANDATORY_FIELD, end, end, (places[missing] as Place).label);
  }

  /** Whether a tag has no place in the message at all. */
  isUnknown(key: number): boolean {
    return !this.structure.places.some(({ options }) => options.has(key));
  }

  /** The next place of a tag, else the last one that it had. */
  private placeSkipping(key: number): number {
    const { places } = this.structure;
    let before = -1;
    for (let index = 0; index < places.length; index++) {
      if (!(places[index] as Place).keys.has(key)) continue;
      if (index > this.at) return index;
      before = index;
    }
    return before;
  }

  /** Notes what is missing in front of a place that is not the next; false where nothing is, so that it is the order that is wrong. */
  private skip(place: number): boolean {
    const forward = place > this.at;
    // Backward, only to begin another round of what repeats.
    const missing = forward
      ? this.firstMissing(this.at, place)
      : (this.structure.places[place] as Place).repeat
        ? this.firstMissing(this.at, this.structure.places.length)
        : -1;
    if (missing < 0) return false;
    if (this.missing < 0) this.missing = missing;
    return true;
  }

  private firstMissing(behind: number, before: number): number {
    const { places } = this.structure;
    let found = -1;
    for (let index = behind + 1; index < before; index++) {
      const { mandatory, required } = places[index] as Place;
      if (required) return index;
      if (mandatory && found < 0) found = index;
    }
    return found;
  }

  /** For a lenient reading: the place in this sequence, in a later one, in an earlier one; one that is still free comes first. */
  private placeAnywhere(key: number): number {
    const { places } = this.structure;
    const here = this.at === START ? "" : (places[this.at] as Place).sequence;
    let taken = -1;
    for (const inSequence of [true, false]) {
      for (const step of [this.at + 1, 0]) {
        for (let index = step; index < places.length; index++) {
          const place = places[index] as Place;
          if ((place.sequence === here) !== inSequence || !this.takes(index, key)) continue;
          if (place.repeat || this.seen[index] === 0) return index;
          if (taken < 0) taken = index;
        }
      }
    }
    return taken;
  }

  /** A place takes its own tags, and other options of its number if that number is of one field (50H is a 50a, but 71B is no 71A). */
  private takes(index: number, key: number): boolean {
    const { places } = this.structure;
    const { keys, options, number, label, sequence } = places[index] as Place;
    if (keys.has(key)) return true;
    if (!options.has(key) || Math.floor(key / 27) !== number) return false;
    return places.every((other) => other.sequence !== sequence || other.number !== number || other.label === label);
  }

  private refuse(reading: Reading, key: number, start: number, end: number): number {
    const number = Math.floor(key / 27);
    const place = this.structure.places.find((one) => one.number === number);
    return reading.refuse(FIELD_UNKNOWN, start, end, place?.label ?? "");
  }

  private tagAt(place: number, key: number): string {
    return (this.structure.places[place] as Place).options.get(key)?.tag ?? "";
  }
}
