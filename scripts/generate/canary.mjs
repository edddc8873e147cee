// runtime/engines/canary-answer.ts: what the portable engine makes of the canary (runtime/engines/canary.ts).
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bun } from "../setup.mjs";
import { settle } from "./files.mjs";

const FILE = "runtime/engines/canary-answer.ts";

export const canary = {
  name: "canary",
  title: "the portable engine's answer to the canary",
  run(root, check) {
    const { status, stdout, stderr } = spawnSync(bun(), ["--no-install", join(root, "scripts/generate/canary-answer.ts")], {
      encoding: "utf8",
    });
    if (status !== 0) return { failed: [`scripts/generate/canary-answer.ts: ${stderr.trim().split("\n").slice(-5).join("\n    ")}`] };
    const text = `// Written by scripts/generate/canary.mjs.

/** SHA-256 of what the portable engine makes of the canary. */
export const CANARY_ANSWER = "${stdout.trim()}";
`;
    return settle(join(root, FILE), text, check) ? {} : { stale: [FILE] };
  },
};
