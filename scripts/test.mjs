// `npm test`: everything CI runs. Installs what the tests need when it is root on Debian; else says in one line what is missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { opaPath } from "./opa.mjs";
import { raisedLine } from "./raised.mjs";
import { bun, oracles, root, setup, setupKafka } from "./setup.mjs";

const started = Date.now();

/** Services and tools that the tests run against, and how Debian calls them. */
const NEEDS = [
  { name: "java (17 or newer)", debian: ["openjdk-17-jdk-headless"], there: () => works("javac", ["-version"]) },
  { name: "mvn", debian: ["maven"], there: () => works("mvn", ["--version"]) },
  { name: "xmllint", debian: ["libxml2-utils"], there: () => works("xmllint", ["--version"]) },
  { name: "python3 with venv", debian: ["python3", "python3-venv"], there: () => works("python3", ["-c", "import ensurepip, venv"]) },
  { name: "valgrind", debian: ["valgrind"], there: () => works("valgrind", ["--version"]) },
  // OpenSSL and librdkafka are built from their sources.
  {
    name: "perl and make",
    debian: ["perl", "make", "gcc", "g++"],
    there: () => works("perl", ["-e", "1"]) && works("make", ["--version"]) && works("g++", ["--version"]),
  },
  // Rules and dashboard of examples/monitoring are tested against the real one, as Debian packages it.
  {
    name: "prometheus and promtool",
    debian: ["prometheus"],
    there: () => works("prometheus", ["--version"]) && works("promtool", ["--version"]),
  },
  { name: "git", debian: ["git"], there: () => works("git", ["--version"]) },
];

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function needs() {
  const missing = NEEDS.filter((need) => !need.there());
  if (missing.length === 0) return;
  const debian = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (debian) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: ["ignore", "ignore", 2], env });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing.flatMap((need) => need.debian)], {
      stdio: ["ignore", "ignore", 2],
      env,
    });
  }
  const still = NEEDS.filter((need) => !need.there());
  if (still.length > 0) {
    process.stderr.write(
      `test: missing ${still.map((need) => need.name).join(", ")}; install them (Debian: apt-get install ${still.flatMap((need) => need.debian).join(" ")}) and run again.\n`,
    );
    process.exit(1);
  }
}

let passed = 0;
let failed = 0;
let skipped = 0;

/** Runs one part; a part without a counter of its own counts as one test. */
function part(title, command, args, count = undefined, env = {}) {
  const from = Date.now();
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 30, env: { ...process.env, ...env } });
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`;
  const ok = result.status === 0;
  const counted = count?.(output) ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  // A runner that failed without counting a failure (a crash, a compile error) still failed.
  if (!ok && counted.failed === 0) counted.failed = 1;
  passed += counted.passed;
  failed += counted.failed;
  skipped += counted.skipped;
  const line = `${ok ? "ok  " : "FAIL"} ${title}: ${counted.passed} passed, ${counted.failed} failed${counted.skipped ? `, ${counted.skipped} skipped` : ""} (${((Date.now() - from) / 1000).toFixed(1)} s)`;
  process.stdout.write(`${line}\n`);
  if (process.env.BAUTA_VERBOSE) process.stdout.write(`${output}\n`);
  // Without what passed: whoever keeps only the end of a log still sees why.
  else if (!ok) process.stdout.write(`${output.replace(/^\(pass\) .*\n/gm, "")}\n`);
  else for (const note of output.match(/^.*(?:skipped:|seed[ =:]).*$/gm) ?? []) process.stdout.write(`       ${note.trim()}\n`);
  return ok;
}

const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
const bunCount = (output) => ({
  passed: sum(output, /^\s*(\d+) pass$/gm),
  failed: sum(output, /^\s*(\d+) fail$/gm),
  skipped: sum(output, /^\s*(\d+) skip$/gm),
});
const cargoCount = (output) => ({
  passed: sum(output, /test result: .*? (\d+) passed/g),
  failed: sum(output, /test result: .*? (\d+) failed/g),
  skipped: sum(output, /test result: .*? (\d+) ignored/g),
});

needs();
setup();
setupKafka();
const python = oracles();

const quick = process.argv.includes("--quick");
part("types", "node_modules/.bin/tsc", ["--noEmit"]);
part("lint and format (TypeScript)", "node_modules/.bin/biome", ["ci", "--error-on-warnings", "--colors=off", "."]);
part("import directions", "node_modules/.bin/depcruise", ["--config", ".dependency-cruiser.json", "runtime"]);
part("format (Rust)", "cargo", ["fmt", "--all", "--check"]);
part("lint (Rust)", "cargo", ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
// In the profile and for the target that the addon was built with: OpenSSL and librdkafka are not built once more.
const kafka = ["--manifest-path", "bindings/kafka/Cargo.toml"];
const target = spawnSync("rustc", ["-vV"], { encoding: "utf8" }).stdout?.match(/^host: (.+)$/m)?.[1] ?? "";
part("format (Rust, Kafka)", "cargo", ["fmt", "--all", "--check", ...kafka]);
part("lint (Rust, Kafka)", "cargo", ["clippy", "--release", "--locked", "--target", target, ...kafka, "--", "-D", "warnings"]);
part("generated files are fresh", process.execPath, ["scripts/generate.mjs", "--check"]);
part("Rust tests", "cargo", ["test", "--workspace", "--release", "--locked"], cargoCount);
if (!quick) part("instructions and allocations have not grown", bun(), ["--no-install", "bench/counts/main.ts"]);
part("Kafka's jars", "mvn", ["-q", "-B", "-f", "test/services/kafka/pom.xml", "package"]);
if (!quick) part("Prowide oracle builds", "mvn", ["-q", "-B", "-f", "test/oracles/java/pom.xml", "package"]);
part("OPA for the policies' tests", process.execPath, ["scripts/opa.mjs"]);
part("Toxiproxy for the tests of faults", process.execPath, ["scripts/toxiproxy.mjs"]);
part("runtimes for the package's tests", process.execPath, ["scripts/runtimes.mjs"]);
// One process more than CI has cores: suites that wait for brokers leave theirs to those that compute.
// How long each takes is measured anew where BAUTA_TIMINGS is set, on a machine that has nothing else to do.
const parallel = ["--parallel=3", "--timings=test/timings.json", ...(process.env.BAUTA_TIMINGS ? ["--update-timings"] : [])];
const raised = join(root, ".cache", "raised.txt");
mkdirSync(join(root, ".cache"), { recursive: true });
writeFileSync(raised, "");
part("TypeScript tests", bun(), ["test", "--timeout", "300000", ...parallel], bunCount, {
  BAUTA_PYTHON: python,
  BAUTA_OPA: opaPath(),
  BAUTA_RAISED: raised,
});
// Which issues the tests raise, not only name.
process.stdout.write(`       ${raisedLine(raised)}\n`);

process.stdout.write(
  `total ${((Date.now() - started) / 1000).toFixed(0)} s${skipped > 0 ? `; ${skipped} skipped, each with its reason above` : ""}\n`,
);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
