/** Ids of runs. */
import { randomBytes } from "node:crypto";

/** `20261128T190755Z-3f9a1c07`: when it began (UTC), and 32 random bits. Sorts by time; letters, digits and a dash. */
export function newTask(milliseconds: number, random: (bytes: number) => Uint8Array = randomBytes): string {
  const time = new Date(milliseconds)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
  return `${time}-${Buffer.from(random(4)).toString("hex")}`;
}
