/** A wire between clients and a port of this machine, which can be cut and mended. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Wire {
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  #isCut = false;

  /** @param to port, once it is known */
  private constructor(to: () => number) {
    this.#server = createServer((near) => {
      if (this.#isCut) return void near.destroy();
      const far = connect({ host: "127.0.0.1", port: to() });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(one);
        one.pipe(other);
        one.once("close", () => {
          this.#ends.delete(one);
          other.destroy();
        });
        one.on("error", () => one.destroy());
      }
    });
  }

  static async to(port: () => number): Promise<Wire> {
    const wire = new Wire(port);
    await new Promise<void>((resume) => wire.#server.listen(0, "127.0.0.1", resume));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections, and takes no others. */
  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
