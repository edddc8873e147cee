/** The events of a run as OpenTelemetry, received on loopback. */
import { afterEach, expect, test } from "bun:test";
import { parseLine } from "../../runtime/audit/events/parse.ts";
import type { LineEvent } from "../../runtime/audit/events/table.ts";
import type { BautaError } from "../../runtime/kit/errors.ts";
import { telemetryEndpoint } from "../../runtime/telemetry/endpoint.ts";
import { openTelemetry } from "../../runtime/telemetry/open.ts";
import { logRecords, metricSums, receiver } from "./receiver.ts";

const numbers = {
  in: 3,
  out: 2,
  refused: 1,
  bytes_in: 30,
  bytes_out: 20,
  found: 9,
  masked: 8,
  kept: 1,
  removed: 0,
  otherwise: 0,
  left: 0,
  ms: 5,
};
const EVENTS: readonly LineEvent[] = [
  { event: "stmt_start", stmt: "a\nCONTROL | kind=end" },
  { event: "degrade", resource: "progress", code: "BAUTA-9001", reason: "x" },
  { event: "stmt_end", stmt: "mask", status: "ok", plan: "0f", ...numbers },
];

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

test("each event is a log record with its keys, and the counts are metrics", async () => {
  const collector = receiver();
  open.push(collector);
  process.env["OTEL_EXPORTER_OTLP_HEADERS"] = "x-foreign=1";
  const failures: BautaError[] = [];
  const telemetry = openTelemetry({
    endpoint: telemetryEndpoint(`${collector.endpoint}/`),
    task: "t1",
    failed: (error) => failures.push(error),
  });
  delete process.env["OTEL_EXPORTER_OTLP_HEADERS"];
  for (const event of EVENTS) telemetry.tell(event);
  await telemetry.close();
  expect(failures).toEqual([]);
  const records = logRecords(collector);
  expect(records.map(({ name }) => name)).toEqual(EVENTS.map(({ event }) => `bauta.${event}`));
  for (const [i, { body, attributes }] of records.entries()) {
    const { event: _, ...keys } = EVENTS[i] as LineEvent;
    expect(parseLine(body)).toEqual({ event: EVENTS[i] as LineEvent });
    expect(Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]))).toEqual(
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, String(value)])),
    );
  }
  expect(Object.fromEntries(metricSums(collector))).toEqual({
    "bauta.records.read": 3,
    "bauta.records.written": 2,
    "bauta.records.refused": 1,
    "bauta.bytes.read": 30,
    "bauta.bytes.written": 20,
  });
  // Nothing that the environment says goes along.
  expect(collector.received.every(({ headers }) => headers["x-foreign"] === undefined)).toBe(true);
}, 30_000);

test.each([
  ["nobody listens", undefined],
  ["the collector refuses", 400],
] as const)(
  "%s: told once, in bounded time, and nothing is thrown",
  async (_, status) => {
    const collector = receiver(status);
    if (status === undefined) collector.close();
    else open.push(collector);
    const failures: BautaError[] = [];
    const from = performance.now();
    const telemetry = openTelemetry({ endpoint: collector.endpoint, task: "t1", failed: (error) => failures.push(error) });
    for (const event of EVENTS) telemetry.tell(event);
    await telemetry.close();
    for (const event of EVENTS) telemetry.tell(event);
    expect(failures.map(({ code }) => code)).toEqual(["BAUTA-8201"]);
    expect(performance.now() - from).toBeLessThan(15_000);
  },
  30_000,
);

test("an endpoint is http or https, without secrets in it", () => {
  expect(telemetryEndpoint("https://otel.example:4318/base/")).toBe("https://otel.example:4318/base");
  for (const text of ["", "collector", "localhost:4318", "ftp://a", "http://user:secret@a", "http://a/?token=1", "file:///etc/passwd"]) {
    expect(() => telemetryEndpoint(text)).toThrow("BAUTA-1001");
  }
});
