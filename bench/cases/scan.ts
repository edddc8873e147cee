/** The scanners alone: bytes to tables. */

import { fileSource } from "../../runtime/model/sources.ts";
import type { Recall } from "../../runtime/pipeline/recall.ts";
import { Batch } from "../../runtime/record/tables.ts";
import { FORMATS } from "../../runtime/registry.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { inProcess } from "../harness/measure.ts";
import { type MessageKind, messageSet, SET_SIZE, streamOf } from "../harness/messages.ts";
import { withPeer } from "../harness/peer.ts";
import { openModel, openRecall, TWELVE_LEAVES } from "../harness/pipeline.ts";
import { rowBeside, rowOf } from "../harness/rows.ts";
import { scanWork } from "../harness/values.ts";
import { rustPeer } from "../peers/peers.ts";

const FORMAT_OF = { pacs008: "iso20022", mt103: "swift-mt", json: "json" } as const;

/** Scans a set of messages of a kind, model of the twelve leaves; each message by itself, or by templates. */
export function scanning(kind: MessageKind, recall?: Recall): () => void {
  const format = FORMATS.find((candidate) => candidate.name === FORMAT_OF[kind]);
  if (format === undefined) throw new Error(`no format for ${kind}`);
  const scanner = format.open(openModel(fileSource(TWELVE_LEAVES)), { input: "strict" });
  return scanWork(scanner, new Batch(), streamOf(messageSet(kind)), recall);
}

export const scan: BenchCase = {
  name: "scan",
  group: "own",
  job: "Each scanner fills the tables of records, values and segments from a set of messages; quick-xml's event loop over the same pacs.008 messages does nothing with its events. The prototype in Rust (SIMD search for markup, the same dispatch on expected tags, the same tables; no namespaces, references, CDATA, catalogue or faults) shows what a native scanner could save at most. By templates: what the native engine does with records that are like others, beside the same scanner.",
  goal: "The scanner, which checks every name against the catalogue, is no slower than a parser that checks none.",
  async run(context: Context): Promise<BenchRow[]> {
    const known = async (kind: MessageKind, name: string): Promise<BenchRow> =>
      rowBeside(
        context,
        { id: `scan/${kind}-templates`, name: `scan ${name} by templates`, figure: "the same", unit: "µs", against: "the scanner" },
        inProcess(SET_SIZE, scanning(kind, await openRecall()), context.pace),
        inProcess(SET_SIZE, scanning(kind), context.pace),
      );
    const subject = inProcess(SET_SIZE, scanning("pacs008"), context.pace);
    const text = { figure: "a pacs.008 of 2.9 KB", unit: "µs", against: "quick-xml events" } as const;
    const xml = await withPeer(context, rustPeer("quick-xml"), messageSet("pacs008"), (peer) =>
      rowBeside(
        context,
        { ...text, id: "scan/pacs008", name: "scan ISO 20022", goal: { sense: "at least", value: 1, of: "ratio" } },
        subject,
        peer,
      ),
    );
    const prototype = await withPeer(context, rustPeer("scan-prototype"), messageSet("pacs008"), (peer) =>
      rowBeside(
        context,
        { id: "scan/prototype", name: "scan ISO 20022", figure: "a pacs.008 of 2.9 KB", unit: "µs", against: "prototype in Rust" },
        subject,
        peer,
      ),
    );
    const json = await rowOf(
      context,
      { id: "scan/json", name: "scan JSON", figure: "a payment of 1 KB", unit: "µs" },
      SET_SIZE,
      scanning("json"),
    );
    const mt = await rowOf(
      context,
      { id: "scan/mt103", name: "scan SWIFT MT", figure: "an MT103", unit: "µs" },
      SET_SIZE,
      scanning("mt103"),
    );
    return [xml, prototype, json, mt, await known("pacs008", "ISO 20022"), await known("json", "JSON")];
  },
};
