/**
 * A registry on loopback for the packages of the addons, which no registry has before a release: npm asks it for each platform's package
 * and takes the one that fits the machine, as it will after one.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Offered {
  readonly manifest: { readonly name: string; readonly version: string };
  /** Path of its tarball; it need not exist for a platform that is not this one. */
  readonly tarball: string;
}

export interface LocalRegistry {
  readonly url: string;
  close(): void;
}

export async function localRegistry(packages: readonly Offered[]): Promise<LocalRegistry> {
  let url = "";
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1);
    const offered = packages.find(({ manifest }) => path === manifest.name || path === `${manifest.name}/tarball`);
    if (offered === undefined) return response.writeHead(404).end("{}");
    if (path.endsWith("/tarball")) return response.end(readFileSync(offered.tarball));
    const { manifest, tarball } = offered;
    const bytes = existsSync(tarball) ? readFileSync(tarball) : new Uint8Array(0);
    const dist = {
      tarball: `${url}/${manifest.name}/tarball`,
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    };
    const versions = { [manifest.version]: { ...manifest, dist } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name: manifest.name, "dist-tags": { latest: manifest.version }, versions }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close() };
}
