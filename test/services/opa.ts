/** An OPA server on loopback, which can be frozen, killed and started again on its port; and a proxy before it that answers as it likes. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, request, type Server, type ServerResponse } from "node:http";
import { opaPath } from "../../scripts/opa.mjs";
import { freePorts } from "./ports.ts";

const READY_MS = 20_000;

export class OpaServer {
  readonly url: string;
  readonly #port: number;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  /** All that it ever printed: its decision log, if it was asked for one. */
  printed = "";

  private constructor(port: number, args: readonly string[]) {
    this.#port = port;
    this.#args = args;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @param args files and folders, and options as `opa run --server` has them */
  static async start(args: readonly string[]): Promise<OpaServer> {
    const [port] = (await freePorts(1)) as [number];
    const server = new OpaServer(port, args);
    await server.up();
    return server;
  }

  /** Of its process, while it runs. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it, on the same port as before. */
  async up(): Promise<void> {
    const args = ["run", "--server", "--skip-version-check", "--addr", `127.0.0.1:${this.#port}`, ...this.#args];
    const child = spawn(opaPath(), args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        this.printed += String(data);
      });
    this.#child = child;
    const until = performance.now() + READY_MS;
    for (;;) {
      try {
        if ((await fetch(`${this.url}/health`)).ok) return;
      } catch (error) {
        if (performance.now() > until || child.exitCode !== null) throw new Error(`OPA does not start: ${error} ${this.printed}`);
      }
      await new Promise((resume) => setTimeout(resume, 30));
    }
  }

  async put(path: string, body: string, type = "application/json"): Promise<void> {
    const answer = await fetch(`${this.url}/v1/${path}`, { method: "PUT", body, headers: { "content-type": type } });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  }

  /** A module by its name. */
  rules(text: string, name = "masking.rego"): Promise<void> {
    return this.put(`policies/${name}`, text, "text/plain");
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resume) => child.once("exit", resume));
    child.kill("SIGKILL");
    await gone;
  }
}

export type Behaviour = "pass" | "empty" | "garbage" | "cut" | "slow" | "fails" | "hides policies";

/** What stands between Bauta and an OPA server. */
export class OpaProxy {
  behaviour: Behaviour = "pass";
  readonly #server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** @param slowMs what "slow" waits before it passes a question on */
  static async start(upstream: string, slowMs: number): Promise<OpaProxy> {
    const [port] = (await freePorts(1)) as [number];
    const server = createServer((incoming, answer) => {
      const { behaviour } = proxy;
      const hidden = behaviour === "hides policies" && incoming.url?.startsWith("/v1/policies");
      if (hidden === true) return say(answer, 403, '{"code":"unauthorized"}');
      if (behaviour === "empty") return say(answer, 200, "{}");
      if (behaviour === "garbage") return say(answer, 200, "<html>log in</html>");
      if (behaviour === "fails") return say(answer, 500, '{"code":"internal_error"}');
      if (behaviour === "cut") {
        answer.writeHead(200, { "content-length": "1000" });
        answer.write('{"result":');
        setTimeout(() => answer.destroy(), 10);
        return;
      }
      const pass = (): void => {
        const onward = request(upstream + incoming.url, { method: incoming.method, headers: incoming.headers }, (from) => {
          answer.writeHead(from.statusCode ?? 502, from.headers);
          from.pipe(answer);
        });
        onward.on("error", () => answer.destroy());
        incoming.pipe(onward);
      };
      setTimeout(pass, behaviour === "slow" ? slowMs : 0);
    });
    const proxy = new OpaProxy(server, port);
    await new Promise<void>((resume) => server.listen(port, "127.0.0.1", resume));
    return proxy;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resume) => this.#server.close(resume));
  }
}

function say(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(text);
}
