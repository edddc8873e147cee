/**
 * What a run does without something that it stands on: one test for each row of the table in docs/operations.md, and no row without one.
 * What is mandatory ends it with its code and leaves no output; what is optional costs a line of `degrade`, and every record is there.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { LineEvent } from "../../runtime/audit/events/table.ts";
import { EXIT } from "../../runtime/cli/exit.ts";
import { machineFacts, processStart } from "../../runtime/platform/process.ts";
import { pageAt, sectionsOf } from "../docs/pages.ts";
import { projectRoot } from "../shared.ts";
import { BUN, bauta, EXAMPLE_XML, folder, MAIN, newKey, type Ran, ranOf, shell, write } from "./cli.ts";

setDefaultTimeout(120_000);

const here = folder();
const key = newKey(join(here, "test.key"));
const input = write(join(here, "in.xml"), `${EXAMPLE_XML}\n`.repeat(20));
const RECORDS = 20;
let count = 0;

interface Wrong {
  /** Behind `bauta`. */
  readonly args: readonly string[];
  readonly code: string;
  readonly exit: number;
  readonly main?: string;
}

/** A folder, and a run into it. */
const place = (): string => {
  const path = join(here, `place-${count++}`);
  mkdirSync(path);
  return path;
};
const mask = (at: string, ...more: string[]): string[] => [
  "mask",
  "--preset",
  "test-data",
  "--key-file",
  key,
  "--out",
  join(at, "out"),
  ...more,
  input,
];

function pipeline(at: string, more = "", sink = join(at, "out.xml")): string {
  const text = `bauta-pipeline: 1\nname: t\npreset: test-data\nkey-file: ${key}\nsources: [{ files: ${input} }]\nsinks: { all: { file: ${sink} } }\n`;
  return write(join(at, "p.yaml"), text + more);
}

/** A folder that nobody can write to, root neither. */
function closed(): string {
  const at = place();
  if (process.getuid?.() !== 0) chmodSync(at, 0o500);
  else if (Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", at]).exitCode !== 0) return "/proc";
  else mounted.push(at);
  return at;
}
const mounted: string[] = [];

/** A checkout without its addon. */
function withoutAddon(): string {
  const root = join(place(), "checkout");
  mkdirSync(join(root, "bindings/engine"), { recursive: true });
  cpSync(`${projectRoot}runtime`, join(root, "runtime"), { recursive: true });
  for (const name of ["schemas", "node_modules", "examples", "package.json"]) symlinkSync(`${projectRoot}${name}`, join(root, name));
  return join(root, "runtime/cli/main.ts");
}

/** Rows whose resource is mandatory. */
const MANDATORY: Readonly<Record<string, () => readonly Wrong[]>> = {
  model: () => {
    const at = place();
    const args = (model: string): string[] => ["mask", "--model", model, "--key-file", key, "--out", join(at, "out"), input];
    return [
      { args: args(join(at, "none.yaml")), code: "BAUTA-1002", exit: EXIT.usage },
      { args: args(write(join(at, "bad.yaml"), "bauta: 1\nname: [\n")), code: "BAUTA-1201", exit: EXIT.usage },
    ];
  },
  "lock file of the model, where there is one": () => {
    const at = place();
    const model = write(join(at, "m.yaml"), "bauta: 1\nname: m\nextends: test-data\nmode: deterministic\n");
    write(join(at, "m.lock.json"), "{}");
    return [{ args: ["mask", "--model", model, "--key-file", key, "--out", join(at, "out"), input], code: "BAUTA-1215", exit: EXIT.usage }];
  },
  "key file": () => {
    const at = place();
    const args = (file: string): string[] => ["mask", "--preset", "test-data", "--key-file", file, "--out", join(at, "out"), input];
    const open = write(join(at, "open.key"), readFileSync(key, "utf8"));
    chmodSync(open, 0o644);
    const bad = write(join(at, "bad.key"), "{}");
    chmodSync(bad, 0o600);
    return [
      { args: ["mask", "--preset", "test-data", "--out", join(at, "out"), input], code: "BAUTA-1101", exit: EXIT.usage },
      { args: args(join(at, "none.key")), code: "BAUTA-1002", exit: EXIT.usage },
      { args: args(open), code: "BAUTA-1102", exit: EXIT.usage },
      { args: args(bad), code: "BAUTA-1103", exit: EXIT.usage },
    ];
  },
  "engine that was named": () => [
    { args: mask(place(), "--engine", "native"), code: "BAUTA-1310", exit: EXIT.engine, main: withoutAddon() },
  ],
  input: () => {
    const at = place();
    const args = (path: string): string[] => ["mask", "--preset", "test-data", "--key-file", key, "--out", join(at, "out"), path];
    return [
      { args: args(join(at, "none.xml")), code: "BAUTA-1002", exit: EXIT.usage },
      // A file whose first byte cannot be read.
      { args: args("/proc/self/mem"), code: "BAUTA-7004", exit: EXIT.io },
    ];
  },
  "pipeline file": () => {
    const at = place();
    return [
      { args: ["run", join(at, "none.yaml")], code: "BAUTA-1002", exit: EXIT.usage },
      { args: ["run", write(join(at, "bad.yaml"), "bauta-pipeline: [\n")], code: "BAUTA-1401", exit: EXIT.usage },
      { args: ["run", pipeline(at, "watch: { profile: fastest }\n")], code: "BAUTA-1403", exit: EXIT.usage },
    ];
  },
  "output, report of refused records": () => {
    const at = closed();
    const inside = place();
    return [
      { args: mask(at, "--manifest", "none"), code: "BAUTA-7003", exit: EXIT.io },
      { args: ["run", pipeline(inside, "manifest: none\njournal: t.journal\n", join(at, "out.xml"))], code: "BAUTA-7003", exit: EXIT.io },
      { args: mask(inside, "--refused", join(at, "refused.jsonl")), code: "BAUTA-7003", exit: EXIT.io },
      { args: ["mask", "--preset", "test-data", "--key-file", key, "--out", "/dev/full", input], code: "BAUTA-7002", exit: EXIT.full },
    ];
  },
  manifest: () => [{ args: mask(place(), "--manifest", join(closed(), "m.json")), code: "BAUTA-7003", exit: EXIT.io }],
  "journal of a pipeline": () => {
    const at = place();
    write(join(at, "notes.txt"), "mine");
    return [
      { args: ["run", pipeline(at, "journal: notes.txt\n")], code: "BAUTA-1425", exit: EXIT.usage },
      { args: ["run", pipeline(place(), `journal: ${closed()}/t.journal\n`)], code: "BAUTA-7003", exit: EXIT.io },
    ];
  },
  "lock of what is written": () => {
    const at = place();
    const { host, boot } = machineFacts();
    const short = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 8);
    // This process is alive, and says that it is at work there.
    write(join(at, `.t.journal.${short(host)}-${short(boot)}-${process.pid}-${processStart(process.pid)}.lock`), "");
    return [{ args: ["run", pipeline(at)], code: "BAUTA-1426", exit: EXIT.usage }];
  },
  "control plane: address, token, certificates": () => {
    const at = place();
    return [
      { args: mask(at, "--serve", "0.0.0.0:0"), code: "BAUTA-8101", exit: EXIT.usage },
      { args: mask(at, "--serve", "0", "--serve-token-file", join(at, "none")), code: "BAUTA-8103", exit: EXIT.usage },
      { args: mask(at, "--serve", "0", "--serve-mtls", "a,b,c"), code: "BAUTA-8103", exit: EXIT.usage },
      { args: ["run", pipeline(place(), 'watch: { serve: "0.0.0.0:0" }\n')], code: "BAUTA-8101", exit: EXIT.usage },
      { args: ["check", pipeline(at, "watch: { serve: 0, serve-token-file: none }\n")], code: "BAUTA-8103", exit: EXIT.usage },
    ];
  },
  "profile, knob, telemetry address, that are none": () => {
    const at = place();
    return [
      { args: mask(at, "--profile", "fastest"), code: "BAUTA-1001", exit: EXIT.usage },
      { args: mask(at, "--set", "log_stmt_strat=true"), code: "BAUTA-1001", exit: EXIT.usage },
      { args: mask(at, "--otel-endpoint", "collector"), code: "BAUTA-1001", exit: EXIT.usage },
      { args: ["run", pipeline(at, "watch: { otel-endpoint: collector }\n")], code: "BAUTA-1001", exit: EXIT.usage },
    ];
  },
};

/** What a run said that lost an optional resource. Each writes all records into `out` of the place. */
const OPTIONAL: Readonly<
  Record<string, (at: string) => readonly { readonly ran: Ran; readonly resource: string; readonly code: string }[]>
> = {
  "control plane: port that cannot be had": (at) => {
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    try {
      const ran = bauta([...mask(at), "--serve", String(taken.port)]);
      const piped = bauta(["run", pipeline(place(), `watch: { serve: ${taken.port} }\n`)]);
      return [
        { ran, resource: "control", code: "BAUTA-8102" },
        { ran: piped, resource: "control", code: "BAUTA-8102" },
      ];
    } finally {
      taken.stop(true);
    }
  },
  "telemetry: collector, or its packages": (at) => [
    { ran: bauta(mask(at, "--otel-endpoint", "http://127.0.0.1:9")), resource: "telemetry", code: "BAUTA-8201" },
    { ran: spoilt(THROWING_LOGGER, mask(at, "--otel-endpoint", "http://127.0.0.1:9")), resource: "telemetry", code: "BAUTA-8201" },
  ],
  "an observer that fails: progress, metrics, line events": (at) => [
    { ran: spoilt(throwing("control/metrics.ts", "RunMetrics"), mask(at, "--serve", "0")), resource: "observer", code: "BAUTA-9001" },
    { ran: spoilt(throwing("control/status.ts", "StatusBoard"), mask(at, "--serve", "0")), resource: "observer", code: "BAUTA-9001" },
  ],
};

/** A command, in front of which a module is loaded that spoils something. */
function spoilt(spoil: string, args: readonly string[]): Ran {
  const preload = write(join(here, `spoil-${count++}.ts`), spoil);
  const { exitCode, stdout, stderr, signalCode } = Bun.spawnSync([BUN, "--preload", preload, MAIN, ...args], { stdin: "ignore" });
  return ranOf(exitCode, (signalCode ?? null) as NodeJS.Signals | null, Buffer.from(stdout), Buffer.from(stderr));
}

/** An observer that throws at everything, what it was told in its error. */
const throwing = (file: string, name: string, when = "true"): string => `
  import { ${name} } from ${JSON.stringify(join(projectRoot, "runtime", file))};
  const observe = ${name}.prototype.observe;
  ${name}.prototype.observe = function (event) {
    if (${when}) throw new Error(JSON.stringify(event));
    return observe.call(this, event);
  };`;

const THROWING_LOGGER = `
  import { LoggerProvider } from "${projectRoot}node_modules/@opentelemetry/sdk-logs";
  LoggerProvider.prototype.getLogger = () => ({ emit() { throw new Error("spoilt"); }, enabled: () => true });`;

const eventsIn = ({ stderr }: Ran): readonly LineEvent[] => {
  const read = Bun.spawnSync([BUN, MAIN, "logs", "parse", "--json"], { stdin: Buffer.from(stderr) });
  expect(read.exitCode).toBe(EXIT.done);
  return read.stdout
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as LineEvent);
};
const recordsIn = (path: string): number => readFileSync(path, "utf8").match(/<\?xml/g)?.length ?? 0;

describe("a mandatory resource that is missing or malformed ends the run, and there is no output", () => {
  for (const [resource, cases] of Object.entries(MANDATORY)) {
    test(resource, () => {
      for (const { args, code, exit, main } of cases()) {
        const ran = bauta(args, main === undefined ? {} : { main });
        expect([args, ran.code, ran.stdout, /BAUTA-\d{4}/.exec(ran.stderr)?.[0]]).toEqual([args, exit, "", code]);
        const out = args[args.indexOf("--out") + 1] ?? "";
        if (out.startsWith(here)) expect([args, existsSync(out)]).toEqual([args, false]);
      }
      for (const path of mounted.splice(0)) Bun.spawnSync(["umount", path]);
    });
  }
});

describe("an optional resource that fails costs a line, and no record", () => {
  for (const [name, cases] of Object.entries(OPTIONAL)) {
    test(name, () => {
      const at = place();
      for (const { ran, resource, code } of cases(at)) {
        const events = eventsIn(ran);
        const degrades = events.filter(({ event }) => event === "degrade");
        expect([ran.code, degrades.length > 0, degrades.every((one) => "resource" in one && one.resource === resource)]).toEqual([
          EXIT.done,
          true,
          true,
        ]);
        expect(degrades[0]).toMatchObject({ resource, code });
        expect(events.find(({ event }) => event === "stmt_end")).toMatchObject({ status: "ok", in: RECORDS, out: RECORDS });
        expect(events.at(-1)).toMatchObject({ event: "end", status: "ok", exit: 0 });
        // Errors of observers may hold anything.
        expect(ran.stderr).not.toContain("configuration");
      }
      expect(recordsIn(join(at, "out"))).toBe(RECORDS);
      rmSync(join(at, "out"));
    });
  }

  test("progress and line events themselves, of which nobody is left to tell", () => {
    for (const [file, name, more] of [
      ["pipeline/line-events.ts", "LineEvents", []],
      ["cli/run-report.ts", "RunReport", ["--log-format", "text"]],
    ] as const) {
      const at = place();
      const ran = spoilt(throwing(file, name, 'event.event !== "run-start"'), mask(at, ...more));
      expect([name, ran.code, recordsIn(join(at, "out"))]).toEqual([name, EXIT.done, RECORDS]);
      expect(ran.stderr).not.toContain("statement-start");
    }
  });

  test("standard error that nobody reads", () => {
    for (const stderr of ["2>&-", "2> >(head -c 1 > /dev/null)", "2> /dev/full"]) {
      const at = place();
      const ran = shell(`$BAUTA ${mask(at, "--profile", "flexibility").join(" ")} ${stderr}`);
      expect([stderr, ran.code, recordsIn(join(at, "out"))]).toEqual([stderr, EXIT.done, RECORDS]);
    }
  });

  test("and the manifest is no such resource: the run fails with it", () => {
    const at = place();
    const ran = spoilt(throwing("audit/record.ts", "RunRecord", 'event.event === "committed"'), mask(at));
    expect([ran.code, ran.stderr.includes("BAUTA-9001"), ran.stderr.includes("committed")]).toEqual([EXIT.bug, true, false]);
  });
});

test("each row of the table in docs/operations.md is here, and each row here is there", () => {
  const section = sectionsOf(pageAt("docs/operations.md").text, 2).get("Fail closed or degrade") ?? "";
  const rows = [...section.matchAll(/^\| (?!resource|-)([^|]+?) \|/gm)].map((match) => match[1]);
  expect(rows).toEqual([...Object.keys(MANDATORY), ...Object.keys(OPTIONAL), "standard error that nobody reads"]);
});
