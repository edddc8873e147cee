#!/usr/bin/env node
/** The `bauta` command. */
import { Command, CommanderError, Help, InvalidArgumentError, Option } from "commander";
import { isStuck } from "../kafka/answered.ts";
import { BautaError } from "../kit/errors.ts";
import { WORKERS_MAX } from "../kit/limits.ts";
import { VERSION } from "../kit/version.ts";
import { FRAME_MODES } from "../pipeline/frame.ts";
import { disableCoreDumps } from "../platform/process.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { framesOf } from "./frames.ts";
import { say } from "./terminal.ts";
import { errorName, sayError, toldByWatch } from "./watch.ts";
import { addWatchOptions, namedOptions } from "./watch-options.ts";

// A command's modules are loaded when it is run: all of them together take longer to load than most commands take.
const HELP_WIDTH = 80;
/** Options that go together with one before them, on one line. */
const SECONDS: Readonly<Record<string, string>> = { "--policy <PATH>": "--view <NAME>", "--refused <PATH>": "--refused-raw" };
const isSecond = ({ options }: Command, flags: string): boolean =>
  options.some((option) => SECONDS[option.flags] === flags) && options.some((option) => option.flags === flags);
const termOfOption = ({ flags }: Option): string => (SECONDS[flags] === undefined ? flags : `${flags}, ${SECONDS[flags]}`);

const program = new Command("bauta")
  .version(VERSION, "-V, --version", "print the version")
  .helpOption("-h, --help", "print help")
  .helpCommand(false)
  // One screen of 24 lines and 80 columns, also where the terminal is wider.
  .configureHelp({
    sortSubcommands: false,
    helpWidth: HELP_WIDTH,
    optionDescription: describeOption,
    optionTerm: termOfOption,
    visibleOptions: (command) => Help.prototype.visibleOptions.call(new Help(), command).filter(({ flags }) => !isSecond(command, flags)),
    subcommandTerm: termOf,
    formatHelp: helpOf,
  })
  .showSuggestionAfterError(true)
  .exitOverride()
  // What commander has to say of a wrong command line is told by `tell`, like every error.
  .configureOutput({ outputError: () => undefined });

for (const direction of ["mask", "unmask"] as const) {
  addWatchOptions(program.command(direction))
    .description(direction === "mask" ? "mask files, folders or standard input" : "reverse what a model masks reversibly")
    .usage("(--model F | --preset NAME) --key-file F [options] [path...]")
    .option("--model <FILE>", "model to apply (YAML)")
    .option("--preset <NAME>", "test-data, one-way, tokens or strict")
    .option("--key-file <FILE>", direction === "mask" ? "key file (bauta keys new)" : "key file with the capability unmask")
    .option("--env <NAME>", "refuse a key file of another environment")
    .option("--policy <PATH>", "policy in Rego, and who will read it")
    .option("--view <NAME>", "of the policy: who will read the output")
    .addOption(choice("--engine", ["native", "portable"], "engine to run"))
    .option("--in <PATH...>", "files or folders; - is stdin (default: -)")
    .option("--out <PATH>", "file or folder, written whole", "-")
    .option("--refused <PATH>", "report of refused records; with them (0600)")
    .option("--refused-raw", "put refused messages themselves in it (0600)")
    .addOption(choice("--on-refuse", ["stop", "divert"], "at a refused record"))
    .addOption(choice("--input", ["strict", "lenient"], "how messages are read"))
    .addOption(choice("--frame", FRAME_MODES, "how records are told apart"))
    .option("--manifest <PATH>", "record of the run, or none")
    .option("--task <ID>", "id of the run (default: one is made)")
    .option("--workers <N>", "threads that mask; same output", threads, 1)
    .option("--json", "reports as JSON lines on standard error")
    .option("-q, --quiet", "only the engine line and refusals")
    .argument("[paths...]")
    .action(async (paths: string[], options) => {
      const inputs = [...(options.in ?? []), ...paths];
      const { mask } = await import("./mask.ts");
      process.exitCode = await mask({ ...options, in: inputs.length === 0 ? ["-"] : inputs }, direction);
    });
}

addWatchOptions(program.command("run"))
  .description("mask as a pipeline file says: from where to where")
  .argument("<pipeline>", "pipeline file (YAML)")
  .option("--resume", "go on where a run of it was killed or stopped")
  .option("--dry-run", "read and mask, write nothing")
  .option("--instance <NAME>", "of topics: this worker's own name")
  .option("--into <TOPIC>", "mask offsets once more, into this topic")
  .option("--from <OFFSETS>", "first: TOPIC/PARTITION:OFFSET,... or @FILE")
  .option("--to <OFFSETS>", "behind the last (default: as it is now)")
  .option("--share <K/N>", "the Kth of N parts of these offsets")
  .addOption(choice("--policy-of", ["then", "now"], "whose policy: of that time, or of today"))
  .option("--json", "reports as JSON lines on standard error")
  .option("-q, --quiet", "only the engine line and refusals")
  .action(async (pipeline: string, options, command: Command) => {
    const { runPipeline } = await import("./run.ts");
    process.exitCode = await runPipeline(pipeline, namedOptions(options, command));
  });

for (const command of ["explain", "diff"] as const) {
  program
    .command(command)
    .description(command === "explain" ? "say what becomes of each value, and why" : "show messages before and after")
    .usage("(--model F | --preset NAME) [options] [path...]")
    .option("--model <FILE>", "model to apply (YAML)")
    .option("--preset <NAME>", "test-data, one-way, tokens or strict")
    .option("--key-file <FILE>", "key file; without one a key of the moment")
    .option("--policy <PATH>", "policy in Rego, and who will read it")
    .option("--view <NAME>", "of the policy: who will read the output")
    .addOption(choice("--engine", ["native", "portable"], "engine to run"))
    .addOption(choice("--input", ["strict", "lenient"], "how messages are read"))
    .addOption(choice("--format", command === "explain" ? ["text", "html", "json"] : ["text", "html"], "form of the report"))
    .option("--no-values", "hide values, clear and masked")
    .option("--out <PATH>", "file for the report, written whole", "-")
    .argument("[paths...]")
    .action(async (paths: string[], options) => {
      const run = command === "explain" ? (await import("./explain.ts")).explain : (await import("./diff.ts")).diff;
      process.exitCode = await run(paths, options);
    });
}

program
  .command("check")
  .description("say all that is wrong with a model or a pipeline")
  .argument("[file]", "model or pipeline file")
  .option("--preset <NAME>", "check a preset instead")
  .option("--sample <PATH...>", "messages that the model must cover")
  .option("--update-lock", "write the lock file anew, showing what changes")
  .option("--list", "list techniques, kinds, presets and classes of data")
  .option("--json", "report as JSON")
  .action(async (model: string | undefined, options) => {
    const { check } = await import("./check.ts");
    process.exitCode = await check(model, options);
  });

program
  .command("test")
  .description("run the tests of a model, and say what they miss")
  .argument("<model>", "model file with `tests:`")
  .addOption(choice("--engine", ["native", "portable"], "engine to run"))
  .option("--mutate", "change each rule in turn: which changes pass the tests?")
  .option("--time <SECONDS>", "time for that", seconds, 60)
  .option("--show-values", "show values of messages that stand in the model")
  .option("--json", "report as JSON")
  .action(async (model: string, options) => {
    const { modelTest } = await import("./model-test.ts");
    process.exitCode = await modelTest(model, options);
  });

const catalogue = program.command("catalogue").description("list known messages; add those of a schema").helpCommand(false);
catalogue
  .command("add")
  .description("make a catalogue of a message's XSD, for models to name")
  .argument("<xsd>", "schema of one ISO 20022 message, or of a market practice")
  .option("--out <FILE>", "file to write (default: MESSAGE.json)")
  .option("--message <NAME>", "its name, if the namespace does not tell it")
  .option("--classes <FILE>", "rules for leaves that no rule of Bauta classes")
  .option("--json", "report as JSON")
  .action(async (xsd: string, options) => {
    process.exitCode = (await import("./catalogue.ts")).catalogueAdd(xsd, options);
  });
catalogue
  .command("list")
  .description("list the messages there are catalogues of")
  .option("--json", "report as JSON")
  .action(async (options) => {
    process.exitCode = (await import("./catalogue.ts")).catalogueList(options);
  });
catalogue
  .command("show")
  .description("show every leaf of a message with its class of data")
  .argument("<message>", "such as pacs.008.001.08, or a catalogue's file")
  .option("--json", "report as JSON")
  .action(async (message: string, options) => {
    process.exitCode = (await import("./catalogue.ts")).catalogueShow(message, options);
  });

program
  .command("coverage")
  .description("say what a model does to every leaf of a message")
  .usage("(--model F | --preset NAME) (--schema MESSAGE | --in PATH...) [options]")
  .option("--model <FILE>", "model (YAML)")
  .option("--preset <NAME>", "test-data, one-way, tokens or strict")
  .option("--policy <PATH>", "policy in Rego, and who will read it")
  .option("--view <NAME>", "of the policy: who will read the output")
  .option("--schema <MESSAGE>", "message with a catalogue, such as pacs.008.001.08")
  .option("--against <MESSAGE>", "another version: what it adds, moves, changes")
  .option("--in <PATH...>", "messages: which leaves occur, and how often")
  .addOption(choice("--format", ["text", "json", "html"], "form of the report"))
  .option("--out <PATH>", "file for the report, written whole", "-")
  .action(async (options) => {
    const { coverage } = await import("./coverage.ts");
    process.exitCode = await coverage(options);
  });

const policy = program.command("policy").description("check, test, compare, activate and import policies").helpCommand(false);
policy
  .command("check")
  .description("ask a policy all that a run would, and tell what it decides")
  .argument("<policy>", "folder or file of Rego")
  .option("--model <FILE>", "model that it is for (YAML)")
  .option("--preset <NAME>", "test-data, one-way, tokens or strict")
  .option("--view <NAME>", "one of its views (default: all)")
  .option("--json", "report as JSON")
  .action(async (path: string, options) => {
    process.exitCode = await (await import("./policy.ts")).policyCheck(path, options);
  });
policy
  .command("test")
  .description("run the policy's own tests, by OPA")
  .argument("<policy>", "folder of Rego with its tests")
  .option("--json", "report as JSON")
  .action(async (path: string, options) => {
    process.exitCode = await (await import("./policy.ts")).policyTest(path, options);
  });
policy
  .command("explain")
  .description("say how it decides a record, for each view; never a value")
  .argument("<policy>", "folder or file of Rego")
  .requiredOption("--record <FILE>", "file with the record; - is stdin")
  .option("--model <FILE>", "model that it is for (YAML)")
  .option("--preset <NAME>", "test-data, one-way, tokens or strict")
  .option("--view <NAME>", "one of its views (default: all)")
  .addOption(choice("--engine", ["native", "portable"], "engine to run"))
  .option("--json", "report as JSON")
  .action(async (path: string, options) => {
    process.exitCode = await (await import("./policy-explain.ts")).policyExplain(path, options);
  });
policy
  .command("diff")
  .description("say what changes for whom, and what of it loosens")
  .argument("<before>", "policy in force")
  .argument("<after>", "policy to come")
  .option("--model <FILE>", "model that they are for (YAML)")
  .option("--preset <NAME>", "test-data, one-way, tokens or strict")
  .option("--view <NAME>", "one of the views (default: all)")
  .option("--refuse-loosening", "exit 9 if a change loosens")
  .option("--json", "report as JSON, every field of every message")
  .action(async (before: string, after: string, options) => {
    process.exitCode = await (await import("./policy-diff.ts")).policyDiff(before, after, options);
  });
for (const act of ["activate", "rollback"] as const) {
  const isRollback = act === "rollback";
  const command = policy
    .command(act)
    .description(isRollback ? "put back the policy that was there before" : "put a policy where a pipeline reads it")
    .argument("<pipeline>", "pipeline file (YAML) with policy.path");
  if (isRollback) command.option("--to <NAME>", "revision, or digits of a bundle of the history");
  else command.argument("<policy>", "bundle, folder or file of Rego");
  command
    .option("--reason <TEXT>", "what for; goes into the history")
    .option("--refuse-loosening", "exit 9, and write nothing, if a change loosens")
    .option("--dry-run", "do all of it but writing")
    .option("--json", "report as JSON, every field of every message")
    .action(async (pipeline: string, ...rest: unknown[]) => {
      const { policyActivate, policyRollback } = await import("./policy-activate.ts");
      const options = command.opts();
      process.exitCode = isRollback ? await policyRollback(pipeline, options) : await policyActivate(pipeline, String(rest[0]), options);
    });
}
policy
  .command("acls")
  .description("print which topics readers of each view may read")
  .argument("<pipeline>", "pipeline file (YAML) over topics")
  .option("--principal <VIEW=NAME...>", "who reads a view (default: User:VIEW)")
  .option("--json", "report as JSON")
  .action(async (pipeline: string, options) => {
    process.exitCode = await (await import("./policy-acls.ts")).policyAcls(pipeline, options);
  });
policy
  .command("import")
  .description("bring over a policy of mask, hash and no_mask")
  .argument("<file>", "policy as OPA was asked it, old syntax or new")
  .requiredOption("--out <FOLDER>", "folder for the new one")
  .option("--json", "report as JSON")
  .action(async (file: string, options) => {
    process.exitCode = await (await import("./policy-import.ts")).policyImport(file, options);
  });

program
  .command("verify")
  .description("check a manifest, and files against it")
  .argument("<manifest>", "what a run left beside its output; of a killed one its journal; of topics the pipeline")
  .option("--outputs [PATH...]", "outputs to check; no path: where it says")
  .option("--inputs [PATH...]", "inputs to check, in the order of the run")
  .option("--key-file <FILE>", "key file of the run; needed for inputs")
  .option("--trust <FILE>", "public keys to trust (bauta keys trust)")
  .option("--no-signature", "do not ask who wrote the manifest")
  .option("--manifest <PATH>", "of a journal: write its manifest there, signed by --key-file; of topics: into this folder")
  .option("--archive <FOLDER>", "what policies decided (default: as the pipeline says)")
  .addOption(choice("--engine", ["native", "portable"], "engine to hash with"))
  .option("--json", "report as JSON")
  .action(async (manifest: string, options) => {
    const { verify } = await import("./verify.ts");
    process.exitCode = await verify(manifest, options);
  });

program
  .command("verify-message")
  .description("say whether messages add up: counts, sums, balances")
  .argument("<paths...>", "messages: files or folders")
  .option("--json", "a line for each message")
  .action(async (paths: string[], options) => {
    const { verifyMessage } = await import("./verify-message.ts");
    process.exitCode = await verifyMessage(paths, options);
  });

program
  .command("scan")
  .description("find personal and card data in samples of any form")
  .argument("<paths...>", "files or folders; - is stdin")
  .option("--model <FILE>", "write a starter model of what was found")
  .option("--expect-none", "exit 9 if something is found, but for low confidence")
  .option("--json", "report as JSON")
  .action(async (paths: string[], options) => {
    const { scan } = await import("./scan.ts");
    process.exitCode = await scan(paths, options);
  });

program
  .command("replay")
  .description("mask the inputs of a run again, and compare")
  .argument("<manifest>", "what the run left beside its output")
  .option("--inputs <PATH...>", "inputs in its order (default: where it says)")
  .option("--key-file <FILE>", "key file of the run")
  .option("--model <FILE>", "its model (default: where it says)")
  .option("--preset <NAME>", "its preset (default: as it says)")
  .option("--pipeline <FILE>", "of run: its pipeline (default: where it says)")
  .option("--archive <FOLDER>", "what policies decided (default: as it says)")
  .addOption(choice("--engine", ["native", "portable"], "engine to run"))
  .option("--workers <N>", "threads that mask", threads, 1)
  .option("--all", "tell circumstances, too")
  .option("--json", "report as JSON")
  .action(async (manifest: string, options) => {
    const { replay } = await import("./replay.ts");
    process.exitCode = await replay(manifest, options);
  });

program
  .command("compare")
  .description("say what differs between two manifests, or topics")
  .argument("<before>", "manifest, or topics")
  .argument("<after>", "manifest, or topics")
  .option("--all", "tell circumstances, too: task, times, host, places")
  .option("--topics <PIPELINE>", "compare topics of this pipeline's cluster")
  .option("--from <OFFSETS>", "of topics: first source offsets that count")
  .option("--to <OFFSETS>", "of topics: behind the last that count")
  .option("--json", "report as JSON")
  .action(async (before: string, after: string, options) => {
    if (options.topics !== undefined) {
      const { compareTopics } = await import("./compare-topics.ts");
      process.exitCode = await compareTopics(before, after, options);
      return;
    }
    if ((options.from ?? options.to) !== undefined) throw new BautaError(1001, { detail: "--from and --to are for --topics" });
    const { compare } = await import("./compare.ts");
    process.exitCode = compare(before, after, options);
  });

program
  .command("top")
  .description("show workers at work: rate, lag, refusals, latency")
  .argument("<addresses...>", "control planes (--serve): PORT or HOST:PORT")
  .option("--token-file <FILE>", "token that they ask for")
  .option("--every <SECONDS>", "seconds between two looks", seconds, 1)
  .option("--count <N>", "looks, then end (default: until it is stopped)", seconds, 0)
  .option("--json", "an object a line for each look")
  .action(async (addresses: string[], options) => {
    const { top } = await import("./top.ts");
    process.exitCode = await top(addresses, options);
  });

const dlq = program.command("dlq").description("list, open and replay refused records of topics").helpCommand(false);
const meant = (command: Command): Command =>
  command
    .option("--code <CODE>", "those refused with this code")
    .option("--path <PATH>", "those refused at this path")
    .option("--source <PLACE>", "those of TOPIC, TOPIC/PARTITION or TOPIC/PARTITION/OFFSET");
meant(dlq.command("list"))
  .description("list refused records that were not replayed")
  .argument("<pipeline>", "file of the pipeline that refused them")
  .option("--all", "those too that were replayed")
  .option("--json", "report as JSON, a record a line")
  .action(async (path: string, options) => {
    process.exitCode = await (await import("./dlq.ts")).dlqList(path, options);
  });
dlq
  .command("open")
  .description("open the seal of a refused record: clear text")
  .argument("<pipeline>", "file of the pipeline that refused it")
  .requiredOption("--source <PLACE>", "the record: TOPIC/PARTITION/OFFSET")
  .requiredOption("--identity <FILE>", "private key, as of bauta dlq key")
  .option("--out <PATH>", "file for it (mode 0600), written whole", "-")
  .action(async (path: string, options) => {
    process.exitCode = await (await import("./dlq.ts")).dlqOpen(path, options);
  });
meant(dlq.command("replay"))
  .description("mask refused records once more, where they are")
  .argument("<pipeline>", "file of the pipeline that refused them")
  .option("--json", "report as JSON")
  .action(async (path: string, options) => {
    process.exitCode = await (await import("./dlq-replay.ts")).dlqReplay(path, options);
  });
dlq
  .command("key")
  .description("make a pair of keys for seals")
  .argument("<file>", "new file for the private key (mode 0600)")
  .action(async (file: string) => {
    process.exitCode = await (await import("./dlq.ts")).dlqKey(file);
  });

const keys = program.command("keys").description("make and inspect key files").helpCommand(false);
keys
  .command("new")
  .description("make a key file for one environment (mode 0600)")
  .argument("<file>")
  .requiredOption("--env <NAME>", "name of the environment, such as qa")
  .option("--json", "report as JSON")
  .action(async (file: string, options) => (await import("./keys.ts")).keysNew(file, options));
keys
  .command("mask-only")
  .description("make a copy of a key file without the capability unmask")
  .argument("<file>", "key file to copy")
  .argument("<target>", "new key file")
  .option("--json", "report as JSON")
  .action(async (file: string, target: string, options) => (await import("./keys.ts")).keysMaskOnly(file, target, options));
keys
  .command("show")
  .description("show id, environment, capabilities and check value; never the key")
  .argument("<file>")
  .option("--json", "report as JSON")
  .action(async (file: string, options) => (await import("./keys.ts")).keysShow(file, options));

keys
  .command("rotate-signing")
  .description("make a copy whose manifests another key signs from now on")
  .argument("<file>", "key file to copy")
  .argument("<target>", "new key file")
  .option("--json", "report as JSON")
  .action(async (file: string, target: string, options) => (await import("./keys.ts")).keysRotateSigning(file, target, options));
keys
  .command("trust")
  .description("write the public keys that check signatures")
  .argument("<files...>", "key files, of all environments to trust")
  .option("--out <PATH>", "file for them", "-")
  .option("--pem", "the last public key of each, as openssl reads it")
  .action(async (files: string[], options) => (await import("./keys.ts")).keysTrust(files, options));

program
  .command("doctor")
  .description("say what runs here; compare key files")
  .option("--against <PATH...>", "key files, manifests: do they share a key?")
  .option("--key-file <FILE>", "one more key file to compare with them")
  .option("--json", "report as JSON")
  .action(async (options) => {
    const { doctor } = await import("./doctor.ts");
    process.exitCode = await doctor(VERSION, options);
  });

program
  .command("demo")
  .description("show bundled messages, or make a demo folder")
  .argument("[folder]", "new folder for a model, messages, and what to try")
  .addOption(choice("--engine", ["native", "portable"], "engine to run"))
  .action(async (folder: string | undefined, options) => {
    process.exitCode =
      folder === undefined ? await (await import("./demo.ts")).demo(options) : (await import("./demo-folder.ts")).demoFolder(folder);
  });

const logs = program.command("logs").description("read what a run said").helpCommand(false);
logs
  .command("parse")
  .description("read line events back: count them, or give them as JSON lines")
  .argument("[file]", "log; - is stdin", "-")
  .option("--json", "events as JSON lines on standard output")
  .action(async (file: string, options) => {
    const { logsParse } = await import("./logs.ts");
    process.exitCode = await logsParse(file, options);
  });

program
  .command("help", { hidden: true })
  .description("explain an error by its code, or a command")
  .argument("[topic...]", "BAUTA-2104, 2104, or words of a command")
  .action(async (topic: string[]) => {
    const { help } = await import("./help.ts");
    help(topic, program);
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
// A call that never ends would keep the process from ending as well.
if (isStuck()) process.exit();

/** An option that takes one of these words; the first is the default. */
function choice(flag: string, words: readonly string[], description: string): Option {
  return new Option(`${flag} <${words.join("|")}>`, description).choices(words).default(words[0]);
}

/** The list of commands leaves no room for empty lines on its screen. */
function helpOf(command: Command, helper: Help): string {
  const text = Help.prototype.formatHelp.call(helper, command, helper);
  if (command.parent !== null) return text;
  // One screen for all commands: lines that say little are one.
  const [version, help] = ["-V, --version", "-h, --help"].map((flags) => text.split("\n").find((line) => line.includes(flags)) ?? "");
  const both = "  -V, --version, -h, --help  begin: bauta demo FOLDER; all: docs/cli.md";
  return text
    .replace(/^Usage: .*\n/, "")
    .replace(/\n\n+/g, "\n")
    .replace(/^\n/, "")
    .replace(`${version}\n`, "")
    .replace(help ?? "", both);
}

/** Name and arguments: that each command has options needs no saying. */
function termOf(command: Command): string {
  const named = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...named].join(" ");
}

function threads(text: string): number {
  if (/^[1-9]\d?$/.test(text) && Number(text) <= WORKERS_MAX) return Number(text);
  throw new InvalidArgumentError(`It is a whole number from 1 to ${WORKERS_MAX}.`);
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1 to 9999.");
}

function describeOption({ description, defaultValue }: Option): string {
  return defaultValue === undefined || typeof defaultValue === "boolean"
    ? description
    : `${description} (default: ${String(defaultValue)})`;
}

/** Says what went wrong in one line and returns the exit code. A bug's own text is not shown: it could hold anything. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0 || error.code === "commander.help") return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return tell(new BautaError(1001, { detail: error.message.replace(/^error: /, "").replaceAll("\n", " ") }));
  }
  if (error instanceof BautaError && error.issue.number === 7001 && !["mask", "unmask", "run"].includes(process.argv[2] ?? ""))
    return EXIT.closed;
  if (toldByWatch(error)) return exitCodeOf(error);
  const told = error instanceof BautaError ? error : new BautaError(9001, { detail: errorName(error) });
  const exit = exitCodeOf(error);
  const { code, issue, message } = told;
  if (process.argv.includes("--json")) say(JSON.stringify({ event: "error", exit, code, name: issue.name, message }));
  else sayError(told, process.env["BAUTA_DEBUG"] === "stack" && error instanceof Error ? framesOf(error) : []);
  return exit;
}
