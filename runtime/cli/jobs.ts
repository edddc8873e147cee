/** What `mask` and `unmask` read, and where each part goes. */
import { fstatSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { BautaError } from "../kit/errors.ts";
import type { Source } from "../sources/api.ts";
import { filesAt } from "../sources/file.ts";
import { stdin } from "../sources/stdin.ts";

export interface Job {
  readonly source: Source;
  /** Path of its output; undefined when all sources share one sink. */
  readonly target: string | undefined;
}

export interface Places {
  /** Files, folders, or `-`. */
  readonly in: readonly string[];
  /** A file, a folder, or `-`. */
  readonly out: string;
  /** The report of refused records. */
  readonly refused: string | undefined;
  /** What is written of the run besides: its manifest. */
  readonly alsoWritten?: readonly string[];
  /** What else is read: model, key file. */
  readonly alsoRead: readonly (string | undefined)[];
}

/**
 * One sink for all sources, or a tree of files that mirrors a folder.
 * @throws BautaError 1002 for what does not exist, 1003 where an output is an input, 1001 where two things would be written to one file
 */
export function jobsOf(places: Places): Job[] {
  const jobs = [...listed(places, isTree(places))];
  checkPlaces(jobs, places);
  return jobs;
}

/**
 * The sources of a report that goes to one place, whatever they are.
 * @throws BautaError as `jobsOf`
 */
export function sourcesOf(places: Omit<Places, "refused">): Source[] {
  const jobs = [...listed(places, false)];
  checkPlaces(jobs, { ...places, refused: undefined });
  return jobs.map(({ source }) => source);
}

function checkPlaces(jobs: readonly Job[], places: Places): void {
  const written = new Map<string, string>();
  const claim = (path: string): void => {
    if (written.has(resolve(path))) throw new BautaError(1001, { path, detail: "two outputs would be written to this file" });
    written.set(resolve(path), path);
  };
  for (const { target } of jobs) if (target !== undefined) claim(target);
  if (jobs.some(({ target }) => target === undefined) && places.out !== "-") claim(places.out);
  if (places.refused !== undefined) claim(places.refused);
  for (const path of places.alsoWritten ?? []) claim(path);
  const outputs = [...written.values()].map((path) => ({ path, stat: statAt(path) }));
  if (places.out === "-") outputs.push({ path: "stdout", stat: fstatSync(1) });
  const read = jobs.flatMap(({ source }) => (source.name === "stdin" ? [] : [source.name]));
  for (const path of [...read, ...places.alsoRead]) {
    const input = path === undefined ? undefined : statAt(path);
    const same = outputs.find(({ stat }) => input?.isFile() && stat?.dev === input.dev && stat.ino === input.ino);
    if (same !== undefined) throw new BautaError(1003, { path: same.path });
  }
}

const isTree = ({ in: paths, out }: Places): boolean =>
  out !== "-" && (out.endsWith("/") || isFolder(out) || paths.some((path) => path !== "-" && isFolder(path)));

function* listed({ in: paths, out }: Pick<Places, "in" | "out">, tree: boolean): Generator<Job> {
  for (const path of paths) {
    if (path !== "-") {
      for (const file of filesAt(path)) yield { source: file, target: tree ? join(out, file.relativePath) : undefined };
    } else if (tree) throw new BautaError(1001, { detail: "standard input cannot be written into a folder" });
    else yield { source: stdin(), target: undefined };
  }
}

const isFolder = (path: string): boolean => statAt(path)?.isDirectory() === true;

/** undefined for what is not there yet, or cannot be looked at: whoever opens it says why. */
function statAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
