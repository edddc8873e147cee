/** Sub-keys against values computed by an independent HKDF (RFC 5869 over Python's hmac module). */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lengthPrefixed, namespaceKey, purposeKey, seedRoot, utf8 } from "../../runtime/keys/derive.ts";
import { DEPTH, seeded } from "../seed.ts";

const root = Uint8Array.from({ length: 32 }, (_, i) => i);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("derivation", () => {
  test("known answers", () => {
    const account = "bc3d019cceb3c8becf99a8c0adb1d8c956da202bbd8baff1d9303b9592a9f521";
    expect(hex(namespaceKey(root, { name: "account", keyVersion: 1 }))).toBe(account);
    const second = "e5e0d404d237bbc2303f22560d0e18a4d27a27e1bcc19b59d6dfbdd75b07efc7";
    expect(hex(namespaceKey(root, { name: "account", keyVersion: 2 }))).toBe(second);
    const party = "7db4a1884245dcd811a5c1303f2e68df0f38d63ee31409d8416a13a71e52ef76";
    expect(hex(namespaceKey(root, { name: "party", keyVersion: 1 }))).toBe(party);
    const refused = "b52a078d10ce9ad7ac3bc0577d4bc4cf9c949945c17fe614066c577fe3c05d32";
    expect(hex(purposeKey(root, "refused-record"))).toBe(refused);
    expect(hex(seedRoot("rehearsal"))).toBe("0567a3212d6a825b6d4920b9cc7f06db6d2e08796ad05393ccac5e76927bb2b5");
  });

  test("a purpose and a namespace of one name have different keys", () => {
    expect(hex(purposeKey(root, "account"))).not.toBe(hex(namespaceKey(root, { name: "account", keyVersion: 1 })));
  });

  test("lists of fields that differ never have the same bytes", () => {
    const fields = fc.array(fc.string({ maxLength: 6 }), { maxLength: 4 });
    const property = fc.property(fields, fields, (a, b) => {
      const equal = hex(lengthPrefixed(a.map(utf8))) === hex(lengthPrefixed(b.map(utf8)));
      expect(equal).toBe(JSON.stringify(a.map((x) => hex(utf8(x)))) === JSON.stringify(b.map((x) => hex(utf8(x)))));
    });
    const seed = seeded("fields in key derivation");
    fc.assert(property, { seed, numRuns: 2000 * DEPTH });
  });
});
