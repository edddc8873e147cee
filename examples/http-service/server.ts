/** A payment service that keeps clear payments to itself: `bun examples/http-service/server.ts KEYFILE [PORT]`. */

import { type Masker, openMasker } from "bauta";
import { Hono } from "hono";
import { logMasked, maskAnswers } from "./masking.ts";

/** POST /payments takes a payment; GET /partner/payments/:id gives it to partners, masked. */
export function paymentService(masker: Masker, log: (line: string) => void): Hono {
  const payments = new Map<string, string>();
  const app = new Hono();
  app.post("/payments", logMasked(masker, log), async (c) => {
    const text = await c.req.text();
    const { id } = JSON.parse(text) as { readonly id: string };
    payments.set(id, text);
    return c.body(null, 201);
  });
  app.get("/partner/payments/:id", maskAnswers(masker), (c) => {
    const payment = payments.get(c.req.param("id"));
    return payment === undefined ? c.notFound() : c.body(payment, 200, { "content-type": "application/json" });
  });
  // What went wrong could hold anything; it is not told.
  app.onError((_, c) => c.json({ error: "internal" }, 500));
  return app;
}

if (import.meta.main) {
  const [keyFile = "qa.key", port = "8080"] = process.argv.slice(2);
  const masker = await openMasker({ model: new URL("../models/demo.yaml", import.meta.url).pathname, keys: { file: keyFile } });
  const { fetch } = paymentService(masker, console.log);
  const server = Bun.serve({ hostname: "127.0.0.1", port: Number(port), fetch });
  console.log(masker.engineLine);
  console.log(`listening on ${server.url}`);
}
