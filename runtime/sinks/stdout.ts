/** Standard output, written through: what was written cannot be taken back, so records reach it whole or not at all. */
import type { Sink } from "./api.ts";
import { writtenThrough } from "./through.ts";
import { writeAll } from "./write.ts";

export const stdout = (name = "stdout"): Sink =>
  writtenThrough(
    name,
    (bytes) => writeAll(1, bytes, "stdout"),
    () => undefined,
  );
