/** Key files: made, opened, refused. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { maskOnlyKeyFile, newKeyFile, openKeyFile, showKeyFile } from "../../runtime/keys/key-file.ts";
import { decodeKeyFile, encodeKeyFile } from "../../runtime/keys/key-file-format.ts";
import { Secret } from "../../runtime/keys/secret.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { DEPTH, seeded } from "../seed.ts";

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (length === 16 ? 16 + i : i));
const now = new Date("2025-01-31T08:00:00.000Z");
const rootHex = Buffer.from(counting(32)).toString("hex");
const account = "bc3d019cceb3c8becf99a8c0adb1d8c956da202bbd8baff1d9303b9592a9f521";

let folder: string;
let count = 0;
const fresh = (): string => join(folder, `key-${count++}.json`);
const made = (): string => {
  const path = fresh();
  newKeyFile(path, { environment: "test", now, random: counting });
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bauta-keys-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Number of the issue that `run` throws; the error must not hold the key. */
function issueOf(run: () => unknown): number {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(BautaError);
    expect(`${String(error)} ${JSON.stringify(error)} ${Bun.inspect(error)}`).not.toContain(rootHex.slice(0, 12));
    return (error as BautaError).issue.number;
  }
  return 0;
}

/** A key file with a part of its text replaced. */
function edited(pattern: string | RegExp, replacement: string): string {
  const path = made();
  const text = readFileSync(path, "utf8");
  const changed = text.replace(pattern, replacement);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
  return path;
}

describe("a new key file", () => {
  test("holds what it should, for its owner alone", () => {
    const path = made();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const file = JSON.parse(readFileSync(path, "utf8"));
    expect(file).toEqual({
      "bauta-key": 1,
      id: "101112131415161718191a1b1c1d1e1f",
      environment: "test",
      capabilities: ["mask", "unmask"],
      created: "2025-01-31T08:00:00.000Z",
      // Check value and seal were computed by Python's hmac module.
      keys: [{ version: 1, root: rootHex, check: "c665dc", seal: "62148c6cbaed5abff4d842b84d7fd4d9" }],
    });
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("has a random root and id, whatever the umask", () => {
    const before = process.umask(0);
    const [a, b] = [fresh(), fresh()];
    try {
      for (const path of [a, b]) newKeyFile(path, { environment: "test" });
    } finally {
      process.umask(before);
    }
    expect(statSync(a).mode & 0o777).toBe(0o600);
    const [first, second] = [a, b].map((path) => JSON.parse(readFileSync(path, "utf8")));
    expect(first.keys[0].root).not.toBe(second.keys[0].root);
    expect(first.id).not.toBe(second.id);
  });

  test("never takes the place of another file", () => {
    const path = fresh();
    writeFileSync(path, "mine");
    expect(issueOf(() => newKeyFile(path, { environment: "test" }))).toBe(1106);
    expect(readFileSync(path, "utf8")).toBe("mine");
    const dangling = fresh();
    symlinkSync(join(folder, "nowhere"), dangling);
    expect(issueOf(() => newKeyFile(dangling, { environment: "test" }))).toBe(1106);
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("cannot be written into a folder that is not there", () => {
    expect(issueOf(() => newKeyFile(join(folder, "no", "key.json"), { environment: "test" }))).toBe(1108);
  });

  test("names an environment", () => {
    for (const environment of ["", "Test", "a b", "-a", "a".repeat(65), "a\nb"]) {
      expect(issueOf(() => newKeyFile(fresh(), { environment }))).toBe(1109);
    }
  });
});

describe("opening", () => {
  test("gives the sub-keys of the root", () => {
    const ring = openKeyFile(made(), { environment: "test", need: "unmask" });
    const keys = ring.namespaceKeys([
      { name: "party", keyVersion: 1 },
      { name: "account", keyVersion: 1 },
    ]);
    expect(keys.length).toBe(64);
    expect(Buffer.from(keys.subarray(32)).toString("hex")).toBe(account);
    expect({ origin: ring.origin, id: ring.id, version: ring.keyVersion }).toEqual({
      origin: "file",
      id: "101112131415161718191a1b1c1d1e1f",
      version: 1,
    });
    expect(issueOf(() => ring.namespaceKeys([{ name: "account", keyVersion: 2 }]))).toBe(1110);
    ring.close();
    expect(issueOf(() => ring.namespaceKeys([{ name: "account", keyVersion: 1 }]))).toBe(9001);
    expect(issueOf(() => ring.purposeKey("refused-record"))).toBe(9001);
  });

  test("refuses a file that others can read, write or run", () => {
    for (const bit of [0o040, 0o020, 0o010, 0o004, 0o002, 0o001]) {
      const path = made();
      chmodSync(path, 0o600 | bit);
      expect(issueOf(() => openKeyFile(path, { need: "mask" }))).toBe(1102);
    }
    const path = made();
    chmodSync(path, 0o400);
    openKeyFile(path, { need: "mask" }).close();
  });

  test("judges the file behind a link, not the link", () => {
    const path = made();
    const link = fresh();
    symlinkSync(path, link);
    openKeyFile(link, { need: "mask" }).close();
    chmodSync(path, 0o644);
    expect(issueOf(() => openKeyFile(link, { need: "mask" }))).toBe(1102);
  });

  test("refuses another environment", () => {
    expect(issueOf(() => openKeyFile(made(), { environment: "prod", need: "mask" }))).toBe(1104);
    openKeyFile(made(), { environment: undefined, need: "mask" }).close();
  });

  test("refuses what is no file, or no key file", () => {
    expect(issueOf(() => openKeyFile(join(folder, "absent"), { need: "mask" }))).toBe(1002);
    chmodSync(folder, 0o700);
    expect(issueOf(() => openKeyFile(folder, { need: "mask" }))).toBe(1103);
    for (const text of ["", "{}", "[]", "null", "not json", '{"bauta-key": 1}', "x".repeat(70_000), "\xff\xfe"]) {
      const path = fresh();
      writeFileSync(path, text, { mode: 0o600 });
      expect(issueOf(() => openKeyFile(path, { need: "mask" }))).toBe(1103);
    }
  });

  test("refuses a file that was edited or damaged", () => {
    expect(issueOf(() => openKeyFile(edited(rootHex, `f${rootHex.slice(1)}`), { need: "mask" }))).toBe(1107);
    expect(issueOf(() => openKeyFile(edited('"environment": "test"', '"environment": "prod"'), { need: "mask" }))).toBe(1107);
    expect(issueOf(() => openKeyFile(edited("2025", "2024"), { need: "mask" }))).toBe(1107);
    expect(issueOf(() => openKeyFile(edited("c665dc", "c665dd"), { need: "mask" }))).toBe(1107);
    expect(issueOf(() => openKeyFile(edited(rootHex, rootHex.slice(2)), { need: "mask" }))).toBe(1103);
    expect(issueOf(() => openKeyFile(edited(rootHex, `\\u0030${rootHex.slice(1)}`), { need: "mask" }))).toBe(1103);
    expect(issueOf(() => openKeyFile(edited('"root"', '"r\\u006fot"'), { need: "mask" }))).toBe(1103);
    expect(issueOf(() => openKeyFile(edited('"version": 1', '"version": 0'), { need: "mask" }))).toBe(1103);
    expect(issueOf(() => openKeyFile(edited('"id"', '"extra": "root", "id"'), { need: "mask" }))).toBe(1103);
  });

  test("a capability cannot be written in by hand", () => {
    const copy = fresh();
    maskOnlyKeyFile(made(), copy);
    const text = readFileSync(copy, "utf8");
    writeFileSync(copy, text.replace('"mask"', '"mask", "unmask"'));
    expect(issueOf(() => openKeyFile(copy, { need: "unmask" }))).toBe(1107);
  });
});

describe("a mask-only file", () => {
  test("masks alike and does not unmask", () => {
    const copy = fresh();
    const info = maskOnlyKeyFile(made(), copy);
    expect(info).toEqual({
      id: "101112131415161718191a1b1c1d1e1f",
      environment: "test",
      capabilities: ["mask"],
      created: "2025-01-31T08:00:00.000Z",
      signing: [{ version: 1, from: "2025-01-31T08:00:00.000Z" }],
      keys: [{ version: 1, check: "c665dc" }],
    });
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const ring = openKeyFile(copy, { environment: "test", need: "mask" });
    expect(Buffer.from(ring.namespaceKeys([{ name: "account", keyVersion: 1 }])).toString("hex")).toBe(account);
    ring.close();
    expect(issueOf(() => openKeyFile(copy, { need: "unmask" }))).toBe(1105);
  });
});

describe("showing", () => {
  test("says everything but the key", () => {
    const shown = JSON.stringify(showKeyFile(made()));
    expect(shown).toContain("c665dc");
    expect(shown).not.toContain(rootHex.slice(0, 12));
    expect(shown).not.toContain("seal");
  });
});

describe("the format", () => {
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 4 });
  const roots = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test("what is written is read, and every change of one byte is refused or changes nothing", () => {
    const property = fc.property(
      versions,
      fc.array(roots, { minLength: 4, maxLength: 4 }),
      fc.nat(),
      fc.nat(255),
      (all, keys, at, byte) => {
        const created = "2025-01-31T08:00:00Z";
        const signing = Array.from({ length: 1 + (byte % 3) }, (_, i) => ({ version: i + 1, from: created }));
        const head = { id: "0".repeat(32), environment: "e", capabilities: ["mask"], created, signing } as const;
        const file = new Map(all.map((version, i) => [version, new Secret(keys[i] as Uint8Array)]));
        const bytes = encodeKeyFile(head, file);
        const back = decodeKeyFile(bytes.slice());
        expect(back.info.keys.map((key) => key.version)).toEqual([...all].sort((a, b) => a - b));
        for (const [version, root] of back.roots) {
          const written = keys[all.indexOf(version)] as Uint8Array;
          root.open((read) => expect(Buffer.compare(read, written)).toBe(0));
        }
        const damaged = bytes.slice();
        damaged[at % bytes.length] = byte;
        try {
          expect(decodeKeyFile(damaged).info).toEqual(back.info);
        } catch (error) {
          expect([1103, 1107]).toContain((error as BautaError).issue?.number);
        }
        // Whatever came of it, no root is left in the bytes that could be found there.
        const left = Buffer.from(damaged).toString("latin1");
        for (const digits of left.matchAll(/"root":\s*"([^"]*)/g)) expect(digits[1]).toMatch(/^0{64}/);
      },
    );
    const seed = seeded("damaged key files");
    fc.assert(property, { seed, numRuns: 500 * DEPTH });
  });
});
