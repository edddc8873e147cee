/** The command line as a process, as its users have it. */
import { afterAll } from "bun:test";
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noteTold } from "../issues/record.ts";
import { projectRoot } from "../shared.ts";

export { newKey } from "../keys/new-key.ts";

export const MAIN = `${projectRoot}runtime/cli/main.ts`;
/** The Bun that runs the tests runs the command line. */
export const BUN: string = process.execPath;

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly bytes: Uint8Array;
  readonly stderr: string;
  /** Lines of standard error. */
  readonly lines: readonly string[];
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Another checkout's command line. */
  readonly main?: string;
}

/** Runs the command to its end. */
export function bauta(args: readonly string[], options: RunOptions = {}): Ran {
  const result = spawnSync(BUN, [options.main ?? MAIN, ...args], {
    cwd: options.cwd ?? tmpdir(),
    input: options.input ?? "",
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...options.env },
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) throw result.error;
  const ran = ranOf(result.status, result.signal, result.stdout, result.stderr);
  noteTold(args, ran.stdout, ran.stderr);
  return ran;
}

/** Runs a line of bash in which `$BAUTA` is the command. */
export function shell(line: string, options: RunOptions = {}): Ran {
  const result = spawnSync("bash", ["-c", line], {
    cwd: options.cwd ?? tmpdir(),
    input: options.input ?? "",
    env: { ...process.env, BAUTA: `${BUN} ${MAIN}`, ...options.env },
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) throw result.error;
  const ran = ranOf(result.status, result.signal, result.stdout, result.stderr);
  noteTold([], ran.stderr);
  return ran;
}

export interface StartOptions extends SpawnOptions {
  /** Another command than ours. */
  readonly command?: readonly string[];
  /** Core dumps of any size. */
  readonly dumps?: boolean;
}

/** Starts the command; its end is the caller's to wait for. */
export function start(args: readonly string[], { command = [BUN, MAIN], dumps = false, ...options }: StartOptions = {}): ChildProcess {
  const words = dumps ? ["bash", "-c", 'ulimit -c unlimited; exec "$@"', "bash", ...command] : command;
  return spawn(words[0] as string, [...words.slice(1), ...args], { cwd: tmpdir(), ...options });
}

/** How a process ended, or will; one that a signal ended has no exit code. */
export function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  if (hasEnded(child)) return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** Waits until something holds. Throws when it does not in time. */
export async function until(holds: () => boolean, what: string, milliseconds = 10_000): Promise<void> {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > milliseconds) throw new Error(`waited in vain: ${what}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

/** A folder that is gone when the tests of the file are done. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "bauta-e2e-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A file system of a few pages, gone when the tests of the file are done; undefined where none can be mounted. */
export function smallDisk(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), "bauta-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" }).status === 0;
  afterAll(() => {
    if (mounted) spawnSync("umount", [path]);
    rmSync(path, { recursive: true, force: true });
  });
  return mounted ? path : undefined;
}

export const EXAMPLE_XML = readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`, "utf8");
export const EXAMPLE_MT = readFileSync(`${projectRoot}examples/messages/payment.mt103`, "utf8");
export const EXAMPLE_JSON = readFileSync(`${projectRoot}examples/messages/payment.json`, "utf8");
export const DEMO_MODEL = `${projectRoot}examples/models/demo.yaml`;
/** A pacs.008 that the engine refuses: its date is none. */
export const WRONG_XML: string = EXAMPLE_XML.replace("<IntrBkSttlmDt>2026-11-20<", "<IntrBkSttlmDt>2026-13-20<");

export function write(path: string, content: string | Uint8Array): string {
  writeFileSync(path, content);
  return path;
}

/** The JSON lines of standard error. */
export function events({ lines }: Ran): readonly Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

export function ranOf(code: number | null, signal: NodeJS.Signals | null, stdout: Buffer, stderr: Buffer): Ran {
  const text = stderr.toString();
  return {
    code,
    signal,
    stdout: stdout.toString(),
    bytes: new Uint8Array(stdout),
    stderr: text,
    lines: text.split("\n").filter((line) => line !== ""),
  };
}
