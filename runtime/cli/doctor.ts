/** `bauta doctor`: what runs here, for a report and for an operator's own eyes. */
import type { EngineName } from "../engines/api.ts";
import { compareOnCanary } from "../engines/canary.ts";
import { selectEngine } from "../engines/select.ts";
import { kafkaAddonSha256 } from "../kafka/addon.ts";
import { BautaError, describeIssue, issueOf, printable } from "../kit/errors.ts";
import { disableCoreDumps, runtimeFacts } from "../platform/process.ts";
import { CATALOGUES, FORMATS } from "../registry.ts";
import { compareKeys, type KeyPair } from "./doctor-keys.ts";
import { EXIT } from "./exit.ts";
import { colorsFor, print } from "./terminal.ts";

interface PartReport {
  readonly usable: boolean;
  readonly facts: Readonly<Record<string, string>>;
}

interface EngineReport extends PartReport {
  readonly name: EngineName;
}

export interface DoctorOptions {
  readonly keyFile?: string;
  /** Key files and manifests: which of them hold one key. */
  readonly against?: readonly string[];
  readonly json?: boolean;
}

export async function doctor(version: string, options: DoctorOptions): Promise<number> {
  const { keyFile, against } = options;
  if (against === undefined && keyFile !== undefined) throw new BautaError(1001, { detail: "--key-file needs --against" });
  const keys = against === undefined ? undefined : compareKeys(keyFile === undefined ? against : [keyFile, ...against]);
  const runtime = runtimeFacts();
  const engines = [await engineReport("native"), await engineReport("portable")];
  const report = {
    bauta: version,
    runtime: `${runtime.name} ${runtime.version}`,
    platform: `${process.platform} ${process.arch}`,
    coreDumps: disableCoreDumps() ? "hold no memory" : "left to the system",
    formats: FORMATS.map((format) => format.name),
    messages: CATALOGUES.map((catalogue) => catalogue.messages().length).reduce((a, b) => a + b, 0),
    engines,
    kafka: kafkaReport(),
    ...(keys === undefined ? {} : { keys }),
  };
  const healthy = engines.every((engine) => engine.usable);
  const isShared = keys?.some(({ verdict }) => verdict === "shared") ?? false;
  const exit = isShared ? EXIT.evidence : healthy ? EXIT.done : EXIT.engine;
  if (options.json) {
    print(`${JSON.stringify(report, null, 1)}`);
    return exit;
  }
  const colors = colorsFor(process.stdout);
  const row = (name: string, text: string): void => print(`${colors.bold(name.padEnd(12))} ${text}`);
  row("bauta", report.bauta);
  row("runtime", `${report.runtime} on ${report.platform}`);
  row("core dumps", report.coreDumps);
  row("formats", `${report.formats.join(", ")}; ${report.messages} message types with a catalogue`);
  const part = (name: string, { usable, facts }: PartReport, absent: string = colors.red("not usable")): void => {
    row(name, usable ? colors.green("usable") : absent);
    for (const [fact, text] of Object.entries(facts)) row("", `${colors.dim(fact)} ${text}`);
  };
  for (const engine of engines) part(engine.name, engine);
  part("kafka", report.kafka, colors.dim("not usable; only pipelines over topics need it"));
  for (const pair of keys ?? []) row("keys", pair.verdict === "shared" ? colors.red(keysText(pair)) : keysText(pair));
  return exit;
}

const VERDICTS: Readonly<Record<KeyPair["verdict"], string>> = {
  shared: describeIssue(issueOf(8511)),
  same: "one key, in one environment",
  alike: "check values agree by chance, the keys are others",
  apart: "no key in common",
};

const keysText = ({ one, other, verdict }: KeyPair): string => `${printable(one)} and ${printable(other)}: ${VERDICTS[verdict]}`;

/** A start compares the native engine with what the portable one is known to answer; here it is asked itself. */
async function engineReport(name: EngineName): Promise<EngineReport> {
  try {
    const engine = await selectEngine(name);
    if (name === "native") compareOnCanary(engine, await selectEngine("portable"));
    return { name, usable: true, facts: { version: engine.version, ...engine.facts } };
  } catch (error) {
    if (!(error instanceof BautaError)) throw error;
    return { name, usable: false, facts: { problem: error.message } };
  }
}

/** The client that pipelines over topics need; nothing else does, so that its absence is told and no more. */
function kafkaReport(): PartReport {
  try {
    return { usable: true, facts: { addon: kafkaAddonSha256() } };
  } catch (error) {
    if (!(error instanceof BautaError)) throw error;
    return { usable: false, facts: { problem: error.message } };
  }
}
