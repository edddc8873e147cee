/** No way of looking at a ring shows its key. */
import { describe, expect, test } from "bun:test";
import { inspect } from "node:util";
import { ephemeralKeyRing, seedKeyRing } from "../../runtime/keys/ephemeral.ts";
import { Secret } from "../../runtime/keys/secret.ts";
import type { BautaError } from "../../runtime/kit/errors.ts";

const bytes = Uint8Array.from({ length: 32 }, (_, i) => 200 + i);
const traces = [Buffer.from(bytes).toString("hex").slice(0, 10), "200, 201", "200,201", Buffer.from(bytes).toString("base64").slice(0, 8)];

function looks(value: object): readonly string[] {
  const options = { depth: 10, showHidden: true, getters: true } as const;
  const clone = ((): string => {
    try {
      return inspect(structuredClone(value), options);
    } catch {
      return "";
    }
  })();
  const deno = (value as Record<symbol, unknown>)[Symbol.for("Deno.customInspect")];
  const told = typeof deno === "function" ? String(deno.call(value)) : "";
  return [inspect(value, options), Bun.inspect(value), JSON.stringify({ value }), `${value}`, clone, told, Object.values(value).join()];
}

describe("secrets", () => {
  test("cannot be seen", () => {
    const secret = new Secret(bytes);
    for (const look of [...looks(secret), ...looks(ephemeralKeyRing(() => bytes.slice())), ...looks({ deep: { secret } })]) {
      for (const trace of traces) expect(look).not.toContain(trace);
    }
    expect(inspect(secret)).toBe("[secret]");
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
  });

  test("own their bytes and overwrite them", () => {
    const given = bytes.slice();
    const secret = new Secret(given);
    given.fill(0);
    let held: Uint8Array = new Uint8Array(0);
    secret.open((inside) => {
      held = inside;
      expect(inside).toEqual(bytes);
    });
    secret.close();
    expect(held.every((byte) => byte === 0)).toBe(true);
    expect(secret.closed).toBe(true);
    expect(() => secret.open(() => 0)).toThrow(expect.objectContaining({ code: "BAUTA-9001" } satisfies Partial<BautaError>));
  });
});

describe("rings without a file", () => {
  const namespaces = [{ name: "account", keyVersion: 1 }];

  test("an ephemeral ring cannot unmask, and no two agree", () => {
    const [a, b] = [ephemeralKeyRing(), ephemeralKeyRing()];
    expect(a.capabilities).toEqual(["mask"]);
    expect(a.origin).toBe("ephemeral");
    expect(a.namespaceKeys(namespaces)).not.toEqual(b.namespaceKeys(namespaces));
    expect(a.namespaceKeys(namespaces)).toEqual(a.namespaceKeys(namespaces));
  });

  test("the random bytes given are overwritten", () => {
    const given = bytes.slice();
    ephemeralKeyRing(() => given);
    expect(given.every((byte) => byte === 0)).toBe(true);
  });

  test("a seed gives one ring, and says what it is", () => {
    expect(seedKeyRing("rehearsal").namespaceKeys(namespaces)).toEqual(seedKeyRing("rehearsal").namespaceKeys(namespaces));
    expect(seedKeyRing("rehearsal").namespaceKeys(namespaces)).not.toEqual(seedKeyRing("rehearsa1").namespaceKeys(namespaces));
    expect(seedKeyRing("rehearsal").origin).toBe("seed");
  });
});
