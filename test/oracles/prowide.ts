/**
 * pw-swift-core as the judge of SWIFT MT: what it reads in a message, without any value. The Java program is in test/oracles/java; it
 * is built when it is missing or older than its sources, from the local Maven repository if that has everything.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../shared.ts";

export interface ProwideComponent {
  readonly name: string;
  readonly filled: boolean;
  /** SHA-256 of the value, when asked for. */
  readonly hash?: string;
}

export interface ProwideTag {
  readonly tag: string;
  readonly known: boolean;
  /** The components spell the whole value: no text is left over. Absent if the field is not known. */
  readonly whole?: boolean;
  readonly components?: readonly ProwideComponent[];
}

/** Parts of a header that are filled, or their hashes. */
export type ProwideHeader = Readonly<Record<string, boolean | string>>;

export interface ProwideMessage {
  readonly file: string;
  /** Ordinal in its file. */
  readonly index: number;
  /** null: text only, or an acknowledgement alone. */
  readonly type: string | null;
  readonly variant?: string | null;
  readonly direction?: "input" | "output" | null;
  readonly acknowledged?: "ACK" | "NAK" | "unknown";
  readonly acknowledgement?: readonly ProwideTag[];
  readonly acknowledgementHeader?: ProwideHeader;
  readonly block1?: ProwideHeader;
  readonly block2?: ProwideHeader;
  readonly block3?: readonly ProwideTag[];
  /** Block 4. */
  readonly tags?: readonly ProwideTag[];
  readonly block5?: readonly ProwideTag[];
  readonly userBlocks?: readonly string[];
  /** One entry for each error of the parser (lenient off). */
  readonly errors: readonly string[];
  /** Class of what the parser threw. */
  readonly exception: string | null;
  /** Texts that belong to no field. */
  readonly unparsed: number;
}

const javaRoot = `${projectRoot}test/oracles/java/`;
const jar = `${javaRoot}target/prowide-oracle.jar`;

/** Reads all messages of the files, in order. Throws when the oracle cannot be built or run: a missing judge fails the test. */
export function prowide(files: readonly string[], options: { readonly hashes?: boolean } = {}): ProwideMessage[] {
  if (files.length === 0) return [];
  build();
  const result = spawnSync("java", ["-jar", jar, ...(options.hashes === true ? ["--hashes"] : [])], {
    input: files.join("\n"),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) throw new Error("the pw-swift-core oracle failed");
  return result.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ProwideMessage);
}

/** What must be the same before and after masking: type, tags in order, which components are filled. Block 5 and S apart: they are dropped. */
export function structureOf(message: ProwideMessage): unknown {
  const rows = (tags: readonly ProwideTag[] | undefined): unknown =>
    tags?.map(({ tag, components }) => [tag, components?.filter(({ filled }) => filled).map(({ name }) => name)]);
  return {
    type: message.type,
    variant: message.variant,
    direction: message.direction,
    acknowledged: message.acknowledged,
    acknowledgement: rows(message.acknowledgement),
    block3: rows(message.block3),
    tags: rows(message.tags),
  };
}

/** Whether the judge has nothing to object to. */
export function isClean(message: ProwideMessage): boolean {
  const tags = [...(message.acknowledgement ?? []), ...(message.block3 ?? []), ...(message.tags ?? [])];
  return (
    message.exception === null &&
    message.errors.length === 0 &&
    message.unparsed === 0 &&
    tags.every((tag) => tag.known && tag.whole === true)
  );
}

function build(): void {
  if (
    existsSync(jar) &&
    statSync(jar).mtimeMs >= newest(`${javaRoot}src`) &&
    statSync(jar).mtimeMs >= statSync(`${javaRoot}pom.xml`).mtimeMs
  )
    return;
  const maven = (...mode: string[]): boolean => spawnSync("mvn", ["-q", "-B", ...mode, "-f", `${javaRoot}pom.xml`, "package"]).status === 0;
  if (!maven("-o") && !maven()) throw new Error("the pw-swift-core oracle cannot be built: it needs Java 17 and Maven");
}

/** Time of the newest file below a folder, in milliseconds. */
function newest(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((time, entry) => {
    const path = join(folder, entry.name);
    const own = entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    return Math.max(own, time);
  }, 0);
}
