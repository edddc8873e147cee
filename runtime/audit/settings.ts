/** What a run tells of itself: three profiles, and a knob for each thing that costs something. */
import { BautaError } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";

/** Names are those of the line event `settings` and of a pipeline file. docs/operations.md has what each costs. */
export interface LogSettings {
  readonly profile: ProfileName;
  /** A line when a statement begins. */
  readonly log_stmt_start: boolean;
  /** PROGRESS for each worker, too. */
  readonly log_nested_progress: boolean;
  /** A Summary for each source, too. */
  readonly log_nested_summaries: boolean;
  /** A line for each source that was read. */
  readonly ds_log_source_metrics: boolean;
  /** A line for each sink of a commit. */
  readonly ds_log_export_metrics: boolean;
  /** Behind an error, the places in the code. */
  readonly log_debug_stacktraces: boolean;
  /** Percent between two lines of PROGRESS; 0 is none. */
  readonly log_progress_pct: number;
  /** Over topics, of the records that go out one in so many is looked through for numbers that came through; 0 is none. */
  readonly quality_check_every: number;
}

export type ProfileName = "performance" | "balanced" | "flexibility";
export type Knob = Exclude<keyof LogSettings, "profile">;

const PROFILES: Readonly<Record<ProfileName, Omit<LogSettings, "profile">>> = {
  performance: {
    log_stmt_start: false,
    log_nested_progress: false,
    log_nested_summaries: false,
    ds_log_source_metrics: false,
    ds_log_export_metrics: false,
    log_debug_stacktraces: false,
    log_progress_pct: 0,
    quality_check_every: 0,
  },
  balanced: {
    log_stmt_start: true,
    log_nested_progress: false,
    log_nested_summaries: false,
    ds_log_source_metrics: false,
    ds_log_export_metrics: false,
    log_debug_stacktraces: false,
    log_progress_pct: 10,
    quality_check_every: 0,
  },
  flexibility: {
    log_stmt_start: true,
    log_nested_progress: true,
    log_nested_summaries: true,
    ds_log_source_metrics: true,
    ds_log_export_metrics: true,
    log_debug_stacktraces: false,
    log_progress_pct: 1,
    quality_check_every: 0,
  },
};

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];
export const KNOBS = Object.keys(PROFILES.balanced) as readonly Knob[];
/** Knobs that are integers, from 0, and the largest value of each; the others are true or false. */
export const KNOB_MAX: Readonly<Partial<Record<Knob, number>>> = { log_progress_pct: 100, quality_check_every: 1_000_000 };
export const PROFILE_BY_DEFAULT: ProfileName = "balanced";

/**
 * The profile's values, with knobs of one's own over them.
 * @param knobs by name; a value is `true` or `false`, for those of `KNOB_MAX` an integer
 * @throws BautaError 1001 for a name that is none, and for a value that the knob does not take
 */
export function logSettings(profile: ProfileName = PROFILE_BY_DEFAULT, knobs: Readonly<Record<string, unknown>> = {}): LogSettings {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(knobs)) own[name] = knobValue(name, value);
  return { profile, ...PROFILES[profile], ...own };
}

/**
 * Reads `log_progress_pct=5`.
 * @throws BautaError 1001 when it is not of that form
 */
export function knobsOf(settings: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf("=");
      if (at < 1) throw new BautaError(1001, { detail: "--set takes KNOB=VALUE" });
      const [name, word] = [setting.slice(0, at), setting.slice(at + 1)];
      const value = word === "true" ? true : word === "false" ? false : /^\d{1,7}$/.test(word) ? Number(word) : word;
      return [name, value];
    }),
  );
}

function knobValue(name: string, value: unknown): unknown {
  const knob = KNOBS.find((known) => known === name);
  if (knob === undefined) {
    const meant = nearest(name, KNOBS);
    throw new BautaError(1001, {
      detail: `no knob ${name}${meant === undefined ? `; there are ${KNOBS.join(", ")}` : `; did you mean ${meant}?`}`,
    });
  }
  const most = KNOB_MAX[knob];
  if (most !== undefined) {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw new BautaError(1001, { detail: `${knob} is an integer from 0 to ${most}` });
  }
  if (typeof value !== "boolean") throw new BautaError(1001, { detail: `${knob} is true or false` });
  return value;
}
