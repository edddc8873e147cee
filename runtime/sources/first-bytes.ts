/** A source that ends before its end. */
import type { Source } from "./api.ts";

/** The first `size` bytes of a source, or all if it has fewer. */
export const firstBytes = (source: Source, size: number): Source => ({
  name: source.name,
  size,
  async *chunks(from = 0) {
    let at = from;
    if (at >= size) return;
    for await (const chunk of source.chunks(from)) {
      const end = at + chunk.length;
      yield end <= size ? chunk : chunk.subarray(0, size - at);
      if (end >= size) return;
      at = end;
    }
  },
});
