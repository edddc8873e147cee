/**
 * Locks of places that one run at a time may write to. A lock is an empty file beside the place, with its process in its name:
 * `.NAME.HOST-BOOT-PID-START.lock`. Each process makes its own and then looks for others, so that of two that begin at once none is missed
 * (at worst both give way), and what a killed process has left can be removed by anybody: no process alive has that name.
 */
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { beforeExit, machineFacts, processStart } from "../platform/process.ts";
import { writeError } from "./write.ts";

export interface Lock {
  /** Once more does no harm. */
  release(): void;
}

/**
 * Locks all places, or none.
 * @throws BautaError 1426 when a process that is alive, or may be, holds one; 7002 or 7003 when no lock can be made
 */
export function lockPlaces(paths: readonly string[]): Lock {
  const mine: string[] = [];
  const release = (): void => {
    for (const path of mine.splice(0)) rmSync(path, { force: true });
    forget();
  };
  const forget = beforeExit(() => release());
  try {
    for (const path of new Set(paths.map((one) => resolve(one)))) {
      mine.push(make(path));
      const other = otherHolder(path, mine);
      if (other !== undefined) throw new BautaError(1426, { path: other });
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** Whether a file is a lock of a place. */
export const isLockOf = (file: string, path: string): boolean =>
  dirname(resolve(file)) === dirname(resolve(path)) && holderOf(basename(file), path) !== undefined;

/** Who holds a lock, as its name has it. */
interface Holder {
  readonly host: string;
  readonly boot: string;
  readonly pid: number;
  readonly start: string;
}

/** Characters of a file's name that its lock begins with. */
const NAME_SHOWN = 48;
const prefixOf = (path: string): string => `.${basename(path).slice(0, NAME_SHOWN)}.`;

function holderOf(name: string, path: string): Holder | undefined {
  const prefix = prefixOf(path);
  if (!name.startsWith(prefix)) return undefined;
  const [, host, boot, pid, start] = /^([0-9a-f]{8})-([0-9a-f]{8})-(\d+)-(\d*)\.lock$/.exec(name.slice(prefix.length)) ?? [];
  return host === undefined || boot === undefined || start === undefined ? undefined : { host, boot, pid: Number(pid), start };
}

function thisProcess(): Holder {
  const { host, boot } = machineFacts();
  const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);
  return { host: short(host), boot: short(boot), pid: process.pid, start: processStart(process.pid) ?? "" };
}

function make(path: string): string {
  const { host, boot, pid, start } = thisProcess();
  const lock = join(dirname(path), `${prefixOf(path)}${host}-${boot}-${pid}-${start}.lock`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(lock, "wx", 0o600));
    return lock;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw writeError(code, path);
    // A run of this very process.
    throw new BautaError(1426, { path: lock });
  }
}

/** A lock of another process that is alive, or may be. Those that cannot be are removed. */
function otherHolder(path: string, mine: readonly string[]): string | undefined {
  for (const name of readdirSync(dirname(path))) {
    const holder = holderOf(name, path);
    const lock = join(dirname(path), name);
    if (holder === undefined || mine.includes(lock)) continue;
    if (mayBeAlive(holder)) return lock;
    rmSync(lock, { force: true });
  }
  return undefined;
}

function mayBeAlive({ host, boot, pid, start }: Holder): boolean {
  const here = thisProcess();
  // What runs on another machine cannot be seen.
  if (host !== here.host) return true;
  // One of this number that began at another time is another process, and this one has its own lock.
  return boot === here.boot && pid !== here.pid && processStart(pid) === start;
}
