/** Standard input, of any length. */
import { BautaError } from "../kit/errors.ts";
import type { Source } from "./api.ts";

export const stdin = (): Source => ({
  name: "stdin",
  size: undefined,
  cancel: () => void process.stdin.destroy(),
  async *chunks() {
    try {
      for await (const chunk of process.stdin) yield chunk as Uint8Array;
    } catch {
      throw new BautaError(7004, { path: "stdin" });
    }
  },
});
