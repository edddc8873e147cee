/** The first line of every run: which engine, its version, and what it stands on. */
import type { Engine } from "../../engines/api.ts";
import type { EventOf } from "./table.ts";
import { writeEvent } from "./write.ts";

export function engineEvent({ name, version, facts }: Pick<Engine, "name" | "version" | "facts">): EventOf<"fastops"> {
  const { addon, runtime, crypto, unicode } = facts;
  const cpu = facts["cpu"]?.replaceAll(" ", ",");
  return {
    event: "fastops",
    rust: name === "native" ? "enabled" : "disabled",
    engine: name,
    version,
    addon,
    cpu,
    runtime,
    crypto,
    unicode,
  };
}

export const engineLine = (engine: Pick<Engine, "name" | "version" | "facts">): string => writeEvent(engineEvent(engine));
