/** `bauta demo FOLDER`: what it writes is whole, and every command of its README does what it says. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../shared.ts";
import { bauta, folder, shell } from "./cli.ts";

const home = folder();
const demo = join(home, "demo");
const SLOW = 120_000;

test("docs/demo.md shows what the demo prints, save what differs from machine to machine", () => {
  const { code, stdout } = bauta(["demo"]);
  const shown = /```\n(.*)\n```/s.exec(readFileSync(`${projectRoot}docs/demo.md`, "utf8"))?.[1];
  const steady = stdout
    .replace(/addon=\S+ \| cpu=\S+/, "addon=… | cpu=…")
    .replace(/^[\d,]+ messages\/s \([\d.]+ MB\/s\)/m, "… messages/s (… MB/s)");
  expect({ code, printed: steady.trim() }).toEqual({ code: 0, printed: shown?.trim() ?? "" });
});

describe("a demo folder", () => {
  test("holds a model, a payment in three formats, and what to try", () => {
    const { code, stdout, stderr } = bauta(["demo", demo]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(demo).sort()).toEqual(["README.md", "messages", "model.yaml"]);
    expect(readdirSync(join(demo, "messages")).sort()).toEqual(["payment.json", "payment.mt103", "payment.pacs.008.xml"]);
    expect(stdout).toContain("bauta mask --model model.yaml");
    for (const line of stdout.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test(
    "every command of its README runs, in order",
    () => {
      const commands = [...readFileSync(join(demo, "README.md"), "utf8").matchAll(/```sh\n(.*?)```/gs)].map((match) => match[1] as string);
      expect(commands.length).toBeGreaterThanOrEqual(6);
      const ran = commands.map((command) => shell(command.replace(/^bauta /, "$BAUTA "), { cwd: demo }));
      expect(ran.map(({ code, stderr }) => [code, code === 0 ? "" : stderr])).toEqual(commands.map(() => [0, ""]));
      const masked = readFileSync(join(demo, "masked/payment.mt103"), "latin1");
      expect(masked).not.toContain("BRANDHORST");
      // What was reversible is undone.
      expect(ran.at(-1)?.stdout).toContain(":50K:/DE82500990010073211884");
      expect(readFileSync(join(demo, "diff.html"), "utf8")).toContain("<html");
    },
    SLOW,
  );

  test("never writes over anything", () => {
    const { code, stderr } = bauta(["demo", demo]);
    expect({ code, refused: stderr.includes("BAUTA-1001") }).toEqual({ code: 2, refused: true });
    const file = join(home, "file");
    writeFileSync(file, "mine");
    expect(bauta(["demo", file]).code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("mine");
    const empty = join(home, "empty");
    mkdirSync(empty);
    expect(bauta(["demo", empty]).code).toBe(0);
  });
});
