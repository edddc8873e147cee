/**
 * The release gate: what this version makes of our own messages, under every preset and example model and on both engines, has the roots
 * and counts of manifests that an earlier version wrote. A change of what comes out is admitted only with a change in the lock's lists
 * (a technique's or kind's version, a data file, a catalogue), since that is what makes a user's run refuse until somebody has looked.
 *
 * `BAUTA_GOLDEN=write` writes them anew, under the same condition.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareManifests } from "../../runtime/audit/compare.ts";
import { decodeManifest, encodeManifest, type Manifest } from "../../runtime/audit/manifest.ts";
import { recordOf } from "../../runtime/cli/recorded.ts";
import { newKeyFile } from "../../runtime/keys/key-file.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { openPlan } from "../../runtime/open.ts";
import { filesAt } from "../../runtime/sources/file.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { projectRoot } from "../shared.ts";

const FOLDER = join(projectRoot, "test/golden/manifests");
const here = mkdtempSync(join(tmpdir(), "bauta-golden-"));
afterAll(() => rmSync(here, { recursive: true }));
const keyFile = join(here, "key");
newKeyFile(keyFile, { environment: "golden", now: new Date(0), random: (length) => new Uint8Array(length).fill(1) });

interface Golden {
  readonly name: string;
  readonly choice: { readonly preset: string } | { readonly model: string };
  /** Below the project's root. */
  readonly inputs: readonly string[];
}

const catalogued = ["examples/messages/payment.mt103", "examples/messages/payment.pacs.008.xml", ...mtCorpus()];
const CASES: readonly Golden[] = [
  ...PRESETS.map((preset) => ({ name: `preset-${preset}`, choice: { preset }, inputs: catalogued })),
  {
    name: "model-sealed-and-generated",
    choice: { model: "test/golden/models/sealed-and-generated.yaml" },
    inputs: [...catalogued, "examples/messages/payment.json"],
  },
  { name: "model-demo", choice: { model: "examples/models/demo.yaml" }, inputs: ["examples/messages"] },
  ...readdirSync(join(projectRoot, "test/corpus/json"))
    .filter((name) => existsSync(join(projectRoot, `examples/models/${name}.yaml`)))
    .sort()
    .map((name) => ({
      name: `model-${name}`,
      choice: { model: `examples/models/${name}.yaml` },
      inputs: readdirSync(join(projectRoot, "test/corpus/json", name))
        .filter((file) => /json/.test(file))
        .sort()
        .map((file) => `test/corpus/json/${name}/${file}`),
    })),
];

function mtCorpus(): readonly string[] {
  const folder = "test/corpus/mt";
  return filesAt(join(projectRoot, folder))
    .map(({ relativePath }) => `${folder}/${relativePath}`)
    .filter((path) => !path.endsWith(".ts"));
}

async function record(golden: Golden, engine: (typeof ENGINE_NAMES)[number]): Promise<Manifest> {
  const choice = "model" in golden.choice ? { model: join(projectRoot, golden.choice.model) } : golden.choice;
  const plan = openPlan({ ...choice, keyFile, direction: "mask", input: "strict" });
  try {
    const sources = golden.inputs.flatMap((path) => filesAt(join(projectRoot, path)));
    const named = sources.map((source) => ({ ...source, name: source.name.slice(projectRoot.length) }));
    const how = { statement: "mask", direction: "mask", frame: "auto", input: "strict", onRefuse: "divert" } as const;
    const manifest = await recordOf(how, named, plan, await loadEngine(engine));
    return { ...manifest, task: "golden", started: "", ended: "" };
  } finally {
    plan.close();
  }
}

describe("golden manifests", () => {
  test("there is one for each preset and example model, and none besides", () => {
    if (process.env["BAUTA_GOLDEN"] === "write") return;
    expect(readdirSync(FOLDER).sort()).toEqual(CASES.map(({ name }) => `${name}.json`).sort());
  });

  for (const golden of CASES) {
    const path = join(FOLDER, `${golden.name}.json`);
    for (const engine of ENGINE_NAMES) {
      test(`${golden.name}, ${engine}`, async () => {
        const fresh = await record(golden, engine);
        const [statement] = fresh.statements;
        // Else there would be nothing to compare.
        expect(statement?.counts?.out).toBeGreaterThan(1n);
        const before = existsSync(path) ? decodeManifest(new Uint8Array(readFileSync(path))) : undefined;
        if (process.env["BAUTA_GOLDEN"] === "write") return rewrite(path, before, fresh);
        if (before === undefined) throw new Error("not there: BAUTA_GOLDEN=write");
        const { differences } = compareManifests(before, fresh);
        const told = differences.filter(({ kind, what }) => kind !== "circumstance" && !["engine", "Bauta", "plan"].includes(what));
        expect(told).toEqual([]);
      }, 120_000);
    }
  }
});

const LISTS = /^(?:technique|kind|data|catalogue) /;

function rewrite(path: string, before: Manifest | undefined, fresh: Manifest): void {
  if (before !== undefined) {
    const { same, differences } = compareManifests(before, fresh);
    const causes = differences.filter(({ kind, what }) => kind === "cause" && !["engine", "Bauta", "plan"].includes(what));
    // Our own messages or example models may change: the lock has no say in that.
    if (!same && !causes.some(({ what }) => LISTS.test(what) || /^(?:rule|namespace|input|model|records read) ?/.test(what)))
      throw new Error("the results are others, and no list of the lock says so: change the version of what has changed");
  }
  mkdirSync(FOLDER, { recursive: true });
  const { software } = fresh;
  if (software !== undefined) software.facts = [];
  for (const statement of fresh.statements) statement.timings = [];
  writeFileSync(path, encodeManifest(fresh));
}
