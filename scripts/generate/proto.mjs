// TypeScript of schemas/proto/*.proto, by the plug-in that the templates beside them name. Rust generates its own when it is built.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesBelow, settle, textOf } from "./files.mjs";

export const planCode = protoCode("plan", "plan protobuf to TypeScript", "buf.gen.yaml", "runtime/engines/generated");
export const runCode = protoCode("run", "run record and manifest protobuf to TypeScript", "buf.run.gen.yaml", "runtime/audit/generated");

/** The step that generates schemas/proto/NAME.proto into a room's folder of generated code. */
function protoCode(name, title, template, target) {
  return {
    name,
    title,
    run(root, check) {
      // Generated beside and compared, so that a plug-in that fails half-way leaves the committed files alone.
      const fresh = mkdtempSync(join(tmpdir(), "bauta-generate-"));
      try {
        const buf = join(root, "node_modules/.bin/buf");
        const options = ["generate", "schemas/proto", "--template", `schemas/proto/${template}`, "--output", fresh];
        const only = ["--path", `schemas/proto/${name}.proto`];
        const result = spawnSync(buf, [...options, ...only], { cwd: root, encoding: "utf8" });
        if (result.status !== 0)
          return { failed: [result.error?.message ?? `buf: exit ${result.status}\n${result.stdout}${result.stderr}`] };
        return compare(root, fresh, target, check);
      } finally {
        rmSync(fresh, { recursive: true });
      }
    },
  };
}

function compare(root, fresh, target, check) {
  const made = filesBelow(join(fresh, target));
  if (made.length === 0) return { failed: [`buf wrote nothing into ${target}`] };
  const stale = made.filter((file) => !settle(join(root, target, file), textOf(join(fresh, target, file)), check));
  const left = filesBelow(join(root, target)).filter((file) => !made.includes(file));
  return {
    stale: stale.map((file) => `${target}/${file}`),
    failed: left.map((file) => `${target}/${file} comes from no definition any more: remove it`),
  };
}
