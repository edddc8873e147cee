// Sets a fresh clone up: npm packages (Bun among them) and the native engine. Plain Node, no dependencies, safe to run again.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));
const cache = join(root, ".cache");

/** Runs a step; its output goes to stderr, so that stdout stays the command's own. Ends the process with one line when it fails. */
export function step(title, command, args, options = {}) {
  if (!options.quiet) process.stderr.write(`  ${title} …\n`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: options.quiet || !process.env.BAUTA_VERBOSE ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2],
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    ...options.spawn,
  });
  if (result.error || result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    process.stderr.write(`setup: ${title} failed${result.error ? ` (${result.error.code})` : ""}; the lines above say why.\n`);
    process.exit(1);
  }
  return result.stdout ?? "";
}

function has(command) {
  return !spawnSync(command, ["--version"], { stdio: "ignore" }).error;
}

/** Hash of all files below some places, so that a step runs again exactly when its inputs changed. */
function fingerprint(places) {
  const hash = createHash("sha256");
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (!["node_modules", "target", ".git"].includes(name) && !name.endsWith(".node")) visit(join(path, name));
    } else hash.update(path.slice(root.length)).update("\0").update(readFileSync(path));
  };
  for (const place of places) visit(join(root, place));
  return hash.digest("hex");
}

function once(name, places, product, action) {
  const mark = join(cache, name);
  const now = fingerprint(places);
  if (existsSync(product()) && existsSync(mark) && readFileSync(mark, "utf8") === now) return;
  action();
  mkdirSync(cache, { recursive: true });
  writeFileSync(mark, now);
}

export const bun = () => join(root, "node_modules", ".bin", "bun");

/** The python that has the tests' oracles, made once in a virtual environment. */
export function oracles() {
  const venv = join(cache, "python");
  const python = join(venv, "bin", "python");
  if (spawnSync(python, ["-c", "import stdnum, mt940"], { stdio: "ignore" }).status !== 0) {
    const install = `'${python}' -m pip install --quiet --disable-pip-version-check -r test/oracles/requirements.txt`;
    step("installing the tests' python packages", "sh", ["-c", `python3 -m venv '${venv}' && ${install}`]);
  }
  return python;
}

/** File name of the addon for this platform, as @napi-rs/cli writes it. */
export function addonPath() {
  const libc = process.platform !== "linux" ? "" : process.report?.getReport?.().header?.glibcVersionRuntime ? "-gnu" : "-musl";
  return join(root, "bindings", "engine", `bauta-engine.${process.platform}-${process.arch}${libc}.node`);
}

/** The same of the addon over librdkafka. */
export function kafkaAddonPath() {
  return join(root, "bindings", "kafka", basename(addonPath()).replace("engine", "kafka"));
}

/** Builds the addon over librdkafka, which only pipelines over topics need: with OpenSSL and librdkafka itself, from their sources. */
export function setupKafka() {
  once("kafka", ["bindings/kafka"], kafkaAddonPath, () =>
    step("building the Kafka client (some minutes the first time)", "npm", ["run", "--silent", "build:kafka"]),
  );
}

export function setup() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    process.stderr.write(`setup: Node ${process.versions.node} is too old; Bauta needs Node 20 or newer.\n`);
    process.exit(1);
  }
  const missing = ["npm", "cargo"].filter((command) => !has(command));
  if (missing.length > 0) {
    process.stderr.write(`setup: ${missing.join(" and ")} not found; install Node 20+ with npm, and Rust from rustup.\n`);
    process.exit(1);
  }
  once("npm", ["package-lock.json"], bun, () => {
    // Not `npm ci`: it demands that the lock file lists the packages of every platform, and a registry mirror may not have them all.
    // `install --no-save` takes the locked versions just the same, and writes nothing.
    step("installing npm packages", "npm", ["install", "--no-save", "--no-audit", "--no-fund"]);
    // npm may be set not to run install scripts; Bun's places its binary.
    if (spawnSync(bun(), ["--version"], { stdio: "ignore" }).status !== 0)
      step("placing Bun", process.execPath, ["node_modules/bun/install.js"]);
  });
  once(
    "native",
    ["Cargo.lock", "Cargo.toml", "core-rs", "bindings/engine", "schemas/kinds", "schemas/unicode", "schemas/proto"],
    addonPath,
    () => step("building the native engine (a minute or two the first time)", "npm", ["run", "--silent", "build:native"]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
