/**
 * The job of twelve leaves by the protocol of harness/peer.ts, so that it can be measured on another runtime. Arguments: engine, path of the model, input and output of the protocol.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { EngineName } from "../runtime/engines/api.ts";
import { runtimeFacts } from "../runtime/platform/process.ts";
import { inProcess } from "./harness/measure.ts";
import { streamOf } from "./harness/messages.ts";
import { masked, maskingWork, openPipeline } from "./harness/pipeline.ts";

const [engine = "native", model = "", input = "", output = ""] = process.argv.slice(2);
const messages = JSON.parse(readFileSync(input, "utf8")) as string[];
const stream = streamOf(messages);
const text = new TextDecoder().decode(masked(await openPipeline(engine as EngineName, model), stream));
writeFileSync(output, JSON.stringify([text]));
const pipeline = await openPipeline(engine as EngineName, model);
const subject = inProcess(messages.length, maskingWork(pipeline, stream), { runs: 1, windowMs: 0, warmUpMs: 2000 });
const { name, version } = runtimeFacts();
process.stdout.write(`${JSON.stringify({ peer: name, version, leaves: 12, less: "" })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { wall, cpu } = await subject.measure(Number(line));
  process.stdout.write(`${JSON.stringify({ messages: 1, wall, cpu })}\n`);
}
