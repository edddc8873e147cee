/**
 * Peers: programs of others that do the same job, each a long-lived process that is warm when it is measured.
 *
 * A program gets the path of a JSON array of messages and the path of a file for its output. It masks every message once, writes the
 * outputs as a JSON array, warms up, and prints one line `{"peer", "version", "leaves", "less"}`. For each line with a number on its
 * standard input it works for so many milliseconds and prints `{"messages", "wall", "cpu"}` in nanoseconds, CPU time of the whole
 * process. It ends with its input.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Context } from "./case.ts";
import type { Subject, Timed } from "./measure.ts";

const PEERS = fileURLToPath(new URL("../peers/", import.meta.url));
/** Set-up of all peers together is to end in minutes, also where it cannot succeed. */
const SET_UP_MS_MAX = 300_000;
const READY_MS_MAX = 90_000;
const ANSWER_MS_EXTRA = 60_000;

export interface Peer {
  /** Folder below bench/peers. */
  readonly folder: string;
  /** Commands that set it up, as bench/peers/FOLDER/README.md gives them; run by the shell in that folder. `$CACHE` is where it may install. */
  readonly setUp: readonly string[];
  /** Program and arguments; `$CACHE` as above. */
  readonly run: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface PeerFacts {
  readonly peer: string;
  readonly version: string;
  /** Leaves that it masks in one message. */
  readonly leaves: number;
  /** What it does not do of what we do. */
  readonly less: string;
}

export interface RunningPeer extends Subject {
  readonly facts: PeerFacts;
  /** What it made of each message. */
  readonly outputs: readonly string[];
  close(): void;
}

/**
 * Installs what a peer needs, once: again only when a file of its folder has changed.
 * @throws Error with the last line of what went wrong
 */
export function setUpPeer(peer: Peer, cache: string): void {
  const folder = join(PEERS, peer.folder);
  const place = join(cache, "peers", peer.folder);
  const mark = join(place, "set-up");
  const now = createHash("sha256").update(peer.setUp.join("\n")).update(filesOf(peer.folder)).digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === now) return;
  mkdirSync(place, { recursive: true });
  for (const command of peer.setUp) {
    const result = spawnSync("sh", ["-c", command], {
      cwd: folder,
      env: { ...process.env, CACHE: place },
      encoding: "utf8",
      timeout: SET_UP_MS_MAX,
      maxBuffer: 1 << 28,
    });
    if (result.status !== 0) throw new Error(`set-up failed: ${reasonOf(`${result.stdout ?? ""}\n${result.stderr ?? ""}`, result.error)}`);
  }
  writeFileSync(mark, now);
}

/** Starts a peer over a set of messages and waits until it is warm. */
export async function startPeer(peer: Peer, cache: string, scratch: string, messages: readonly string[]): Promise<RunningPeer> {
  const place = join(cache, "peers", peer.folder);
  const name = createHash("sha256")
    .update(JSON.stringify([peer.run, peer.env]))
    .digest("hex")
    .slice(0, 12);
  const input = join(scratch, `${name}.in.json`);
  const output = join(scratch, `${name}.out.json`);
  writeFileSync(input, JSON.stringify(messages));
  const [command = "", ...args] = peer.run.map((word) => word.replace("$CACHE", place));
  const child = spawn(command, [...args, input, output], {
    cwd: join(PEERS, peer.folder),
    env: { ...process.env, ...peer.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-8192);
  });
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(error.message)));
    child.once("close", (code) => reject(new Error(`ended with ${code}: ${reasonOf(complaints)}`)));
  });
  failed.catch(() => undefined);
  const answer = async (milliseconds: number): Promise<unknown> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
    });
    try {
      const line = await Promise.race([lines.next(), failed, late]);
      if (line.done === true) return await Promise.race([failed, late]);
      return JSON.parse(line.value) as unknown;
    } finally {
      clearTimeout(timer);
    }
  };
  const close = (): void => {
    child.stdin.end();
    child.kill();
  };
  try {
    const facts = (await answer(READY_MS_MAX)) as PeerFacts;
    const outputs = existsSync(output) ? (JSON.parse(readFileSync(output, "utf8")) as string[]) : [];
    const measure = async (milliseconds: number): Promise<Timed> => {
      child.stdin.write(`${milliseconds}\n`);
      const row = (await answer(milliseconds + ANSWER_MS_EXTRA)) as { messages: number; wall: number; cpu: number };
      return { wall: row.wall / row.messages, cpu: row.cpu / row.messages };
    };
    return { facts, outputs, measure, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Contents of a peer's own files: what its set-up depends on. */
function filesOf(folder: string): string {
  const visit = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => !["node_modules", "target", "__pycache__"].includes(entry.name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const inside = join(path, entry.name);
        return entry.isDirectory() ? visit(inside) : [`${entry.name}\0${readFileSync(inside, "utf8")}`];
      });
  return visit(join(PEERS, folder)).join("\0");
}

/** The line that says why, of a tool's output. */
function reasonOf(text: string, error?: Error): string {
  const lines = text.split("\n").map((line) => line.trim());
  const telling = lines.filter((line) => line !== "");
  const line = telling.findLast((candidate) => /error|not found|cannot|failed|no such/i.test(candidate)) ?? telling.at(-1);
  return (line ?? error?.message ?? "no output").slice(0, 200);
}

/** Sets a peer up, starts it, hands it to `use`, and ends it. */
export async function withPeer<Result>(
  context: Pick<Context, "cache" | "scratch" | "tell">,
  peer: Peer,
  messages: readonly string[],
  use: (running: RunningPeer) => Promise<Result>,
): Promise<Result> {
  context.tell(`setting up ${peer.folder}`);
  setUpPeer(peer, context.cache);
  const running = await startPeer(peer, context.cache, context.scratch, messages);
  try {
    return await use(running);
  } finally {
    running.close();
  }
}
