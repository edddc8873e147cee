// What a consumer writes, compiled against the packed package's types: every `@ts-expect-error` must be one.
import { BautaError, defineModel, type MessageResult, openMasker, openUnmasker, type Refusal, RefusedError } from "bauta";
import { Batch, encodePlan, selectEngine } from "bauta/engine";
import { CATALOGUES, checkModel, loadModel } from "bauta/model";
import { luhnDigit, openPrimitives } from "bauta/primitives";

const model = defineModel({ bauta: 1, name: "cards", extends: "test-data", rules: [{ path: "json:$.card.pan", use: "card" }] });
// @ts-expect-error: no such technique
defineModel({ bauta: 1, name: "cards", rules: [{ path: "json:$.card.pan", technique: "mangle" }] });
// @ts-expect-error: the version is 1
defineModel({ bauta: 2, name: "cards" });

export async function run(bytes: Uint8Array): Promise<Uint8Array> {
  using masker = await openMasker({ model, keys: { file: "qa.key", environment: "qa" }, engine: "native" });
  // @ts-expect-error: no such engine
  await openMasker({ model: "test-data", keys: "ephemeral", engine: "fast" });
  // @ts-expect-error: a key comes from somewhere
  await openMasker({ model: "test-data", keys: {} });

  const result: MessageResult = masker.maskOne(bytes);
  if (!result.ok) {
    const { code, path, offset }: Refusal = result.refusal;
    const text: `BAUTA-${number}` = code;
    console.log(text, path, offset);
    // @ts-expect-error: what was refused has no output
    return result.output;
  }
  // @ts-expect-error: counts are read, not written
  masker.mask(bytes).counts.in = 0;
  const stream: TransformStream<Uint8Array, Uint8Array> = masker.stream({ onRefused: (refusal) => console.log(refusal.code) });
  await new Blob().stream().pipeThrough(stream).pipeTo(new WritableStream());
  for await (const chunk of masker.maskAll([bytes])) console.log(chunk.length);
  try {
    (await openUnmasker({ model: "test-data", keys: { variable: "KEY" } })).unmask(result.output).output.fill(0);
  } catch (error) {
    if (error instanceof RefusedError) console.log(error.refusal.hash);
    if (error instanceof BautaError) console.log(error.code, error.issue.blame);
  }
  return result.output;
}

export async function build(): Promise<number> {
  const engine = await selectEngine("portable");
  const fit = { shape: "text", min: 0, max: 0 } as const;
  const plan = encodePlan({ model: "one", namespaces: [], operations: [{ technique: "redact", fit }] });
  const handle = engine.open(plan, new Uint8Array(0), "mask");
  const written: number = handle.transform(new Batch(), new Uint8Array(8), 0);
  const loaded = loadModel({ name: "cards", document: model });
  if (loaded.model !== undefined) checkModel(loaded.model, CATALOGUES);
  const { textCipher, ff1Encrypt } = await openPrimitives("native");
  const digits: Uint16Array = ff1Encrypt(new Uint8Array(16), new Uint8Array(0), 10, Uint16Array.of(1, 2, 3, 4, 5, 6));
  return written + digits.length + textCipher({ key: new Uint8Array(16), alphabet: "01" }).encrypt(luhnDigit("1")).length;
}
