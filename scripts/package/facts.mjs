// What the package and the executable are made of, in one place.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { bun, root } from "../setup.mjs";

export { root };
/** Where everything is built; nothing of it is committed. */
export const dist = join(root, "dist");

/** Files and folders that the code reads at run time (runtime/kit/assets.ts), and the licences of data among them. */
const ASSETS = [
  "package.json",
  "schemas/issues.json",
  "schemas/sensitive-authentication.json",
  "schemas/model.schema.json",
  "schemas/pipeline.schema.json",
  "schemas/routing.json",
  "schemas/currencies.json",
  "schemas/catalogues/iso20022",
  "schemas/iso20022/classes.json",
  "schemas/iso20022/kept.json",
  "schemas/catalogues/swift-mt",
  "schemas/detect",
  "schemas/kinds/iban.json",
  "schemas/kinds/calling-codes.json",
  "schemas/people/forms.txt",
  "schemas/people/lists.txt",
  "schemas/people/LICENSE.faker",
  "schemas/presets",
  "schemas/unicode/tables.bin",
  "docs/issues",
  "examples/messages",
  "examples/models/demo.yaml",
  "docs/issues",
];

/** Paths of all assets below the root, sorted. */
export function assetFiles() {
  const visit = (path) =>
    statSync(join(root, path)).isDirectory() ? readdirSync(join(root, path)).flatMap((name) => visit(`${path}/${name}`)) : [path];
  return ASSETS.flatMap(visit).sort();
}

/** Assets that a build makes: their paths below the package's root, and their texts. */
export function madeAssets() {
  const { status, stdout, stderr } = spawnSync(bun(), [join(root, "scripts/package/preset-trees.ts")], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Object.entries(JSON.parse(stdout)).map(([name, tree]) => [`schemas/presets/${name}.json`, JSON.stringify(tree)]);
}

/**
 * Platforms that the addon and the executable are built for: Node's names, Rust's target, Bun's target, and what the release needs to
 * build the addon. `libc` is npm's.
 */
export const PLATFORMS = [
  { name: "linux-x64-gnu", os: "linux", cpu: "x64", libc: "glibc", rust: "x86_64-unknown-linux-gnu", bun: "bun-linux-x64-baseline" },
  { name: "linux-x64-musl", os: "linux", cpu: "x64", libc: "musl", rust: "x86_64-unknown-linux-musl", bun: "bun-linux-x64-musl-baseline" },
  { name: "linux-arm64-gnu", os: "linux", cpu: "arm64", libc: "glibc", rust: "aarch64-unknown-linux-gnu", bun: "bun-linux-arm64" },
  { name: "linux-arm64-musl", os: "linux", cpu: "arm64", libc: "musl", rust: "aarch64-unknown-linux-musl", bun: "bun-linux-arm64-musl" },
  { name: "darwin-x64", os: "darwin", cpu: "x64", rust: "x86_64-apple-darwin", bun: "bun-darwin-x64" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64", rust: "aarch64-apple-darwin", bun: "bun-darwin-arm64" },
  { name: "win32-x64-msvc", os: "win32", cpu: "x64", rust: "x86_64-pc-windows-msvc", bun: "bun-windows-x64-baseline" },
  { name: "win32-arm64-msvc", os: "win32", cpu: "arm64", rust: "aarch64-pc-windows-msvc", bun: "bun-windows-arm64" },
];

/** What is native, each in a folder of `bindings`, and what its package on npm is called in words. */
export const ADDONS = [
  { addon: "engine", title: "native engine" },
  { addon: "kafka", title: "Kafka client" },
];

export const addonFile = ({ name }, addon) => `bauta-${addon}.${name}.node`;
export const addonPackage = ({ name }, addon) => `@bauta/${addon}-${name}`;
/** Where it lies when it is built. */
export const addonBuilt = (platform, addon) => join(root, "bindings", addon, addonFile(platform, addon));
