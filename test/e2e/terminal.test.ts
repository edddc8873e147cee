/** What a person sees: colour and progress on a terminal, plain text everywhere else. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { BUN, bauta, EXAMPLE_XML, folder, MAIN, newKey, WRONG_XML, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const MASK = ["mask", "--preset", "test-data", "--key-file", key, "--log-format", "text"];
const long = write(join(here, "long.xml"), EXAMPLE_XML.repeat(3000));
const ESCAPE = "\u001b";
const SLOW = 120_000;

/** Runs the command on a terminal of its own, which shows standard output and standard error alike. */
function onTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
  const result = spawnSync("python3", ["-c", spawn, BUN, MAIN, ...args], {
    encoding: "utf8",
    env: { ...inherited, TERM: "xterm", ...env },
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) throw new Error(`exit ${result.status}: ${result.stderr}`);
  return result.stdout;
}

test(
  "progress is rewritten in place on a terminal, and gone when the run is done",
  () => {
    const shown = onTerminal([...MASK, long, "--out", join(here, "out")]);
    expect(shown).toMatch(/\r\u001b\[2K[^\r\n]*long\.xml: [\d.]+ [kM]?B, [\d,]+ messages, 0 refused/);
    expect(shown).toMatch(/\r\u001b\[2K[^\r\n]*in 3,000 = out 3,000 \+ refused 0/);
  },
  SLOW,
);

test(
  "there is none where nobody looks, or wants it",
  () => {
    expect(onTerminal([...MASK, long, "--out", join(here, "out"), "--quiet"])).not.toContain("messages,");
    expect(onTerminal([...MASK, long, "--out", join(here, "out"), "--json"])).not.toContain("messages,");
    const piped = bauta([...MASK, long, "--out", join(here, "out")]);
    expect(piped.stderr).not.toMatch(/[\r\u001b]/);
  },
  SLOW,
);

test(
  "colour: on a terminal, unless NO_COLOR or a dumb one; elsewhere only when forced",
  () => {
    const masked = [...MASK, write(join(here, "one.xml"), EXAMPLE_XML), "--out", join(here, "out")];
    const coloured = (text: string): boolean => text.includes(`${ESCAPE}[`) && /\u001b\[3\dm/.test(text);
    expect(coloured(onTerminal(masked))).toBe(true);
    expect(coloured(onTerminal(masked, { NO_COLOR: "1" }))).toBe(false);
    expect(coloured(onTerminal(masked, { TERM: "dumb" }))).toBe(false);
    expect(coloured(onTerminal(masked, { NO_COLOR: "" }))).toBe(true);
    expect(coloured(bauta(masked).stderr)).toBe(false);
    expect(coloured(bauta(masked, { env: { FORCE_COLOR: "1" } }).stderr)).toBe(true);
    expect(coloured(bauta(masked, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }).stderr)).toBe(false);
  },
  SLOW,
);

test("--quiet leaves the engine line and refusals", () => {
  const ran = bauta([...MASK, "--quiet", "--on-refuse", "divert"], { input: `${EXAMPLE_XML}${WRONG_XML}` });
  expect(ran.lines.map((line) => line.split(" ")[0] as string)).toEqual(["FASTOPS", "refused"]);
});
