/** Where bundles come from: files, folders and servers, and what is made of those that do not answer as they should. */
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { BautaError } from "../../runtime/kit/errors.ts";
import { type BundleSource, openBundleSource, type SourceSurroundings } from "../../runtime/policy/bundle/source.ts";
import type { BundleSourceDefinition } from "../../runtime/policy/bundle/source-kinds.ts";
import { newFolder, packed, REGO, write } from "./bundles.ts";

const signal = new AbortController().signal;
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

const at = (revision: string): Uint8Array =>
  packed(
    new Map([
      [".manifest", Buffer.from(JSON.stringify({ revision }))],
      ["masking.rego", Buffer.from(REGO)],
    ]),
  );
const revisionOf = async (source: BundleSource): Promise<string | undefined> => (await source.next(signal))?.manifest.revision;

async function issueOf(action: () => Promise<unknown> | unknown): Promise<string> {
  try {
    await action();
    return "none";
  } catch (error) {
    if (error instanceof BautaError) return `${error.issue.number} ${error.context.detail ?? ""}`.trim();
    throw error;
  }
}

describe("of this machine", () => {
  test("a packed file is given when it is another", async () => {
    const path = write(join(newFolder(), "bundle.tar.gz"), at("r1"));
    const source = openBundleSource({ kind: "file", path });
    expect(await revisionOf(source)).toBe("r1");
    expect(await revisionOf(source)).toBeUndefined();
    // Within one tick of the file system's clock, and of the same length.
    write(path, at("r2"));
    expect(await revisionOf(source)).toBe("r2");
    write(`${path}.new`, at("r3"));
    renameSync(`${path}.new`, path);
    expect(await revisionOf(source)).toBe("r3");
    utimesSync(path, 1e9, 1e9);
    expect(await revisionOf(source)).toBeUndefined();
    source.forget();
    expect(await revisionOf(source)).toBe("r3");
    write(path, at("r4").subarray(0, 60));
    expect(await issueOf(() => source.next(signal))).toStartWith("1621");
    expect(await issueOf(() => source.next(signal))).toStartWith("1621");
    write(path, at("r4"));
    expect(await revisionOf(source)).toBe("r4");
    rmSync(path);
    expect(await issueOf(() => source.next(signal))).toBe("1002 ENOENT");
  });

  test("a folder is all of its files but hidden ones, links followed", async () => {
    const path = newFolder();
    const source = openBundleSource({ kind: "directory", path });
    expect(await issueOf(() => source.next(signal))).toStartWith("1621");
    // As a volume of a cluster is mounted: links over links, swapped in one step.
    const version = (name: string, rego: string): void => {
      write(join(path, `..${name}`, "masking.rego"), rego);
      symlinkSync(`..${name}`, join(path, "..data.new"));
      renameSync(join(path, "..data.new"), join(path, "..data"));
    };
    version("1", REGO);
    symlinkSync("..data/masking.rego", join(path, "masking.rego"));
    write(join(path, "a", "data.json"), '{"x": 1}');
    write(join(path, ".git", "config"), "");
    write(join(path, "masking.rego~"), "");
    write(join(path, ".masking.rego.swp"), "");
    const first = await source.next(signal);
    expect([...(first?.files.keys() ?? [])]).toEqual(["a/data.json", "masking.rego"]);
    expect(first?.data).toEqual({ a: { x: 1 } });
    version("2", `${REGO}# more\n`);
    expect((await source.next(signal))?.digest).not.toBe(first?.digest);
    unlinkSync(join(path, "masking.rego"));
    expect([...((await source.next(signal))?.files.keys() ?? [])]).toEqual(["a/data.json"]);
    symlinkSync("..", join(path, "a", "up"));
    expect(await issueOf(() => source.next(signal))).toStartWith("1622");
  });

  test("one file of Rego", async () => {
    const path = write(join(newFolder(), "masking.rego"), REGO);
    const source = openBundleSource({ kind: "file", path });
    expect([...((await source.next(signal))?.files.keys() ?? [])]).toEqual(["masking.rego"]);
    write(path, `${REGO}\n`);
    expect((await source.next(signal))?.files.get("masking.rego")).toHaveLength(REGO.length + 1);
  });
});

interface Served {
  readonly url: string;
  readonly asked: IncomingMessage["headers"][];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

async function serve(answer: Served["answer"]): Promise<Served> {
  const served: Served = { url: "", asked: [], answer };
  const port = await listen(
    createServer((request, response) => {
      served.asked.push(request.headers);
      served.answer(request, response);
    }),
  );
  return Object.assign(served, { url: `http://127.0.0.1:${port}/bundles/masking.tar.gz?sig=secret` });
}

const TYPE = "application/vnd.openpolicyagent.bundles";
/** As servers of bundles do: an ETag, and 304 to who has it. */
const bundles =
  (revision: () => string, type = TYPE): Served["answer"] =>
  (request, response) => {
    const etag = `"${revision()}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, "content-type": type }).end(at(revision()));
  };
const http = (url: string, more: Partial<BundleSourceDefinition> = {}): BundleSource =>
  openBundleSource({ kind: "http", url, ...more } as BundleSourceDefinition);

describe("a pause of an hour ends", () => {
  const HOUR_MS = 3_600_000;
  const pausing = (source: BundleSource): Promise<void> => source.pause(HOUR_MS, signal);

  test("when a file of a folder is another, also one that was changed before the pause", async () => {
    const folder = newFolder();
    write(join(folder, "inner/masking.rego"), REGO);
    const source = openBundleSource({ kind: "directory", path: folder });
    await source.next(signal);
    const waits = pausing(source);
    write(join(folder, "inner/.new"), `${REGO}# more`);
    renameSync(join(folder, "inner/.new"), join(folder, "inner/masking.rego"));
    await waits;
    await source.next(signal);
    write(join(folder, "inner/masking.rego"), `${REGO}# still more`);
    await pausing(source);
  });

  test("when a file is another, or a link leads elsewhere", async () => {
    const folder = newFolder();
    const file = write(join(folder, "bundle.tar.gz"), at("r1"));
    const source = openBundleSource({ kind: "file", path: file });
    await source.next(signal);
    const waits = pausing(source);
    write(`${file}.new`, at("r2"));
    renameSync(`${file}.new`, file);
    await waits;
    for (const version of ["v1", "v2"]) write(join(folder, version, "masking.rego"), REGO);
    const link = join(folder, "current");
    symlinkSync("v1", link);
    const linked = openBundleSource({ kind: "directory", path: link });
    await linked.next(signal);
    const other = pausing(linked);
    symlinkSync("v2", `${link}.new`);
    renameSync(`${link}.new`, link);
    await other;
  });

  test("when it is told to stop", async () => {
    const stop = new AbortController();
    const waits = openBundleSource({ kind: "directory", path: newFolder() }).pause(HOUR_MS, stop.signal);
    stop.abort();
    await waits;
  });
});

describe("of a server", () => {
  test("a bundle is given when it is another, by its ETag", async () => {
    let revision = "r1";
    const server = await serve(bundles(() => revision));
    const source = http(server.url, { waitSeconds: 5 });
    expect(source.name).toBe(server.url.replace("?sig=secret", ""));
    expect(await revisionOf(source)).toBe("r1");
    expect(await revisionOf(source)).toBeUndefined();
    revision = "r2";
    expect(await revisionOf(source)).toBe("r2");
    source.forget();
    expect(await revisionOf(source)).toBe("r2");
    expect(server.asked.map((headers) => headers["if-none-match"])).toEqual([undefined, '"r1"', '"r1"', undefined]);
    expect(server.asked[0]?.["prefer"]).toBe("modes=snapshot;wait=5");
  });

  test("a server that has another type of content is not asked to wait again", async () => {
    const server = await serve(bundles(() => "r1", "application/gzip; charset=binary"));
    const source = http(server.url, { waitSeconds: 5 });
    await source.next(signal);
    await source.next(signal);
    expect(server.asked.map((headers) => headers["prefer"])).toEqual(["modes=snapshot;wait=5", "modes=snapshot"]);
  });

  test("a token is read anew each time, and stands in no message", async () => {
    const server = await serve((_, response) => response.writeHead(401).end());
    const tokenFile = write(join(newFolder(), "token"), "first\n");
    const source = http(server.url, { tokenFile });
    expect(await issueOf(() => source.next(signal))).toBe("1638 status 401");
    write(tokenFile, "second");
    await issueOf(() => source.next(signal));
    expect(server.asked.map((headers) => headers.authorization)).toEqual(["Bearer first", "Bearer second"]);
    const error = await source.next(signal).catch((caught: unknown) => caught);
    expect(String(error)).toContain("/bundles/masking.tar.gz");
    expect(String(error)).not.toMatch(/second|secret/);
    write(tokenFile, "two words");
    expect(await issueOf(() => source.next(signal))).toStartWith("1639");
    rmSync(tokenFile);
    expect(await issueOf(() => source.next(signal))).toBe("1002");
  });

  test.each<[string, Served["answer"], string]>([
    ["an error", (_, response) => response.writeHead(503).end("no"), "1638 status 503"],
    [
      "a redirection",
      (_, response) => response.writeHead(302, { location: "http://127.0.0.1:9/" }).end(),
      "1638 status 302: name the address that it leads to",
    ],
    ["304 to who asked for anything", (_, response) => response.writeHead(304).end(), "1638 status 304: name the address that it leads to"],
    [
      "a page",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      "1638 what it sends is called no archive",
    ],
    ["nothing", (_, response) => response.writeHead(200, { "content-type": TYPE }).end(), "1638 an empty answer"],
    [
      "OPA's {}",
      (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
      "1638 what it sends is called no archive",
    ],
    [
      "no archive",
      (_, response) => response.writeHead(200, { "content-type": TYPE }).end("{}"),
      "1621 it is not packed by gzip, or is cut off",
    ],
    [
      "an archive that is cut off",
      (_, response) => response.writeHead(200).end(at("r").subarray(0, 50)),
      "1621 it is not packed by gzip, or is cut off",
    ],
  ])("%s is no bundle", async (_, answer, issue) => {
    expect(await issueOf(async () => http((await serve(answer)).url).next(signal))).toBe(issue);
  });

  test("a connection that breaks off, none, and one on which nothing comes", async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { "content-type": TYPE, "content-length": "1000" }).write(at("r").subarray(0, 50), () => response.destroy());
    });
    expect(await issueOf(() => http(broken.url).next(signal))).toStartWith("1638");
    closing.pop()?.();
    expect(await issueOf(() => http(broken.url).next(signal))).toBe("1638 ECONNREFUSED");
    const frozen = await serve(() => undefined);
    expect(await issueOf(() => http(frozen.url, { timeoutMs: 50 }).next(signal))).toBe("1638 no answer within 50 ms");
    const slow = await serve((_, response) => {
      response.writeHead(200, { "content-type": TYPE }).write(at("r").subarray(0, 50));
    });
    expect(await issueOf(() => http(slow.url, { timeoutMs: 50 }).next(signal))).toBe("1638 no answer within 50 ms");
    const stop = new AbortController();
    const asked = issueOf(() => http(frozen.url).next(stop.signal));
    setTimeout(() => stop.abort(), 20);
    expect(await asked).toBe("1638 stopped");
  });

  test("more bytes than a bundle may have are not read to their end", async () => {
    const chunk = gzipSync(crypto.getRandomValues(new Uint8Array(65_536)), { level: 0 });
    let sent = 0;
    const server = await serve((_, response) => {
      response.writeHead(200, { "content-type": TYPE });
      const more = (): void => {
        sent += chunk.length;
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    });
    expect(await issueOf(() => http(server.url).next(signal))).toStartWith("1623");
    expect(sent).toBeLessThan(96 * 1024 * 1024);
  });

  test.each<[string, Partial<BundleSourceDefinition> & { url?: string }]>([
    ["no address", { url: "bundle.tar.gz" }],
    ["another protocol", { url: "file:///etc/passwd" }],
    ["a secret in the address", { url: "https://user:word@127.0.0.1/" }],
    ["a token in the clear", { url: "http://policies.example/", tokenFile: "token" }],
    ["a certificate without its key", { certificateFile: "a.pem" }],
    ["no time at all", { everyMs: 0 }],
    ["half a millisecond", { timeoutMs: 0.5 }],
    ["a wait without end", { waitSeconds: 1e6 }],
  ])("settings: %s is refused", async (_, more) => {
    expect(await issueOf(() => http("https://127.0.0.1/", more))).toStartWith("1639");
  });

  test("certificates: of the server's authority, and our own", async () => {
    const folder = newFolder();
    const openssl = (...words: string[]): void => {
      const { status, stderr } = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    };
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    for (const name of ["ca", "foreign"])
      openssl("req", "-x509", ...ec, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`, "-days", "2");
    write(join(folder, "ext"), "subjectAltName=IP:127.0.0.1\n");
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
        "ext",
      );
    }
    const file = (name: string): string => join(folder, name);
    const [key, cert, ca] = ["server.key", "server.pem", "ca.pem"].map((name) => readFileSync(file(name))) as [Buffer, Buffer, Buffer];
    const server = createTls(
      { key, cert, ca, requestCert: true, rejectUnauthorized: true },
      bundles(() => "r1"),
    );
    const url = `https://127.0.0.1:${await listen(server)}/`;
    const own = { certificateFile: file("client.pem"), keyFile: file("client.key") };
    expect(await revisionOf(http(url, { caFile: file("ca.pem"), ...own }))).toBe("r1");
    expect(await issueOf(() => http(url, { caFile: file("ca.pem") }).next(signal))).toStartWith("1638");
    expect(await issueOf(() => http(url, { caFile: file("foreign.pem"), ...own }).next(signal))).toStartWith("1638");
    expect(await issueOf(() => http(url, own).next(signal))).toStartWith("1638");
    expect(await issueOf(() => http(url, { caFile: file("gone.pem") }).next(signal))).toBe("1002");
  });
});

describe("watching", () => {
  /** A world in which a wait takes no time, and ends the watch once it was waited often enough. */
  function world(most: number): { stop: AbortController; waits: number[]; surroundings: SourceSurroundings } {
    const stop = new AbortController();
    const waits: number[] = [];
    const sleep = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      if (waits.length === most) stop.abort();
    };
    return { stop, waits, surroundings: { sleep, ticks: () => 0, random: () => 0.5 } };
  }

  async function watched(source: BundleSource, stop: AbortController): Promise<[readonly string[], readonly string[]]> {
    const [given, failed]: [string[], string[]] = [[], []];
    for await (const bundle of source.watch(stop.signal, (error) => failed.push(error.code))) given.push(bundle.manifest.revision);
    return [given, failed];
  }

  test("each new bundle comes once, failures are told and waited for longer and longer", async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      asked++;
      if (asked > 2 && asked < 11) response.writeHead(500).end();
      else bundles(() => (asked < 11 ? "r1" : "r2"), "application/gzip")(request, response);
    });
    const { stop, waits, surroundings } = world(12);
    const source = openBundleSource({ kind: "http", url: server.url, everyMs: 5000 }, surroundings);
    expect(await watched(source, stop)).toEqual([["r1", "r2"], Array.from({ length: 8 }, () => "BAUTA-1638")]);
    expect(waits).toEqual([5000, 5000, 75, 150, 300, 600, 1200, 2400, 3750, 3750, 5000, 5000]);
  });

  test("a server that waits is asked again at once, but not without end", async () => {
    const server = await serve(bundles(() => "r1"));
    const { stop, waits, surroundings } = world(3);
    const source = openBundleSource({ kind: "http", url: server.url, waitSeconds: 1 }, surroundings);
    expect(await watched(source, stop)).toEqual([["r1"], []]);
    expect(waits).toEqual([100, 100, 100]);
  });

  test("a folder in real time: an edit is seen, and a broken one is told", async () => {
    const path = newFolder();
    write(join(path, "masking.rego"), REGO);
    write(join(path, ".manifest"), '{"revision": "r1"}');
    const stop = new AbortController();
    const seen: string[] = [];
    const edits = [() => write(join(path, ".manifest"), "{"), () => write(join(path, ".manifest"), '{"revision": "r2"}')];
    const source = openBundleSource({ kind: "directory", path, everyMs: 5 });
    const failed = (error: BautaError): void => {
      seen.push(error.code);
      edits.shift()?.();
    };
    for await (const { manifest } of source.watch(stop.signal, failed)) {
      seen.push(manifest.revision);
      if (edits.shift()?.() === undefined) stop.abort();
    }
    expect(seen).toEqual(["r1", "BAUTA-1624", "r2"]);
  });
});
