// What of other people's is in what we ship: npm packages at run time, crates in the addon, data, and what the executable stands on.
// Facts come from package-lock.json, Cargo.lock and the packages' own manifests, as they are installed here; no network.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./facts.mjs";

/**
 * A component: `ecosystem` npm, cargo or generic, its name, version, licence (SPDX), package URL, hash (`{alg, content}` in CycloneDX's
 * words), purls that it depends on, and the licence's text where we have to pass it on.
 */

/** Texts that apply to many components stand once. */
const APACHE = "Apache-2.0";

export function npmComponents() {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const unused = new Set(["hono", "ts-pattern"].filter((name) => !isImported(name)));
  const reached = new Map();
  const queue = Object.keys(lock.packages[""].dependencies).filter((name) => !unused.has(name));
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (reached.has(name)) continue;
    const entry = lock.packages[`node_modules/${name}`];
    const dependencies = Object.keys(entry.dependencies ?? {});
    queue.push(...dependencies);
    reached.set(name, { entry, dependencies });
  }
  const purlOf = (name) => `pkg:npm/${name.replace("@", "%40")}@${reached.get(name).entry.version}`;
  return [...reached].sort(byName).map(([name, { entry, dependencies }]) => ({
    ecosystem: "npm",
    name,
    version: entry.version,
    licence: entry.license,
    purl: purlOf(name),
    hash: { alg: "SHA-512", content: Buffer.from(entry.integrity.replace("sha512-", ""), "base64").toString("hex") },
    dependsOn: dependencies.map(purlOf).sort(),
    text: licenceText(join(root, "node_modules", name), entry.license),
  }));
}

/**
 * Crates that are linked into an addon: what the build itself uses (macros, code generators) is not.
 * @param name of the addon's own crate
 * @param folder of the workspace that it is in
 */
export function cargoComponents(name = "bauta-engine", folder = ".") {
  const { linked, foreign } = linkedCrates(name, folder);
  const checksums = new Map(
    [
      ...readFileSync(join(root, folder, "Cargo.lock"), "utf8").matchAll(
        /name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/g,
      ),
    ].map(([, crate, version, checksum]) => [`${crate} ${version}`, checksum]),
  );
  const purlOf = (crate) => `pkg:cargo/${crate.name}@${crate.version}`;
  return foreign.map((crate) => ({
    ecosystem: "cargo",
    name: crate.name,
    version: crate.version,
    licence: crate.license,
    purl: purlOf(crate),
    hash: { alg: "SHA-256", content: checksums.get(`${crate.name} ${crate.version}`) },
    dependsOn: linked(crate.id)
      .filter(({ source }) => source !== null)
      .map(purlOf)
      .sort(),
    text: licenceText(dirname(crate.manifest_path), crate.license, crate.authors),
  }));
}

/** What a crate is linked with, itself left out: `foreign` is sorted by name, `linked` names what one of them needs. */
function linkedCrates(name, folder) {
  const platform = "x86_64-unknown-linux-gnu";
  const manifest = join(folder, "Cargo.toml");
  const options = [
    "metadata",
    "--format-version",
    "1",
    "--locked",
    "--offline",
    "--filter-platform",
    platform,
    "--manifest-path",
    manifest,
  ];
  const result = spawnSync("cargo", options, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`cargo metadata: ${result.stderr.trim()}`);
  const metadata = JSON.parse(result.stdout);
  const packages = new Map(metadata.packages.map((entry) => [entry.id, entry]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => packages.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const linked = (id) =>
    nodes
      .get(id)
      .deps.filter(({ pkg, dep_kinds }) => dep_kinds.some(({ kind }) => kind === null) && !isMacro(pkg))
      .map(({ pkg }) => packages.get(pkg));
  const reached = new Set();
  const queue = metadata.packages.filter((crate) => crate.name === name && crate.source === null).map(({ id }) => id);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    queue.push(...linked(id).map((crate) => crate.id));
  }
  const foreign = [...reached].map((id) => packages.get(id)).filter(({ source }) => source !== null);
  return { packages, linked, foreign: foreign.sort((one, other) => byName([one.name], [other.name])) };
}

/** Crates of the Kafka client. */
export const kafkaCrates = () => cargoComponents("bauta-kafka", "bindings/kafka");

/** Libraries in C that crates of the Kafka client bring as sources, and where those have their licence. */
const C_LIBRARIES = [
  { name: "librdkafka", crate: "rdkafka-sys", licence: "BSD-2-Clause", file: "librdkafka/LICENSES.txt" },
  { name: "openssl", crate: "openssl-src", licence: "Apache-2.0" },
  { name: "zlib", crate: "libz-sys", licence: "Zlib", file: "src/zlib/LICENSE", version: ["src/zlib/zlib.h", /ZLIB_VERSION "([\d.]+)"/] },
  { name: "zstd", crate: "zstd-sys", licence: "BSD-3-Clause", file: "zstd/LICENSE" },
];

/** Libraries in C that are linked into the Kafka client; their versions are those that the crates name behind a `+`. */
export function cComponents() {
  const { packages } = linkedCrates("bauta-kafka", "bindings/kafka");
  return C_LIBRARIES.map(({ name, crate, licence, file, version: [header, form] = [] }) => {
    const { version: crateVersion, manifest_path } = [...packages.values()].find((entry) => entry.name === crate);
    const folder = dirname(manifest_path);
    const version =
      header === undefined ? crateVersion.replace(/^.*\+(?:zstd\.)?/, "") : readFileSync(join(folder, header), "utf8").match(form)[1];
    return {
      ecosystem: "generic",
      name,
      version,
      licence,
      purl: `pkg:generic/${name}@${version}`,
      dependsOn: [],
      text: file === undefined ? undefined : readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim(),
    };
  });
}

/** Data that was written from other people's, and is in the package. */
export function dataComponents() {
  const manifest = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages["node_modules/@faker-js/faker"];
  return [
    {
      ecosystem: "npm",
      name: "@faker-js/faker (lists of names and places only)",
      version: manifest.version,
      licence: "MIT",
      purl: `pkg:npm/%40faker-js/faker@${manifest.version}`,
      dependsOn: [],
      text: readFileSync(join(root, "schemas/people/LICENSE.faker"), "utf8").trim(),
    },
  ];
}

/** The runtime that the executable contains. */
export function runtimeComponents() {
  const { version } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages["node_modules/bun"];
  return [
    {
      ecosystem: "npm",
      name: "bun",
      version,
      licence: "MIT AND LGPL-2.1-only",
      purl: `pkg:npm/bun@${version}`,
      dependsOn: [],
      text: undefined,
    },
  ];
}

/**
 * What has to be passed on of a licence: nothing where Apache-2.0 may be chosen, whose text is in LICENSE; else the text that comes with
 * the package, or, where none does, its name and authors.
 */
function licenceText(folder, licence, authors = []) {
  if (choosesApache(licence)) return undefined;
  // A package that is missing would be told as one without a text.
  if (!existsSync(folder)) throw new Error(`${folder} is not installed; npm run setup`);
  const names = readdirSync(folder);
  const head = join(folder, "dist/esm/wire/varint.js");
  if (licence.includes("BSD-3-Clause") && existsSync(head)) return headOf(head);
  const wanted = ["LICENSE-MIT", "LICENSE", "LICENSE.md", "LICENSE.txt"].find((name) => names.includes(name));
  if (wanted !== undefined) return readFileSync(join(folder, wanted), "utf8").replaceAll("\r\n", "\n").trim();
  return `${licence}; no text comes with it. Authors: ${authors.join(", ") || "see its repository"}.`;
}

export const choosesApache = (licence) => licence.split(/ OR |\//).some((choice) => choice.trim() === APACHE);

/** The comment that a source file begins with: @bufbuild/protobuf has its BSD licence there and nowhere else. */
function headOf(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n")
    .trim();
}

function isImported(name) {
  const form = new RegExp(`from "${name}(/[^"]*)?"`);
  return readdirSync(join(root, "runtime"), { recursive: true, encoding: "utf8" }).some(
    (file) => file.endsWith(".ts") && form.test(readFileSync(join(root, "runtime", file), "utf8")),
  );
}

const byName = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);
