/** Policies for tests: written into a folder, compiled by OPA, opened. */
import "./opa.ts";
import { afterAll } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadModel } from "../../runtime/model/load.ts";
import type { Model } from "../../runtime/model/model.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import type { PolicyEngine } from "../../runtime/policy/api.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { type CompiledPolicy, compiledOf } from "../../runtime/policy/opa/compile.ts";
import { openWasm } from "../../runtime/policy/opa/wasm.ts";

export const VIEWS = {
  analytics: { group: "analytics", purpose: "statistics" },
  fraud: { group: "fraud-desk", roles: ["fraud", "analyst"], purpose: "investigation" },
  partner: { recipient: "partner-bank", environment: "uat" },
} as const;

/** The preset that most of them are for. */
export function presetModel(): Model {
  const { model } = loadModel(presetSource("test-data"));
  if (model === undefined) throw new Error("the preset does not load");
  return model;
}

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder with these rules in package `bauta.masking`, and data with the views. */
export function policyFolder(
  rules: string,
  data: object = { bauta: { views: VIEWS } },
  files: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), "bauta-test-policy-"));
  made.push(folder);
  const all = { "masking.rego": `package bauta.masking\n\n${rules}\n`, "data.json": JSON.stringify(data), ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export async function openRules(rules: string, data?: object): Promise<PolicyEngine> {
  return openWasm(await compilePolicy(policyFolder(rules, data)));
}

export const compilePolicy = (folder: string): Promise<CompiledPolicy> => compiledOf(readBundle(folder));
