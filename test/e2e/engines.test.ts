/** Which engine runs, and that nothing else does when it cannot: missing, damaged, of another version, at odds, or failing inside. */
import { describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { projectRoot } from "../shared.ts";
import { bauta, EXAMPLE_XML, folder, newKey, type Ran, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const mask = (engine: string): string[] => ["mask", "--preset", "test-data", "--key-file", key, "--engine", engine];
const SLOW = 120_000;

/** The addon of this machine, below the project. */
const ADDON = `bindings/engine/bauta-engine.${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : ""}.node`;

let copies = 0;
/** A checkout of its own, whose engine can be broken. Answers its root. */
function checkout(): string {
  const root = join(here, `checkout-${copies++}`);
  mkdirSync(join(root, "bindings/engine"), { recursive: true });
  cpSync(`${projectRoot}runtime`, join(root, "runtime"), { recursive: true });
  for (const name of ["schemas", "node_modules", "examples"]) symlinkSync(`${projectRoot}${name}`, join(root, name));
  cpSync(`${projectRoot}package.json`, join(root, "package.json"));
  cpSync(`${projectRoot}${ADDON}`, join(root, ADDON));
  return root;
}

const mainOf = (root: string): string => join(root, "runtime/cli/main.ts");
const outcome = ({ code, stderr, stdout }: Ran): unknown => ({ code, issue: /BAUTA-\d+/.exec(stderr)?.[0], stdout });

describe("the first line names the engine", () => {
  test("native: with the addon's hash", () => {
    const ran = bauta(mask("native"), { input: EXAMPLE_XML });
    expect(ran.lines[0]).toMatch(/^FASTOPS \| rust=enabled \| engine=native \| version=\d+\.\d+\.\d+ \| addon=[0-9a-f]{64} \| cpu=\S+$/);
    const { engines } = JSON.parse(bauta(["doctor", "--json"]).stdout) as { engines: { name: string; facts: { addon?: string } }[] };
    expect(ran.lines[0]).toContain(engines.find(({ name }) => name === "native")?.facts.addon ?? "no hash");
  });

  test("portable: the same bytes", () => {
    const ran = bauta(mask("portable"), { input: EXAMPLE_XML });
    expect(ran.lines[0]).toMatch(/^FASTOPS \| rust=disabled \| engine=portable \| version=/);
    expect(ran.stdout).toBe(bauta(mask("native"), { input: EXAMPLE_XML }).stdout);
    expect(ran.stdout.length).toBeGreaterThan(1000);
  });
});

describe("a native engine that cannot run", () => {
  const broken: readonly (readonly [string, string, (root: string) => void])[] = [
    ["missing", "BAUTA-1310", (root) => rmSync(join(root, ADDON))],
    ["no addon at all", "BAUTA-1301", (root) => writeFileSync(join(root, ADDON), "\u007fELF and then nothing")],
    ["cut off", "BAUTA-1301", (root) => writeFileSync(join(root, ADDON), readFileSync(join(root, ADDON)).subarray(0, 4096))],
    ["of another version", "BAUTA-1302", (root) => edit(join(root, "package.json"), /"version": "[^"]*"/, '"version": "99.0.0"')],
    [
      "at odds with the portable one",
      "BAUTA-1303",
      (root) =>
        edit(
          join(root, "runtime/engines/native/engine.ts"),
          "transform(batch: Batch, output: Uint8Array, first: number): number {",
          "transform(batch: Batch, output: Uint8Array, first: number): number {\n    const done = this.honestly(batch, output, first);\n    output[1] = (output[1] as number) ^ 1;\n    return done;\n  }\n\n  honestly(batch: Batch, output: Uint8Array, first: number): number {",
        ),
    ],
  ];
  for (const [what, issue, breakIt] of broken) {
    test(
      `${what} is refused with its code and the remedy; portable runs only when asked`,
      () => {
        const root = checkout();
        breakIt(root);
        const main = mainOf(root);
        const ran = bauta(mask("native"), { main, input: EXAMPLE_XML });
        expect(outcome(ran)).toEqual({ code: EXIT.engine, issue, stdout: "" });
        expect(ran.stderr).toMatch(/npm run setup|report|portable engine|--engine portable/i);
        expect(ran.stderr).not.toContain("rust=enabled");
        const doctor = bauta(["doctor", "--json"], { main });
        const { engines } = JSON.parse(doctor.stdout) as { engines: { name: string; usable: boolean }[] };
        expect([doctor.code, engines.map(({ name, usable }) => [name, usable])]).toEqual([
          EXIT.engine,
          [
            ["native", false],
            ["portable", true],
          ],
        ]);
        const portable = bauta(mask("portable"), { main, input: EXAMPLE_XML });
        expect([portable.code, portable.lines[0]?.includes("rust=disabled")]).toEqual([EXIT.done, true]);
      },
      SLOW,
    );
  }

  test(
    "panicking in the middle of a run: refused with its code, nothing half-written, no word of the panic",
    () => {
      const root = checkout();
      // The canary and the first batch go well; then the addon panics, inside Rust.
      edit(
        join(root, "runtime/engines/native/engine.ts"),
        "if (this.#failed) throw new BautaError(1304);",
        "if (this.#failed) throw new BautaError(1304);\n    const count = this as unknown as { calls?: number; addon: { panicForTest(): never } };\n    count.calls = (count.calls ?? 0) + 1;\n    if (count.calls > 1) guarded(() => panicking?.panicForTest());",
      );
      edit(
        join(root, "runtime/engines/native/engine.ts"),
        "this.#handle = guarded(() => addon.open(",
        "panicking = addon;\n    this.#handle = guarded(() => addon.open(",
      );
      edit(join(root, "runtime/engines/native/engine.ts"), "class NativeHandle", "let panicking: Addon | undefined;\n\nclass NativeHandle");
      const out = join(here, "panic-out");
      const ran = bauta([...mask("native"), "--out", out], { main: mainOf(root), input: EXAMPLE_XML.repeat(400) });
      expect(outcome(ran)).toEqual({ code: EXIT.engine, issue: "BAUTA-1304", stdout: "" });
      expect(ran.stderr).toContain("rust=enabled");
      expect(ran.stderr).not.toMatch(/panicked|panic_|Brandhorst|DE8250/);
      expect(() => readFileSync(out)).toThrow();
    },
    SLOW,
  );
});

test("doctor: runtime, engines, hash, features; plain and as JSON", () => {
  const ran = bauta(["doctor", "--json"]);
  expect([ran.code, ran.stderr]).toEqual([EXIT.done, ""]);
  const report = JSON.parse(ran.stdout) as Record<string, unknown>;
  expect(report).toMatchObject({
    bauta: (JSON.parse(readFileSync(`${projectRoot}package.json`, "utf8")) as { version: string }).version,
    runtime: expect.stringMatching(/^bun /) as string,
    formats: ["iso20022", "swift-mt", "json"],
    engines: [
      { name: "native", usable: true },
      { name: "portable", usable: true },
    ],
  });
  if (process.platform === "linux") expect(report["coreDumps"]).toBe("hold no memory");
  const plain = bauta(["doctor"]);
  expect(plain.stdout).toMatch(/addon.* [0-9a-f]{64}/);
});

/** Changes a file of a copied checkout; throws when there is nothing to change. */
function edit(path: string, from: string | RegExp, to: string): void {
  const before = readFileSync(path, "utf8");
  const after = before.replace(from, () => to);
  if (after === before) throw new Error(`nothing to change in ${path}`);
  write(path, after);
}
