/** Signatures and trust: checked by OpenSSL and by Python's cryptography, and refused for every reason there is. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSignedBy, keyIdOf, publicKeysOf, signerOf } from "../../runtime/audit/signature.ts";
import { encodeTrust, parseTrust, type Trust, trustOf, verifySignature } from "../../runtime/audit/trust.ts";
import type { KeyRing } from "../../runtime/keys/api.ts";
import { ephemeralKeyRing, seedKeyRing } from "../../runtime/keys/ephemeral.ts";
import { maskOnlyKeyFile, newKeyFile, openKeyFile, rotateSigning } from "../../runtime/keys/key-file.ts";
import { BautaError } from "../../runtime/kit/errors.ts";

const here = mkdtempSync(join(tmpdir(), "bauta-signature-"));
afterAll(() => rmSync(here, { recursive: true }));
let files = 0;
const fresh = (): string => join(here, String(files++));
const bytes = new TextEncoder().encode('{"task": "t"}\n');

/** Signing keys: version 1 from January, version 2 from July. */
const first = fresh();
newKeyFile(first, { environment: "qa", now: new Date("2026-01-01T00:00:00Z"), random: (length) => new Uint8Array(length).fill(7) });
const second = fresh();
rotateSigning(first, second, new Date("2026-07-01T00:00:00Z"));
const open = (path: string): KeyRing => openKeyFile(path, {});
const trust = trustOf([open(second)]);

function signed(ring: KeyRing, at: string, environment = "qa") {
  const signer = signerOf(ring);
  if (signer === undefined) throw new Error("nobody signs");
  return { bytes, signature: signer.sign(bytes), key: signer.key, environment, at };
}

function issueOf(action: () => unknown): number | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof BautaError ? error.issue.number : -1;
  }
}

describe("a signature", () => {
  test("is the same for the same key and bytes, and its key has a version of its own", () => {
    const [one, two] = [signed(open(first), ""), signed(open(first), "")];
    expect(Buffer.from(one.signature).equals(Buffer.from(two.signature))).toBe(true);
    expect(signed(open(second), "").key).not.toBe(one.key);
    const copy = fresh();
    maskOnlyKeyFile(second, copy);
    expect(signed(open(copy), "").key).toBe(signed(open(second), "").key);
  });

  test("is checked by OpenSSL and refused for other bytes", () => {
    const { signature } = signed(open(first), "");
    const [message, other, file, pem] = [fresh(), fresh(), fresh(), fresh()];
    writeFileSync(message, bytes);
    writeFileSync(other, "other");
    writeFileSync(file, signature);
    writeFileSync(pem, publicKeysOf(open(first)).at(-1)?.key.export({ format: "pem", type: "spki" }) ?? "");
    const verify = (path: string): number | null =>
      spawnSync("openssl", ["pkeyutl", "-verify", "-rawin", "-in", path, "-sigfile", file, "-pubin", "-inkey", pem]).status;
    expect([verify(message), verify(other)]).toEqual([0, 1]);
  });

  const python = process.env["BAUTA_PYTHON"] ?? "python3";
  const hasCryptography = spawnSync(python, ["-c", "import cryptography"]).status === 0;
  const title = "is checked by Python's cryptography";
  test.skipIf(!hasCryptography)(hasCryptography ? title : `${title} (skipped: the package is not installed)`, () => {
    const { signature } = signed(open(first), "");
    const script = `
import sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
load_pem_public_key(sys.argv[1].encode()).verify(bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3]))`;
    const pem = String(publicKeysOf(open(first)).at(-1)?.key.export({ format: "pem", type: "spki" }));
    const run = (message: Uint8Array): number | null =>
      spawnSync(python, ["-c", script, pem, Buffer.from(signature).toString("hex"), Buffer.from(message).toString("hex")]).status;
    expect([run(bytes), run(bytes.subarray(1))]).toEqual([0, 1]);
  });

  test("is made by no ring that no file stores, and not after close", () => {
    expect([signerOf(ephemeralKeyRing()), signerOf(seedKeyRing("seed"))]).toEqual([undefined, undefined]);
    const signer = signerOf(open(first));
    signer?.close();
    expect(issueOf(() => signer?.sign(bytes))).toBe(9001);
  });
});

describe("trust", () => {
  test("counts for the key, in its time, for its environment, and for these bytes", () => {
    const old = signed(open(first), "2026-03-01T00:00:00Z");
    expect(verifySignature(trust, old).version).toBe(1);
    expect(verifySignature(trust, signed(open(second), "2026-08-01T00:00:00Z")).version).toBe(2);
    expect(issueOf(() => verifySignature(trust, { ...old, at: "2026-07-01T00:00:00Z" }))).toBe(8505);
    expect(issueOf(() => verifySignature(trust, { ...old, at: "2025-12-31T00:00:00Z" }))).toBe(8505);
    expect(issueOf(() => verifySignature(trust, { ...old, at: "" }))).toBe(8505);
    expect(issueOf(() => verifySignature(trust, { ...old, environment: "prod" }))).toBe(8506);
    expect(issueOf(() => verifySignature(trust, { ...old, key: "0".repeat(32) }))).toBe(8504);
    expect(issueOf(() => verifySignature({ keys: [] }, old))).toBe(8504);
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.slice();
      changed[i] = (changed[i] as number) ^ 1;
      expect(issueOf(() => verifySignature(trust, { ...old, bytes: changed }))).toBe(8503);
    }
    for (let i = 0; i < old.signature.length; i++) {
      const changed = old.signature.slice();
      changed[i] = (changed[i] as number) ^ 1;
      expect(issueOf(() => verifySignature(trust, { ...old, signature: changed }))).toBe(8503);
    }
    expect(issueOf(() => verifySignature(trust, { ...old, signature: old.signature.subarray(1) }))).toBe(8503);
    // Another ring's signature under our key's name.
    const other = fresh();
    newKeyFile(other, { environment: "qa" });
    expect(issueOf(() => verifySignature(trust, { ...signed(open(other), old.at), key: old.key }))).toBe(8503);
  });

  test("is read back as it was written, and holds no key", () => {
    const text = encodeTrust(trust);
    expect(parseTrust(text)).toEqual(trust);
    expect(trust.keys.map(({ version, from, to }) => [version, from, to])).toEqual([
      [1, "2026-01-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"],
      [2, "2026-07-01T00:00:00.000Z", null],
    ]);
    for (const { id, publicKey } of trust.keys) expect(keyIdOf(createPublicKey(publicKey))).toBe(id);
    const [signing] = publicKeysOf(open(first));
    expect(signing !== undefined && isSignedBy(signing.key, bytes, signed(open(first), "").signature)).toBe(true);
    expect(text).not.toContain("07".repeat(8));
    expect(text).not.toContain("PRIVATE");
  });

  test("refuses what is no trust file, or was edited", () => {
    const [key] = trust.keys;
    const edited = (change: object): string => JSON.stringify({ "bauta-trust": 1, keys: [{ ...key, ...change }] });
    const wrong = [
      "",
      "[]",
      "null",
      '{"bauta-trust": 2, "keys": []}',
      '{"bauta-trust": 1, "keys": {}}',
      '{"bauta-trust": 1, "keys": [], "more": 1}',
      edited({ id: "0".repeat(32) }),
      edited({ id: 1 }),
      edited({ from: "yesterday" }),
      edited({ to: "" }),
      edited({ version: "1" }),
      edited({ publicKey: "no key" }),
      edited({ publicKey: trust.keys[1]?.publicKey }),
      edited({ more: 1 }),
    ];
    for (const text of wrong) expect([text, issueOf(() => parseTrust(text))]).toEqual([text, 8512]);
    const none: Trust = { keys: [] };
    expect(parseTrust(encodeTrust(none))).toEqual(none);
  });
});

describe("changing the signing key", () => {
  test("leaves pseudonyms and the root alone, and cannot be undone in the file", () => {
    const [before, after] = [open(first), open(second)];
    const keys = (ring: KeyRing): string => Buffer.from(ring.namespaceKeys([{ name: "n", keyVersion: 1 }])).toString("hex");
    expect(keys(after)).toBe(keys(before));
    expect(after.facts).toEqual(before.facts);
    expect(after.signing.map(({ version }) => version)).toEqual([1, 2]);
    const third = fresh();
    rotateSigning(second, third, new Date("2026-09-01T00:00:00Z"));
    expect(open(third).signing.map(({ version }) => version)).toEqual([1, 2, 3]);
  });
});
