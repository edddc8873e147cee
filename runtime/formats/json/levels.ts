/** The containers that are open: what each level knows of itself, by level, 1 being the record's own container. */
import { DEPTH_MAX } from "../../kit/limits.ts";
import type { PathState } from "./paths.ts";

/** Levels for which room is kept from record to record. */
const LEVELS_KEPT = 1024;

export class Levels {
  /** 0 outside of the record. */
  depth = 0;
  /** Beyond the depth limit too: the end of a refused record must be found. */
  #isObject: Uint8Array = new Uint8Array(LEVELS_KEPT);
  #objects = 0;
  /** Where in the rules the container is. */
  readonly states: (PathState | undefined)[] = [];
  /** 1 once a member or element was kept. */
  readonly kept: Uint8Array = new Uint8Array(DEPTH_MAX + 1);
  /** Ordinal of the innermost object around: the scope of values. */
  readonly scopes: Uint32Array = new Uint32Array(DEPTH_MAX + 1);
  /** Elements begun. */
  readonly elements: Uint32Array = new Uint32Array(DEPTH_MAX + 1);
  /** The bytes of the name under way; an end of 0 says that there is none. */
  readonly nameStarts: Uint32Array = new Uint32Array(DEPTH_MAX + 1);
  readonly nameEnds: Uint32Array = new Uint32Array(DEPTH_MAX + 1);
  /** Where the names of the object begin in the list of names. */
  readonly keysFrom: Uint32Array = new Uint32Array(DEPTH_MAX + 1);
  /** The innermost level, from here outwards, whose container a rule names that protects; 0 for none. */
  readonly claims: Uint8Array = new Uint8Array(DEPTH_MAX + 1);

  /** Begins a record, and lets go of the room that a deeper one needed. */
  reset(): void {
    this.depth = 0;
    this.#objects = 0;
    if (this.#isObject.length > LEVELS_KEPT) this.#isObject = new Uint8Array(LEVELS_KEPT);
  }

  /** One level down; `describe` says the rest of a level that is within the limit. */
  push(object: boolean): void {
    this.depth++;
    if (this.depth === this.#isObject.length) {
      const longer = new Uint8Array(this.#isObject.length * 2);
      longer.set(this.#isObject);
      this.#isObject = longer;
    }
    this.#isObject[this.depth] = object ? 1 : 0;
  }

  describe(state: PathState, keysFrom: number): void {
    const { depth } = this;
    this.states[depth] = state;
    this.claims[depth] = state.claims ? depth : (this.claims[depth - 1] as number);
    this.kept[depth] = 0;
    this.scopes[depth] = this.isObject(depth) ? this.#objects++ : (this.scopes[depth - 1] as number);
    this.elements[depth] = 0;
    this.nameEnds[depth] = 0;
    this.keysFrom[depth] = keysFrom;
  }

  isObject(depth: number): boolean {
    return this.#isObject[depth] === 1;
  }

  /** The way down to a level, as `$.entries[3].card.pan`. */
  path(depth: number, nameOf: (start: number, end: number) => string): string {
    let path = "$";
    for (let level = 1; level <= depth && level <= DEPTH_MAX; level++) {
      const elements = this.elements[level] as number;
      const nameEnd = this.nameEnds[level] as number;
      if (this.isObject(level)) path += nameEnd === 0 ? "" : `.${nameOf(this.nameStarts[level] as number, nameEnd)}`;
      else path += elements === 0 ? "" : `[${elements - 1}]`;
    }
    return path;
  }
}
