/** Every export of the package once, on whatever runtime runs this. Prints `ok`, or fails. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import * as bauta from "bauta";
import * as engines from "bauta/engine";
import * as models from "bauta/model";
import * as primitives from "bauta/primitives";

const [keyPath = "", messages = ""] = process.argv.slice(2);
const mt = new Uint8Array(readFileSync(`${messages}/payment.mt103`));
const xml = new Uint8Array(readFileSync(`${messages}/payment.pacs.008.xml`));
const both = new Uint8Array([...mt, ...xml]);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const outputs: string[] = [];
for (const engine of ["native", "portable"] as const) {
  const masker = await bauta.openMasker({ model: "test-data", keys: { file: keyPath }, engine });
  assert.match(masker.engineLine, new RegExp(`engine=${engine}\\b.* version=${bauta.VERSION.replaceAll(".", "\\.")}\\b`));
  const batch = masker.mask(both);
  assert.equal(batch.counts.in, 2);
  assert.equal(batch.counts.out, 2);
  assert.deepEqual(batch.refusals, []);
  outputs.push(text(batch.output));

  const one = masker.maskOne(mt);
  assert.ok(one.ok);
  assert.equal(text(batch.output).startsWith(text(one.output)), true);
  const two = masker.maskOne(both);
  assert.ok(!two.ok);
  assert.equal(two.refusal.code, "BAUTA-2010");

  const stream = masker.stream();
  const reader = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < both.length; at += 97) controller.enqueue(both.subarray(at, at + 97));
      controller.close();
    },
  })
    .pipeThrough(stream)
    .getReader();
  let streamed = "";
  for (let step = await reader.read(); !step.done; step = await reader.read()) streamed += text(step.value);
  assert.equal(streamed, text(batch.output));
  assert.equal(stream.counts.out, 2);

  let iterated = "";
  for await (const bytes of masker.maskAll([mt, xml])) iterated += text(bytes);
  assert.equal(iterated, text(batch.output));

  const unmasker = await bauta.openUnmasker({ model: "test-data", keys: { bytes: new Uint8Array(readFileSync(keyPath)) }, engine });
  const clear = unmasker.unmask(batch.output);
  assert.ok(text(clear.output).includes("DE82500990010073211884"));
  unmasker.close();

  masker.close();
  assert.throws(
    () => masker.mask(mt),
    (error) => error instanceof bauta.BautaError && error.code === "BAUTA-1315",
  );

  const open = await primitives.openPrimitives(engine);
  const cipher = open.textCipher({ key: new Uint8Array(16), alphabet: "0123456789" });
  outputs.push(cipher.encrypt("4111111111111111"));
  assert.equal(cipher.decrypt(outputs.at(-1) as string), "4111111111111111");
  const tokens = open.tokenizer({ key: new Uint8Array(32), kind: "iban" });
  outputs.push(tokens.token("DE89370400440532013000"));
  assert.equal(tokens.token("de89 3704 0044 0532 0130 00"), outputs.at(-1));
  tokens.close();
  assert.equal(open.isOfKind("iban", "DE89370400440532013000"), true);
  assert.equal(open.isOfKind("iban", "DE88370400440532013000"), false);
}
assert.deepEqual(outputs.slice(0, outputs.length / 2), outputs.slice(outputs.length / 2), "the engines differ");
assert.equal(primitives.isLuhnValid("4111111111111111"), true);
assert.equal(primitives.mod97Digits("539007547034RF"), "18");

const document = models.defineModel({
  bauta: 1,
  name: "mine",
  extends: "test-data",
  rules: [{ path: "json:$.card", technique: "redact" }],
});
const { model } = models.loadModel({ name: "mine", document });
assert.ok(model);
assert.deepEqual(models.checkModel(model, models.CATALOGUES).problems, []);
assert.equal(models.verifyLock(model, models.encodeLock(models.lockOf(model))), undefined);
const own = await bauta.openMasker({ model: document, keys: "ephemeral", engine: "portable" });
const redacted = own.maskOne(new TextEncoder().encode('{"card":"4111111111111111"}'));
assert.ok(redacted.ok && !text(redacted.output).includes("4111"));
own.close();

const batch = new engines.Batch(1, 1, 1);
assert.equal(batch.recordCount, 0);
assert.equal((await engines.selectEngine("native")).name, "native");

const newKey = `${keyPath}.new`;
bauta.newKeyFile(newKey, { environment: "smoke" });
assert.equal(bauta.showKeyFile(newKey).environment, "smoke");
await assert.rejects(
  bauta.openMasker({ model: "test-data", keys: { file: newKey, environment: "qa" } }),
  (error) => error instanceof bauta.BautaError && error.code === "BAUTA-1104",
);
writeFileSync(`${keyPath}.outputs`, JSON.stringify(outputs));
console.log("ok");
