/** `bauta scan`: each kind at its path, nothing of a value in what it says, and a starter model that masks what it was made of. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { findingsOf } from "../../runtime/scan/findings.ts";
import { Scan } from "../../runtime/scan/scan.ts";
import { bauta, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, folder, newKey, type Ran, write } from "./cli.ts";

const here = folder();
const SLOW = 60_000;

/** Valid by the rules of their standards, and nobody's: documented examples and numbers made for this test. */
const VALID = {
  pan: "4111111111111111",
  iban: "DE89370400440532013000",
  bic: "DEUTDEFF500",
  lei: "529900T8BM49AURSDO55",
  nationalId: "RSSMRA85T10A562S",
  email: "jana.kovar@firm.example",
  phone: "+49 30 901820",
  name: "Andrea Bauer",
} as const;
/** The same with one character changed. */
const WRONG = {
  pan: "4111111111111112",
  iban: "DE89370400440532013001",
  lei: "529900T8BM49AURSDO56",
  nationalId: "RSSMRA85T10A562T",
} as const;

interface Report {
  readonly sources: number;
  readonly broken: number;
  readonly paths: number;
  readonly findings: readonly {
    readonly path: string;
    readonly kind: string;
    readonly confidence: string;
    readonly count: number;
    readonly values: number;
  }[];
  readonly model: { readonly rules: number; readonly found: number; readonly beyond: readonly string[] } | null;
}

const scan = (args: readonly string[], input = ""): Ran => bauta(["scan", ...args], { input });

function reportOf(input: string): Report {
  const ran = scan(["-", "--json"], input);
  expect([ran.code, ran.stderr]).toEqual([EXIT.done, ""]);
  return JSON.parse(ran.stdout) as Report;
}

/** `path kind count/values`. */
const rowsOf = ({ findings }: Report): readonly string[] =>
  findings.map(({ path, kind, count, values }) => `${path} ${kind} ${count}/${values}`).toSorted();

const ALL = JSON.stringify({
  card: { number: VALID.pan },
  accounts: [VALID.iban, VALID.iban],
  bank: VALID.bic,
  entity: VALID.lei,
  fiscal: VALID.nationalId,
  reach: { mail: VALID.email, call: VALID.phone },
  who: VALID.name,
  free: 1845.5,
});

describe("each kind is found at its path", () => {
  test("JSON and JSON lines", () => {
    expect(rowsOf(reportOf(`${ALL}\n${ALL}\n`))).toEqual([
      "json:$.accounts[*] iban 4/4",
      "json:$.bank bic 2/2",
      "json:$.card.number pan 2/2",
      "json:$.entity lei 2/2",
      "json:$.fiscal national-id 2/2",
      "json:$.reach.call phone 2/2",
      "json:$.reach.mail email 2/2",
      "json:$.who name 2/2",
    ]);
  });

  test("any XML: elements, attributes, CDATA, references, comments", () => {
    const xml = `<?xml version="1.0"?><p:Order xmlns:p="urn:x" no="7"><p:Buyer mail="${VALID.email}"><Acct>${VALID.iban.replace("DE", "&#x44;&#69;")}</Acct></p:Buyer><Pay><![CDATA[${VALID.pan}]]></Pay><!-- ${VALID.lei} --></p:Order>`;
    expect(rowsOf(reportOf(xml))).toEqual([
      "xml:Order/Buyer/@mail email 1/1",
      "xml:Order/Buyer/Acct iban 1/1",
      "xml:Order/Pay pan 1/1",
      "xml:Order/comment() lei 1/1",
    ]);
  });

  test("ISO 20022 has the paths of its catalogue, SWIFT MT its tags", () => {
    const rows = rowsOf(reportOf(`${EXAMPLE_XML}\n${EXAMPLE_MT}`));
    expect(rows).toContain("pacs.008.001.08:FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN iban 1/1");
    expect(rows).toContain("head.001.001.02:Fr/FIId/FinInstnId/BICFI bic 1/1");
    expect(rows).toContain("mt103:block1/lt-address bic 1/1");
    expect(rows).toContain("mt103:50K iban 1/1");
    expect(rows).toContain("mt103:57A bic 1/1");
  });

  test("a statement that is text only is no part of the message in front of it", () => {
    const payment = `{1:F01BANKDEFFAXXX0000000000}{2:I103BANKFRPPXXXXN}{4:\r\n:20:R1\r\n:59:/${VALID.iban}\r\nX\r\n-}`;
    const statement = `:20:S1\r\n:25:${VALID.iban}\r\n:28C:1/1\r\n-\r\n`;
    const rows = ["mt103:59 iban 2/2", "mt103:block1/lt-address bic 2/2", "mt103:block2/lt-address bic 2/2", "mt:25 iban 1/1"];
    for (const between of ["\r\n", "{5:{CHK:123456789ABC}}\r\n", "{5:{CHK:123456789ABC}}{S:{SAC:}}\r\n$"]) {
      expect([between, rowsOf(reportOf(`${payment}${between}${statement}${payment}\r\n`))]).toEqual([between, rows]);
    }
  });

  test("a number that a line of an MT breaks", () => {
    const broken = `:20:A\r\n:86:PAID TO ${VALID.iban.slice(0, 9)}\r\n${VALID.iban.slice(9)}\r\n-\r\n`;
    expect(rowsOf(reportOf(broken))).toEqual(["mt:86 iban 1/1"]);
  });

  test("columns by their names where the first line has some, else by their numbers", () => {
    const rows = `1;"${VALID.name}";${VALID.iban};x\n2;"a ""b"" ${VALID.email}";${VALID.iban};y\n`;
    expect(rowsOf(reportOf(`id;name;iban;note\n${rows}`))).toEqual(["csv:iban iban 2/2", "csv:name email 1/2", "csv:name name 1/2"]);
    expect(rowsOf(reportOf(rows))).toEqual(["csv:2 email 1/2", "csv:2 name 1/2", "csv:3 iban 2/2"]);
  });

  test("lines of text by their form", () => {
    const line = (text: string): string => `2026-11-20 paid: ${text}\n`;
    expect(rowsOf(reportOf(line(`4111 1111 1111 1111`) + line(VALID.email) + line(`IBAN DE89 3704 0044 0532 0130 00`)))).toEqual([
      "text:9-9-9 a: 9 9 9 9 pan 1/1",
      "text:9-9-9 a: a a9 9 9 9 9 9 iban 1/1",
      "text:9-9-9 a: a.a@a.a email 1/1",
    ]);
  });

  test("UTF-16, and escapes of JSON", () => {
    const xml = Buffer.from(`\ufeff<a><b>${VALID.iban}</b></a>`, "utf16le");
    const ran = bauta(["scan", "-", "--json"], { input: new Uint8Array(xml) });
    expect(rowsOf(JSON.parse(ran.stdout) as Report)).toEqual(["xml:a/b iban 1/1"]);
    expect(rowsOf(reportOf(`{"a":"\\u0034${VALID.pan.slice(1)}"}`))).toEqual(["json:$.a pan 1/1"]);
  });

  test("national identifiers of the engine", () => {
    const ids = [
      "RSSMRA85T10A562S",
      "12345678Z",
      "X1234567L",
      "AB123456C",
      "756.1234.5678.97",
      "123-45-6789",
      "255081416802538",
      "44051401359",
    ];
    expect(reportOf(ids.map((id) => JSON.stringify({ taxId: id })).join("\n")).findings).toMatchObject([
      { path: "json:$.taxId", kind: "national-id", count: ids.length, values: ids.length },
    ]);
  });
});

describe("decoys", () => {
  test("wrong check digits are not found", () => {
    const decoys = JSON.stringify({
      a: WRONG.pan,
      b: WRONG.iban,
      c: WRONG.lei,
      d: WRONG.nationalId,
      e: "9999999999999995",
      f: "user@host",
    });
    expect(reportOf(decoys).findings).toEqual([]);
    expect(reportOf(`${Object.values(WRONG).join("\n")}\n`).findings).toEqual([]);
  });

  test("dates, amounts, ids and words are not found", () => {
    const plain = {
      at: "2026-11-20T09:31:09+01:00",
      day: "20.11.2026",
      uetr: "5c1f7b5e-9d0a-4c36-8f21-7d2b64a0e913",
      sum: "12,345,678.90",
      word: "STANDARD",
      text: "Payment Of Invoice",
    };
    expect(reportOf(JSON.stringify(plain)).findings).toEqual([]);
  });

  test("numbers of which some pass by chance are of low confidence", () => {
    const numbers = Array.from({ length: 200 }, (_, i) => JSON.stringify({ ref: `4${String(i * 7_919_113 + 10).padStart(15, "0")}` }));
    const [row] = reportOf(numbers.join("\n")).findings;
    expect(row).toMatchObject({ path: "json:$.ref", kind: "pan", confidence: "low" });
    expect(row?.count ?? 0).toBeLessThan(60);
    expect(reportOf(Array.from({ length: 9 }, () => JSON.stringify({ ref: VALID.pan })).join("\n")).findings[0]?.confidence).toBe("high");
  });
});

describe("no value is told", () => {
  /** Clear values at every place that a report has a name for. */
  const samples = [
    `{"${VALID.pan}":{"${VALID.name}":"${VALID.iban}"},"${VALID.email}":["${VALID.phone}"],"Andrea":"${VALID.lei}","0171 2345678":1}`,
    `<r><e${VALID.pan}>${VALID.name}</e${VALID.pan}><x a${VALID.pan}="${VALID.iban}"/><Bauer>${VALID.email}</Bauer></r>`,
    `${VALID.name};${VALID.iban};${VALID.email}\n${VALID.name};${VALID.iban};${VALID.email}\n`,
    `${VALID.name}: ${VALID.pan}\n`,
    `{"a":"${VALID.pan}`,
    `<a>${VALID.iban}</b></a></a>${VALID.name} ${VALID.pan}`,
    `:20:${VALID.pan}\r\n:50K:/${VALID.iban}\r\n${VALID.name}\r\n`,
    `{1:F01${VALID.pan}}{2:I103${VALID.iban}}{4:\r\n:70:${VALID.email}`,
  ];
  const pieces = [
    ...Object.values(VALID),
    "411111",
    "1111",
    "3704",
    "0532",
    "kovar",
    "Andrea",
    "Bauer",
    "901820",
    "2345678",
    "T8BM49",
    "DEUTDE",
  ];

  test(
    "in no report, error or model",
    () => {
      for (const [i, sample] of samples.entries()) {
        const file = write(join(here, `sample-${i}`), sample);
        const model = join(here, `starter-${i}.yaml`);
        for (const args of [
          [file, "--json"],
          [file, "--model", model],
        ]) {
          const ran = scan(args);
          const told = `${ran.stdout}${ran.stderr}`;
          expect([i, ran.code, pieces.filter((piece) => told.includes(piece))]).toEqual([i, EXIT.done, []]);
          expect(ran.stdout).toContain(args.includes("--json") ? '"kind"' : "found something at");
        }
        const text = readFileSync(model, "utf8");
        expect([i, pieces.filter((piece) => text.includes(piece))]).toEqual([i, []]);
      }
    },
    SLOW,
  );
});

test(
  "the starter model passes check and masks the sample",
  () => {
    const sample = write(
      join(here, "sample.json"),
      `${ALL}\n${EXAMPLE_JSON.trim()}\n{"a name":"${VALID.name}","n":${VALID.pan},"note":"to ${VALID.iban} please"}\n`,
    );
    const model = join(here, "starter.yaml");
    const key = newKey(join(here, "scan.key"));
    const ran = scan([sample, "--model", model, "--json"]);
    expect(ran.code).toBe(EXIT.done);
    expect((JSON.parse(ran.stdout) as Report).model).toMatchObject({ beyond: [] });
    const checked = bauta(["check", model, "--sample", sample]);
    expect([checked.code, checked.stdout]).toEqual([EXIT.done, expect.stringContaining("nothing wrong")]);
    const masked = bauta(["mask", "--model", model, "--key-file", key, "--engine", "portable", sample]);
    expect(masked.code).toBe(EXIT.done);
    expect(masked.stdout.trim().split("\n").length).toBe(3);
    for (const value of Object.values(VALID)) expect(masked.stdout).not.toContain(value);
  },
  SLOW,
);

test(
  "the starter model names the fields of ISO 20022 and SWIFT MT whose kind is certain, the preset masks the others",
  () => {
    const statement = `:20:S1\r\n:25:${VALID.iban}\r\n:28C:1/1\r\n:60F:C261120EUR1,\r\n:61:261120C1,NTRFNONREF\r\n:86:/IBAN/${VALID.iban}/NAME/${VALID.name.toUpperCase()}\r\n:62F:C261120EUR2,\r\n-\r\n`;
    const sample = join(here, "messages");
    mkdirSync(sample);
    write(join(sample, "payments.txt"), `${EXAMPLE_XML}\n${EXAMPLE_MT}`);
    write(join(sample, "statement.sta"), statement);
    const model = join(here, "messages.yaml");
    const ran = scan([sample, "--model", model, "--json"]);
    expect((JSON.parse(ran.stdout) as Report).model).toMatchObject({ beyond: [] });
    const text = readFileSync(model, "utf8");
    for (const rule of [
      '{path: "pacs.008.001.08:FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN", use: account, unfit: redact}',
      '{path: "mt103:block1/lt-address", use: bic, unfit: redact}',
      '{path: "mt103:**/59/account", use: account, unfit: redact}',
      '{path: "swift-mt:**/25/account", use: account, unfit: redact}',
    ]) {
      expect(text).toContain(rule);
    }
    const checked = bauta(["check", model, "--sample", sample]);
    expect([checked.code, checked.stdout]).toEqual([EXIT.done, expect.stringContaining("nothing wrong")]);
    const masked = bauta(["mask", "--model", model, "--key-file", newKey(join(here, "messages.key")), join(sample, "statement.sta")]);
    expect([masked.code, masked.stdout.includes(VALID.iban), masked.stdout.includes(VALID.name.toUpperCase())]).toEqual([
      EXIT.done,
      false,
      false,
    ]);
  },
  SLOW,
);

test(
  "names that are not shown leave a model that passes check",
  () => {
    const hidden = `{"${VALID.pan}":{"${VALID.name}":"${VALID.iban}","x":[1]},"${VALID.email}":["${VALID.phone}"],"list":[["${VALID.lei}"]]}`;
    const model = join(here, "hidden.yaml");
    expect(scan(["-", "--model", model], hidden).code).toBe(EXIT.done);
    const checked = bauta(["check", model]);
    expect([checked.code, checked.stdout]).toEqual([EXIT.done, expect.stringContaining("nothing wrong")]);
  },
  SLOW,
);

test(
  "what is found does not depend on where chunks end, and broken samples do no harm",
  () => {
    const csv = `id;name;iban;note\n1;"${VALID.name}";${VALID.iban};"a\nb"\n2;;${VALID.iban};y\n`;
    const samples = [
      ALL,
      EXAMPLE_XML,
      `${EXAMPLE_MT}\n${EXAMPLE_MT}`,
      csv,
      `a ${VALID.pan}\n\nb ${VALID.email}`,
      `{"a":"${VALID.pan}`,
      `<a>${VALID.iban}</b></a></a>x`,
    ];
    const found = (bytes: Uint8Array, size: number): string => {
      const scanned = new Scan();
      for (let at = 0; at < bytes.length; at += size) scanned.push(bytes.subarray(at, at + size));
      scanned.end();
      return JSON.stringify([scanned.broken, findingsOf(scanned.root)]);
    };
    for (const sample of samples) {
      const bytes = new TextEncoder().encode(sample);
      const whole = found(bytes, bytes.length);
      for (const size of [1, 7, 64]) expect(found(bytes, size)).toBe(whole);
      // Every beginning, and every byte gone once.
      for (let at = 1; at < bytes.length; at += 5) {
        found(bytes.subarray(0, at), bytes.length);
        found(new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]), bytes.length);
      }
    }
  },
  SLOW,
);

test("a folder is walked, and a model may not be written over a sample", () => {
  const root = join(here, "tree");
  mkdirSync(join(root, "below"), { recursive: true });
  write(join(root, "one.json"), ALL);
  const two = write(join(root, "below", "two.xml"), EXAMPLE_XML);
  const ran = scan([root, "--json"]);
  expect((JSON.parse(ran.stdout) as Report).sources).toBe(2);
  expect(scan([two, "--model", two]).code).toBe(EXIT.usage);
  expect(scan([two, "--model", join(root, "below", "..", "below", "two.xml")]).code).toBe(EXIT.usage);
  expect(bauta(["scan", root, "--model", "two.xml"], { cwd: join(root, "below") }).code).toBe(EXIT.usage);
  expect(readFileSync(two, "utf8")).toBe(EXAMPLE_XML);
  expect(scan([join(root, "none")]).code).toBe(EXIT.usage);
});

test("--expect-none ends with 9 when something is found", () => {
  expect(scan(["-", "--expect-none"], ALL).code).toBe(EXIT.evidence);
  expect(scan(["-", "--expect-none"], '{"a":"nothing"}').code).toBe(EXIT.done);
});

test("help fits a screen", () => {
  for (const words of [[], ["scan"]]) {
    const lines = bauta([...words, "--help"])
      .stdout.trimEnd()
      .split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  }
});
