/**
 * A bundle of a server, as OPA asks for it: `If-None-Match` with the last ETag, and `Prefer: wait=N` where the server can wait for a
 * change.
 */
import { BautaError } from "../../kit/errors.ts";
import { type Answered, askServer, shownUrl } from "../http.ts";
import { type Bundle, readBundle } from "./bundle.ts";
import type { HttpSettings, Place } from "./source-kinds.ts";

/** What tells that a server waits when it is asked to (OPA's `isLongPollSupported`). */
const BUNDLES = "application/vnd.openpolicyagent.bundles";
/** What servers of files call such an archive. */
const ARCHIVES = [
  BUNDLES,
  "application/gzip",
  "application/x-gzip",
  "application/octet-stream",
  "application/x-tar",
  "binary/octet-stream",
];

export function openHttpSource(settings: HttpSettings): Place {
  const url = new URL(settings.url);
  const name = shownUrl(url);
  let etag: string | undefined;
  // Until a server has shown that it does, it is asked and seen.
  let waits = true;
  return {
    name,
    patienceMs: settings.everyMs,
    pauseMs: (random) => (settings.waitSeconds > 0 && waits ? 0 : settings.everyMs * (0.9 + random / 5)),
    forget() {
      etag = undefined;
      waits = true;
    },
    async next(signal) {
      const wait = waits ? settings.waitSeconds : 0;
      const headers: Record<string, string> = {
        accept: ARCHIVES.join(", "),
        // A delta bundle cannot be signed, so whole ones are asked for.
        prefer: `modes=snapshot${wait > 0 ? `;wait=${wait}` : ""}`,
        ...(etag === undefined ? {} : { "if-none-match": etag }),
      };
      const timeoutMs = settings.timeoutMs + wait * 1000;
      const answer = await askServer({ url, access: settings, headers, timeoutMs, signal, issue: 1638 });
      if (answer.status === 304 && etag !== undefined) return undefined;
      const bundle = bundleIn(answer, name);
      etag = answer.etag;
      waits = answer.type === BUNDLES;
      return bundle;
    },
  };
}

function bundleIn({ status, type, body }: Answered, name: string): Bundle {
  // A redirection could lead a token elsewhere.
  if (status >= 300 && status < 400)
    throw new BautaError(1638, { path: name, detail: `status ${status}: name the address that it leads to` });
  if (status !== 200) throw new BautaError(1638, { path: name, detail: `status ${status}` });
  if (type !== "" && !ARCHIVES.includes(type)) throw new BautaError(1638, { path: name, detail: "what it sends is called no archive" });
  if (body.length === 0) throw new BautaError(1638, { path: name, detail: "an empty answer" });
  return readBundle(body);
}
