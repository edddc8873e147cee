/** How a run is watched, as options of `mask`, `unmask` and `run`; `bauta help watch` lists them. */
import { Command, Option } from "commander";
import { PROFILE_BY_DEFAULT, PROFILE_NAMES, type ProfileName } from "../audit/settings.ts";
import type { MtlsFiles } from "../control/address.ts";
import type { WatchDefinition } from "../pipeline/definition/definition.ts";
import { LOG_FORMATS, type LogFormat } from "../pipeline/definition/words.ts";

export interface WatchOptions {
  readonly logFormat?: LogFormat;
  readonly profile?: ProfileName;
  /** `KNOB=VALUE` */
  readonly set?: readonly string[];
  readonly serve?: string;
  readonly serveTokenFile?: string;
  /** Three paths with commas between. */
  readonly serveMtls?: string | MtlsFiles;
  readonly otelEndpoint?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What a pipeline's file says of how it is watched, and over it what the command line says. Knobs of the file count over either profile. */
export function watchOf({ knobs, ...file }: WatchDefinition, given: WatchOptions): WatchOptions {
  const set = Object.entries(knobs).map(([knob, value]) => `${knob}=${value}`);
  // --json is a report of its own, which a format of the log excludes.
  const { logFormat: _, ...quiet } = file;
  const base = given.json === true && given.logFormat === undefined ? quiet : file;
  return { ...base, ...given, set: [...set, ...(given.set ?? [])] };
}

/** Options that were named on the command line: defaults must not count more than a file. */
export function namedOptions<T extends object>(options: T, command: Command): Partial<T> {
  const named = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) !== "default");
  return Object.fromEntries(named) as Partial<T>;
}

const OPTIONS: readonly (() => Option)[] = [
  () =>
    new Option("--log-format <FORMAT>", "text for people, lines (docs/line-events.md) or json; auto: text on a terminal, else lines")
      .choices(LOG_FORMATS)
      .default("auto" satisfies LogFormat),
  () =>
    new Option(`--profile <NAME>`, `what is told: ${PROFILE_NAMES.join(", ")}`)
      .choices(PROFILE_NAMES)
      .default(PROFILE_BY_DEFAULT satisfies ProfileName),
  () => new Option("--set <KNOB=VALUE...>", "a knob over the profile, such as log_progress_pct=5"),
  () => new Option("--serve <[HOST:]PORT>", "answer /metrics, /healthz, /readyz and /runs; on loopback unless HOST says other"),
  () => new Option("--serve-token-file <FILE>", "file with the token that requests must bear (0600)"),
  () => new Option("--serve-mtls <CERT,KEY,CA>", "TLS, and only for clients with a certificate of CA (PEM)"),
  () => new Option("--otel-endpoint <URL>", "send events to an OpenTelemetry collector (OTLP over HTTP)"),
];

/** Adds the options to a command. Its own help is one screen, and says where theirs is. */
export function addWatchOptions(command: Command): Command {
  for (const option of OPTIONS) command.addOption(option().hideHelp());
  return command.addHelpText("after", "To watch a run (log, metrics, telemetry): bauta help watch");
}

/** A command that is there for its help only. */
export function watchHelp(): Command {
  const command = new Command("bauta mask|unmask|run")
    .description("How a run is watched.")
    .helpOption("-h, --help", "print help")
    .usage("[options]");
  for (const option of OPTIONS) command.addOption(option());
  return command;
}
