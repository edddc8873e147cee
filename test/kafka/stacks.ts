/** What a process that does not do what it is to do is doing: for the message of a test that fails. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Stacks of all threads where there is gdb, else what each of them waits for in the kernel. */
export function stacksOf(pid: number | undefined): string {
  if (pid === undefined) return "it was not started";
  const words = ["-p", String(pid), "-batch", "-nx", "-ex", "thread apply all bt 12"];
  const { status, stdout } = spawnSync("gdb", words, { encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 26 });
  if (status === 0) return stdout.slice(-20_000);
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map(
        (task) =>
          `${readFileSync(`/proc/${pid}/task/${task}/comm`, "utf8").trim()}: ${readFileSync(`/proc/${pid}/task/${task}/wchan`, "utf8")}`,
      )
      .join("\n");
  } catch {
    return "it is gone";
  }
}
