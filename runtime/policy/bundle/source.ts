/** Where bundles come from: a file, a folder, or a server; all of them are asked in one way. */
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_LOOK_MS, BUNDLE_POLL_MS, BUNDLE_RETRY_MS, BUNDLE_TIMEOUT_MS, BUNDLE_WAIT_SECONDS_MAX } from "../../kit/limits.ts";
import { systemClock } from "../../platform/clock.ts";
import { serverUrl } from "../http.ts";
import type { Bundle } from "./bundle.ts";
import { openHttpSource } from "./http-source.ts";
import { openPlace } from "./place-source.ts";
import type { BundleSourceDefinition, HttpSettings, HttpSourceDefinition, Place } from "./source-kinds.ts";

export interface BundleSource {
  /** What is asked, for messages. */
  readonly name: string;
  /**
   * The bundle, if it is another than the last one that was given; else undefined. Nothing is verified. May take as long as the server
   * was asked to wait.
   * @throws BautaError 1638 if the source does not answer, or 1002, 1621 to 1624, 1635 if what it has is no bundle
   */
  next(signal: AbortSignal): Promise<Bundle | undefined>;
  /** The next answer gives the bundle again, whether it has changed or not. */
  forget(): void;
  /** Waits for so long, or until there may be another bundle where somebody tells. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Bundles as they come, until the signal says that it is enough. A failure is told and asked again after a while, which doubles up to
   * the time between two questions.
   */
  watch(signal: AbortSignal, failed: (error: BautaError) => void): AsyncGenerator<Bundle, void, void>;
}

/** What a source needs of the world; tests pass theirs. */
export interface SourceSurroundings {
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  ticks(): number;
  /** At least 0, below 1. */
  random(): number;
}

const SURROUNDINGS: SourceSurroundings = { sleep: systemClock.sleep, ticks: systemClock.ticks, random: () => Math.random() };

/** @throws BautaError 1639 for settings that cannot be */
export function openBundleSource(definition: BundleSourceDefinition, surroundings: SourceSurroundings = SURROUNDINGS): BundleSource {
  const place =
    definition.kind === "http" ? openHttpSource(checked(definition)) : openPlace(definition.path, millis(definition, BUNDLE_LOOK_MS));
  return {
    name: place.name,
    next: (signal) => place.next(signal),
    forget: () => place.forget(),
    pause: (milliseconds, signal) => (place.pause ?? surroundings.sleep)(milliseconds, signal),
    watch: (signal, failed) => watch(place, surroundings, signal, failed),
  };
}

async function* watch(
  place: Place,
  { sleep, ticks, random }: SourceSurroundings,
  signal: AbortSignal,
  failed: (error: BautaError) => void,
): AsyncGenerator<Bundle, void, void> {
  for (let failures = 0; !signal.aborted; ) {
    const from = ticks();
    let pause: number;
    try {
      const bundle = await place.next(signal);
      failures = 0;
      if (bundle !== undefined) yield bundle;
      // A server that was asked to wait and does not is not asked without end.
      pause = Math.max(place.pauseMs(random()), BUNDLE_RETRY_MS - (ticks() - from));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof BautaError)) throw error;
      failed(error);
      pause = Math.min(place.patienceMs, BUNDLE_RETRY_MS * 2 ** Math.min(failures++, 20)) * (0.5 + random() / 2);
    }
    if (pause > 0 && !signal.aborted) await sleep(pause, signal);
  }
}

const EVERY_MS_MAX = 24 * 60 * 60 * 1000;

function millis({ everyMs }: { readonly everyMs?: number | undefined }, otherwise: number): number {
  return within("everyMs", everyMs ?? otherwise, 1, EVERY_MS_MAX);
}

/** An HTTP source's settings, with what was not said. */
function checked(definition: HttpSourceDefinition): HttpSettings {
  serverUrl(definition.url, definition);
  return {
    ...definition,
    everyMs: millis(definition, BUNDLE_POLL_MS),
    waitSeconds: within("waitSeconds", definition.waitSeconds ?? 0, 0, BUNDLE_WAIT_SECONDS_MAX),
    timeoutMs: within("timeoutMs", definition.timeoutMs ?? BUNDLE_TIMEOUT_MS, 1, EVERY_MS_MAX),
  };
}

function within(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new BautaError(1639, { path: name, detail: `a whole number from ${from} to ${to}` });
}
