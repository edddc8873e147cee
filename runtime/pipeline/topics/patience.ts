/**
 * Whether the cluster answers, and waiting for it while it does not. A cluster that is away ends no run: what is under way is asked for
 * again until it is answered, or until the run is told to stop.
 */
import { isWaitedFor, problemOf } from "../../kafka/failure.ts";
import { KAFKA_AGAIN_MS, KAFKA_TOLD_MS } from "../../kit/limits.ts";
import type { Clock } from "../run.ts";

export interface PatienceParts {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** A problem, by librdkafka's name of it and the issue that it is. */
  degrade(name: string, issue: number): void;
  /** The cluster went away, or is there again after so many milliseconds. */
  health(isOk: boolean, milliseconds: number): void;
}

export class Patience {
  readonly #parts: PatienceParts;
  /** When a problem was told last, by its name. */
  readonly #told = new Map<string, number>();
  #awaySince: number | undefined;
  #isSuspect = false;
  /** Calls that are made again and again: they find out by themselves whether the cluster is there. */
  #waiting = 0;
  #isGivenUp = false;

  constructor(parts: PatienceParts) {
    this.#parts = parts;
  }

  /** It is away, or there is reason to ask, and nobody is asking. */
  get isInDoubt(): boolean {
    return this.#waiting === 0 && (this.#isSuspect || this.#awaySince !== undefined);
  }

  /** A client lost all of its connections: whether the cluster is away, it says when it is asked. */
  suspect(): void {
    this.#isSuspect = true;
  }

  /** The run ends for a reason of its own: what is under way may end, and is not asked for again. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** Whether the run has to end with what it was told, and not because of this error. */
  endsQuietly(error: unknown): boolean {
    const problem = problemOf(error);
    return this.#parts.stop.aborted && problem !== undefined && (problem.retriable || isWaitedFor(problem.issue));
  }

  /**
   * Calls until the cluster answers. What waiting does not mend is thrown; so is what there is when the run is told to stop.
   * @param issueOfWait the issue that it is to wait because of a failure, by its name, where more is known than that there was no answer
   */
  async until<T>(call: () => Promise<T>, issueOfWait?: (name: string) => Promise<number | undefined>): Promise<T> {
    const { clock, stop } = this.#parts;
    let isWaiting = false;
    try {
      for (;;) {
        try {
          const answer = await call();
          this.back();
          return answer;
        } catch (error) {
          const problem = problemOf(error);
          const waits = problem !== undefined && !problem.abort && !problem.fatal && (problem.retriable || isWaitedFor(problem.issue));
          if (!waits || stop.aborted || this.#isGivenUp) throw error;
          if (!isWaiting) this.#waiting++;
          isWaiting = true;
          this.away(problem.name, (await issueOfWait?.(problem.name)) ?? problem.issue);
          await clock.sleep(KAFKA_AGAIN_MS, stop);
        }
      }
    } finally {
      if (isWaiting) this.#waiting--;
    }
  }

  /** Told of a problem: the cluster is away. */
  away(name: string, issue: number): void {
    this.tell(name, issue);
    if (this.#awaySince !== undefined) return;
    this.#awaySince = this.#parts.clock.ticks();
    this.#parts.health(false, 0);
  }

  /** The cluster has answered. */
  back(): void {
    this.#isSuspect = false;
    if (this.#awaySince === undefined) return;
    const milliseconds = this.#parts.clock.ticks() - this.#awaySince;
    this.#awaySince = undefined;
    this.#parts.health(true, milliseconds);
  }

  /** Tells of a problem now and then. */
  tell(name: string, issue: number): void {
    const now = this.#parts.clock.ticks();
    if (now - (this.#told.get(name) ?? Number.NEGATIVE_INFINITY) < KAFKA_TOLD_MS) return;
    this.#told.set(name, now);
    this.#parts.degrade(name, issue);
  }
}
