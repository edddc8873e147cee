// `npm run build:package`: the npm package and one package for each addon that is there, as folders and as tarballs, in dist/.
//
//   dist/package                 bauta: dist/ (bundled ESM in chunks, types as files), assets, README, LICENSE, NOTICES
//   dist/addons/ADDON-PLATFORM   @bauta/engine-PLATFORM and @bauta/kafka-PLATFORM: one addon each
//   dist/tarballs/*.tgz          what `npm publish` takes
//   dist/sbom/*.cdx.json         what is in each of them, as CycloneDX
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bun, setup, setupKafka, step } from "../setup.mjs";
import { ADDONS, addonBuilt, addonFile, addonPackage, assetFiles, dist, madeAssets, PLATFORMS, root } from "./facts.mjs";
import { writeSboms } from "./sbom.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const built = join(dist, "package");

/** Source files that the package can be entered by: what `exports` names in a checkout, the module of worker threads, and the command. */
const exported = Object.values(manifest.exports).filter((path) => path.endsWith(".ts"));
const entries = [...exported, "./runtime/worker.ts", "./runtime/cli/main.ts"];
const builtName = (path, ending) => path.replace("./runtime/", "./dist/").replace(/\.ts$/, ending);

setup();
setupKafka();
rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
step("types", "node_modules/.bin/tsc", ["-p", "tsconfig.build.json"]);
nameDeclarations(join(built, "dist"));
keepReachable(join(built, "dist"));
bundle();
const dependencies = importedPackages(join(built, "dist"));
for (const path of assetFiles()) copy(path);
for (const [path, text] of madeAssets()) writeFileSync(join(built, path), text);
for (const path of ["README.md", "LICENSE", "CHANGELOG.md", "THIRD-PARTY-NOTICES.md", "bindings/engine/index.d.ts"]) copy(path);
writeJson(join(built, "package.json"), packageManifest());
rmSync(join(dist, "addons"), { recursive: true, force: true });
const addons = PLATFORMS.flatMap((platform) => ADDONS.map((kind) => ({ platform, ...kind }))).filter(({ platform, addon }) =>
  existsSync(addonBuilt(platform, addon)),
);
const staged = addons.map(stageAddon);
for (const file of writeSboms()) process.stdout.write(`${file}\n`);
pack([built, ...staged]);

/** Chunks, not one file for each source: a process starts in about half the time. Packages stay packages. */
function bundle() {
  step("code", bun(), [
    "build",
    ...entries,
    ...["--root", "runtime", "--outdir", join(built, "dist"), "--target", "node", "--format", "esm", "--splitting"],
    ...["--packages", "external", "--entry-naming", "[dir]/[name].js", "--chunk-naming", "chunks/[hash].js"],
  ]);
}

/** Declarations name each other by what exists beside them: `.js`, not `.ts`. */
function nameDeclarations(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    const named = text.replace(/((?:from|import)\s*\(?\s*")(\.{1,2}\/[^"]+?)(?<!\.d)\.ts"/g, '$1$2.js"');
    if (named !== text) writeFileSync(path, named);
  }
}

/** Removes the declarations that no entry leads to: types of the command line and of what nothing exports. */
function keepReachable(folder) {
  const reached = new Set();
  const queue = exported.map((path) => join(built, builtName(path, ".d.ts")));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const text = readFileSync(path, "utf8");
    for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)\.js"/g))
      queue.push(`${join(dirname(path), name)}.d.ts`);
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (name.endsWith(".d.ts") && !reached.has(path)) rmSync(path);
  }
  const emptied = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of emptied)
    if (readdirSync(join(folder, name), { recursive: true }).every((inner) => !String(inner).endsWith(".ts")))
      rmSync(join(folder, name), { recursive: true });
}

/** Names of the packages that the built code imports, sorted: no other is a dependency of it. */
function importedPackages(folder) {
  const names = new Set();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.(?:js|d\.ts)$/.test(name)) continue;
    const text = readFileSync(join(folder, name), "utf8");
    for (const [, found] of text.matchAll(/(?:from|import)\s*\(?\s*"((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[\w./-]+)?"/g)) names.add(found);
  }
  return [...names].filter((name) => manifest.dependencies[name] !== undefined).sort();
}

function packageManifest() {
  const { name, version, description, license, type, engines } = manifest;
  const exports = Object.entries(manifest.exports).map(([key, path]) => [
    key,
    path.endsWith(".ts") ? { types: builtName(path, ".d.ts"), default: builtName(path, ".js") } : path,
  ]);
  return {
    name,
    version,
    description,
    keywords: ["iso20022", "swift", "payments", "masking", "pseudonymisation", "privacy", "ff1"],
    license,
    type,
    engines,
    sideEffects: ["./dist/cli/main.js"],
    bin: { bauta: "./dist/cli/main.js" },
    exports: Object.fromEntries(exports),
    files: ["dist", "schemas", "examples", "docs", "bindings/engine/index.d.ts", "CHANGELOG.md", "THIRD-PARTY-NOTICES.md"],
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, manifest.dependencies[dependency]])),
    optionalDependencies: Object.fromEntries(
      PLATFORMS.flatMap((platform) => ADDONS.map(({ addon }) => [addonPackage(platform, addon), version])),
    ),
    publishConfig: { access: "public", provenance: true },
  };
}

/** Writes the folder of one addon's package, and returns its path. */
function stageAddon({ platform, addon, title }) {
  const folder = join(dist, "addons", `${addon}-${platform.name}`);
  const file = addonFile(platform, addon);
  const name = addonPackage(platform, addon);
  mkdirSync(folder, { recursive: true });
  copyFileSync(addonBuilt(platform, addon), join(folder, file));
  for (const text of ["LICENSE", "THIRD-PARTY-NOTICES.md"]) copyFileSync(join(root, text), join(folder, text));
  writeFileSync(
    join(folder, "README.md"),
    `# ${name}\n\nThe ${title} of [bauta](https://www.npmjs.com/package/bauta) for ${platform.rust}.\n`,
  );
  writeJson(join(folder, "package.json"), {
    name,
    version: manifest.version,
    description: `The ${title} of bauta for ${platform.rust}`,
    license: manifest.license,
    type: "commonjs",
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc === undefined ? {} : { libc: [platform.libc] }),
    engines: manifest.engines,
    main: file,
    files: [file, "THIRD-PARTY-NOTICES.md"],
    publishConfig: { access: "public", provenance: true },
  });
  return folder;
}

function pack(folders) {
  const tarballs = join(dist, "tarballs");
  rmSync(tarballs, { recursive: true, force: true });
  mkdirSync(tarballs, { recursive: true });
  for (const folder of folders) {
    const result = spawnSync("npm", ["pack", "--json", "--pack-destination", tarballs], { cwd: folder, encoding: "utf8" });
    if (result.status !== 0) throw new Error(`npm pack: ${result.stderr}`);
    const [{ filename, size, unpackedSize, entryCount }] = [JSON.parse(result.stdout)].flatMap((report) =>
      Array.isArray(report) ? report : Object.values(report),
    );
    process.stdout.write(`dist/tarballs/${filename}: ${size} bytes, unpacked ${unpackedSize} in ${entryCount} files\n`);
  }
}

function copy(path) {
  if (!existsSync(join(root, path))) throw new Error(`${path} is not there`);
  mkdirSync(dirname(join(built, path)), { recursive: true });
  cpSync(join(root, path), join(built, path), { recursive: true });
}

function writeJson(path, content) {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
}
