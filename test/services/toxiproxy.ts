/** Toxiproxy on loopback: connections that are cut, reset, delayed or swallowed on their way. */
import { type ChildProcess, spawn } from "node:child_process";
import { hasToxiproxy, toxiproxyPath } from "../../scripts/toxiproxy.mjs";
import { freePorts } from "./ports.ts";

export { hasToxiproxy };

export interface Toxic {
  readonly type: "latency" | "reset_peer" | "timeout" | "bandwidth" | "slicer" | "limit_data";
  readonly stream: "upstream" | "downstream";
  readonly attributes: Readonly<Record<string, number>>;
}

const READY_MS = 10_000;

export class Toxiproxy {
  readonly #process: ChildProcess;
  readonly #address: string;

  private constructor(process: ChildProcess, address: string) {
    this.#process = process;
    this.#address = address;
  }

  static async start(): Promise<Toxiproxy> {
    const [port] = await freePorts(1);
    const child = spawn(toxiproxyPath(), ["-host", "127.0.0.1", "-port", String(port)], { stdio: "ignore" });
    const proxy = new Toxiproxy(child, `http://127.0.0.1:${port}`);
    const until = performance.now() + READY_MS;
    for (;;) {
      try {
        await proxy.#ask("GET", "/version");
        return proxy;
      } catch (error) {
        if (performance.now() > until || child.exitCode !== null) throw error;
        await new Promise((resume) => setTimeout(resume, 50));
      }
    }
  }

  /** Stands between `listen`, a port of this machine, and `upstream`. */
  async add(name: string, listen: number, upstream: string): Promise<void> {
    await this.#ask("POST", "/proxies", { name, listen: `127.0.0.1:${listen}`, upstream, enabled: true });
  }

  /** Does something to the connections of a proxy for a while. */
  async during(name: string, toxic: Toxic, milliseconds: number): Promise<void> {
    await this.#ask("POST", `/proxies/${name}/toxics`, { name: toxic.type, toxicity: 1, ...toxic });
    await new Promise((resume) => setTimeout(resume, milliseconds));
    await this.#ask("DELETE", `/proxies/${name}/toxics/${toxic.type}`);
  }

  /** Cuts all connections of a proxy, and takes no new ones for a while. */
  async cut(name: string, milliseconds: number): Promise<void> {
    await this.#ask("POST", `/proxies/${name}`, { enabled: false });
    await new Promise((resume) => setTimeout(resume, milliseconds));
    await this.#ask("POST", `/proxies/${name}`, { enabled: true });
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }

  async #ask(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(this.#address + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (!response.ok) throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
