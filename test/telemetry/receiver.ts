/** A collector on loopback that takes OTLP over HTTP as JSON, and keeps it. */
import type { IncomingHttpHeaders } from "node:http";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  readonly endpoint: string;
  readonly received: readonly Received[];
  close(): void;
}

/** @param status what it answers with */
export function receiver(status = 200): Receiver {
  const received: Received[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const body = (await request.json()) as Record<string, unknown>;
      received.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers), body });
      return Response.json({}, { status });
    },
  });
  return { endpoint: `http://127.0.0.1:${server.port}`, received, close: () => void server.stop(true) };
}

/** Log records of what was received, as plain objects. */
export function logRecords({
  received,
}: Receiver): readonly { readonly name: string; readonly body: string; readonly attributes: Record<string, unknown> }[] {
  return received
    .filter(({ path }) => path === "/v1/logs")
    .flatMap(({ body }) => (body as unknown as LogsBody).resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords: records }) => records)
    .map((record) => ({
      name: record.eventName,
      body: record.body.stringValue,
      attributes: Object.fromEntries(record.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    }));
}

/** Sums of counters by their name. */
export function metricSums({ received }: Receiver): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { path, body } of received) {
    if (path !== "/v1/metrics") continue;
    for (const { scopeMetrics } of (body as unknown as MetricsBody).resourceMetrics)
      for (const { metrics } of scopeMetrics)
        for (const { name, sum } of metrics)
          sums.set(
            name,
            sum.dataPoints.reduce((total, { asInt, asDouble }) => total + Number(asInt ?? asDouble), 0),
          );
  }
  return sums;
}

interface LogsBody {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly eventName: string;
        readonly body: { readonly stringValue: string };
        readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
      }[];
    }[];
  }[];
}

interface MetricsBody {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum: { readonly dataPoints: readonly { readonly asInt?: string | number; readonly asDouble?: number }[] };
      }[];
    }[];
  }[];
}
