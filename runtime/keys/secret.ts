/** Bytes of a key, held so that no log line, error or inspection shows them. */
import { BautaError } from "../kit/errors.ts";

const NODE_INSPECT = Symbol.for("nodejs.util.inspect.custom");
const DENO_INSPECT = Symbol.for("Deno.customInspect");
const SHOWN = "[secret]";

/** Owns its bytes: it copies what it is given, and overwrites its copy on `close`. */
export class Secret {
  readonly #bytes: Uint8Array;
  #closed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Runs `use` on the bytes, which are valid only during the call and must not be kept. */
  open<T>(use: (bytes: Uint8Array) => T): T {
    if (this.#closed) throw new BautaError(9001, { detail: "a key was used after it was closed" });
    return use(this.#bytes);
  }

  close(): void {
    this.#bytes.fill(0);
    this.#closed = true;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [NODE_INSPECT](): string {
    return SHOWN;
  }

  [DENO_INSPECT](): string {
    return SHOWN;
  }
}
