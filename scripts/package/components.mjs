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

/** Crates that are linked into the addon: what the build itself uses (macros, code generators) is not. */
export function cargoComponents() {
  const platform = "x86_64-unknown-linux-gnu";
  const options = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", platform];
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
      .map(({ pkg }) => pkg);
  const reached = new Set();
  const queue = metadata.packages.filter(({ name, source }) => name === "bauta-engine" && source === null).map(({ id }) => id);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    queue.push(...linked(id));
  }
  const checksums = new Map(
    [...readFileSync(join(root, "Cargo.lock"), "utf8").matchAll(/name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/g)].map(
      ([, name, version, checksum]) => [`${name} ${version}`, checksum],
    ),
  );
  const purlOf = ({ name, version }) => `pkg:cargo/${name}@${version}`;
  const foreign = [...reached].map((id) => packages.get(id)).filter(({ source }) => source !== null);
  return foreign
    .sort((a, b) => byName([a.name], [b.name]))
    .map((entry) => ({
      ecosystem: "cargo",
      name: entry.name,
      version: entry.version,
      licence: entry.license,
      purl: purlOf(entry),
      hash: { alg: "SHA-256", content: checksums.get(`${entry.name} ${entry.version}`) },
      dependsOn: linked(entry.id)
        .map((id) => packages.get(id))
        .filter(({ source }) => source !== null)
        .map(purlOf)
        .sort(),
      text: licenceText(dirname(entry.manifest_path), entry.license, entry.authors),
    }));
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
