/**
 * Calls of the Kafka client end by themselves: each has a time-out. One that has not ended long behind it never will, and would hold a
 * worker, its partitions and all that is behind them for as long as nobody looks. It ends the worker instead: what is not committed is read
 * again by whoever is started next.
 */
import { BautaError } from "../kit/errors.ts";
import { KAFKA_OVERDUE_LOOK_MS, KAFKA_OVERDUE_LOOKS } from "../kit/limits.ts";

export interface Overdue {
  /** Time is counted in looks, so that a machine that stood still has lost one, however long that was. */
  readonly looks: number;
  readonly lookMs: number;
}

const USUAL: Overdue = { looks: KAFKA_OVERDUE_LOOKS, lookMs: KAFKA_OVERDUE_LOOK_MS };

/**
 * The call's own answer; never thrown at once, also where the client refuses the call.
 * @param what the call, as the error names it
 * @throws BautaError 1528 if there is none for far longer than any call takes
 */
export function answered<T>(what: string, call: () => Promise<T>, { looks, lookMs }: Overdue = USUAL): Promise<T> {
  return new Promise((resolve, reject) => {
    const calling = call();
    let left = looks;
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      isAnyLeft = true;
      reject(new BautaError(STUCK, { detail: what }));
    }, lookMs);
    calling.then(resolve, reject).finally(() => clearInterval(timer));
  });
}

const STUCK = 1528;

let isAnyLeft = false;

/** Whether a call is under way that nobody can end: it would keep the process alive. */
export const isStuck = (): boolean => isAnyLeft;

/** Waits for a call of a client that is given up: however it ends, and if it does not end soon, whoever gives it up goes without. */
export async function givenUp(call: () => Promise<unknown>, overdue: Overdue = LEAVING): Promise<void> {
  await answered("close", call, overdue).catch(() => undefined);
}

/** Leaving waits for brokers; for as long as nobody takes a worker for one that hangs. */
const LEAVING: Overdue = { looks: 3, lookMs: 5000 };
