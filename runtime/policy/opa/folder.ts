/** A folder of Rego that an editor or a checkout changes while a run goes on. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BautaError } from "../../kit/errors.ts";
import { type CompiledPolicy, compilePolicy, testPolicy } from "./compile.ts";

/** Where policies come from. */
export interface PolicySource {
  /** How it is told. */
  readonly name: string;
  /** The policy as it is now if that is another one than the last; throws for one that is wrong, once for each. */
  next(): Promise<CompiledPolicy | undefined>;
}

export class FolderSource implements PolicySource {
  readonly name: string;
  #seen = "";

  constructor(path: string) {
    this.name = path;
  }

  async next(): Promise<CompiledPolicy | undefined> {
    const before = fingerprint(this.name);
    if (before === this.#seen) return undefined;
    const [compiled] = await Promise.all([compilePolicy(this.name), hasTests(this.name) ? testPolicy(this.name) : undefined]).catch(
      (error: unknown) => {
        // What is wrong now is told once; a change is another try.
        if (fingerprint(this.name) === before) this.#seen = before;
        throw error;
      },
    );
    // What changed while it was read is read again.
    if (fingerprint(this.name) !== before) return undefined;
    this.#seen = before;
    return compiled;
  }
}

const hasTests = (path: string): boolean => filesIn(path).some((name) => name.endsWith("_test.rego"));

/** Names, sizes and times of all files: another text for another content, as far as the file system tells. */
function fingerprint(path: string): string {
  return filesIn(path)
    .map((name) => {
      const { mtimeNs, size, ino } = statSync(name, { bigint: true });
      return `${name} ${mtimeNs} ${size} ${ino}`;
    })
    .join("\n");
}

function filesIn(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
    return names.filter((name) => /\.(rego|json|ya?ml)$|(^|[\\/])\.manifest$/.test(name)).map((name) => join(path, name));
  } catch (error) {
    throw new BautaError(1002, { path, ...(error instanceof Error && "code" in error ? { detail: String(error.code) } : {}) });
  }
}
