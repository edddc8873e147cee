/** Masks every file of a folder on both engines and prints a digest of each output with its refusals, as one line of JSON. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { openMasker } from "bauta";

const [folder = "", key = ""] = process.argv.slice(2);
const names = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const digests: Record<string, string> = {};
for (const engine of ["native", "portable"] as const) {
  const masker = await openMasker({ model: "test-data", keys: { file: key }, engine, input: "lenient" });
  for (const path of names) {
    const { output, refusals, unreadFrom } = masker.mask(new Uint8Array(readFileSync(path)));
    const told = refusals.map(({ code, path: field, offset, length, faultOffset, hash }) => [
      code,
      field,
      offset,
      length,
      faultOffset,
      hash,
    ]);
    const digest = createHash("sha256")
      .update(output)
      .update(JSON.stringify([told, unreadFrom]));
    digests[`${engine} ${relative(folder, path)}`] = digest.digest("hex");
  }
  masker.close();
}
console.log(JSON.stringify(digests));
