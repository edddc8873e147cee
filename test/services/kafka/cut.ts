/** A way to a broker that can be cut: connections end, and new ones are refused, while the broker itself goes on. */
import { connect, createServer, type Server, type Socket } from "node:net";

export class Cut {
  readonly port: number;
  readonly #target: () => string;
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #isCut = false;

  private constructor(server: Server, port: number, target: () => string) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on("connection", (socket) => this.#pass(socket));
  }

  /** @param target `host:port` of the broker, once it is known */
  static async open(target: () => string): Promise<Cut> {
    const server = createServer();
    await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume));
    return new Cut(server, (server.address() as { port: number }).port, target);
  }

  /** Ends all connections, and lets none through until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #pass(socket: Socket): void {
    if (this.#isCut) return void socket.destroy();
    const [host = "", port = ""] = this.#target().split(":");
    const broker = connect({ host, port: Number(port) });
    for (const one of [socket, broker]) {
      this.#sockets.add(one);
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#sockets.delete(one);
        socket.destroy();
        broker.destroy();
      });
    }
    socket.pipe(broker);
    broker.pipe(socket);
  }
}
