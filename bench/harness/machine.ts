/** The machine of a run, for the head of its tables. */
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly bun: string;
  readonly node: string;
  /** Load average of the minute before, which says how quiet the machine was. */
  readonly load: number;
  /** The processor that one-core cases were pinned to; undefined where taskset is not there. */
  readonly pinned: number | undefined;
  readonly date: string;
  /** Short runs, which nobody should trust. */
  readonly quick: boolean;
}

export function machineFacts(pinned: number | undefined, node: string, load: number, quick: boolean): Machine {
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  return {
    cpu: /model name\s*:\s*(.*)/.exec(info)?.[1] ?? cpus()[0]?.model ?? "unknown",
    cores: Math.max(availableParallelism(), cpus().length),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    bun: process.versions["bun"] ?? "",
    node,
    load,
    pinned,
    date: new Date().toISOString().slice(0, 10),
    quick,
  };
}

const TMPFS_MAGIC = 0x0102_1994;

/** A folder on tmpfs, so that disks have no part in a figure; the system's folder for such where there is none. */
export function scratchRoot(): { readonly path: string; readonly tmpfs: boolean } {
  const isTmpfs = (path: string): boolean => existsSync(path) && statfsSync(path).type === TMPFS_MAGIC;
  for (const path of ["/dev/shm", tmpdir()]) if (isTmpfs(path)) return { path, tmpfs: true };
  return { path: tmpdir(), tmpfs: false };
}
