/**
 * The canary of every start: one small plan and batch that touches each technique, most kinds and all encodings. What the portable
 * engine makes of it is known beforehand (`npm run generate`), so that a start asks the native engine alone.
 * It does not prove them equal (the property tests do); it refuses an addon that was built from other sources than these.
 */
import { createHash } from "node:crypto";
import { BautaError } from "../kit/errors.ts";
import { Batch, RECORD_OUT_END, RECORD_STRIDE, VALUE_STATUS, VALUE_STRIDE } from "../record/tables.ts";
import type { Engine } from "./api.ts";
import { CANARY_ANSWER } from "./canary-answer.ts";
import { encodePlan, type PlanOperation, type PlanShape } from "./plan.ts";

const TEXT_FIT = { shape: "text", min: 0, max: 0 } as const;

/** Made-up values only: an encoding and what stands in it, under each operation. */
const CASES: readonly (readonly [operation: PlanOperation, encoding: number, text: string])[] = [
  [{ technique: "keep", detect: true, strict: true, fit: TEXT_FIT }, 0, "EUR 1234.50"],
  [{ technique: "redact", fit: { shape: "swift-x", min: 1, max: 35 } }, 6, "SOME STREET 5"],
  [{ technique: "drop", fit: TEXT_FIT }, 7, "{CHK:123456789ABC}"],
  [{ technique: "mask", kind: "pan", keepFirst: 6, keepLast: 4, fit: TEXT_FIT }, 4, "4111 1111 1111 1111"],
  [identity("hash", { kind: "email", hash: "blake3" }), 4, "J\\u00fcrgen@Example.COM"],
  [identity("hash", { kind: "text", hash: "hmac-sha512" }), 3, "free  text"],
  [identity("token", { kind: "party-name", prefix: "NM" }), 1, "M&#252;ller &amp; S\u00f6hne"],
  [identity("token", { kind: "digits" }, "digits"), 5, "123456"],
  [identity("fpe", { kind: "pan", bin: 6 }), 5, "4111111111111111"],
  [identity("fpe", { kind: "account", otherwise: "token" }), 0, "GB82 WEST 1234 5698 7654 32"],
  [identity("fpe", { kind: "account", otherwise: "token" }), 6, "DE00500105175407324931"],
  [identity("fpe", { kind: "bic" }, "bic"), 2, "DEUTDEFF500"],
  [identity("fpe", { kind: "lei" }, "lei"), 0, "529900T8BM49AURSDO55"],
  [identity("fpe", { kind: "uetr" }), 4, "EB6305C9-1F7F-49DE-AED0-16487C27B42D"],
  [identity("fpe", { kind: "reference", otherwise: "redact" }), 0, "Inv-2024/00017-a"],
  [identity("fpe", { kind: "mixed" }), 7, "AbC123xyz987"],
  [identity("encrypt", {}), 0, "Erika Mustermann"],
  [identity("encrypt", { cipher: "aes-gcm" }, "swift-x"), 6, "ERIKA MUSTERMANN"],
  [identity("generate", { kind: "iban", like: "DE89370400440532013000" }), 0, "Erika Mustermann"],
  [identity("pseudonym", { kind: "phone" }), 4, "+49 (89) 123-456-78"],
  [identity("pseudonym", { kind: "iban", otherwise: "redact" }), 0, "fr1420041010050500013m02606"],
];

/**
 * Compares an engine's answer with the portable engine's, which was asked when this code was made.
 * @throws BautaError 1303 when outputs, statuses or output ranges differ
 */
export function proveOnCanary(engine: Engine): void {
  if (canaryAnswer(engine) !== CANARY_ANSWER) throw new BautaError(1303);
}

/**
 * Compares two engines that are there.
 * @throws BautaError 1303 as `proveOnCanary`
 */
export function compareOnCanary(native: Engine, portable: Engine): void {
  if (canaryAnswer(native) !== canaryAnswer(portable)) throw new BautaError(1303);
}

/** SHA-256 of an engine's answer, lower-case hex. */
export function canaryAnswer(engine: Engine): string {
  const plan = encodePlan({
    model: "canary",
    namespaces: [{ name: "canary", keyVersion: 1 }],
    operations: CASES.map(([operation]) => operation),
  });
  return createHash("sha256").update(runCanary(engine, plan)).digest("hex");
}

/** Everything that the contract fixes about the canary batch, as one text. */
function runCanary(engine: Engine, plan: Uint8Array): string {
  const batch = canaryBatch();
  const handle = engine.open(
    plan,
    Uint8Array.from({ length: 32 }, (_, i) => i),
    "mask",
  );
  const output = new Uint8Array(2048);
  try {
    const done = handle.transform(batch, output, 0);
    const written = batch.records[(batch.recordCount - 1) * RECORD_STRIDE + RECORD_OUT_END];
    const statuses = CASES.map((_, value) => batch.values[value * VALUE_STRIDE + VALUE_STATUS]);
    return [done, statuses, batch.records.subarray(0, batch.recordCount * RECORD_STRIDE), output.subarray(0, written)].join("|");
  } finally {
    handle.close();
  }
}

/** One record for each case: a byte of structure, the value, a byte of structure. */
function canaryBatch(): Batch {
  const batch = new Batch(CASES.length, CASES.length, CASES.length);
  const encoder = new TextEncoder();
  batch.input = encoder.encode(CASES.map(([, , text]) => `<${text}>`).join(""));
  let at = 0;
  CASES.forEach(([, encoding, text], operation) => {
    const length = encoder.encode(text).length;
    const record = batch.beginRecord(at, 0);
    batch.addValue(operation, 0);
    batch.addSegment(at + 1, at + 1 + length, encoding);
    at += length + 2;
    batch.endRecord(record, at);
  });
  return batch;
}

function identity(
  technique: "hash" | "token" | "fpe" | "pseudonym" | "encrypt" | "generate",
  rest: Partial<PlanOperation>,
  shape: PlanShape = "text",
): PlanOperation {
  return { technique, namespace: "canary", fit: { ...TEXT_FIT, shape }, ...rest };
}
