/** `bauta demo`, which `npm start` runs: one customer in three formats, before and after. */

import { engineLine } from "../audit/events/engine.ts";
import type { EngineName } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import { ephemeralKeyRing } from "../keys/ephemeral.ts";
import { assetBytes, assetText } from "../kit/assets.ts";
import { BautaError } from "../kit/errors.ts";
import { loadModel } from "../model/load.ts";
import { modelError } from "../model/problem.ts";
import { runnable } from "../open.ts";
import type { InspectedRecord, Inspector } from "../pipeline/inspect.ts";
import { type Counts, Masker } from "../pipeline/masker.ts";
import { bytesOutlet } from "../pipeline/outlet.ts";
import { FORMATS } from "../registry.ts";
import { EXIT } from "./exit.ts";
import { inspectorOf } from "./inspection.ts";
import { rowsOf } from "./layout.ts";
import { renderSideBySide } from "./side-by-side.ts";
import { bytesText, type Colors, colorsFor, grouped, print } from "./terminal.ts";

/** How long the rate is measured, at least. */
const MEASURE_MS = 400;
/** Published, and the same for everyone: it makes the output of the demo repeatable and protects nothing. */
const DEMO_KEY = new TextEncoder().encode("bauta demo key: public, no secret");

const MESSAGES = [
  { title: "ISO 20022 pacs.008, with its business application header", file: "payment.pacs.008.xml" },
  { title: "SWIFT MT103", file: "payment.mt103" },
  { title: "JSON event (laid out here for reading; masked in place)", file: "payment.json" },
] as const;

interface Masked {
  readonly title: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly inspected: InspectedRecord;
}

export async function demo(options: { readonly engine: EngineName }): Promise<number> {
  const colors = colorsFor(process.stdout);
  const engine = await selectEngine(options.engine);
  const { model, problems } = loadModel({ name: "examples/models/demo.yaml", text: assetText("examples/models/demo.yaml") });
  if (model === undefined) throw modelError(problems);
  const plan = runnable(
    model,
    ephemeralKeyRing(() => DEMO_KEY.slice(0, 32)),
  );
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "stop",
    keyedHash: (bytes) => plan.keyedHash(bytes),
  });
  const inspector = inspectorOf(engine, plan, { input: "strict", values: true });
  try {
    const masked = MESSAGES.map(({ title, file }) => {
      const before = assetBytes(`examples/messages/${file}`);
      return { title, before, after: maskOne(masker, before), inspected: inspectOne(inspector, before) };
    });
    masker.reconcile();
    const { counts } = masker;
    const rate = measure(masker, masked);
    for (const line of page(masked, counts, rate, engineLine(engine), colors)) print(`${line}`);
  } finally {
    inspector.close();
    masker.close();
    plan.close();
  }
  return EXIT.done;
}

function maskOne(masker: Masker, message: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const outlet = bytesOutlet(
    (bytes) => void parts.push(bytes.slice()),
    ({ issue, path }) => {
      throw new BautaError(issue.number, { path });
    },
  );
  masker.beginSource();
  masker.push(message, outlet);
  masker.end(outlet);
  return new Uint8Array(Buffer.concat(parts));
}

function inspectOne(inspector: Inspector, message: Uint8Array): InspectedRecord {
  inspector.beginSource();
  const [record] = [...inspector.push(message), ...inspector.end()];
  if (record === undefined) throw new BautaError(2002);
  return record;
}

/** Messages per second over the three formats mixed, in this process, on one core. */
function measure(masker: Masker, masked: readonly Masked[]): number {
  const separator = new Uint8Array([0x0a]);
  const chunk = new Uint8Array(Buffer.concat(Array.from({ length: 64 }, () => masked.flatMap(({ before }) => [before, separator])).flat()));
  const outlet = bytesOutlet(
    () => undefined,
    () => undefined,
  );
  const before = masker.counts.out;
  masker.beginSource();
  // The first passes warm the compiler up.
  for (let pass = 0; pass < 8; pass++) masker.push(chunk, outlet);
  const warm = masker.counts.out;
  const from = performance.now();
  while (performance.now() - from < MEASURE_MS) masker.push(chunk, outlet);
  const seconds = (performance.now() - from) / 1000;
  const messages = masker.counts.out - warm;
  masker.end(outlet);
  return masker.counts.out > before ? messages / seconds : 0;
}

function* page(masked: readonly Masked[], counts: Counts, rate: number, engine: string, colors: Colors): Generator<string> {
  const width = Math.min(process.stdout.columns ?? 120, 160);
  yield engine;
  yield "";
  yield `${colors.bold("Bauta")} masks payment messages in motion: one payment, as three systems see it.`;
  for (const { title, before, after, inspected } of masked) {
    yield "";
    const sizes = `${grouped(before.length)} bytes in, ${grouped(after.length)} out`;
    yield title.length + 2 + sizes.length > width ? colors.bold(title) : `${colors.bold(title)}  ${colors.dim(sizes)}`;
    yield* renderSideBySide(rowsOf(inspected, true), width, colors, true);
  }
  yield "";
  yield colors.bold("The link: the same value has the same pseudonym in every format");
  yield* linkTable(masked, width, colors);
  yield "";
  yield `${colors.green(`in ${counts.in} = out ${counts.out} + refused ${counts.refused}`)} · ${counts.found} values found: ${counts.masked} masked, ${counts.kept} kept, ${counts.removed} removed`;
  yield `${grouped(rate)} messages/s (${bytesText(bytesPerSecond(masked, rate))}/s), all three formats mixed, on one core, just now`;
  yield "";
  yield colors.bold("Try next");
  yield "  npm run bauta -- keys new qa.key --env qa";
  yield "  npm run bauta -- mask --preset test-data --key-file qa.key \\";
  yield "      examples/messages/payment.mt103";
  yield "  npm run bauta -- check examples/models/demo.yaml --sample examples/messages";
  yield "  npm run bauta -- demo ../bauta-demo";
  yield "  npm run bauta -- mask --help";
}

const bytesPerSecond = (masked: readonly Masked[], rate: number): number =>
  (masked.reduce((sum, { before }) => sum + before.length, 0) / masked.length) * rate;

/** Where a value stands in each of the three messages. */
const LINKS: readonly { readonly name: string; readonly patterns: readonly (RegExp | undefined)[] }[] = [
  { name: "debtor account", patterns: [/<DbtrAcct><Id><IBAN>([^<]*)/, /:50K:\/(\S*)/, /"debtor":\{[^}]*"iban":"([^"]*)"/] },
  { name: "creditor account", patterns: [/<CdtrAcct><Id><IBAN>([^<]*)/, /:59:\/(\S*)/, /"creditor":\{[^}]*"iban":"([^"]*)"/] },
  { name: "debtor name", patterns: [/<Dbtr>\s*<Nm>([^<]*)/, /:50K:\S*\r\n([^\r]*)/, /"debtor":\{"name":"([^"]*)"/] },
  { name: "debtor's bank", patterns: [/<DbtrAgt><FinInstnId><BICFI>([^<]*)/, /:52A:(\S*)/, /"debtor":\{[^}]*"bic":"([^"]*)"/] },
  { name: "instruction", patterns: [/<InstrId>([^<]*)/, /:20:(\S*)/, /"id":"([^"]*)"/] },
  { name: "UETR", patterns: [/<UETR>([^<]*)/, /\{121:([^}]*)/, /"uetr":"([^"]*)"/] },
];

/** Columns of a link that stands on one line. */
const LINK_WIDTH = 118;

function* linkTable(masked: readonly Masked[], width: number, colors: Colors): Generator<string> {
  const texts = masked.map(({ before, after }) => [new TextDecoder().decode(before), new TextDecoder().decode(after)] as const);
  for (const { name, patterns } of LINKS) {
    const pairs = texts.map(([before, after], i) => {
      const pattern = patterns[i];
      return pattern === undefined ? undefined : ([pattern.exec(before)?.[1] ?? "", pattern.exec(after)?.[1] ?? ""] as const);
    });
    const canonical = new Set(pairs.map((pair) => canonicalForm(pair?.[1] ?? "")));
    const mark = canonical.size === 1 ? colors.green("✓ same in all three") : colors.red("✗ differs");
    const [before, after] = pairs[0] ?? ["", ""];
    const wide = width >= LINK_WIDTH;
    const place = wide ? 38 : 36;
    const link = `${colors.red((before ?? "").padEnd(place))} ${colors.dim("→")} ${colors.bold(colors.green((after ?? "").padEnd(wide ? place : 0)))}`;
    if (wide) yield `  ${name.padEnd(17)} ${link} ${mark}`;
    else yield* [`  ${name.padEnd(17)} ${mark}`, `  ${link}`];
  }
}

/** Spelled alike: without spaces, in one case, a BIC without XXX. */
const canonicalForm = (value: string): string =>
  value
    .replaceAll(/\s/g, "")
    .toUpperCase()
    .replace(/^([A-Z0-9]{8})XXX$/, "$1");
