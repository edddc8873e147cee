/** `bauta coverage`: what a model does to every leaf of a message, what a new version changes, and which leaves a corpus has. */
import { BautaError } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";
import type { Catalogue } from "../model/catalogue.ts";
import { type Change, type Coverage, compareCoverage, coverageOf } from "../model/coverage.ts";
import type { Model } from "../model/model.ts";
import { underPolicy } from "../model/policed.ts";
import { cataloguesOf } from "../registry.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { stdout } from "../sinks/stdout.ts";
import { corpusCoverage } from "./coverage-corpus.ts";
import { coverageHtml } from "./coverage-html.ts";
import { type CoverageOptions, coverageText, reportOf } from "./coverage-text.ts";
import { EXIT } from "./exit.ts";
import { modelOf, policyOf } from "./policy-option.ts";

/** @throws BautaError 1001 where nothing is named to cover, or a message without a catalogue; those of a model that does not load */
export async function coverage(options: CoverageOptions): Promise<number> {
  const { schema, against } = options;
  if ((options.model === undefined) === (options.preset === undefined)) throw usage("name a --model or a --preset");
  if ((schema === undefined) === (options.in === undefined)) throw usage("name a --schema, or messages with --in");
  if (against !== undefined && schema === undefined) throw usage("--against compares with a --schema");
  const policy = await policyOf(options);
  const own = modelOf(options);
  const model = policy === undefined ? own : underPolicy(own, policy);
  if (schema === undefined) {
    const { text, exit } = await corpusCoverage(options, policy, options.in ?? []);
    write(text, options.out);
    return exit;
  }
  const covered = coverageIn(model, schema);
  const other = against === undefined ? undefined : coverageIn(model, against);
  const changes = other === undefined ? undefined : compareCoverage(covered, other);
  write(rendered(model.name, covered, other, changes, options.format), options.out);
  return EXIT.done;
}

const usage = (detail: string): BautaError => new BautaError(1001, { detail });

function coverageIn(model: Model, name: string): Coverage {
  const catalogues = cataloguesOf(model);
  const same = (message: string): boolean => message.toLowerCase() === name.toLowerCase();
  const catalogue = catalogues.find(({ messages }) => messages().some(same)) as Catalogue | undefined;
  const message = catalogue?.messages().find(same);
  if (catalogue !== undefined && message !== undefined) return coverageOf(model, catalogue, message);
  const all = catalogues.flatMap(({ messages }) => messages());
  const near = nearest(name, all);
  throw usage(`no catalogue of ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function write(text: string, out: string): void {
  const sink = out === "-" ? stdout() : fileSink(out);
  sink.write(new TextEncoder().encode(text), 0);
  commitSink(sink);
}

function rendered(
  model: string,
  covered: Coverage,
  other: Coverage | undefined,
  changes: readonly Change[] | undefined,
  format: CoverageOptions["format"],
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(reportOf(model, covered, other, changes), null, 1)}\n`;
    case "html":
      return coverageHtml(model, covered, changes);
    case "text":
      return coverageText(model, covered, other, changes);
  }
}
