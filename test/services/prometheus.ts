/** A real Prometheus (Debian: prometheus) on loopback, and what is asked of it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./ports.ts";

export const PROMETHEUS_THERE: boolean = ["prometheus", "promtool"].every((tool) => spawnSync(tool, ["--version"]).status === 0);
if (!PROMETHEUS_THERE) console.log("skipped: no prometheus and promtool (Debian: prometheus)");

const READY_MS_MAX = 30_000;
const STEP_MS = 250;

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

export interface PrometheusOptions {
  /** `host:port` of what is scraped as job `bauta`. */
  readonly targets: readonly string[];
  /** Text of a rules file. */
  readonly rules: string;
}

export class Prometheus {
  readonly #folder: string;
  readonly #address: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, address: string, child: ChildProcess) {
    this.#folder = folder;
    this.#address = address;
    this.#child = child;
  }

  /** Starts one that scrapes, and evaluates rules, twice a second. */
  static async start({ targets, rules }: PrometheusOptions): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), "bauta-prometheus-"));
    writeFileSync(join(folder, "rules.yaml"), rules);
    const config = `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [rules.yaml]
scrape_configs:
  - job_name: bauta
    static_configs: [{ targets: ${JSON.stringify(targets)} }]
`;
    writeFileSync(join(folder, "prometheus.yaml"), config);
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const words = [`--config.file=${join(folder, "prometheus.yaml")}`, `--storage.tsdb.path=${join(folder, "data")}`];
    const child = spawn("prometheus", [...words, `--web.listen-address=${address}`], { stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr?.on("data", (data) => {
      told += String(data);
    });
    const prometheus = new Prometheus(folder, address, child);
    const until = Date.now() + READY_MS_MAX;
    while (!(await prometheus.#isReady())) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`Prometheus does not start: ${told.slice(-2000)}`);
      await new Promise((resume) => setTimeout(resume, STEP_MS));
    }
    return prometheus;
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`http://${this.#address}/-/ready`)).ok;
    } catch {
      return false;
    }
  }

  /** @throws Error for an expression that is none */
  async query(expression: string): Promise<readonly Series[]> {
    const answer = await fetch(`http://${this.#address}/api/v1/query?${new URLSearchParams({ query: expression })}`);
    const said = (await answer.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: Series[] };
    };
    if (said.status !== "success") throw new Error(`${said.error}: ${expression}`);
    return said.data.result;
  }

  async alerts(): Promise<readonly Alert[]> {
    const answer = await fetch(`http://${this.#address}/api/v1/alerts`);
    return ((await answer.json()) as { readonly data: { readonly alerts: readonly Alert[] } }).data.alerts;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = new Promise((resume) => this.#child.once("exit", resume));
      this.#child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Runs promtool, and returns what it said. */
export function promtool(...words: string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync("promtool", words, { encoding: "utf8" });
  return { code: status, said: `${stdout}${stderr}` };
}
