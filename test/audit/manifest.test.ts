/** The manifest's file: one spelling, read strictly. */
import { describe, expect, test } from "bun:test";
import { create, equals } from "@bufbuild/protobuf";
import { Gaps } from "../../runtime/audit/gaps.ts";
import { ManifestSchema } from "../../runtime/audit/generated/run_pb.ts";
import { decodeManifest, encodeManifest } from "../../runtime/audit/manifest.ts";
import { manifestPathOf } from "../../runtime/audit/manifest-place.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { Random } from "../generators/random.ts";
import { seeded } from "../seed.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);

const manifest = create(ManifestSchema, {
  version: 1,
  task: "t",
  command: "mask",
  status: "done",
  statements: [
    {
      name: "mask",
      counts: { in: 3n, out: 2n, refused: 1n, bytesIn: BigInt(2 ** 50) },
      messages: [{ format: "json", message: "json", records: 2n, fields: [{ path: "$.a", technique: "keep", kept: 2n }] }],
      timings: [{ stage: "scan", milliseconds: 1.5 }],
    },
  ],
});

function issueOf(action: () => unknown): number | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof BautaError ? error.issue.number : -1;
  }
}

describe("a manifest", () => {
  test("is read back as it was written, byte for byte", () => {
    const written = encodeManifest(manifest);
    const read = decodeManifest(written);
    expect(equals(ManifestSchema, read, manifest)).toBe(true);
    expect(text(encodeManifest(read))).toBe(text(written));
    // Numbers are numbers, zeros are told, what did not happen is not.
    expect(text(written)).toContain('"bytesIn": 1125899906842624');
    expect(text(written)).toContain('"removed": 0');
    expect(text(written)).toContain('{"path": "$.a", "technique": "keep", "kept": 2}');
  });

  test("is refused with a member that it does not know, of another version, cut off, or no UTF-8", () => {
    const said = text(encodeManifest(manifest));
    for (const wrong of [
      said.replace('"task"', '"tusk"'),
      said.replace('"version": 1', '"version": 2'),
      said.replace('"version": 1,', ""),
      said.slice(0, -10),
      said.replace('"t"', "3"),
      "[]",
      "",
    ])
      expect(issueOf(() => decodeManifest(bytes(wrong)))).toBe(8501);
    expect(issueOf(() => decodeManifest(Uint8Array.of(0xff)))).toBe(8501);
  });

  test("lies beside its output; streams and devices have no place for it", () => {
    expect(["out.xml", "./out.xml", "a/b", "a/b/", "-", "/dev/null"].map(manifestPathOf)).toEqual([
      "out.xml.manifest.json",
      "./out.xml.manifest.json",
      "a/b.manifest.json",
      "a/b.manifest.json",
      undefined,
      undefined,
    ]);
    expect(manifestPathOf(".")).toBe(`${process.cwd()}.manifest.json`);
    expect(manifestPathOf("/")).toBe("/bauta.manifest.json");
  });
});

test("the digest of gaps is that of their lengths and bytes, however they come", () => {
  const random = new Random(seeded("manifest"));
  for (let round = 0; round < 40; round++) {
    const gaps = Array.from({ length: random.below(300) }, () => new Uint8Array(random.chance(0.02) ? 9000 : random.below(4)).fill(10));
    const plain = new Bun.CryptoHasher("sha256");
    const made = new Gaps();
    for (const [i, gap] of gaps.entries()) {
      plain.update(Uint8Array.of(0, 0, gap.length >> 8, gap.length & 255)).update(gap);
      const cut = random.below(gap.length + 1);
      made.add(gap, 0, cut);
      made.add(gap, cut, gap.length);
      if (i < gaps.length - 1) made.close();
    }
    if (gaps.length === 0) plain.update(Uint8Array.of(0, 0, 0, 0));
    expect(made.finish()).toBe(plain.digest("hex"));
    // Another segment begins with nothing.
    expect(made.finish()).toBe(new Bun.CryptoHasher("sha256").update(Uint8Array.of(0, 0, 0, 0)).digest("hex"));
  }
});
