/**
 * A file that grows by whole segments: each is written beside its place under a private name, synced, and renamed when the commit that
 * names it is durable. `payments.xml` becomes `payments.000000000000-000000012345.xml`, and so on: the number of the first record, and
 * of the one behind the last.
 */
import { accessSync, closeSync, constants, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { beforeExit } from "../platform/process.ts";
import type { Segment, Sink } from "./api.ts";
import { syncFolder, writeAll, writeError } from "./write.ts";

export interface SegmentOptions {
  /** Path of the whole, into which the range is put. */
  readonly path: string;
  /** Id of the run: private files of another run are not touched. */
  readonly task: string;
  /** Records that are in segments before; default 0. */
  readonly firstRecord?: number;
  /** Only its owner may read them: mode 0600. */
  readonly private?: boolean;
  /** In place of the path, for messages and reports. */
  readonly name?: string;
}

const RANGE_DIGITS = 12;
/** Characters of a file's name that its private ones begin with. */
const NAME_SHOWN = 48;
const PRIVATE_END = ".part";

/** @throws BautaError 7002 or 7003 when its folder cannot be made or written to */
export function segmentSink(options: SegmentOptions): Sink {
  const { path, task, name = path } = options;
  const folder = dirname(path);
  const mode = options.private === true ? 0o600 : 0o666;
  failing(path, () => {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  });
  let firstRecord = options.firstRecord ?? 0;
  let records = 0;
  let size = 0;
  let file = -1;
  let count = 0;
  let privateName = "";
  let forget = (): void => undefined;
  const open = (): void => {
    privateName = join(folder, `${privatePrefix(path, task)}${process.pid}-${count++}${PRIVATE_END}`);
    file = openSync(privateName, "wx", mode);
    forget = beforeExit(() => rmSync(privateName, { force: true }));
  };
  const dropOpen = (): void => {
    if (file < 0) return;
    closeSync(file);
    file = -1;
    rmSync(privateName, { force: true });
    forget();
  };
  return {
    name,
    resume: "exact",
    whole: false,
    write(bytes, added) {
      failing(path, () => {
        if (file < 0) open();
        writeAll(file, bytes, path);
      });
      records += added;
      size += bytes.length;
    },
    prepare() {
      if (file < 0) return undefined;
      const target = segmentPath(path, firstRecord, firstRecord + records);
      if (statSync(target, { throwIfNoEntry: false }) !== undefined) throw new BautaError(7006, { path: target });
      failing(path, () => {
        fsyncSync(file);
        closeSync(file);
        file = -1;
        syncFolder(folder);
      });
      // From here on the journal may name it: whoever resumes decides.
      forget();
      const segment: Segment = { sink: name, name: target, privateName, firstRecord, records, bytes: size };
      firstRecord += records;
      records = 0;
      size = 0;
      return segment;
    },
    publish: (segment) => publishSegment(segment),
    takeBack(prepared) {
      dropOpen();
      records = 0;
      size = 0;
      if (prepared === undefined) return;
      withdrawSegment(prepared);
      firstRecord = prepared.firstRecord;
    },
    close: dropOpen,
  };
}

/** Removes a prepared segment that no commit will name. */
export function withdrawSegment({ privateName, name }: Segment): void {
  failing(name, () => rmSync(privateName, { force: true }));
}

/**
 * Makes a prepared segment visible; one that is visible already stays.
 * @throws BautaError 7007 when it is neither prepared nor visible, 7003 when it cannot be renamed
 */
export function publishSegment({ name, privateName, bytes }: Segment): void {
  if (privateName === "") return;
  if (statSync(privateName, { throwIfNoEntry: false })?.size !== bytes) {
    if (statSync(name, { throwIfNoEntry: false })?.size === bytes) return;
    throw new BautaError(7007, { path: name });
  }
  failing(name, () => {
    renameSync(privateName, name);
    syncFolder(dirname(name));
  });
}

/** A segment of that file that is there already, whoever wrote it; undefined if there is none. */
export function segmentAt(path: string): string | undefined {
  const ending = extname(path);
  const stem = basename(path, ending);
  const isSegment = (name: string): boolean =>
    name.startsWith(`${stem}.`) &&
    name.endsWith(ending) &&
    /^\d{12,}-\d{12,}$/.test(name.slice(stem.length + 1, name.length - ending.length));
  const found = namesIn(dirname(path)).find(isSegment);
  return found === undefined ? undefined : join(dirname(path), found);
}

/** Removes what a killed run left behind and no commit named. */
export function sweepSegments({ path, task }: Pick<SegmentOptions, "path" | "task">): void {
  const folder = dirname(path);
  const prefix = privatePrefix(path, task);
  for (const name of namesIn(folder))
    if (name.startsWith(prefix) && name.endsWith(PRIVATE_END)) failing(path, () => rmSync(join(folder, name), { force: true }));
}

/** Path of the segment of records [first, behind). */
export function segmentPath(path: string, first: number, behind: number): string {
  const ending = extname(path);
  const range = [first, behind].map((record) => String(record).padStart(RANGE_DIGITS, "0")).join("-");
  return `${path.slice(0, path.length - ending.length)}.${range}${ending}`;
}

const privatePrefix = (path: string, task: string): string => `.${basename(path).slice(0, NAME_SHOWN)}.${task}.`;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function failing(name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof BautaError) throw error;
    throw writeError((error as NodeJS.ErrnoException).code, name);
  }
}
