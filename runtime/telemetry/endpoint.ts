/** Where telemetry goes. Loaded with every command, unlike the packages that send it. */
import { BautaError } from "../kit/errors.ts";

/**
 * The OTLP endpoint that the operator names: `http://127.0.0.1:4318`; `/v1/logs` and `/v1/metrics` go behind it.
 * @throws BautaError 1001 when it is no address of that form
 */
export function telemetryEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new BautaError(1001, { detail: "the telemetry endpoint is not http://HOST:PORT or https://HOST:PORT" });
  return url.href.replace(/\/+$/, "");
}
