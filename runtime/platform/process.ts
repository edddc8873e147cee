/** What is asked of the operating system about this process. */
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

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

/** What tells this machine from others, and this time of it from the one before its last restart; empty where the system does not say. */
export function machineFacts(): { readonly host: string; readonly boot: string } {
  return { host: hostname(), boot: readOrEmpty("/proc/sys/kernel/random/boot_id").trim() };
}

/**
 * When a process of this machine began, in the system's own units: another process of the same number has another. Empty where the system
 * does not say; undefined if there is no such process.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") return isThere(pid) ? "" : undefined;
  // The name, in brackets, may hold anything. Behind it: state, …, start time (proc(5): fields 3 and 22).
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", start] = [fields[0], fields[19]];
  return start === undefined || /^[ZXx]$/.test(state) ? undefined : start;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
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
