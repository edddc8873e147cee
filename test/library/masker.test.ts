/** The library's masker: batches, single messages, streams and iterables say the same; refusals are typed; keys are gone after close. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BautaError,
  type EngineName,
  type Masker,
  type MaskStream,
  openMasker,
  openUnmasker,
  type Refusal,
  RefusedError,
} from "../../runtime/index.ts";
import { ENGINE_NAMES } from "../engines.ts";
import { newKey } from "../keys/new-key.ts";
import { projectRoot } from "../shared.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-library-"));
afterAll(() => rmSync(folder, { recursive: true }));
const key = join(folder, "qa.key");
newKey(key, "qa");

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const MT = new Uint8Array(readFileSync(`${projectRoot}examples/messages/payment.mt103`));
const XML = new Uint8Array(readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`));
/** The engine refuses its date; the value must be in nothing that is told. */
const WRONG = bytesOf(textOf(XML).replace("<IntrBkSttlmDt>2026-11-20<", "<IntrBkSttlmDt>2026-13-20<"));
/** The scanner refuses the element. */
const UNKNOWN = bytesOf(textOf(XML).replace("<GrpHdr>", "<Secret>VeryClear</Secret><GrpHdr>"));
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const open = (engine: EngineName = "native"): Promise<Masker> => openMasker({ model: "test-data", keys: { file: key }, engine });

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error) => error,
  );
}

async function through(stream: MaskStream, chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const parts: Uint8Array[] = [];
  for await (const part of source.pipeThrough(stream)) parts.push(part);
  return joined(...parts);
}

const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

describe.each(ENGINE_NAMES.map((name) => [name] as const))("on the %s engine", (engine) => {
  test("a batch leaves refused messages out, and tells where they are and why, without a value", async () => {
    const masker = await open(engine);
    const input = joined(MT, WRONG, XML, UNKNOWN, MT);
    const { output, refusals, counts, unreadFrom } = masker.mask(input);
    expect(counts).toMatchObject({ in: 5, out: 3, refused: 2, bytesIn: input.length, bytesOut: output.length });
    expect(counts.found).toBe(counts.masked + counts.kept + counts.removed + counts.left);
    expect(unreadFrom).toBeUndefined();
    expect(textOf(output)).toBe([MT, XML, MT].map((message) => textOf(masker.mask(message).output)).join(""));
    expect(refusals.map(({ record, offset }) => [record, offset])).toEqual([
      [1, MT.length],
      [3, MT.length + WRONG.length + XML.length],
    ]);
    const [date] = refusals as readonly [Refusal];
    expect(date.path).toEndWith("IntrBkSttlmDt");
    expect(textOf(input.subarray(date.faultOffset, date.faultOffset + date.faultLength))).toBe("2026-13-20");
    for (const refusal of refusals) {
      expect(refusal.code).toMatch(/^BAUTA-\d{4}$/);
      expect(refusal.message).toStartWith(`${refusal.code} ${refusal.name} at `);
      expect(refusal.hash).toMatch(/^[0-9a-f]{32}$/);
      for (const clear of ["2026-13-20", "VeryClear", "Ottilie", "Brandhorst"]) expect(JSON.stringify(refusal)).not.toContain(clear);
    }
    masker.close();
  });

  test("streams and iterables give the bytes of the batch, however the source is cut", async () => {
    const masker = await open(engine);
    const input = joined(MT, XML, MT);
    const whole = textOf(masker.mask(input).output);
    for (const size of [1, 7, 1000, input.length]) {
      const stream = masker.stream();
      expect(textOf(await through(stream, cut(input, size)))).toBe(whole);
      expect(stream.counts).toMatchObject({ in: 3, out: 3, bytesIn: input.length });
      const parts: Uint8Array[] = [];
      for await (const part of masker.maskAll(cut(input, size))) parts.push(part);
      expect(textOf(joined(...parts))).toBe(whole);
    }
    masker.close();
  });

  test("what was masked comes back, as far as it can be reversed", async () => {
    const masker = await open(engine);
    const unmasker = await openUnmasker({ model: "test-data", keys: { file: key }, engine });
    const { output, counts } = unmasker.unmask(masker.mask(MT).output);
    expect(textOf(output)).toContain("DE82500990010073211884");
    expect(textOf(output)).not.toContain("BRANDHORST");
    expect(counts.left).toBeGreaterThan(0);
    const one = unmasker.unmaskOne(masker.mask(MT).output);
    expect(one.ok && textOf(one.output)).toBe(textOf(output));
    masker.close();
    unmasker.close();
  });
});

describe("one message", () => {
  test("is masked as in a batch, white space around it included", async () => {
    const masker = await open();
    const result = masker.maskOne(joined(bytesOf("\n "), XML, bytesOf("\r\n\n")));
    expect(result.ok && textOf(result.output)).toBe(textOf(masker.mask(joined(bytesOf("\n "), XML, bytesOf("\r\n\n"))).output));
    masker.close();
  });

  test.each([
    ["two messages", joined(MT, XML), "BAUTA-2010"],
    ["a message and a refused one", joined(MT, WRONG), "BAUTA-2010"],
    ["a message and something else", joined(XML, bytesOf("hello")), "BAUTA-3005"],
    ["white space", bytesOf("  \n"), "BAUTA-2010"],
    ["half a message", MT.subarray(0, 200), "BAUTA-2002"],
    ["something else", bytesOf("hello"), "BAUTA-2001"],
    ["a message with a wrong date", WRONG, "BAUTA-6001"],
  ])("%s is refused", async (_, input, code) => {
    const masker = await open();
    const result = masker.maskOne(input);
    expect(result).toMatchObject({ ok: false, refusal: { code } });
    expect(JSON.stringify(result)).not.toContain("Brandhorst");
    expect(masker.maskOne(MT).ok).toBe(true);
    masker.close();
  });
});

describe("a refusal in a stream", () => {
  test("ends it where nobody asked to be told", async () => {
    const masker = await open();
    const error = await rejectionOf(through(masker.stream(), [MT, WRONG, XML]));
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).refusal).toMatchObject({ record: 1, offset: MT.length });
    masker.close();
  });

  test("is told, and the stream goes on", async () => {
    const masker = await open();
    const told: Refusal[] = [];
    const stream = masker.stream({ onRefused: (refusal) => told.push(refusal) });
    const output = await through(stream, cut(joined(MT, WRONG, XML), 100));
    expect(textOf(output)).toBe(textOf(masker.mask(joined(MT, XML)).output));
    expect(told.map(({ record }) => record)).toEqual([1]);
    expect(stream.counts).toMatchObject({ in: 3, out: 2, refused: 1 });
    masker.close();
  });

  test("ends it all the same where nothing more can be told apart", async () => {
    const masker = await open();
    const told: Refusal[] = [];
    const error = await rejectionOf(
      through(masker.stream({ onRefused: (refusal) => told.push(refusal) }), [XML, bytesOf(`hello${" ".repeat(99)}`), MT]),
    );
    expect(error).toBeInstanceOf(RefusedError);
    expect(told.map(({ code }) => code)).toEqual(["BAUTA-3005"]);
    masker.close();
  });

  test("of an iterable comes after everything that went before it", async () => {
    const masker = await open();
    const parts: Uint8Array[] = [];
    const read = async () => {
      for await (const part of masker.maskAll([joined(MT, WRONG, XML)])) parts.push(part);
    };
    expect(await rejectionOf(read())).toBeInstanceOf(RefusedError);
    expect(textOf(joined(...parts))).toBe(textOf(masker.mask(MT).output));
    masker.close();
  });
});

describe("a stream", () => {
  test("waits for its reader", async () => {
    const masker = await open();
    let pulled = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(MT);
      },
    });
    const reader = source.pipeThrough(masker.stream()).getReader();
    for (let i = 0; i < 5; i++) await reader.read();
    await new Promise((resume) => setTimeout(resume, 20));
    expect(pulled).toBeLessThan(12);
    await reader.cancel();
    masker.close();
  });

  test("gives out memory of its own", async () => {
    const masker = await open();
    const parts: Uint8Array[] = [];
    for await (const part of masker.maskAll([MT, XML, MT])) parts.push(part);
    const copies = parts.map((part) => part.slice());
    masker.mask(joined(XML, XML));
    expect(parts).toEqual(copies);
    masker.close();
  });

  test("several are under way at once", async () => {
    const masker = await open();
    const whole = textOf(masker.mask(joined(MT, XML)).output);
    const outputs = await Promise.all([3, 50, 900].map((size) => through(masker.stream(), cut(joined(MT, XML), size))));
    expect(outputs.map(textOf)).toEqual([whole, whole, whole]);
    masker.close();
  });
});

describe("after close", () => {
  test("every call is 1315, streams under way too, and closing twice is harmless", async () => {
    const masker = await open();
    const stream = masker.stream();
    masker.close();
    masker.close();
    masker[Symbol.dispose]();
    for (const call of [() => masker.mask(MT), () => masker.maskOne(MT), () => masker.stream()])
      expect(thrownBy(call)).toMatchObject({ code: "BAUTA-1315" });
    expect(await rejectionOf(masker.maskAll([MT]).next())).toMatchObject({ code: "BAUTA-1315" });
    expect(await rejectionOf(through(stream, [MT]))).toMatchObject({ code: "BAUTA-1315" });
  });
});

describe("keys", () => {
  const openWith = (keys: Parameters<typeof openMasker>[0]["keys"], model = "test-data") =>
    openMasker({ model, ...(keys === undefined ? {} : { keys }), engine: "portable" });
  const masked = (masker: Masker): string => textOf(masker.mask(MT).output);

  test("a file, its bytes and a variable with them are one key", async () => {
    const bytes = new Uint8Array(readFileSync(key));
    const root = /"root": "([0-9a-f]{64})"/.exec(textOf(bytes))?.[1] as string;
    process.env["BAUTA_TEST_KEY"] = textOf(bytes);
    const outputs = await Promise.all([openWith({ file: key }), openWith({ bytes }), openWith({ variable: "BAUTA_TEST_KEY" })]);
    delete process.env["BAUTA_TEST_KEY"];
    expect(new Set(outputs.map(masked)).size).toBe(1);
    expect(textOf(bytes)).not.toContain(root);
  });

  test("an ephemeral key is another one each time", async () => {
    expect(masked(await openWith("ephemeral"))).not.toBe(masked(await openWith("ephemeral")));
  });

  test("what is wrong with them is told by its code", async () => {
    const open = join(folder, "open.key");
    writeFileSync(open, readFileSync(key));
    chmodSync(open, 0o644);
    const wrong: readonly (readonly [Parameters<typeof openMasker>[0]["keys"], string])[] = [
      [undefined, "BAUTA-1101"],
      [{ variable: "BAUTA_NO_SUCH_KEY" }, "BAUTA-1101"],
      [{ file: join(folder, "none.key") }, "BAUTA-1002"],
      [{ file: open }, "BAUTA-1102"],
      [{ bytes: bytesOf("{}") }, "BAUTA-1103"],
      [{ bytes: new Uint8Array(100_000) }, "BAUTA-1103"],
      [{ file: key, environment: "production" }, "BAUTA-1104"],
    ];
    for (const [keys, code] of wrong) expect(await rejectionOf(openWith(keys))).toMatchObject({ code });
    expect(await rejectionOf(openUnmasker({ model: "test-data", keys: "ephemeral" }))).toBeInstanceOf(BautaError);
  });
});

describe("models", () => {
  test("presets, files and objects; what is wrong with them is told by its code", async () => {
    const file = join(folder, "mine.yaml");
    writeFileSync(file, "bauta: 1\nname: mine\nextends: test-data\n");
    const outputs: string[] = [];
    for (const model of ["test-data", file, { bauta: 1, name: "mine", extends: "test-data" } as const]) {
      const masker = await openMasker({ model, keys: { file: key } });
      outputs.push(textOf(masker.mask(MT).output));
      masker.close();
    }
    expect(new Set(outputs).size).toBe(1);
    const wrong: readonly (readonly [Parameters<typeof openMasker>[0]["model"], string])[] = [
      ["test-dat", "BAUTA-1213"],
      [join(folder, "none.yaml"), "BAUTA-1002"],
      [{ bauta: 1, name: "mine", extends: "test-data", rules: [{ path: "pacs.008:**/Nothing", technique: "redact" }] }, "BAUTA-1205"],
    ];
    for (const [model, code] of wrong) expect(await rejectionOf(openMasker({ model, keys: "ephemeral" }))).toMatchObject({ code });
  });

  test("no engine but the one that is named", async () => {
    expect(await rejectionOf(openMasker({ model: "test-data", keys: "ephemeral", engine: "fast" as EngineName }))).toMatchObject({
      code: "BAUTA-1001",
    });
  });
});
