// TypeScript of schemas/proto/plan.proto, by the plug-in that buf.gen.yaml names. Rust generates its own when it is built.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesBelow, settle, textOf } from "./files.mjs";

const TARGET = "runtime/engines/generated";

export const planCode = {
  name: "plan",
  title: "plan protobuf to TypeScript",
  run(root, check) {
    // Generated beside and compared, so that a plug-in that fails half-way leaves the committed files alone.
    const fresh = mkdtempSync(join(tmpdir(), "bauta-generate-"));
    try {
      const buf = join(root, "node_modules/.bin/buf");
      const options = ["generate", "schemas/proto", "--template", "schemas/proto/buf.gen.yaml", "--output", fresh];
      const result = spawnSync(buf, options, { cwd: root, encoding: "utf8" });
      if (result.status !== 0) return { failed: [result.error?.message ?? `buf: exit ${result.status}\n${result.stdout}${result.stderr}`] };
      return compare(root, fresh, check);
    } finally {
      rmSync(fresh, { recursive: true });
    }
  },
};

function compare(root, fresh, check) {
  const made = filesBelow(join(fresh, TARGET));
  if (made.length === 0) return { failed: [`buf wrote nothing into ${TARGET}`] };
  const stale = made.filter((file) => !settle(join(root, TARGET, file), textOf(join(fresh, TARGET, file)), check));
  const left = filesBelow(join(root, TARGET)).filter((file) => !made.includes(file));
  return {
    stale: stale.map((file) => `${TARGET}/${file}`),
    failed: left.map((file) => `${TARGET}/${file} comes from no definition any more: remove it`),
  };
}
