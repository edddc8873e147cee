/** Long work in the thread that masks, in slices: between two of them others get their turn. */

/** How long a slice takes, milliseconds, as far as its steps are short. */
const SLICE_MS = 5;

export class Turns {
  readonly #stop: AbortSignal | undefined;
  #since = performance.now();

  /** @param stop the work is not wanted any more */
  constructor(stop?: AbortSignal) {
    this.#stop = stop;
  }

  /** The slice has taken long enough: `next` lets others go first. */
  get isOver(): boolean {
    return performance.now() - this.#since >= SLICE_MS;
  }

  /** Returns when others had their turn. @throws what the signal was told, once it was */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#stop?.throwIfAborted();
    this.#since = performance.now();
  }
}

/** The texts in order of their code units, sorted without keeping others from their turn. */
export async function sortedInTurns(texts: readonly string[], turns: Turns): Promise<string[]> {
  let runs: string[][] = [];
  for (let from = 0; from < texts.length; from += RUN) {
    runs.push(texts.slice(from, from + RUN).sort());
    if (turns.isOver) await turns.next();
  }
  while (runs.length > 1) {
    const longer: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) longer.push(await merged(runs[i] as string[], runs[i + 1] ?? [], turns));
    runs = longer;
  }
  return runs[0] ?? [];
}

/** Texts that are sorted, or merged, between two looks at the clock. */
const RUN = 512;

async function merged(a: readonly string[], b: readonly string[], turns: Turns): Promise<string[]> {
  const all: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const isFirst = j >= b.length || (i < a.length && (a[i] as string) <= (b[j] as string));
    all.push((isFirst ? a[i++] : b[j++]) as string);
    if (all.length % RUN === 0 && turns.isOver) await turns.next();
  }
  return all;
}
