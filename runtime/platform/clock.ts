/** The time, as this host has it. */

export const systemClock = {
  /** Milliseconds since 1970, UTC. */
  date: (): number => Date.now(),
  /** Milliseconds from any point; never goes back. */
  ticks: (): number => performance.now(),
  /** Resolves after so many milliseconds, or when the signal says so. */
  sleep: (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        // A signal that lives as long as the process would keep every sleep there ever was.
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(milliseconds, TIMER_MAX));
      signal.addEventListener("abort", end);
    }),
};

/** Timers of more milliseconds fire at once. */
const TIMER_MAX = 2 ** 31 - 1;
