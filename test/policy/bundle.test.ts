/** Bundles of policies: how they are read, who signed them, and which may follow which. */
import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { BautaError } from "../../runtime/kit/errors.ts";
import { admit, type BundleState, encodeState, parseState } from "../../runtime/policy/bundle/admit.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { readBundleState, writeBundleState } from "../../runtime/policy/bundle/state-file.ts";
import { openTrust } from "../../runtime/policy/bundle/trust.ts";
import type { TrustDefinition } from "../../runtime/policy/bundle/trust-definition.ts";
import { verifyBundle } from "../../runtime/policy/bundle/verify.ts";
import {
  built,
  DATA,
  filesOf,
  KEY_ID,
  keyFile,
  newFolder,
  packed,
  payloadOver,
  REGO,
  signedBy,
  type TarEntry,
  token,
  trustIn,
  write,
} from "./bundles.ts";
import { OPA_THERE, opa } from "./opa.ts";

const here = newFolder();
const pair = (type: "ec" | "rsa" | "ed25519", option: object = {}): KeyObject =>
  (generateKeyPairSync as (type: string, options: object) => { privateKey: KeyObject })(type, option).privateKey;
const ec = pair("ec", { namedCurve: "P-256" });
const rsa = pair("rsa", { modulusLength: 2048 });
const ed = pair("ed25519");
const keys = { ec: keyFile(here, "ec", ec), rsa: keyFile(here, "rsa", rsa), ed: keyFile(here, "ed", ed) };

/** The issue that something ends with; 0 if with none. */
function issueOf(action: () => unknown): number {
  try {
    action();
    return 0;
  } catch (error) {
    if (error instanceof BautaError) return error.issue.number;
    throw error;
  }
}

const BY_HAND = new Map([
  ["data.json", Buffer.from(DATA)],
  ["masking.rego", Buffer.from(REGO)],
  [".manifest", Buffer.from('{"revision": "r7", "metadata": {"bauta": {"serial": 7}}}')],
]);
const ours = packed(signedBy(ec, "ES256", BY_HAND));
const trust = trustIn(keys.ec.publicPem, "ES256");
const verified = (bytes: Uint8Array, by = trust) => verifyBundle(readBundle(bytes), by);

describe.skipIf(!OPA_THERE)("bundles that OPA signed", () => {
  const CASES = [
    ["ES256", "ec"],
    ["RS256", "rsa"],
    ["RS384", "rsa"],
    ["PS256", "rsa"],
    ["PS512", "rsa"],
    // OPA's own library for JOSE, lestrrat-go/jwx, signs by it as well.
    ["EdDSA", "ed"],
  ] as const;

  test.each(CASES)("%s is accepted", (algorithm, name) => {
    const bytes = built(here, { algorithm, key: keys[name].path });
    const { bundle, signer } = verified(bytes, trustIn(keys[name].publicPem, algorithm));
    expect(signer).toMatchObject({ key: KEY_ID, algorithm, scope: "" });
    expect([...bundle.files.keys()].sort()).toEqual([".manifest", ".signatures.json", "data.json", "policy.wasm", "policy/masking.rego"]);
    expect(WebAssembly.validate(bundle.wasm as Uint8Array<ArrayBuffer>)).toBe(true);
    expect(bundle).toMatchObject({ serial: 7, manifest: { revision: "r7", roots: ["bauta", "limits", "words"] } });
    expect(bundle.manifest.wasm).toEqual([{ entrypoint: "bauta/masking/plan", module: "policy.wasm" }]);
    expect(Buffer.from(bundle.dataJson).toString()).toContain('"big":123456789012345678901234567890,"eur":1.0,"usd":1e3');
    // The public key as JWK says the same.
    const jwk = JSON.stringify({ ed, ec, rsa }[name].export({ format: "jwk" }), (key, value) =>
      /^(d|p|q|dp|dq|qi)$/.test(key) ? undefined : value,
    );
    expect(verified(bytes, trustIn(jwk, algorithm)).signer).toEqual(signer);
  });

  test.each([
    ["P-384", "ES384"],
    ["P-521", "ES512"],
  ])("%s is accepted for %s", (namedCurve, algorithm) => {
    const { path, publicPem } = keyFile(here, namedCurve, pair("ec", { namedCurve }));
    expect(verified(built(here, { algorithm, key: path }), trustIn(publicPem, algorithm)).signer?.algorithm).toBe(algorithm);
  });

  test("any other content, file, key or scope is refused, each with its code", () => {
    const bytes = built(here, { algorithm: "ES256", key: keys.ec.path }, { claims: { scope: "masking/production", keyid: KEY_ID } });
    const inScope = trustIn(keys.ec.publicPem, "ES256", { scope: "masking/production" });
    expect(verified(bytes, inScope).signer?.scope).toBe("masking/production");
    const changed = (path: string, change: (text: string) => string): Uint8Array => {
      const files = filesOf(bytes);
      const before = Buffer.from(files.get(path) ?? []).toString("latin1");
      expect(change(before)).not.toBe(before);
      return packed(files.set(path, Buffer.from(change(before), "latin1")));
    };
    const refused = (tampered: Uint8Array, by = inScope): number => issueOf(() => verified(tampered, by));
    expect(refused(changed("data.json", (text) => text.replace("1.0", "1")))).toBe(1631);
    expect(refused(changed("data.json", (text) => text.replace("1e3", "1000")))).toBe(1631);
    expect(refused(changed("policy/masking.rego", (text) => `${text}# more\n`))).toBe(1631);
    expect(refused(changed("policy.wasm", (text) => `${text}\0`))).toBe(1631);
    expect(refused(changed(".manifest", (text) => text.replace('"serial":7', '"serial":8')))).toBe(1631);
    expect(refused(changed("added.rego", () => REGO))).toBe(1632);
    const files = filesOf(bytes);
    files.delete("policy/masking.rego");
    expect(refused(packed(files))).toBe(1633);
    expect(refused(bytes, trustIn(keys.ec.publicPem, "ES256"))).toBe(1634);
    expect(refused(bytes, trustIn(keys.ec.publicPem, "ES256", { scope: "masking/qa" }))).toBe(1634);
    expect(
      refused(bytes, openTrust({ keys: { other: { key: keys.ec.publicPem, algorithm: "ES256" } }, scope: "masking/production" })),
    ).toBe(1629);
    const another = keyFile(here, "another", pair("ec", { namedCurve: "P-256" })).publicPem;
    expect(refused(bytes, trustIn(another, "ES256", { scope: "masking/production" }))).toBe(1630);
    // White space and order are nothing that was signed.
    expect(refused(changed("data.json", (text) => ` ${text.replaceAll(",", ", ")}\n`))).toBe(0);
  });

  test("HS256 is refused, also with the public key for the secret", () => {
    const secret = write(join(here, "secret"), keys.ec.publicPem);
    expect(issueOf(() => verified(built(here, { algorithm: "HS256", key: secret })))).toBe(1628);
  });

  test("RS256 by a key that is pinned for PS256 is refused", () => {
    const bytes = built(here, { algorithm: "RS256", key: keys.rsa.path });
    expect(issueOf(() => verified(bytes, trustIn(keys.rsa.publicPem, "PS256")))).toBe(1628);
  });

  test("a folder that `opa sign` signed is accepted, and its archive by tar", () => {
    const folder = newFolder();
    for (const [path, content] of BY_HAND) write(join(folder, path), content);
    write(join(folder, "more", "data.json"), '{"x": [1.50, "\\u00e4"]}');
    opa(["sign", "--bundle", ".", "--signing-alg", "ES256", "--signing-key", keys.ec.path], folder);
    // It names no key.
    expect(issueOf(() => verifyBundle(readBundle(folder), trust))).toBe(1629);
    const pinned = trustIn(keys.ec.publicPem, "ES256", { key: KEY_ID });
    const { bundle } = verifyBundle(readBundle(folder), pinned);
    expect(bundle.data).toMatchObject({ limits: { eur: 1 }, more: { x: [1.5, "ä"] } });
    for (const format of ["pax", "ustar", "gnu"]) {
      const { stdout, stderr } = Bun.spawnSync(["tar", `--format=${format}`, "-czf", "-", "-C", folder, "."]);
      expect(stderr.toString()).toBe("");
      expect(verified(stdout, pinned).bundle.digest).toBe(bundle.digest);
    }
  });
});

describe("who signed a bundle", () => {
  test("one that was signed here is accepted", () => {
    expect(verified(ours).signer).toMatchObject({ key: KEY_ID, algorithm: "ES256" });
    expect(verified(packed(signedBy(ed, "Ed25519", BY_HAND)), trustIn(keys.ed.publicPem, "EdDSA")).signer?.algorithm).toBe("EdDSA");
  });

  test("one without a signature is refused, unless that is allowed", () => {
    expect(issueOf(() => verified(packed(BY_HAND)))).toBe(1625);
    expect(verified(packed(BY_HAND), openTrust({ keys: {}, dangerUnsigned: true })).signer).toBeUndefined();
    // Where there is one, it counts.
    const both = trustIn(keys.ec.publicPem, "ES256", { dangerUnsigned: true });
    expect(issueOf(() => verified(packed(new Map([...filesOf(ours), ["x.rego", Buffer.from(REGO)]])), both))).toBe(1632);
  });

  const withSignatures = (text: string): Uint8Array => packed(new Map([...BY_HAND, [".signatures.json", Buffer.from(text)]]));
  const withToken = (text: string): Uint8Array => withSignatures(JSON.stringify({ signatures: [text] }));
  const payload = payloadOver(BY_HAND);
  const good = token({ alg: "ES256", kid: KEY_ID }, payload, ec);

  test("`none`, and what is signed by a shared secret", () => {
    expect(issueOf(() => verified(withToken(token({ alg: "none", kid: KEY_ID }, payload))))).toBe(1627);
    expect(issueOf(() => verified(withToken(token({ alg: "NONE", kid: KEY_ID }, payload))))).toBe(1627);
    expect(issueOf(() => verified(withToken(token({ alg: "HS512", kid: KEY_ID }, payload, "x"))))).toBe(1628);
    expect(issueOf(() => verified(withToken(token({ alg: "ES384", kid: KEY_ID }, payload, ec))))).toBe(1628);
  });

  test("the file and the token are read strictly", () => {
    const [head, body, mark] = good.split(".") as [string, string, string];
    const refused: readonly string[] = [
      '{"Signatures": []}',
      '{"signatures": []}',
      `{"signatures": ["${good}", 1]}`,
      `{"signatures": ["${good}"], "plugin": "mine"}`,
      '{"signatures": [1]}',
      "[]",
      ...[`${good}.`, `${head}.${body}`, `${head}.${body}.`, `${head}=.${body}.${mark}`, "..", `bnVsbA.${body}.${mark}`].map((text) =>
        JSON.stringify({ signatures: [text] }),
      ),
      JSON.stringify({ signatures: [token({ alg: "ES256", kid: KEY_ID, crit: ["b64"], b64: false }, payload, ec)] }),
      JSON.stringify({ signatures: [token({ kid: KEY_ID }, payload, ec)] }),
      JSON.stringify({ signatures: [token({ alg: "ES256", kid: KEY_ID }, {}, ec)] }),
      JSON.stringify({ signatures: [token({ alg: "ES256", kid: KEY_ID }, { files: ["x"] }, ec)] }),
      JSON.stringify({ signatures: [token({ alg: "ES256", kid: KEY_ID }, { files: [...payload.files, payload.files[0]] }, ec)] }),
      JSON.stringify({
        signatures: [token({ alg: "ES256", kid: KEY_ID }, { files: payload.files.map((file) => ({ ...file, algorithm: "MD5" })) }, ec)],
      }),
    ];
    for (const text of refused) expect({ text, issue: issueOf(() => verified(withSignatures(text))) }).toEqual({ text, issue: 1626 });
    expect(issueOf(() => verified(withSignatures(`{"signatures": [], "signatures": ["${good}"]}`)))).toBe(1624);
    expect(issueOf(() => verified(withToken(`${head}.${body}.${Buffer.from("short").toString("base64url")}`)))).toBe(1630);
    expect(verified(withToken(good)).signer?.key).toBe(KEY_ID);
  });

  test("a signed bundle has a serial that is a number", () => {
    const files = new Map(BY_HAND);
    const manifest = (metadata: string): Uint8Array =>
      packed(signedBy(ec, "ES256", files.set(".manifest", Buffer.from(`{"revision": "r", "metadata": ${metadata}}`))));
    for (const metadata of ["{}", '{"bauta": {}}', '{"bauta": {"serial": "7"}}', '{"bauta": {"serial": -1}}', '{"bauta": {"serial": 1.5}}'])
      expect({ metadata, issue: issueOf(() => verified(manifest(metadata))) }).toEqual({ metadata, issue: 1635 });
    expect(issueOf(() => verified(manifest('{"bauta": {"serial": 9007199254740993}}')))).toBe(1635);
  });

  test("settings that say something else than they seem to are refused", () => {
    const privatePem = ec.export({ format: "pem", type: "pkcs8" }).toString();
    const weak = keyFile(here, "weak", pair("rsa", { modulusLength: 1024 })).publicPem;
    const { publicPem } = keys.ec;
    const wrong: readonly TrustDefinition[] = [
      { keys: {} },
      { keys: { a: { key: publicPem, algorithm: "HS256" } } },
      { keys: { a: { key: publicPem, algorithm: "none" } } },
      { keys: { a: { key: publicPem, algorithm: "ES384" } } },
      { keys: { a: { key: publicPem, algorithm: "RS256" } } },
      { keys: { a: { key: keys.ed.publicPem, algorithm: "ES256" } } },
      { keys: { a: { key: weak, algorithm: "RS256" } } },
      { keys: { a: { key: privatePem, algorithm: "ES256" } } },
      { keys: { a: { key: JSON.stringify(ec.export({ format: "jwk" })), algorithm: "ES256" } } },
      { keys: { a: { key: "no key", algorithm: "ES256" } } },
      { keys: { a: { key: publicPem, algorithm: "ES256" } }, key: "b" },
    ];
    for (const definition of wrong) expect(issueOf(() => openTrust(definition))).toBe(1639);
    expect(String(new BautaError(1639))).not.toContain("PRIVATE");
  });
});

describe("which bundle may follow which", () => {
  const at = (serial: number | undefined, content = REGO): Uint8Array => {
    const files = new Map(BY_HAND).set("masking.rego", Buffer.from(content));
    const metadata = serial === undefined ? {} : { bauta: { serial } };
    return packed(files.set(".manifest", Buffer.from(JSON.stringify({ revision: `r${serial}`, metadata }))));
  };
  const signedAt = (serial: number, content = REGO, scope?: string) => {
    const files = signedBy(ec, "ES256", filesOf(at(serial, content)), scope === undefined ? {} : { scope });
    return verified(packed(files), trustIn(keys.ec.publicPem, "ES256", scope === undefined ? {} : { scope }));
  };
  const unsigned = (serial?: number) => verified(at(serial), openTrust({ keys: {}, dangerUnsigned: true }));
  const first = admit(undefined, signedAt(7));

  test("a newer one, and the same again", () => {
    expect(first).toMatchObject({ serial: 7, revision: "r7", scope: "" });
    expect(admit(first, signedAt(7))).toEqual(first);
    expect(admit(first, signedAt(8)).serial).toBe(8);
  });

  test("no older one, none of the same serial, none of another scope, none with less to show", () => {
    expect(issueOf(() => admit(first, signedAt(6)))).toBe(1636);
    expect(issueOf(() => admit(first, signedAt(7, 'package bauta.masking\n\nplan := "keep"\n')))).toBe(1636);
    expect(issueOf(() => admit(first, signedAt(8, REGO, "elsewhere")))).toBe(1634);
    expect(issueOf(() => admit(first, unsigned(8)))).toBe(1637);
    expect(issueOf(() => admit(admit(undefined, unsigned(3)), unsigned()))).toBe(1637);
    expect(issueOf(() => admit(admit(undefined, unsigned(3)), unsigned(2)))).toBe(1636);
    expect(admit(admit(undefined, unsigned()), signedAt(1)).serial).toBe(1);
  });

  test("what was admitted is remembered in a text", () => {
    for (const state of [first, admit(undefined, unsigned()), admit(undefined, unsigned(0))] as readonly BundleState[])
      expect(parseState(Buffer.from(encodeState(state)), "state.json")).toEqual(state);
    const text = encodeState(first);
    for (const broken of ["", "{}", "[]", text.slice(0, -3), text.replace('"serial": 7', '"serial": "7"'), text.replace(": 1,", ": 2,")])
      expect(issueOf(() => parseState(Buffer.from(broken), "state.json"))).toBe(1639);
  });

  test("and in a file, which outlives the process", () => {
    const path = join(newFolder(), "masking.json");
    expect(readBundleState(path)).toBeUndefined();
    writeBundleState(path, admit(undefined, signedAt(7)));
    writeBundleState(path, admit(readBundleState(path), signedAt(8)));
    expect(issueOf(() => admit(readBundleState(path), signedAt(7)))).toBe(1636);
    expect(readdirSync(dirname(path))).toEqual(["masking.json"]);
    write(path, "");
    expect(issueOf(() => readBundleState(path))).toBe(1639);
    expect(issueOf(() => readBundleState(dirname(path)))).toBe(1639);
    expect(issueOf(() => writeBundleState(join(path, "below.json"), first))).toBe(1639);
  });
});

describe("what is no bundle", () => {
  const files = (...entries: TarEntry[]): Uint8Array => packed([...[...BY_HAND].map(([name, content]) => ({ name, content })), ...entries]);
  const pax = (...records: string[]): TarEntry => ({ name: "pax", type: "x", content: records.map(paxRecord).join("") });
  const paxRecord = (text: string): string => {
    const record = (length: number): string => `${length} ${text}\n`;
    const length = text.length + 2;
    return record(length + String(length + String(length).length).length);
  };
  const read = (bytes: Uint8Array): number => issueOf(() => readBundle(bytes));

  test("folders, pax headers and paths with a stroke or `./` in front are nothing special", () => {
    const long = `${"deep/".repeat(40)}rules.rego`;
    const bytes = files({ name: "./", type: "5" }, { name: "sub/", type: "5" }, pax(`path=${long}`, "mtime=1.5"), {
      name: "x",
      content: REGO,
    });
    expect([...readBundle(bytes).files.keys()]).toEqual([...BY_HAND.keys(), long]);
    const strokes = packed([...BY_HAND].map(([name, content], i) => ({ name: `${["/", "./", ""][i]}${name}`, content })));
    expect(readBundle(strokes).digest).toBe(readBundle(packed(BY_HAND)).digest);
  });

  test("paths that lead elsewhere, links, devices, and two files of one path", () => {
    const bad: readonly TarEntry[] = [
      ...["../x.rego", "a/../../x", "a//b", "a/./b", "//x", "", "a\\b", "a\nb", "/../x", "x/"].map((name) => ({ name, content: "x" })),
      { name: "../folder/", type: "5" },
      { name: "link", type: "2", link: "/etc/passwd" },
      { name: "link", type: "1", link: "masking.rego" },
      { name: "device", type: "3" },
      { name: "pipe", type: "6" },
      { name: "long", type: "L", content: "x" },
      { name: "holes", type: "S" },
      { name: "masking.rego", content: "x" },
      { name: "./masking.rego", content: "x" },
      pax("GNU.sparse.major=1"),
      { name: "all", type: "g", content: paxRecord("path=x") },
    ];
    for (const entry of bad)
      expect({ name: entry.name, type: entry.type, issue: read(files(entry)) }).toEqual({
        name: entry.name,
        type: entry.type,
        issue: 1622,
      });
    expect(read(files(pax("path=../x.rego"), { name: "x", content: "x" }))).toBe(1622);
  });

  test("archives that are broken or cut off", () => {
    const whole = gunzipSync(ours);
    expect(read(Buffer.from("no archive"))).toBe(1621);
    expect(read(ours.subarray(0, ours.length - 9))).toBe(1621);
    expect(read(gzipSync(whole.subarray(0, whole.length - 1024)))).toBe(1621);
    expect(read(gzipSync(whole.subarray(0, 700)))).toBe(1621);
    expect(read(files({ name: "x", checksum: "000001\0 " }))).toBe(1621);
    expect(read(files({ name: "x", magic: "nothing\0" }))).toBe(1621);
    expect(read(files({ name: "x", size: "7zzzzzzzzz7\0" }))).toBe(1621);
    expect(read(files(pax("path=x").type === "x" ? { name: "pax", type: "x", content: "99 path=x\n" } : pax("path=x")))).toBe(1621);
    expect(read(packed(BY_HAND, Buffer.concat([new Uint8Array(1024), Buffer.from("behind"), new Uint8Array(506)])))).toBe(1621);
    expect(read(packed(BY_HAND, new Uint8Array(0)))).toBe(1621);
  });

  test("files too large, or too many, however little is sent", () => {
    expect(read(gzipSync(new Uint8Array(257 * 1024 * 1024), { level: 1 }))).toBe(1623);
    expect(read(new Uint8Array(64 * 1024 * 1024 + 1))).toBe(1623);
    expect(read(files({ name: "x", size: "77777777777\0" }))).toBe(1623);
    expect(read(files(...Array.from({ length: 10_001 }, (_, i) => ({ name: `f${i}` }))))).toBe(1623);
  });

  test("what OPA would read and is not read here", () => {
    for (const name of ["patch.json", "a/.manifest", ".manifest.pb", "a/.signatures.json"])
      expect({ name, issue: read(files({ name, content: "{}" })) }).toEqual({ name, issue: 1621 });
    expect(read(files({ name: "policy.wasm", content: "x" }, { name: "a/policy.wasm", content: "x" }))).toBe(1621);
    expect(read(files({ name: "policy.wasm", content: "x" }, { name: "a/data.yaml", content: "x: 1" }))).toBe(1621);
    expect(read(files({ name: "limits/data.json", content: '{"eur": 2}' }))).toBe(1621);
    expect(readBundle(files({ name: "limits/data.json", content: '{"chf": 2}' })).data).toMatchObject({ limits: { eur: 1, chf: 2 } });
    const named = new Map(BY_HAND).set(".manifest", Buffer.from('{"wasm": [{"entrypoint": "x", "module": "/gone.wasm"}]}'));
    expect(read(packed(named))).toBe(1621);
    const yaml = new Map<string, Uint8Array>([...BY_HAND, ["a/data.yaml", Buffer.from("x: 1")]]);
    expect(
      issueOf(() =>
        verified(packed(new Map([...yaml, [".signatures.json", Buffer.from(JSON.stringify({ signatures: [yamlToken(yaml)] }))]]))),
      ),
    ).toBe(1621);
  });

  const yamlToken = (yaml: ReadonlyMap<string, Uint8Array>): string => token({ alg: "ES256", kid: KEY_ID }, payloadOver(yaml), ec);

  test("JSON of two meanings, or of none", () => {
    const bad = [
      '{"a": 1, "a": 2}',
      '{"a": 1, "\\u0061": 2}',
      '{"a": "\\ud800"}',
      "[]",
      "1",
      "{",
      '{"a": 01}',
      '{"a": 1.}',
      '{"a": +1}',
      '{"a": NaN}',
    ];
    const worse = [
      '{"a": "\n"}',
      '{"a": "\\x"}',
      '{"a" 1}',
      '{"a": 1,}',
      "{} {}",
      `${"[".repeat(70)}${"]".repeat(70)}`,
      `{"a": ${"[".repeat(1e6)}`,
      "\ufeff{}",
    ];
    for (const text of [...bad, ...worse]) {
      const named = text.slice(0, 40);
      expect({ named, issue: read(packed(new Map(BY_HAND).set("data.json", Buffer.from(text)))) }).toEqual({ named, issue: 1624 });
      expect({ named, issue: read(packed(new Map(BY_HAND).set(".manifest", Buffer.from(text)))) }).toEqual({ named, issue: 1624 });
    }
    expect(read(packed(new Map(BY_HAND).set("data.json", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))))).toBe(1624);
    for (const manifest of ['{"revision": 1}', '{"roots": "x"}', '{"roots": [1]}', '{"wasm": [{}]}', '{"metadata": []}'])
      expect({ manifest, issue: read(packed(new Map(BY_HAND).set(".manifest", Buffer.from(manifest)))) }).toEqual({
        manifest,
        issue: 1624,
      });
  });

  test("a message names a place, and nothing of what stands there", () => {
    try {
      readBundle(packed(new Map(BY_HAND).set("data.json", Buffer.from('{"secret-word": "\\ud800"}'))));
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toContain("BAUTA-1624 POLICY_BUNDLE_JSON at data.json offset 16");
      expect(String(error)).not.toContain("secret-word");
    }
  });
});
