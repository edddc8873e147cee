// Sends the bundled payment, masked, to a real broker: `bun send.mjs KEYFILE [BROKER]`.
import { readFileSync } from "node:fs";
import { Producer, serializersFrom, stringSerializer } from "@platformatic/kafka";
import { maskedProducer, openPaymentMasker } from "./masked-producer.ts";

const [keyFile, broker = "127.0.0.1:9092"] = process.argv.slice(2);
const masker = await openPaymentMasker(keyFile);
const producer = new Producer({
  clientId: "payments",
  bootstrapBrokers: [broker],
  autocreateTopics: true,
  serializers: { ...serializersFrom(stringSerializer), value: (value) => Buffer.from(value) },
});
const payments = maskedProducer(producer, {
  masker,
  headers: ["content-type"],
  keyOf: (masked) => JSON.parse(new TextDecoder().decode(masked)).debtor.iban,
});
const value = readFileSync(new URL("../messages/payment.json", import.meta.url));
const { offsets } = await payments.send({ messages: [{ topic: "payments", value, headers: { "content-type": "application/json" } }] });
console.log(`sent to ${offsets[0].topic}, partition ${offsets[0].partition}, offset ${offsets[0].offset}`);
await producer.close();
masker.close();
