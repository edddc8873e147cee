/** A sink that cannot take back: what is written was seen. */
import type { Segment, Sink } from "./api.ts";

/** @param close called once, when nothing more will be written */
export function writtenThrough(name: string, write: (bytes: Uint8Array) => void, close: () => void): Sink {
  let firstRecord = 0;
  let records = 0;
  let size = 0;
  return {
    name,
    resume: "none",
    whole: false,
    write(bytes, count) {
      write(bytes);
      records += count;
      size += bytes.length;
    },
    prepare() {
      const segment: Segment = { sink: name, name, privateName: "", firstRecord, records, bytes: size };
      firstRecord += records;
      records = 0;
      size = 0;
      return segment;
    },
    publish: () => undefined,
    close,
  };
}
