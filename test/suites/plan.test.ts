/** The plan's bytes, and the generated code that reads them. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { Bin, Hash, Kind, OperationSchema, Otherwise, PlanSchema, Shape, Technique } from "../../runtime/engines/generated/plan_pb.ts";
import { encodePlan, type PlanSource } from "../../runtime/engines/plan.ts";
import { decodePlan } from "../../runtime/engines/plan-message.ts";
import { SHAPES } from "../../runtime/formats/api.ts";
import { projectRoot } from "../shared.ts";

const PLAN: PlanSource = {
  model: "cards",
  namespaces: [
    { name: "account", keyVersion: 1 },
    { name: "card", keyVersion: 3 },
  ],
  operations: [
    { technique: "drop", fit: { shape: "text", min: 0, max: 0 } },
    {
      technique: "fpe",
      kind: "pan",
      namespace: "card",
      otherwise: "redact",
      bin: 8,
      strict: true,
      fit: { shape: "digits", min: 13, max: 19, prefix: "" },
    },
    {
      technique: "hash",
      kind: "party-name",
      namespace: "account",
      hash: "blake3",
      prefix: "NM",
      width: 20,
      fit: { shape: "swift-date-time", min: 1, max: 35, fraction: 2, values: ["A"], prefix: "CH" },
    },
    {
      technique: "pseudonym",
      kind: "free-text",
      namespace: "account",
      codeMax: 4,
      distinct: true,
      truncated: true,
      initials: true,
      domain: "kept",
      searches: true,
      detects: { name: 0, card: 3 },
      feeds: "reference",
      lineMax: 35,
      fit: { shape: "enum", min: 1, max: 4, values: ["", "A"] },
    },
    { technique: "mask", keepFirst: 6, keepLast: 4, maskCharacter: "é", detect: true, fit: { shape: "text", min: 0, max: 0 } },
    {
      technique: "date-shift",
      kind: "date",
      namespace: "card",
      constant: "é",
      bounds: ["0", "100.50"],
      unit: "0.05",
      withinPpm: 100_000,
      factorMin: 2,
      factorMax: 90,
      days: 30,
      subject: { namespace: "account" },
      monthDay: true,
      fit: { shape: "swift-date-time", min: 4, max: 4 },
    },
    {
      technique: "generate",
      namespace: "card",
      cipher: "aes-gcm",
      like: "é",
      places: ["A", "01"],
      from: "-1.50",
      to: "2024-01-31",
      fit: { shape: "text", min: 0, max: 0 },
    },
  ],
  seed: "00ff",
};

const isSaid = (value: unknown): boolean => value !== 0 && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0);

describe("plan", () => {
  test("what is encoded is decoded, in words of the protobuf", () => {
    const plan = decodePlan(encodePlan(PLAN));
    expect([plan.version, plan.model, plan.namespaces.map(({ name, keyVersion }) => `${name} ${keyVersion}`)]).toEqual([
      1,
      "cards",
      ["account 1", "card 3"],
    ]);
    expect(plan.operations.map(({ technique }) => technique)).toEqual([
      Technique.DROP,
      Technique.FPE,
      Technique.HASH,
      Technique.PSEUDONYM,
      Technique.MASK,
      Technique.DATE_SHIFT,
      Technique.GENERATE,
    ]);
    expect(plan.operations[1]).toMatchObject({ kind: Kind.PAN, namespace: 1, otherwise: Otherwise.REDACT, bin: Bin.BIN_8, strict: true });
    expect(plan.operations[1]?.fit).toMatchObject({ shape: Shape.DIGITS, min: 13, max: 19 });
    expect(plan.operations[2]).toMatchObject({ kind: Kind.PARTY_NAME, namespace: 0, hash: Hash.BLAKE3_KEYED, prefix: "NM", width: 20 });
    expect(plan.operations[2]?.fit).toMatchObject({ shape: Shape.SWIFT_DATE_TIME, fraction: 2, values: ["A"], prefix: "CH" });
    expect(plan.operations[4]).toMatchObject({ keepFirst: 6, keepLast: 4, maskCharacter: "é", detect: true, kind: Kind.TEXT });
  });

  test("the bytes are those of the protobuf library, field by field", () => {
    const bytes = encodePlan(PLAN);
    const plan = decodePlan(bytes);
    expect(Buffer.from(toBinary(PlanSchema, plan)).toString("hex")).toBe(Buffer.from(bytes).toString("hex"));
    expect(JSON.stringify(plan)).not.toContain("$unknown");
    const said = new Set(
      plan.operations.flatMap((operation) => Object.entries(operation).flatMap(([name, value]) => (isSaid(value) ? [name] : []))),
    );
    // Each field of an operation is said by one of them at least.
    for (const { localName } of OperationSchema.fields) expect({ localName, said: said.has(localName) }).toEqual({ localName, said: true });
  });

  test("equal plans are equal bytes", () => {
    expect(encodePlan(structuredClone(PLAN))).toEqual(encodePlan(PLAN));
  });

  test("every shape of the formats has its number", () => {
    SHAPES.forEach((shape, number) => {
      const plan = decodePlan(encodePlan({ ...PLAN, operations: [{ technique: "keep", fit: { shape, min: 0, max: 0 } }] }));
      expect(plan.operations[0]?.fit?.shape as number).toBe(number);
    });
  });

  test("a namespace that the plan does not have is refused", () => {
    const operations = [{ technique: "token", namespace: "nobody", fit: { shape: "text", min: 0, max: 0 } }] as const;
    expect(() => encodePlan({ ...PLAN, operations })).toThrow("BAUTA-1207");
  });

  test("bytes that are no plan are refused without being quoted", () => {
    expect(() => decodePlan(new TextEncoder().encode("4111111111111111"))).toThrow(/BAUTA-9001(?!.*4111)/);
  });

  test("the committed code is what the generator writes", () => {
    const folder = mkdtempSync(join(tmpdir(), "bauta-generate-"));
    try {
      const outcome = spawnSync(
        join(projectRoot, "node_modules/.bin/buf"),
        ["generate", "schemas/proto", "--template", "schemas/proto/buf.gen.yaml", "--output", folder],
        { cwd: projectRoot, encoding: "utf8" },
      );
      expect(`${outcome.status} ${outcome.stderr}`).toBe("0 ");
      const path = "runtime/engines/generated/plan_pb.ts";
      expect(readFileSync(join(folder, path), "utf8")).toBe(readFileSync(join(projectRoot, path), "utf8"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
