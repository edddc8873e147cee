/** The engine contract (runtime/engines/api.ts) over the addon's exports. */
import { BautaError } from "../../kit/errors.ts";
import { RECORD_BYTES_MAX, VALUES_MAX } from "../../kit/limits.ts";
import { VERSION } from "../../kit/version.ts";
import type { LoadedAddon } from "../../platform/addon.ts";
import type { Batch } from "../../record/tables.ts";
import type { Direction, Engine, EngineHandle, FrameBounds, Primitives, ScanBounds, Templates } from "../api.ts";
import { type Addon, loadEngine } from "./addon.ts";

/**
 * Loads the native engine of this machine.
 * @param path file of the addon; left out: the one that `npm run setup` builds
 * @throws BautaError 1301 when it cannot be loaded, 1302 when it is of another version
 */
export function loadNativeEngine(path?: string): Engine {
  return nativeEngine(loadEngine(path));
}

/** The engine over an addon that was loaded already. */
export function nativeEngine({ addon, sha256 }: LoadedAddon<Addon>): Engine {
  return {
    name: "native",
    version: VERSION,
    facts: { addon: sha256, cpu: guarded(() => addon.cpuFeatures()) },
    open: (plan, keys, direction) => new NativeHandle(addon, plan, keys, direction),
    primitives: primitivesOf(addon),
    templates: () => new NativeTemplates(addon),
  };
}

class NativeHandle implements EngineHandle {
  readonly #handle: ReturnType<Addon["open"]>;
  /** After a panic the handle's scratch is in no known state. */
  #failed = false;

  constructor(addon: Addon, plan: Uint8Array, keys: Uint8Array, direction: Direction) {
    this.#handle = guarded(() => addon.open(plan, keys, direction === "unmask"));
  }

  transform(batch: Batch, output: Uint8Array, first: number): number {
    if (this.#failed) throw new BautaError(1304);
    try {
      return guarded(() =>
        this.#handle.transform(
          batch.input,
          batch.records,
          batch.recordCount,
          batch.values,
          batch.valueCount,
          batch.segments,
          batch.segmentCount,
          output,
          first,
          batch.terms,
          batch.termCount,
        ),
      );
    } catch (error) {
      this.#failed = error instanceof BautaError && error.issue.number === 1304;
      throw error;
    }
  }

  close(): void {
    guarded(() => this.#handle.close());
  }
}

class NativeTemplates implements Templates {
  readonly #templates: InstanceType<Addon["RecordTemplates"]>;
  /** Counts and bounds, as the addon's `scan` has them. */
  readonly #state: Uint32Array = new Uint32Array(9);

  constructor(addon: Addon) {
    this.#templates = guarded(() => new addon.RecordTemplates());
  }

  learn({ input, records, values, segments }: Batch, record: number, format: number): void {
    guarded(() => this.#templates.learn(input, records, values, segments, record, format));
  }

  scan(batch: Batch, from: number, { limit, stop, recordsMax }: ScanBounds): number {
    return this.#fill(batch, [from, limit, stop, recordsMax], (state) =>
      this.#templates.scan(batch.input, batch.records, batch.values, batch.segments, state),
    );
  }

  scanFrames(batch: Batch, frames: Uint32Array, first: number, { count, bytesMax, recordsMax }: FrameBounds): number {
    return this.#fill(batch, [first, count, bytesMax, recordsMax], (state) =>
      this.#templates.scanFrames(batch.input, frames, batch.records, batch.values, batch.segments, state),
    );
  }

  /** Returns how far it came. */
  #fill(batch: Batch, bounds: readonly [number, number, number, number], fill: (state: Uint32Array) => void): number {
    const state = this.#state;
    state[0] = batch.recordCount;
    state[1] = batch.valueCount;
    state[2] = batch.segmentCount;
    state.set(bounds, 3);
    state[7] = RECORD_BYTES_MAX;
    state[8] = VALUES_MAX;
    guarded(() => fill(state));
    batch.recordCount = state[0] as number;
    batch.valueCount = state[1] as number;
    batch.segmentCount = state[2] as number;
    return state[3] as number;
  }
}

function primitivesOf(addon: Addon): Primitives {
  return {
    ff1Encrypt: (key, tweak, radix, digits) => guarded(() => addon.ff1Encrypt(key, tweak, radix, digits)),
    ff1Decrypt: (key, tweak, radix, digits) => guarded(() => addon.ff1Decrypt(key, tweak, radix, digits)),
    hmacSha256: (key, data) => guarded(() => addon.hmacSha256(key, data)),
    hmacSha512: (key, data) => guarded(() => addon.hmacSha512(key, data)),
    blake3Keyed: (key, data) => guarded(() => addon.blake3Keyed(key, data)),
    xxh3: (data, seed) => guarded(() => addon.xxh3(data, seed)),
    leaves: (bytes, ranges, count, digests) => guarded(() => addon.leaves(bytes, ranges, count, digests)),
    keyedLeaves: (key, bytes, ranges, count, digests) => guarded(() => addon.keyedLeaves(key, bytes, ranges, count, digests)),
    nodes: (digests, count) => guarded(() => addon.nodes(digests, count)),
  };
}

/**
 * Calls into the addon. An error of the engine carries its issue number as `code`; anything else is a panic that the addon
 * caught, and its text, which is not ours, is dropped.
 */
function guarded<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && "code" in error && /^[0-9]{4}$/.test(String(error.code))) {
      throw new BautaError(Number(error.code), { detail: error.message });
    }
    throw new BautaError(1304);
  }
}
