/** Ports of this machine for services of tests. */
import { createServer } from "node:net";

/** Ports that are free now, all held until all are known, so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resume, fail) => {
        server.once("error", fail);
        server.listen(0, "127.0.0.1", () => resume(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resume) => server.close(resume))));
  return ports;
}
