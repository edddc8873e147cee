// Data that comes from outside, by the generators of schemas/. What each needs: schemas/README.md.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bun } from "../setup.mjs";

export const schemaData = [
  generator("iso20022", "generate.ts", "message catalogues from the XSDs in ../shared", { needsShared: true }),
  generator("kinds", "generate.py", "IBAN structures and examples"),
  generator("unicode", "generate.py", "Unicode tables"),
];

function generator(name, file, title, { needsShared = false } = {}) {
  const script = `schemas/${name}/${file}`;
  const runIt = file.endsWith(".py") ? python : typescript;
  return {
    name,
    title,
    run(root, check) {
      if (needsShared && !existsSync(join(root, "../shared"))) return { skipped: "../shared is not here" };
      const compared = runIt(root, script, "--check");
      if (compared.status === 0) return {};
      // A generator that cannot run at all says the same thing twice; once is enough.
      const written = check ? compared : runIt(root, script);
      if (written.status !== 0) return { failed: [`${script}: ${lastLines(written)}`] };
      return { stale: [`schemas/${name}`] };
    },
  };
}

/** The interpreter that `npm test` has set up, if it has; it knows the packages of schemas/requirements.txt. */
function python(root, script, ...options) {
  const prepared = join(root, ".cache/python/bin/python");
  const interpreter = process.env.BAUTA_PYTHON ?? (existsSync(prepared) ? prepared : "python3");
  return spawnSync(interpreter, [script, ...options], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
}

function typescript(root, script, ...options) {
  return spawnSync(bun(), [script, ...options], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
}

function lastLines({ error, stdout, stderr }) {
  return error?.message ?? `${stdout}${stderr}`.trim().split("\n").slice(-5).join("\n    ");
}
