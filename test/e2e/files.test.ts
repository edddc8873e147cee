/** Files in and out: trees, atomic outputs and their permissions, signals, full disks, and outputs that are inputs. */
import { describe, expect, test } from "bun:test";
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import {
  bauta,
  EXAMPLE_JSON,
  EXAMPLE_MT,
  EXAMPLE_XML,
  ended,
  folder,
  newKey,
  shell,
  smallDisk,
  start,
  until,
  WRONG_XML,
  write,
} from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
/** Manifests have tests of their own. */
const MASK = ["mask", "--preset", "test-data", "--key-file", key, "--manifest", "none", "--log-format", "text"];
const SLOW = 120_000;

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const masked = bauta(MASK, { input: EXAMPLE_XML }).stdout;

/** A folder of its own for each test. */
let places = 0;
function place(): string {
  const path = join(here, `place-${places++}`);
  mkdirSync(path);
  return path;
}

describe("trees", () => {
  test("a folder is mirrored, in byte order of names, links followed, and files named twice are refused", () => {
    const at = place();
    mkdirSync(join(at, "in/deep/deeper"), { recursive: true });
    write(join(at, "in/b.xml"), EXAMPLE_XML);
    write(join(at, "in/deep/a.mt"), EXAMPLE_MT);
    write(join(at, "in/deep/deeper/Z.xml"), `${EXAMPLE_XML}\n`);
    write(join(at, "elsewhere.xml"), EXAMPLE_XML);
    symlinkSync(join(at, "elsewhere.xml"), join(at, "in/link.xml"));
    symlinkSync("..", join(at, "in/deep/loop"));
    const ran = bauta([...MASK, join(at, "in"), "--out", join(at, "out")]);
    expect([ran.code, ran.stdout, ran.stderr.includes("in 4 = out 4 + refused 0")]).toEqual([EXIT.done, "", true]);
    expect(readdirSync(join(at, "out"), { recursive: true }).sort()).toEqual([
      "b.xml",
      "deep",
      "deep/a.mt",
      "deep/deeper",
      "deep/deeper/Z.xml",
      "link.xml",
    ]);
    expect(readFileSync(join(at, "out/b.xml"), "utf8")).toBe(masked);
    expect(readFileSync(join(at, "out/deep/deeper/Z.xml"), "utf8")).toBe(`${masked}\n`);
    mkdirSync(join(at, "other"));
    write(join(at, "other/b.xml"), EXAMPLE_MT);
    const twice = bauta([...MASK, join(at, "in"), join(at, "other"), "--out", join(at, "both")]);
    expect([twice.code, twice.stderr.includes("BAUTA-1001"), readdirSync(at).includes("both")]).toEqual([EXIT.usage, true, false]);
  });

  test("a folder to standard output is one stream", () => {
    const at = place();
    write(join(at, "1"), EXAMPLE_XML);
    write(join(at, "2"), EXAMPLE_MT);
    const ran = bauta([...MASK, at]);
    expect([ran.code, ran.stdout.startsWith(masked), ran.stdout.slice(masked.length, masked.length + 6)]).toEqual([
      EXIT.done,
      true,
      "{1:F01",
    ]);
  });

  test("files into a folder, that exists or ends in a slash", () => {
    const at = place();
    write(join(at, "one.xml"), EXAMPLE_XML);
    expect(bauta([...MASK, join(at, "one.xml"), "--out", `${at}/new/`]).code).toBe(EXIT.done);
    expect(readFileSync(join(at, "new/one.xml"), "utf8")).toBe(masked);
    expect(bauta([...MASK, join(at, "one.xml"), "--out", join(at, "new")]).code).toBe(EXIT.done);
    const piped = bauta([...MASK, "--out", `${at}/new/`], { input: EXAMPLE_XML });
    expect([piped.code, piped.stderr.includes("BAUTA-1001")]).toEqual([EXIT.usage, true]);
  });

  test("divert: a broken file does not hold up the others; stop: it does, and its records before are delivered", () => {
    const at = place();
    write(join(at, "1.xml"), EXAMPLE_XML);
    write(join(at, "2.xml"), `${EXAMPLE_XML}\n${WRONG_XML}\n${EXAMPLE_XML}`);
    write(join(at, "3.xml"), `${EXAMPLE_MT}\n<Document`);
    write(join(at, "4.xml"), EXAMPLE_MT);
    const diverted = bauta([...MASK, at, "--out", `${at}-diverted`, "--on-refuse", "divert"]);
    expect([diverted.code, readdirSync(`${at}-diverted`).sort()]).toEqual([EXIT.framing, ["1.xml", "2.xml", "3.xml", "4.xml"]]);
    expect(readFileSync(`${at}-diverted/2.xml`, "utf8")).toBe(`${masked}\n${masked}`);
    expect(readFileSync(`${at}-diverted/3.xml`, "utf8").startsWith("{1:F01")).toBe(true);
    const stopped = bauta([...MASK, at, "--out", `${at}-stopped`]);
    expect([stopped.code, readdirSync(`${at}-stopped`).sort()]).toEqual([EXIT.refused, ["1.xml", "2.xml"]]);
    expect(readFileSync(`${at}-stopped/2.xml`, "utf8")).toBe(`${masked}\n`);
  });

  test("a link that leads nowhere, and a folder that cannot be listed, are said", () => {
    const at = place();
    symlinkSync(join(at, "nothing"), join(at, "link"));
    const ran = bauta([...MASK, at]);
    expect([ran.code, ran.stderr.includes("BAUTA-1002"), ran.stdout]).toEqual([EXIT.usage, true, ""]);
  });
});

describe("outputs appear whole", () => {
  test("an older file stays until the new one is whole, and keeps its permissions; a link stays a link", () => {
    const at = place();
    const real = write(join(at, "real"), "older");
    chmodSync(real, 0o640);
    symlinkSync("real", join(at, "link"));
    const failed = bauta([...MASK, "--out", join(at, "link"), "--key-file", join(at, "no.key")], { input: EXAMPLE_XML });
    expect([failed.code, readFileSync(real, "utf8")]).toEqual([EXIT.usage, "older"]);
    expect(bauta([...MASK, "--out", join(at, "link")], { input: EXAMPLE_XML }).code).toBe(EXIT.done);
    expect([readFileSync(real, "utf8"), modeOf(real), lstatSync(join(at, "link")).isSymbolicLink()]).toEqual([masked, "640", true]);
    expect(readdirSync(at).sort()).toEqual(["link", "real"]);
  });

  test("a new file has the permissions that the umask leaves", () => {
    const at = place();
    const ran = shell(`umask 027; $BAUTA ${MASK.join(" ")} --out new --refused refused`, { cwd: at, input: EXAMPLE_XML });
    expect([ran.code, modeOf(join(at, "new")), modeOf(join(at, "refused"))]).toEqual([EXIT.done, "640", "600"]);
  });

  test("a device is written to and not replaced", () => {
    const at = place();
    const before = lstatSync("/dev/null");
    expect(bauta([...MASK, "--out", "/dev/null", "--refused", "/dev/null"], { input: EXAMPLE_XML }).code).toBe(EXIT.usage);
    expect(bauta([...MASK, "--out", "/dev/null"], { input: EXAMPLE_XML }).code).toBe(EXIT.done);
    const after = lstatSync("/dev/null");
    expect([after.isCharacterDevice(), after.ino, after.mode]).toEqual([true, before.ino, before.mode]);
    const piped = shell(`mkfifo pipe; cat pipe > read & $BAUTA ${MASK.join(" ")} --out pipe; wait; cat read`, {
      cwd: at,
      input: EXAMPLE_XML,
    });
    expect(piped.stdout).toBe(masked);
  });

  const script = ["node", join(import.meta.dir, "../../scripts/bauta.mjs")];
  for (const [signal, code, command] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
    ["SIGTERM", 143, script],
    ["SIGHUP", 129, script],
  ] as const) {
    test(
      `${signal} half-way leaves nothing behind${command === undefined ? "" : ", also by way of the checkout's script"}`,
      async () => {
        const at = place();
        const child = start([...MASK, "--out", join(at, "out"), "--refused", join(at, "refused")], {
          stdio: ["pipe", "ignore", "ignore"],
          ...(command !== undefined && { command }),
        });
        child.stdin?.write(EXAMPLE_XML.repeat(50));
        await until(
          () => readdirSync(at).some((name) => /^\.out\..*\.tmp$/.test(name) && statSync(join(at, name)).size > 0),
          "output under a private name",
        );
        child.kill(signal);
        expect(await ended(child)).toEqual({ code, signal: null });
        expect(readdirSync(at)).toEqual([]);
      },
      SLOW,
    );
  }

  test(
    "killed outright: no output, and what is left can be read by nobody who could not read the file",
    async () => {
      const at = place();
      write(join(at, "out"), "older");
      chmodSync(join(at, "out"), 0o600);
      const child = start([...MASK, "--out", join(at, "out"), "--refused", join(at, "refused"), "--on-refuse", "divert"], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      child.stdin?.write((EXAMPLE_XML + WRONG_XML).repeat(50));
      await until(
        () => readdirSync(at).some((name) => /^\.refused\..*\.tmp$/.test(name) && statSync(join(at, name)).size > 0),
        "a report under a private name",
      );
      child.kill("SIGKILL");
      expect((await ended(child)).signal).toBe("SIGKILL");
      expect(readFileSync(join(at, "out"), "utf8")).toBe("older");
      const left = readdirSync(at).filter((name) => name !== "out");
      expect(left.every((name) => name.endsWith(".tmp"))).toBe(true);
      expect(left.map((name) => modeOf(join(at, name)))).toEqual(left.map(() => "600"));
    },
    SLOW,
  );

  const disk = smallDisk();
  test(
    `a full disk ends the run with its code and leaves nothing${disk === undefined ? " (skipped: no file system can be mounted here)" : ""}`,
    () => {
      if (disk === undefined) return;
      const older = write(join(disk, "out"), "older");
      const ran = bauta([...MASK, "--out", older], { input: EXAMPLE_XML.repeat(100) });
      expect([ran.code, ran.stderr.includes("BAUTA-7002"), ran.stdout]).toEqual([EXIT.full, true, ""]);
      expect([readdirSync(disk), readFileSync(older, "utf8")]).toEqual([["out"], "older"]);
    },
    SLOW,
  );
});

describe("an output that is an input", () => {
  const refusals = (args: readonly string[]): (number | boolean | null)[] => {
    const ran = bauta([...MASK, ...args]);
    return [ran.code, /BAUTA-100[13]/.test(ran.stderr)];
  };

  test(
    "by name, by link, by hard link, by redirection, as the report, as the key",
    () => {
      const at = place();
      const file = write(join(at, "in.xml"), EXAMPLE_XML);
      symlinkSync("in.xml", join(at, "soft.xml"));
      linkSync(file, join(at, "hard.xml"));
      for (const args of [
        [file, "--out", file],
        [file, "--out", join(at, "..", at.split("/").at(-1) ?? "", "in.xml")],
        [file, "--out", join(at, "soft.xml")],
        [file, "--out", join(at, "hard.xml")],
        [file, "--out", at],
        [file, "--refused", file],
        [file, "--out", join(at, "new"), "--refused", join(at, "new")],
        [file, "--out", key],
      ]) {
        expect({ args, refused: refusals(args) }).toEqual({ args, refused: [EXIT.usage, true] });
      }
      const appended = shell(`$BAUTA ${MASK.join(" ")} in.xml >> in.xml`, { cwd: at });
      expect([appended.code, appended.stderr.includes("BAUTA-1003")]).toEqual([EXIT.usage, true]);
      expect(readFileSync(file, "utf8")).toBe(EXAMPLE_XML);
      expect(readdirSync(at).sort()).toEqual(["hard.xml", "in.xml", "soft.xml"]);
    },
    SLOW,
  );
});

test("frames by delimiter and by length, through the command line", () => {
  const at = place();
  const model = join(import.meta.dir, "../../examples/models/demo.yaml");
  const json = EXAMPLE_JSON.trim();
  const mask = ["mask", "--model", model, "--key-file", key, "--on-refuse", "divert", "--frame"];
  const one = bauta([...mask, "auto"], { input: json }).stdout;
  expect(bauta([...mask, "line"], { input: `${json}\nbroken {\n${json}\n` }).stdout).toBe(`${one}\n${one}\n`);
  expect(bauta([...mask, "nul"], { input: `${json}\0{\0${json}\0` }).stdout).toBe(`${one}\0${one}\0`);
  const framed = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  writeFileSync(join(at, "frames"), Buffer.concat([framed(json), framed("broken"), framed(json)]));
  const { code, bytes } = bauta([...mask, "length", join(at, "frames")]);
  expect([code, Buffer.from(bytes).toString("latin1")]).toEqual([EXIT.done, Buffer.concat([framed(one), framed(one)]).toString("latin1")]);
});
