/** Where the time of a message goes. */
import { selectEngine } from "../../runtime/engines/select.ts";
import type { FormatName } from "../../runtime/formats/api.ts";
import { fileSource } from "../../runtime/model/sources.ts";
import { Batch } from "../../runtime/record/tables.ts";
import { FORMATS } from "../../runtime/registry.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { timesIn } from "../harness/case.ts";
import { inProcess, median, type Timed } from "../harness/measure.ts";
import { type MessageKind, messageSet, SET_SIZE, streamOf } from "../harness/messages.ts";
import { maskingWork, openModel, openRecall, pipelineOf, TWELVE_LEAVES } from "../harness/pipeline.ts";
import { scanWork, transformWork } from "../harness/values.ts";

const KINDS: readonly { readonly kind: MessageKind; readonly format: FormatName; readonly name: string }[] = [
  { kind: "pacs008", format: "iso20022", name: "pacs.008" },
  { kind: "json", format: "json", name: "JSON payment" },
  { kind: "mt103", format: "swift-mt", name: "MT103" },
];

export const profile: BenchCase = {
  name: "profile",
  group: "own",
  job: "The parts of the job of twelve leaves, each by itself: the scan of the stream, by templates where they know it; the engine over the tables that it filled; and what the whole costs beyond the two (framing, copying input into the buffer, counts, handing out).",
  goal: "It is known what a message waits for.",
  async run(context: Context): Promise<BenchRow[]> {
    const engine = await selectEngine("native");
    const rows: BenchRow[] = [];
    for (const { kind, format, name } of KINDS) {
      const stream = streamOf(messageSet(kind));
      const source = fileSource(TWELVE_LEAVES);
      const plan = openModel(source);
      const scanner = FORMATS.find((candidate) => candidate.name === format)?.open(plan, { input: "strict" });
      if (scanner === undefined) throw new Error(`no format ${format}`);
      const batch = new Batch();
      scanWork(scanner, batch, stream)();
      const parts = [
        inProcess(SET_SIZE, maskingWork(pipelineOf(engine, source), stream), context.pace),
        inProcess(SET_SIZE, scanWork(scanner, new Batch(), stream, await openRecall()), context.pace),
        inProcess(SET_SIZE, transformWork(engine, plan, batch), context.pace),
      ];
      const rounds: Timed[][] = parts.map(() => []);
      for (let run = 0; run < context.pace.runs; run++)
        for (const [index, part] of parts.entries()) rounds[index]?.push(await part.measure(context.pace.windowMs));
      const [whole, scanned, transformed] = rounds.map((round) => ({
        cpu: median(round.map((row) => row.cpu)),
        wall: median(round.map((row) => row.wall)),
      })) as [Timed, Timed, Timed];
      const rest = {
        cpu: Math.max(0, whole.cpu - scanned.cpu - transformed.cpu),
        wall: Math.max(0, whole.wall - scanned.wall - transformed.wall),
      };
      const share = (part: Timed): string => `${((100 * part.cpu) / whole.cpu).toFixed(0)} %`;
      rows.push(
        { id: `profile/${kind}`, name: `${name}: whole`, figure: "100 %", ...timesIn("µs", whole) },
        { id: `profile/${kind}-scan`, name: `${name}: scan`, figure: share(scanned), ...timesIn("µs", scanned) },
        { id: `profile/${kind}-engine`, name: `${name}: engine (native)`, figure: share(transformed), ...timesIn("µs", transformed) },
        { id: `profile/${kind}-rest`, name: `${name}: frame, buffer, counts`, figure: share(rest), ...timesIn("µs", rest) },
      );
    }
    return rows;
  },
};
