/** The examples of a producer and of a service: nothing clear leaves them, and what cannot be masked does not leave at all. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paymentService } from "../../examples/http-service/server.ts";
import { type MaskedMessage, maskedProducer, openPaymentMasker } from "../../examples/kafka-producer/masked-producer.ts";
import { RefusedError } from "../../runtime/index.ts";
import { newKey } from "../keys/new-key.ts";
import { projectRoot } from "../shared.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const key = join(folder, "qa.key");
newKey(key, "qa");
const masker = await openPaymentMasker(key);
const PAYMENT = readFileSync(`${projectRoot}examples/messages/payment.json`, "utf8");
/** Clear values of the payment that must be in nothing that leaves. */
const CLEAR = [
  "Ottilie",
  "Brandhorst",
  "0073 2118",
  "007321184",
  "3009 9012 3400",
  "Meunier",
  "4532119900774123",
  "INSTR4711",
  "RG-2026",
  "ottilie.brandhorst",
  "5c1f7b5e",
];
const clearIn = (text: string): readonly string[] => CLEAR.filter((value) => text.includes(value));
const UNCOVERED = PAYMENT.replace('"event"', '"nickname":"Ottilie","event"');

test("the check can fail", () => {
  expect(clearIn(PAYMENT).length).toBeGreaterThan(5);
});

describe("kafka-producer", () => {
  const sent: MaskedMessage[] = [];
  const producer = {
    async send({ messages }: { readonly messages: MaskedMessage[] }) {
      sent.push(...messages);
      return messages.length;
    },
  };
  const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const keyOf = (masked: Uint8Array): string => (JSON.parse(textOf(masked)) as { readonly debtor: { readonly iban: string } }).debtor.iban;
  const payments = maskedProducer(producer, { masker, headers: ["content-type"], keyOf });

  test("value, key and headers leave masked, or not at all", async () => {
    sent.length = 0;
    const headers = { "content-type": "application/json", customer: "Ottilie Brandhorst" };
    const message = { topic: "payments", value: PAYMENT, headers };
    expect(await payments.send({ messages: [message, { ...message, value: new TextEncoder().encode(PAYMENT) }] })).toBe(2);
    const [one, two] = sent.map(({ topic, key: masked, value, headers: kept }) => ({
      topic,
      key: masked,
      value: textOf(value),
      headers: kept,
    }));
    expect(clearIn(JSON.stringify([one, two]))).toEqual([]);
    expect(one?.headers).toEqual({ "content-type": "application/json" });
    // Equal payments keep equal keys, and so their partition.
    expect(two).toEqual(one as NonNullable<typeof one>);
    expect(one?.key).toMatch(/^DE\d{2}( ?\d){18}$/);
  });

  test("one that is refused keeps all of its batch back, and the error holds no value", async () => {
    sent.length = 0;
    const messages = [PAYMENT, UNCOVERED, PAYMENT].map((value) => ({ topic: "payments", value }));
    const error = await payments.send({ messages }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).code).toBe("BAUTA-2201");
    expect(clearIn(`${error} ${JSON.stringify((error as RefusedError).refusal)}`)).toEqual([]);
    expect(sent).toEqual([]);
  });
});

describe("http-service", () => {
  const lines: string[] = [];
  const app = paymentService(masker, (line) => void lines.push(line));
  const post = (body: string): Response | Promise<Response> => app.request("/payments", { method: "POST", body });

  test("the log and the partner see masked payments", async () => {
    lines.length = 0;
    expect((await post(PAYMENT)).status).toBe(201);
    const answer = await app.request("/partner/payments/INSTR4711");
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(clearIn(text + lines.join())).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).toBe(`POST /payments ${text.trimEnd()}`);
    expect((await app.request("/partner/payments/nobody")).status).toBe(404);
  });

  test("what cannot be masked is neither logged nor handled", async () => {
    lines.length = 0;
    for (const body of [UNCOVERED, "Ottilie Brandhorst", "", `${PAYMENT}\n${PAYMENT}`, PAYMENT.slice(0, 300)]) {
      const answer = await post(body);
      expect(answer.status).toBe(422);
      expect(clearIn(await answer.text())).toEqual([]);
    }
    expect(lines).toEqual([]);
  });

  test("over loopback, as the page says", async () => {
    const child = spawn(process.execPath, [`${projectRoot}examples/http-service/server.ts`, key, "0"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      let out = "";
      const url = await new Promise<string>((resolve) => {
        child.stdout.on("data", (bytes: Buffer) => {
          out += bytes.toString();
          const found = /listening on (\S+)\n/.exec(out)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      expect((await fetch(`${url}payments`, { method: "POST", body: PAYMENT })).status).toBe(201);
      const masked = await (await fetch(`${url}partner/payments/INSTR4711`)).text();
      expect(clearIn(masked + out)).toEqual([]);
      expect(out).toContain("POST /payments {");
      expect(JSON.parse(masked)).toMatchObject({ event: "payment.settled", currency: "EUR" });
    } finally {
      child.kill();
    }
  }, 60_000);
});

afterAll(() => masker.close());
