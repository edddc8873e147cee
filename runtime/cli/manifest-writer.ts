/** The manifest of a run of the command line: kept while it runs, written when it ends, however it ends. */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { writeManifest } from "../audit/manifest-file.ts";
import { RunRecord } from "../audit/record.ts";
import type { ManifestSigner } from "../audit/signature.ts";
import type { Engine } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import type { OpenPlan } from "../open.ts";
import { beforeExit, runtimeFacts } from "../platform/process.ts";
import { type Lock, lockPlaces } from "../sinks/lock.ts";

export class ManifestWriter {
  readonly path: string;
  readonly record: RunRecord;
  readonly #signer: ManifestSigner | undefined;
  readonly #forget: () => void;
  readonly #lock: Lock;

  /**
   * @param journaled the run has a journal, whose entries hold what the manifest needs
   * @throws BautaError 7003 when the folder can be seen not to take a file: better now than when all is done; 1426 when another run
   * writes there
   */
  constructor(path: string, engine: Engine, plan: OpenPlan, journaled = false) {
    this.path = path;
    checkFolder(path);
    this.#lock = lockPlaces([path]);
    const signer = plan.signer();
    this.#signer = signer;
    const { name, version } = runtimeFacts();
    this.record = new RunRecord({
      hashes: engine.primitives,
      evidenceOf: () => plan.evidence(),
      runtime: { runtime: `${name} ${version}`, platform: `${process.platform} ${process.arch}` },
      signer: signer === undefined ? undefined : { key: signer.key, version: signer.version, environment: signer.environment },
      journaled,
      finish: (manifest) => {
        writeManifest(path, manifest, signer);
        this.#forget();
      },
    });
    // Signals end the process where it stands; what it came to is told all the same.
    this.#forget = beforeExit(() => {
      const status = Number(process.exitCode ?? 0) > SIGNALS ? "stopped" : "failed";
      writeManifest(path, this.record.broken(status, Date.now()), signer);
    });
  }

  /** Id of the key that signs. */
  get signedBy(): string | undefined {
    return this.#signer?.key;
  }

  close(): void {
    this.#forget();
    this.#signer?.close();
    this.#lock.release();
  }
}

/** Exit codes above it are those of signals. */
const SIGNALS = 128;

function checkFolder(path: string): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) return;
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new BautaError(7003, { path });
  }
}
