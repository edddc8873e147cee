/** The control plane: what it answers, to whom, and where it listens. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { type ControlOptions, controlPlan } from "../../runtime/control/address.ts";
import { controlApp } from "../../runtime/control/app.ts";
import { RunMetrics } from "../../runtime/control/metrics.ts";
import { openapi } from "../../runtime/control/openapi.ts";
import { type ControlServer, serveControl } from "../../runtime/control/serve.ts";
import { StatusBoard } from "../../runtime/control/status.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { projectRoot } from "../shared.ts";
import { happenings, SECRET } from "./runs.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const here = mkdtempSync(join(tmpdir(), "bauta-control-"));
const servers: ControlServer[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(here, { recursive: true });
});

const file = (name: string, content: string, mode = 0o600): string => {
  const path = join(here, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};

function appOf({ token, isLoopback = true, upTo = 99 }: { token?: string; isLoopback?: boolean; upTo?: number } = {}) {
  const parts = { board: new StatusBoard(), metrics: new RunMetrics(), token, isLoopback };
  for (const event of happenings().slice(0, upTo)) for (const observer of [parts.board, parts.metrics]) observer.observe(event);
  const app = controlApp(parts);
  return async (path: string, init: RequestInit & { host?: string } = {}): Promise<Response> => {
    const { host = "127.0.0.1:1", ...more } = init;
    return app(new Request(`http://x${path}`, { ...more, headers: { host, ...(more.headers as Record<string, string>) } }));
  };
}

describe("routes", () => {
  test("readiness follows the run; health is always there", async () => {
    const at = async (upTo: number): Promise<readonly unknown[]> => {
      const ask = appOf({ upTo });
      const ready = await ask("/readyz");
      return [(await ask("/healthz")).status, ready.status, ((await ready.json()) as { status: string }).status];
    };
    const lost = happenings().findIndex((event) => event.event === "health");
    expect([await at(0), await at(4), await at(lost + 1), await at(lost + 2), await at(99)]).toEqual([
      [200, 503, "starting"],
      [200, 200, "ok"],
      [200, 503, "waiting"],
      [200, 200, "ok"],
      [200, 503, "ended"],
    ]);
  });

  test("/runs has the counts and codes, and no name of a file", async () => {
    const ask = appOf();
    const text = await (await ask("/runs")).text();
    expect(text).not.toContain(SECRET);
    const { runs } = JSON.parse(text) as { runs: readonly Record<string, unknown>[] };
    expect(runs).toMatchObject([
      {
        task: "t1",
        status: "done",
        commits: 1,
        statements: [
          { name: "mask", model: "cards", status: "done", counts: { in: 3, out: 2, refused: 1, refusedByCode: { "BAUTA-6001": 1 } } },
        ],
        degraded: [{ resource: "observer", code: "BAUTA-9001" }],
        missing: [],
        lag: [{ source: "raw/0", records: 7 }],
        latency: { poll: 1, mask: 2, stage: 3, commit: null },
      },
    ]);
    expect(await (await ask("/runs/t1")).json()).toEqual(runs[0]);
    for (const path of ["/runs/t2", "/nothing"]) {
      const response = await ask(path);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([404, "BAUTA-8105"]);
    }
  });

  test("/metrics counts each record once, and no label has a value", async () => {
    const response = await appOf()("/metrics");
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("text/plain");
    for (const line of [
      'bauta_records_read_total{statement="mask"} 3',
      'bauta_records_written_total{statement="mask"} 2',
      'bauta_records_refused_total{statement="mask",code="BAUTA-6001"} 1',
      'bauta_bytes_read_total{statement="mask"} 60',
      'bauta_values_total{statement="mask",outcome="masked"} 4',
      "bauta_commits_total 1",
      'bauta_commit_seconds_count{phase="journal"} 1',
      'bauta_degraded_total{resource="observer",code="BAUTA-9001"} 1',
      'bauta_stage_seconds_count{stage="mask"} 1',
      'bauta_lag_records{topic="raw",partition="0"} 7',
      'bauta_dependency_up{client="kafka"} 1',
      "bauta_run_running 0",
      'bauta_run_info{task="t1",command="mask",engine="native",version="0.1.0"} 1',
    ])
      expect(text.split("\n")).toContain(line);
    expect(text).not.toContain(SECRET);
    expect(text).toMatch(/^process_resident_memory_bytes \d{6,}$/m);
    const labels = new Set([...text.matchAll(/[{,]([a-z]+)="/g)].map((match) => match[1] as string));
    expect([...labels].toSorted()).toEqual([
      "client",
      "code",
      "command",
      "engine",
      "le",
      "outcome",
      "partition",
      "phase",
      "resource",
      "stage",
      "statement",
      "task",
      "topic",
      "version",
    ]);
  });

  test("every metric is documented", async () => {
    const text = await (await appOf()("/metrics")).text();
    const page = await Bun.file(`${projectRoot}docs/operations.md`).text();
    for (const [, name] of text.matchAll(/^# TYPE (\S+)/gm)) expect(page).toContain(`\`${name}\``);
  });

  test("only reading is possible", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) expect((await appOf()("/runs", { method })).status).toBe(405);
  });

  test("answers are not to be kept or embedded", async () => {
    const { headers } = await appOf()("/runs");
    expect([headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual(["no-store", "nosniff"]);
  });
});

describe("who may ask", () => {
  test("a token, compared whole; health and readiness without", async () => {
    const ask = appOf({ token: TOKEN });
    const status = async (authorization?: string, path = "/runs"): Promise<number> =>
      (await ask(path, authorization === undefined ? {} : { headers: { authorization } })).status;
    expect(await status(`Bearer ${TOKEN}`)).toBe(200);
    for (const wrong of [
      undefined,
      "",
      "Bearer",
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
      `Bearer  ${TOKEN}`,
    ])
      expect(await status(wrong)).toBe(401);
    for (const path of ["/metrics", "/runs/t1", "/openapi.json", "/nothing", "/healthz/"]) expect(await status(undefined, path)).toBe(401);
    for (const path of ["/healthz", "/readyz"]) expect(await status(undefined, path)).not.toBe(401);
    const refused = await ask("/runs");
    expect([refused.headers.get("www-authenticate"), ((await refused.json()) as { code: string }).code]).toEqual([
      'Bearer realm="bauta"',
      "BAUTA-8104",
    ]);
  });

  test("on loopback a page cannot ask under a name of its own", async () => {
    const ask = appOf();
    for (const host of ["localhost", "localhost:9464", "127.0.0.1", "[::1]:80"]) expect((await ask("/runs", { host })).status).toBe(200);
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""]) {
      const response = await ask("/runs", { host });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([421, "BAUTA-8106"]);
    }
    expect((await appOf({ isLoopback: false })("/runs", { host: "bauta.internal" })).status).toBe(200);
  });
});

describe("the OpenAPI document", () => {
  test("is one", async () => {
    const result = await new Validator().validate(structuredClone(openapi) as unknown as Record<string, unknown>);
    expect(result).toMatchObject({ valid: true });
  });

  test("describes what is answered", async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: "https://x/", components: openapi.components });
    for (const [upTo, token] of [[0], [4], [99], [99, TOKEN]] as const) {
      const ask = appOf({ upTo, ...(token !== undefined && { token }) });
      for (const [path, { get }] of Object.entries(openapi.paths)) {
        for (const real of path.includes("{task}") ? ["/runs/t1", "/runs/t2"] : [path]) {
          const response = await ask(real);
          const described = (get.responses as Record<string, { content: Record<string, { schema: object }> }>)[response.status];
          if (described === undefined) throw new Error(`${real}: ${response.status} is not described`);
          const [type, { schema }] = Object.entries(described.content)[0] as [string, { schema: object }];
          expect(response.headers.get("content-type")).toStartWith(type);
          if (type !== "application/json") continue;
          const whole = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://x/#/')) as object;
          const valid = ajv.compile(whole);
          expect([real, valid(await response.json()), valid.errors]).toEqual([real, true, null]);
        }
      }
    }
  });
});

describe("where it listens", () => {
  const codeOf = (options: ControlOptions): string => {
    try {
      controlPlan(options);
      return "";
    } catch (error) {
      return error instanceof BautaError ? error.code : String(error);
    }
  };

  test("loopback unless told otherwise, and beyond it only with a token or client certificates", () => {
    expect(controlPlan({ address: "9464" })).toMatchObject({ host: "127.0.0.1", port: 9464, isLoopback: true });
    expect(controlPlan({ address: "localhost:1" })).toMatchObject({ host: "127.0.0.1", isLoopback: true });
    expect(controlPlan({ address: "[::1]:1" })).toMatchObject({ host: "::1", isLoopback: true });
    for (const address of ["0.0.0.0:9464", "[::]:9464", "10.0.0.1:1", "[::ffff:127.0.0.1]:1"])
      expect(codeOf({ address })).toBe("BAUTA-8101");
    const tokenFile = file("token", `${TOKEN}\n`);
    expect(controlPlan({ address: "0.0.0.0:9464", tokenFile })).toMatchObject({ isLoopback: false, token: TOKEN });
    for (const address of ["", "x", "host.example:80", "1.2.3.4", "::1:80", "99999", "-1", "127.0.0.1:", "[::1]", "localhost"])
      expect([address, codeOf({ address })]).toEqual([address, "BAUTA-1001"]);
  });

  test("a token file that others can read, or that is none, is refused", () => {
    for (const tokenFile of [
      file("open", TOKEN, 0o640),
      file("short", "0123"),
      file("two", `${TOKEN}\n${TOKEN}`),
      file("empty", ""),
      join(here, "missing"),
      here,
    ])
      expect([tokenFile, codeOf({ address: "1", tokenFile })]).toEqual([tokenFile, "BAUTA-8103"]);
    const pem = file("pem", "-----BEGIN CERTIFICATE-----", 0o644);
    expect(codeOf({ address: "1", mtls: { certificate: pem, key: pem, clientAuthority: pem } })).toBe("BAUTA-8103");
  });

  test("a port that is taken cannot be had", async () => {
    const first = await serveControl(controlPlan({ address: "0" }));
    servers.push(first);
    const port = new URL(first.address).port;
    await expect(serveControl(controlPlan({ address: port }))).rejects.toThrow("BAUTA-8102");
    expect((await fetch(`${first.address}/healthz`)).status).toBe(200);
  });
});

/** Certificates of an authority of the moment, by openssl. */
function certificates(): {
  readonly files: { certificate: string; key: string; clientAuthority: string };
  readonly path: (name: string) => string;
} {
  const path = (name: string): string => join(here, name);
  const openssl = (...words: string[]): void => {
    const { status, stderr } = spawnSync("openssl", words, { cwd: here, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...ec, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca", "-days", "2");
  openssl("req", "-x509", ...ec, "-keyout", "foreign.key", "-out", "foreign.pem", "-subj", "/CN=foreign", "-days", "2");
  writeFileSync(path("san"), "subjectAltName=IP:127.0.0.1");
  for (const name of ["server", "client"]) {
    openssl("req", ...ec, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      `${name}.pem`,
      "-days",
      "2",
      "-extfile",
      "san",
    );
  }
  chmodSync(path("server.key"), 0o600);
  return { files: { certificate: path("server.pem"), key: path("server.key"), clientAuthority: path("ca.pem") }, path };
}

test("mTLS: only a client of the authority gets through", async () => {
  const { files, path } = certificates();
  const server = await serveControl(controlPlan({ address: "0", mtls: files }));
  servers.push(server);
  expect([server.address.startsWith("https://"), server.auth]).toEqual([true, "mtls"]);
  const curl = (...words: string[]): string | null => {
    const out = join(here, "answer");
    rmSync(out, { force: true });
    const child = Bun.spawn([
      "curl",
      "-s",
      "--noproxy",
      "*",
      "--cacert",
      path("ca.pem"),
      "-o",
      out,
      "-w",
      "%{http_code}",
      ...words,
      `${server.address}/runs`,
    ]);
    return child.exited.then(() => new Response(child.stdout).text()) as unknown as string;
  };
  expect(await curl("--cert", path("client.pem"), "--key", path("client.key"))).toBe("200");
  expect(await curl()).toBe("000");
  expect(await curl("--cert", path("foreign.pem"), "--key", path("foreign.key"))).toBe("000");
}, 60_000);

test("on Node it answers the same", () => {
  // The facts are two folders above the code.
  for (const name of ["schemas", "package.json"]) symlinkSync(`${projectRoot}${name}`, join(here, name));
  const built = join(here, "dist", "control", "node.mjs");
  const entry = file(
    "entry.ts",
    `import { serveControl } from "${projectRoot}runtime/control/serve.ts";
import { controlPlan } from "${projectRoot}runtime/control/address.ts";
const server = await serveControl(controlPlan({ address: "0" }));
const status = async (path, init) => (await fetch(server.address + path, init)).status;
const told = [await status("/healthz"), await status("/readyz"), await status("/metrics"), await status("/nothing"), await status("/runs", { method: "POST" })];
let taken = "";
try { await serveControl(controlPlan({ address: new URL(server.address).port })); } catch (error) { taken = error.code; }
server.close();
console.log(JSON.stringify([process.versions.bun ?? "node", ...told, taken]));
`,
  );
  const build = spawnSync(process.execPath, ["build", entry, "--target", "node", "--outfile", built], { encoding: "utf8" });
  expect([build.status, build.stderr.includes("error")]).toEqual([0, false]);
  const ran = spawnSync("node", ["--input-type=module", "-e", `await import(${JSON.stringify(built)})`], {
    encoding: "utf8",
    cwd: projectRoot,
  });
  expect(ran.stderr).toBe("");
  expect(JSON.parse(ran.stdout)).toEqual(["node", 200, 503, 200, 404, 405, "BAUTA-8102"]);
}, 60_000);
