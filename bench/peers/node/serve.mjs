// The protocol of bench/harness/peer.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const WARM_UP_MS = 2000;

/** Masks every message once, warms up, and works for as many milliseconds as each line on standard input says. */
export async function serve(facts, work) {
  const [input, output] = process.argv.slice(2);
  const messages = JSON.parse(readFileSync(input, "utf8"));
  writeFileSync(output, JSON.stringify(messages.map(work)));
  const timed = (milliseconds) => {
    const cpu = process.cpuUsage();
    const from = performance.now();
    let done = 0;
    let length = 0;
    while (performance.now() - from < milliseconds) {
      for (const message of messages) length += work(message).length;
      done += messages.length;
    }
    const wall = Math.round((performance.now() - from) * 1e6);
    const used = process.cpuUsage(cpu);
    return { messages: done, wall, cpu: (used.user + used.system) * 1000, length };
  };
  timed(WARM_UP_MS);
  process.stdout.write(`${JSON.stringify(facts)}\n`);
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(timed(Number(line)))}\n`);
}
