// `npm run build:binary [-- --platform NAME]`: one executable with everything inside, dist/bin/bauta-PLATFORM (and `bauta`, for this one).
//
// Assets and addons are embedded as plain files: Bun would extract an embedded addon itself, to a guessable name that it reuses and does
// not check. Here the program unpacks it (runtime/platform/unpack.ts) after comparing it with the SHA-256 that is compiled in.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { addonPath, bun, setup, setupKafka, step } from "../setup.mjs";
import { ADDONS, addonBuilt, addonFile, assetFiles, dist, madeAssets, PLATFORMS, root } from "./facts.mjs";
import { writeSboms } from "./sbom.mjs";

const option = (name) => process.argv[process.argv.indexOf(name) + 1] ?? "";
const has = (name) => process.argv.includes(name);
// For the tests: another program than the command line, by the same recipe.
const program = has("--program") ? option("--program") : join(root, "runtime/cli/main.ts");
setup();
const own = PLATFORMS.find((platform) => addonPath().endsWith(addonFile(platform, "engine")));
const platform = has("--platform") ? PLATFORMS.find(({ name }) => name === option("--platform")) : own;
if (platform === undefined) throw new Error(`no such platform; there are ${PLATFORMS.map(({ name }) => name).join(", ")}`);
// The test's program needs no topics.
if (platform === own && !has("--program")) setupKafka();
const engine = addonBuilt(platform, "engine");
if (!existsSync(engine)) throw new Error(`${relative(root, engine)} is not there: build or fetch it first`);
const addons = ADDONS.map(({ addon }) => ({ addon, path: addonBuilt(platform, addon) })).filter(({ path }) => existsSync(path));
for (const { addon, title } of ADDONS)
  if (!addons.some((built) => built.addon === addon))
    process.stderr.write(`  without the ${title}: ${relative(root, addonBuilt(platform, addon))} is not there\n`);

const extension = platform.os === "win32" ? ".exe" : "";
const file = has("--out") ? option("--out") : join(dist, "bin", `bauta-${platform.name}${extension}`);

const work = join(dist, "binary", has("--program") ? "program" : platform.name);
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
writeFileSync(join(work, "inside.ts"), insideModule());
writeFileSync(join(work, "main.ts"), `import "./inside.ts";\nimport ${JSON.stringify(program)};\n`);
// A thread has modules of its own, and needs to know of the assets as well.
writeFileSync(join(work, "worker.ts"), `import "./inside.ts";\nimport ${JSON.stringify(from("runtime/worker.ts"))};\n`);

mkdirSync(join(dist, "bin"), { recursive: true });
step(`the executable for ${platform.name}`, bun(), [
  "build",
  join(work, "main.ts"),
  join(work, "worker.ts"),
  ...["--compile", "--outfile", file, "--format", "esm", "--minify-syntax", "--minify-whitespace", "--bytecode"],
  // Most runs are short or very long: compiling later costs the long ones nothing that can be measured, and saves the short ones a fifth.
  "--compile-jit-policy=8",
  // What lies in the folder it is started from must not decide what it does.
  ...[
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    "--no-compile-autoload-tsconfig",
    "--no-compile-autoload-package-json",
  ],
  // This machine's own Bun is inside, unless it is for another one: then Bun fetches the target's.
  ...(platform === own ? [] : ["--target", platform.bun]),
]);
if (has("--program")) process.exit(0);
if (platform === own) copyFileSync(file, join(dist, "bin", `bauta${extension}`));
const sha256 = sha256Of(file);
writeFileSync(`${file}.sha256`, `${sha256}  bauta-${platform.name}${extension}\n`);
writeSboms();
process.stdout.write(`${relative(root, file)}: ${statSync(file).size} bytes, sha256 ${sha256}\n`);

function sha256Of(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Path from the folder of the generated modules. */
function from(path) {
  return relative(work, join(root, path));
}

/** The module that runs first: it says where assets and addon are, before anything asks for one. */
function insideModule() {
  const made = madeAssets().map(([path, text]) => {
    const copy = join(work, path.replaceAll("/", "-"));
    writeFileSync(copy, text);
    return [path, relative(work, copy)];
  });
  const assets = [...assetFiles().map((path) => [path, from(path)]), ...made];
  return `// Written by scripts/package/binary.mjs.
import { readFileSync } from "node:fs";
import { useAssets } from ${JSON.stringify(from("runtime/kit/assets.ts"))};
import { useEmbeddedAddon } from ${JSON.stringify(from("runtime/platform/embedded-addon.ts"))};
import { useWorkerModule } from ${JSON.stringify(from("runtime/platform/worker-module.ts"))};
${addons.map(({ addon, path }) => `import ${addon} from ${JSON.stringify(relative(work, path))} with { type: "file" };`).join("\n")}
${assets.map(([, file], i) => `import asset${i} from ${JSON.stringify(`./${file}`)} with { type: "file" };`).join("\n")}

const assets: ReadonlyMap<string, string> = new Map([
${assets.map(([path], i) => `  [${JSON.stringify(path)}, asset${i}],`).join("\n")}
]);

useAssets({
  read(path) {
    const inside = assets.get(path);
    if (inside === undefined) throw new Error(\`the executable has no \${path} inside\`);
    return readFileSync(inside);
  },
  has: (path) => assets.has(path),
  list: (folder) => [...assets.keys()].filter((path) => path.startsWith(\`\${folder}/\`)).map((path) => path.slice(folder.length + 1)),
});
useWorkerModule(new URL("./worker.js", import.meta.url));
${addons.map(({ addon, path }) => `useEmbeddedAddon("${addon}", { bytes: () => readFileSync(${addon}), sha256: "${sha256Of(path)}" });`).join("\n")}
`;
}
