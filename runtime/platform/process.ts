/** What is asked of the operating system about this process. */
import { writeFileSync } from "node:fs";

export interface RuntimeFacts {
  readonly name: "bun" | "node" | "deno";
  readonly version: string;
}

export function runtimeFacts(): RuntimeFacts {
  const versions = process.versions as Record<string, string | undefined>;
  if (versions["bun"] !== undefined) return { name: "bun", version: versions["bun"] };
  if (versions["deno"] !== undefined) return { name: "deno", version: versions["deno"] };
  return { name: "node", version: process.versions.node };
}

/**
 * Keeps clear values and keys out of core dumps: on Linux a dump of this process holds no memory from now on. macOS and Windows write
 * no dumps unless an administrator asked for them. Returns whether it is certain.
 */
export function disableCoreDumps(): boolean {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
    return true;
  } catch {
    return false;
  }
}

/** Signals that ask a process to end, and their numbers: the exit code is 128 and the number, as shells have it. */
const STOP_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Calls `cleanup` when the process ends before `forget` was called: by itself, or because it was told to. Signals are caught only
 * while there is something to clean up, so that otherwise they end the process as ever, even where a write waits for its reader.
 * @returns forget
 */
export function beforeExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) for (const signal of stopSignals) process.on(signal, endUnlessAsked);
  if (cleanups.size === 0) process.on("exit", cleanUp);
  cleanups.add(cleanup);
  return () => {
    if (!cleanups.delete(cleanup) || cleanups.size > 0) return;
    for (const signal of stopSignals) process.off(signal, endUnlessAsked);
    process.off("exit", cleanUp);
  };
}

export interface StopRequest {
  readonly signal: AbortSignal;
  /** 128 and the signal's number, once one came. */
  readonly exitCode: number | undefined;
  /** Signals end the process as ever from now on. */
  forget(): void;
}

/** Asks for a good end when the process is told to end. A second signal ends it at once. */
export function onStopSignal(): StopRequest {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (exitCode !== undefined) return endBySignal(signal);
    exitCode = 128 + STOP_SIGNALS[signal as keyof typeof STOP_SIGNALS];
    controller.abort();
  };
  for (const signal of stopSignals) process.on(signal, stop);
  stopRequests++;
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    forget() {
      for (const signal of stopSignals) process.off(signal, stop);
      stopRequests--;
    },
  };
}

/** Who waits for a good end does the cleaning up. */
let stopRequests = 0;

const stopSignals = Object.keys(STOP_SIGNALS) as (keyof typeof STOP_SIGNALS)[];
const cleanups = new Set<() => void>();

function endUnlessAsked(signal: NodeJS.Signals): void {
  if (stopRequests === 0) endBySignal(signal);
}

function endBySignal(signal: NodeJS.Signals): void {
  process.exit(128 + STOP_SIGNALS[signal as keyof typeof STOP_SIGNALS]);
}

function cleanUp(): void {
  for (const cleanup of [...cleanups]) cleanup();
}
