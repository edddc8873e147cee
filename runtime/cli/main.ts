#!/usr/bin/env bun
/** The `bauta` command. */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { BautaError } from "../kit/errors.ts";
import { FRAME_MODES } from "../pipeline/frame.ts";
import { disableCoreDumps } from "../platform/process.ts";
import { check } from "./check.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { keysMaskOnly, keysNew, keysShow } from "./keys.ts";
import { mask } from "./mask.ts";
import { colorsFor, say } from "./terminal.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("bauta")
  .description("Masks payment messages in motion: ISO 20022, SWIFT MT, JSON.")
  .version(version, "-V, --version", "print the version")
  .helpOption("-h, --help", "print help")
  .helpCommand(false)
  .configureHelp({ sortSubcommands: false })
  .showSuggestionAfterError(true)
  .exitOverride()
  .configureOutput({ writeErr: (text) => say(text.trimEnd()) })
  .addHelpText(
    "after",
    `
Try it:
  bauta keys new qa.key --env qa
  cat messages | bauta mask --preset test-data --key-file qa.key > masked

Exit codes: 0 done, 2 usage, 3 refused, 4 framing, 5 engine, 6 I/O, 7 pipe closed, 8 disk full`,
  );

for (const direction of ["mask", "unmask"] as const) {
  const command = program
    .command(direction)
    .description(direction === "mask" ? "mask files, folders or standard input" : "reverse what a model masks reversibly")
    .option("--model <FILE>", "model to apply (YAML)")
    .option("--preset <NAME>", "test-data, one-way, tokens or strict, in place of a model")
    .option("--key-file <FILE>", `key file${direction === "unmask" ? " with the capability unmask" : ""} (bauta keys new)`)
    .option("--env <NAME>", "refuse a key file of another environment")
    .addOption(new Option("--engine <NAME>", "engine to run").choices(["native", "portable"]).default("native"))
    .option("--in <PATH...>", "files or folders, or - for standard input (default: -)")
    .option("--out <PATH>", "file or folder, written atomically; - for standard output", "-")
    .option("--refused <PATH>", "report of refused records, one JSON line each")
    .option("--refused-raw", "put refused messages themselves into that report (0600)")
    .addOption(new Option("--on-refuse <WHAT>", "what a refused record does").choices(["stop", "divert"]).default("stop"))
    .addOption(new Option("--input <HOW>", "how messages are read").choices(["strict", "lenient"]).default("strict"))
    .addOption(new Option("--frame <HOW>", "how records are told apart").choices(FRAME_MODES).default("auto"))
    .option("--json", "reports as JSON lines on standard error")
    .option("-q, --quiet", "only the engine line and refusals")
    .argument("[paths...]", "same as --in")
    .action(async (paths: string[], options) => {
      const inputs = [...(options.in ?? []), ...paths];
      process.exitCode = await mask({ ...options, in: inputs.length === 0 ? ["-"] : inputs }, direction);
    });
  command.usage("(--model FILE | --preset NAME) --key-file FILE [options] [paths...]");
}

program
  .command("check")
  .description("say everything that is wrong with a model, at once")
  .argument("[model]", "model file")
  .option("--preset <NAME>", "check a preset instead")
  .option("--sample <PATH...>", "messages that the model must cover")
  .option("--update-lock", "write the lock file anew, showing what changes")
  .option("--list", "list techniques, kinds, presets and classes of data")
  .option("--json", "report as JSON")
  .action(async (model: string | undefined, options) => {
    process.exitCode = await check(model, options);
  });

const keys = program.command("keys").description("make and inspect key files");
keys
  .command("new")
  .description("make a key file for one environment (mode 0600)")
  .argument("<file>")
  .requiredOption("--env <NAME>", "name of the environment, such as qa")
  .option("--json", "report as JSON")
  .action((file: string, options) => keysNew(file, options));
keys
  .command("mask-only")
  .description("make a copy of a key file without the capability unmask")
  .argument("<file>", "key file to copy")
  .argument("<target>", "new key file")
  .option("--json", "report as JSON")
  .action((file: string, target: string, options) => keysMaskOnly(file, target, options));
keys
  .command("show")
  .description("show id, environment, capabilities and check value; never the key")
  .argument("<file>")
  .option("--json", "report as JSON")
  .action((file: string, options) => keysShow(file, options));

program
  .command("doctor")
  .description("runtime, engines, CPU features, addon hash, versions")
  .option("--json", "report as JSON")
  .action(async (options) => {
    process.exitCode = await doctor(version, options);
  });

program
  .command("demo")
  .description("mask the bundled messages and show before and after")
  .addOption(new Option("--engine <NAME>", "engine to run").choices(["native", "portable"]).default("native"))
  .action(async (options) => {
    process.exitCode = await demo(options);
  });

disableCoreDumps();
// The runtime would print an error with whatever its message holds.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => process.exit(tell(error)));
}
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}

/** Says what went wrong in one line and returns the exit code. A bug's own text is not shown: it could hold anything. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof BautaError && error.issue.number === 7001 && process.argv[2] !== "mask" && process.argv[2] !== "unmask")
    return EXIT.closed;
  const colors = colorsFor(process.stderr);
  const text = error instanceof BautaError ? error.message : new BautaError(9001, { detail: errorName(error) }).message;
  const code = exitCodeOf(error);
  if (process.argv.includes("--json")) say(JSON.stringify({ event: "error", exit: code, message: text }));
  else say(`${colors.red("error")} ${text}`);
  if (process.env["BAUTA_DEBUG"] === "stack" && error instanceof Error) say(framesOf(error));
  return code;
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}

/** Where it happened, without the message. */
function framesOf(error: Error): string {
  const lines = (error.stack ?? "").split("\n");
  return lines.filter((line) => /^\s+at |@/.test(line)).join("\n");
}
