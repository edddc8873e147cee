/** The OPA binary in tests: it builds, signs and verifies bundles, and answers what an embedded policy has to answer, too. */
import { spawnSync } from "node:child_process";
import { hasOpa, OPA_VERSION, opaPath } from "../../scripts/opa.mjs";

/** False where there is no Go to build it with: tests over it are skipped then. */
export const OPA_THERE: boolean = hasOpa();
if (!OPA_THERE) console.log(`skipped: no OPA ${OPA_VERSION}; node scripts/opa.mjs builds it`);
// What is under test looks for the binary there.
else process.env["BAUTA_OPA"] = opaPath();

export interface OpaRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it and gives what it said, whatever that was. */
export function tryOpa(args: readonly string[], folder: string): OpaRun {
  const { status, stdout, stderr } = spawnSync(opaPath(), [...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { HOME: folder, OPA_DISABLE_TELEMETRY: "true" },
  });
  return { status, stdout, stderr };
}

/** Runs it and gives its standard output; fails with what it said if it failed. */
export function opa(args: readonly string[], folder: string): string {
  const { status, stdout, stderr } = tryOpa(args, folder);
  if (status !== 0) throw new Error(`opa ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}
