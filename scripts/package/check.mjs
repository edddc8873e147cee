// Checks what was packed (dist/): publint over the package, Are The Types Wrong over the tarball. Fails on any finding, warnings too.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { dist } from "./facts.mjs";

const findings = [];

for (const folder of [join(dist, "package"), ...readdirSync(join(dist, "addons")).map((name) => join(dist, "addons", name))]) {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true, level: "suggestion" });
  findings.push(...messages.map((message) => `publint ${pkg.name}: ${formatMessage(message, pkg)}`));
}

const [tarball = ""] = readdirSync(join(dist, "tarballs")).filter((name) => /^bauta-\d/.test(name));
const analysis = await checkPackage(createPackageFromTarballData(readFileSync(join(dist, "tarballs", tarball))));
if (analysis.types === false) findings.push("attw: the package has no types");
// The package is ESM only, and its Node is 20 or newer: what require and the resolution of TypeScript before 4.7 would make of it is no concern.
const modern = (problem) => !["node10", "node16-cjs"].includes(problem.resolutionKind ?? problem.resolutionOption);
for (const problem of (analysis.problems ?? []).filter(modern)) findings.push(`attw: ${JSON.stringify(problem)}`);

for (const finding of findings) process.stdout.write(`${finding}\n`);
process.stdout.write(`package: ${findings.length === 0 ? "publint and attw found nothing" : `${findings.length} findings`}\n`);
process.exit(findings.length === 0 ? 0 : 1);
