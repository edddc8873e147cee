/** Messages that go to several readers: names that are the same for all of them, and how many went to any. */

/** Names of message types, numbered as they are met; one number for all that mask in a run. */
export class MessageNames {
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    this.#indexes.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  nameOf(index: number): string {
    return this.#names[index] ?? "";
  }
}

/** Counts each message once, to however many readers it goes. */
export class MessagesOut {
  readonly names: MessageNames;
  /** By value of the call: 1 once it went to a reader. */
  #isOut = new Uint8Array(0);
  /** Numbers of the values that are masked now; undefined: all, in their order. */
  #among: readonly number[] | undefined;
  /** By index of the name. */
  #counts: number[] = [];

  constructor(names: MessageNames) {
    this.names = names;
  }

  /** Begins a call over so many values. */
  begin(count: number): void {
    this.#among = undefined;
    if (count > this.#isOut.length) this.#isOut = new Uint8Array(count);
    else this.#isOut.fill(0, 0, count);
  }

  /** What is masked from now on are these values of the call alone. Default: all. */
  among(values?: readonly number[]): void {
    this.#among = values;
  }

  /** Whether nobody got this value yet; from now on somebody has. */
  isFirst(frame: number): boolean {
    const value = this.#among?.[frame] ?? frame;
    const isFirst = this.#isOut[value] === 0;
    this.#isOut[value] = 1;
    return isFirst;
  }

  add(message: number): void {
    this.#counts[message] = (this.#counts[message] ?? 0) + 1;
  }

  /** Messages by name since it was asked last. */
  take(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    this.#counts.forEach((count, index) => void counts.set(this.names.nameOf(index), count));
    this.#counts = [];
    return counts;
  }
}
