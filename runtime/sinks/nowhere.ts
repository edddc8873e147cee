/** A sink that counts and keeps nothing, for runs that only try. */
import type { Sink } from "./api.ts";
import { writtenThrough } from "./through.ts";

export const nowhere = (name: string): Sink =>
  writtenThrough(
    name,
    () => undefined,
    () => undefined,
  );
