/** Key files: environments, permissions, capabilities; and what unmask may and may not do. */
import { describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { ENGINES } from "../harness.ts";
import { REVERSIBLE } from "../property/payments.ts";
import { bauta, EXAMPLE_MT, EXAMPLE_XML, folder, newKey, type Ran, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "qa.key"), "qa");
const model = write(join(here, "reversible.yaml"), JSON.stringify(REVERSIBLE));
const SLOW = 120_000;

const outcome = ({ code, stderr, stdout }: Ran): unknown => ({ code, issue: /BAUTA-\d+/.exec(stderr)?.[0], stdout });
const refused = (code: number, issue: string) => ({ code, issue, stdout: "" });

describe("key files", () => {
  test("are made with mode 0600, never overwritten, and shown without the key", () => {
    expect((statSync(key).mode & 0o777).toString(8)).toBe("600");
    const before = readFileSync(key, "utf8");
    expect(outcome(bauta(["keys", "new", key, "--env", "qa"]))).toEqual(refused(EXIT.usage, "BAUTA-1106"));
    expect(readFileSync(key, "utf8")).toBe(before);
    const secrets = before.match(/[A-Za-z0-9+/_-]{40,}={0,2}/g) ?? [];
    // What would show if the key were shown: the check would be idle without it.
    expect(secrets.length).toBeGreaterThan(0);
    const maskOnly = join(here, "shown.key");
    bauta(["keys", "mask-only", key, maskOnly]);
    for (const args of [
      ["keys", "show", key],
      ["keys", "show", key, "--json"],
      ["keys", "show", maskOnly],
    ]) {
      const ran = bauta(args);
      expect(ran.code).toBe(EXIT.done);
      expect(ran.stdout).toContain("qa");
      for (const secret of secrets)
        for (const part of [secret, secret.slice(0, 16), secret.slice(-16)]) expect(ran.stdout + ran.stderr).not.toContain(part);
    }
  });

  test(
    "that others can read, that are damaged, of another environment or absent are refused",
    () => {
      const mask = (file: string, ...more: string[]) =>
        outcome(bauta(["mask", "--preset", "test-data", "--key-file", file, ...more], { input: EXAMPLE_XML }));
      const open = newKey(join(here, "open.key"), "qa");
      for (const mode of [0o640, 0o604, 0o660, 0o666]) {
        chmodSync(open, mode);
        expect(mask(open)).toEqual(refused(EXIT.usage, "BAUTA-1102"));
      }
      chmodSync(open, 0o400);
      expect(bauta(["mask", "--preset", "test-data", "--key-file", open], { input: EXAMPLE_XML }).code).toBe(EXIT.done);
      expect(mask(key, "--env", "production")).toEqual(refused(EXIT.usage, "BAUTA-1104"));
      expect(bauta(["mask", "--preset", "test-data", "--key-file", key, "--env", "qa"], { input: EXAMPLE_XML }).code).toBe(EXIT.done);
      const damaged = write(join(here, "damaged.key"), readFileSync(key, "utf8").slice(0, -40));
      chmodSync(damaged, 0o600);
      expect(mask(damaged)).toEqual(refused(EXIT.usage, "BAUTA-1103"));
      expect(mask(join(here, "none.key"))).toMatchObject({ code: EXIT.usage, stdout: "" });
      expect(outcome(bauta(["keys", "new", join(here, "bad.key"), "--env", "Q A"]))).toEqual(refused(EXIT.usage, "BAUTA-1109"));
      expect(readdirSync(here)).not.toContain("bad.key");
    },
    SLOW,
  );
});

for (const engine of ENGINES) {
  describe(`unmask, ${engine}`, () => {
    const withModel = ["--model", model, "--engine", engine, "--key-file"];
    const stream = `${EXAMPLE_XML}\n${EXAMPLE_MT}`;

    test(
      "needs the capability, and brings back what was masked",
      () => {
        const maskOnly = join(here, `mask-only-${engine}.key`);
        expect(bauta(["keys", "mask-only", key, maskOnly]).code).toBe(EXIT.done);
        expect((statSync(maskOnly).mode & 0o777).toString(8)).toBe("600");
        const masked = bauta(["mask", ...withModel, maskOnly], { input: stream });
        expect([masked.code, masked.stdout.includes("DE82500990010073211884"), masked.stdout]).toEqual([
          EXIT.done,
          false,
          bauta(["mask", ...withModel, key], { input: stream }).stdout,
        ]);
        expect(outcome(bauta(["unmask", ...withModel, maskOnly], { input: masked.stdout }))).toEqual(refused(EXIT.usage, "BAUTA-1105"));
        const back = bauta(["unmask", ...withModel, key], { input: masked.stdout });
        // The trailer of the MT message is a checksum over clear content: it went, and does not come back.
        expect([back.code, back.stdout]).toEqual([EXIT.done, stream.replace(/\{5:.*?\}\}/, "")]);
      },
      SLOW,
    );
  });
}

describe("unmask refuses", () => {
  test("plans without anything reversible, and mode random", () => {
    expect(outcome(bauta(["unmask", "--preset", "tokens", "--key-file", key]))).toEqual(refused(EXIT.usage, "BAUTA-1305"));
    const random = write(join(here, "random.yaml"), "bauta: 1\nname: random\nextends: one-way\nmode: random\nscope: run\n");
    expect(outcome(bauta(["unmask", "--model", random]))).toEqual(refused(EXIT.usage, "BAUTA-1214"));
    expect(outcome(bauta(["mask", "--model", random, "--key-file", key]))).toEqual(refused(EXIT.usage, "BAUTA-1214"));
  });
});

describe("mode random", () => {
  test("two processes share no pseudonym, and no key is stored anywhere", () => {
    const at = folder();
    const random = write(join(at, "random.yaml"), "bauta: 1\nname: random\nextends: one-way\nmode: random\nscope: run\n");
    const names = (text: string): string[] =>
      [...text.matchAll(/<(Nm|IBAN|BICFI|UETR|InstrId|LEI)>([^<]{6,})</g)].map((match) => match[2] as string);
    const [one, two] = [
      bauta(["mask", "--model", random, "--log-format", "text"], { input: EXAMPLE_XML, cwd: at }),
      bauta(["mask", "--model", random, "--log-format", "text"], { input: EXAMPLE_XML, cwd: at }),
    ];
    expect([one?.code, two?.code]).toEqual([EXIT.done, EXIT.done]);
    expect(names(one.stdout).length).toBe(names(EXAMPLE_XML).length);
    expect(names(one.stdout).filter((name) => names(two.stdout).includes(name))).toEqual([]);
    expect(readdirSync(at)).toEqual(["random.yaml"]);
    expect(one.stderr).toContain("stored nowhere");
  });
});
