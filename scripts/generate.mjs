// `npm run generate`: writes every committed file that is derived from another one, so that `git diff --exit-code` afterwards
// proves them fresh. Each step is one command that works without a network; data that comes from outside (catalogues, IBAN
// registry, Unicode) has generators of its own under schemas/.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const STEPS = [
  {
    name: "plan protobuf to TypeScript",
    command: join(root, "node_modules/.bin/buf"),
    args: ["generate", "schemas/proto", "--template", "schemas/proto/buf.gen.yaml"],
  },
];

for (const step of STEPS) {
  process.stdout.write(`generate: ${step.name}\n`);
  const outcome = spawnSync(step.command, step.args, { cwd: root, stdio: "inherit" });
  if (outcome.status !== 0) {
    process.stderr.write(`generate: ${step.name} failed (${outcome.error?.message ?? `exit ${outcome.status}`})\n`);
    process.exit(1);
  }
}
