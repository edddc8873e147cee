/** The time, as this host has it. */

export const systemClock = {
  /** Milliseconds since 1970, UTC. */
  date: (): number => Date.now(),
  /** Milliseconds from any point; never goes back. */
  ticks: (): number => performance.now(),
  /** Resolves after so many milliseconds, or when the signal says so. */
  sleep: (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, TIMER_MAX));
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

/** Timers of more milliseconds fire at once. */
const TIMER_MAX = 2 ** 31 - 1;
