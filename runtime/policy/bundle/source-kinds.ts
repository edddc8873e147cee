/** What there is to say of a source of bundles, and what each kind of it does by itself. */
import type { ServerAccess } from "../http.ts";
import type { Bundle } from "./bundle.ts";

export type BundleSourceDefinition =
  | {
      /** A .tar.gz, a file of Rego, or a folder: told apart by what is there. */
      readonly kind: "file" | "directory";
      readonly path: string;
      /** How often it is looked at. Default 200. */
      readonly everyMs?: number | undefined;
    }
  | HttpSourceDefinition;

export interface HttpSourceDefinition extends ServerAccess {
  readonly kind: "http";
  readonly url: string;
  /** How often the server is asked, give or take a tenth. Default 30,000. */
  readonly everyMs?: number | undefined;
  /** The server is asked to answer when there is another bundle, or after so many seconds. Default 0: at once. */
  readonly waitSeconds?: number | undefined;
  /** How long an answer may take besides. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** The same with what was not said. */
export type HttpSettings = HttpSourceDefinition & { readonly everyMs: number; readonly waitSeconds: number; readonly timeoutMs: number };

/** What each kind of source does by itself; `watch` is the same for all. */
export interface Place {
  readonly name: string;
  next(signal: AbortSignal): Promise<Bundle | undefined>;
  forget(): void;
  /** Waits, but no longer than until there may be another; undefined: nobody tells. */
  pause?(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** How long to wait after an answer. */
  pauseMs(random: number): number;
  /** The longest wait after a failure. */
  readonly patienceMs: number;
}
