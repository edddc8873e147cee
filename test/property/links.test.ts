/**
 * One identity, one pseudonym: however it is spelled, in whichever format, batch, run and process it stands. Another identity has
 * another one, and another key links nothing.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { ENGINES } from "../harness.ts";
import { newKey } from "../keys/new-key.ts";
import { projectRoot } from "../shared.ts";
import { valuesIn } from "../values.ts";
import { type Identity, identityOf, swiftName } from "./identities.ts";
import { Masking, type MaskingOptions } from "./masking.ts";
import { paymentModel, paymentOf } from "./payments.ts";
import { read } from "./reading.ts";
import { concat } from "./streams.ts";
import { effort, Tape, tapeOf } from "./tape.ts";

const runs = effort("links");
const MINUTE = 60_000;
const LONG = 3000;

const opened = new Map<string, Masking>();

async function masking(options: MaskingOptions): Promise<Masking> {
  const name = JSON.stringify(options);
  const known = opened.get(name) ?? (await Masking.open(options));
  opened.set(name, known);
  return known;
}

afterAll(() => {
  for (const one of opened.values()) one.close();
});

const numbers = fc.nat(0x7fff_ffff);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (written: string): Uint8Array => new TextEncoder().encode(written);

/** The same customer as a pacs.008, an MT103 and a JSON event, each value in a spelling that the tape picks. */
function inThreeFormats(identity: Identity, tape: Tape): { readonly xml: Uint8Array; readonly mt: Uint8Array; readonly json: Uint8Array } {
  const xmlText = (value: string): string => {
    switch (tape.below(4)) {
      case 1:
        return `<![CDATA[${value}]]>`;
      case 2:
        return [...value].map((point) => `&#x${point.codePointAt(0)?.toString(16)};`).join("");
      case 3:
        return `${value.slice(0, 3)}<![CDATA[${value.slice(3)}]]>`;
      default:
        return value;
    }
  };
  const jsonText = (value: string): string =>
    tape.chance(1, 2)
      ? Array.from({ length: value.length }, (_, i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")
      : value;
  const account = (): string =>
    tape.pick([
      identity.iban,
      identity.iban.replaceAll(/(.{4})(?=.)/g, "$1 "),
      lower(identity.iban),
      identity.iban.replaceAll(/(.{4})(?=.)/g, "$1-"),
    ]);
  const bic = (): string => tape.pick([identity.bic, `${identity.bic}XXX`]);
  const name = (): string =>
    tape.pick([
      identity.name,
      upper(identity.name),
      lower(identity.name),
      identity.name.normalize("NFD"),
      ` ${identity.name.replace(" ", "  ")} `,
    ]);
  const card = (): string =>
    tape.pick([identity.pan, identity.pan.replaceAll(/(.{4})(?=.)/g, "$1 "), identity.pan.replaceAll(/(.{4})(?=.)/g, "$1-")]);
  const xml = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>${xmlText(identity.reference)}</MsgId><CreDtTm>2026-11-20T09:31:07+01:00</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf><PmtId><EndToEndId>${xmlText(identity.reference)}</EndToEndId><UETR>${xmlText(identity.uetr)}</UETR></PmtId><IntrBkSttlmAmt Ccy="EUR">1</IntrBkSttlmAmt><ChrgBr>SHAR</ChrgBr><Dbtr><Nm>${xmlText(name())}</Nm><Id><OrgId><LEI>${xmlText(identity.lei)}</LEI></OrgId></Id></Dbtr><DbtrAcct><Id><IBAN>${xmlText(account())}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>${xmlText(bic())}</BICFI></FinInstnId></DbtrAgt><CdtrAgt><FinInstnId><BICFI>${xmlText(bic())}</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>${xmlText(name())}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>${xmlText(card())}</Id></Othr></Id></CdtrAcct></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`;
  const end = tape.pick(["\r\n", "\n"]);
  const mt = `{1:F01${identity.bic}AXXX4312008815}{2:I103${identity.bic}XXXXN}{3:{108:${identity.reference}}{121:${identity.uetr}}}{4:${end}:20:${identity.reference}${end}:23B:CRED${end}:32A:261120EUR1,${end}:50K:/${identity.iban}${end}${swiftName(identity.name)}${end}:52A:${bic()}${end}:59:/${identity.pan}${end}${swiftName(identity.name)}${end}:71A:SHA${end}-}`;
  const json = `{"id":"${jsonText(identity.reference)}","uetr":"${jsonText(tape.chance(1, 2) ? identity.uetr : upper(identity.uetr))}","debtor":{"name":"${jsonText(name())}","iban":"${jsonText(account())}","bic":"${jsonText(bic())}","lei":"${jsonText(identity.lei)}"},"card":{"pan":${tape.chance(1, 2) ? identity.pan : `"${jsonText(card())}"`}}}`;
  return { xml: bytesOf(xml), mt: bytesOf(mt), json: bytesOf(json) };
}

/** Where each kind of identity stands in the three; names of MT stand apart, since SWIFT's alphabet loses letters. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  account: ["FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAcct/Id/IBAN", "50K/account", "$.**.iban"],
  card: ["FIToFICstmrCdtTrf/CdtTrfTxInf/CdtrAcct/Id/Othr/Id", "59/account"],
  bic: [
    "FIToFICstmrCdtTrf/CdtTrfTxInf/DbtrAgt/FinInstnId/BICFI",
    "FIToFICstmrCdtTrf/CdtTrfTxInf/CdtrAgt/FinInstnId/BICFI",
    "52A/bic",
    "$.*.bic",
  ],
  lei: ["FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Id/OrgId/LEI", "$.*.lei"],
  uetr: ["FIToFICstmrCdtTrf/CdtTrfTxInf/PmtId/UETR", "block3/121", "$.uetr"],
  reference: ["FIToFICstmrCdtTrf/GrpHdr/MsgId", "FIToFICstmrCdtTrf/CdtTrfTxInf/PmtId/EndToEndId", "20/reference", "block3/108", "$.id"],
  name: ["FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm", "FIToFICstmrCdtTrf/CdtTrfTxInf/Cdtr/Nm", "$.*.name"],
  "name in SWIFT's alphabet": ["50K/name", "59/name"],
};

/** Upper-cased, without layout; a BIC without XXX; of a token in the form of an IBAN what is behind its country and check digits. */
const canonical = (value: string): string =>
  upper(value)
    .replaceAll(/[ -]/g, "")
    .replace(/^([A-Z0-9]{8})XXX$/, "$1")
    .replace(/^[A-Z]{2}00([0-9A-Z]{20})$/, "$1");

/** Accounts that are no IBAN and no card keep their layout: `A-1` and `A1` are two. */
const canonicalAccount = (value: string): string => (/^[A-Z]{2}\d\d|^\d{13,19}$/.test(canonical(value)) ? canonical(value) : value);

/** ASCII only, so that letters keep their number. */
const upper = (value: string): string => value.replaceAll(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32));
const lower = (value: string): string => value.replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

/** Canonical outputs by kind of identity, of all places where it stands. */
function outputsOf(masked: readonly Uint8Array[], plan: Masking["plan"]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const output of masked) {
    const texts = valuesIn(output).values;
    const paths = read(output, plan).values.map(({ path }) => path);
    if (texts.length !== paths.length) throw new Error("two readings of one record differ");
    for (const [i, path] of paths.entries()) {
      for (const [kind, places] of Object.entries(PLACES)) {
        if (places.includes(path)) found.set(kind, (found.get(kind) ?? new Set()).add(canonical((texts[i] as { text: string }).text)));
      }
    }
  }
  return found;
}

for (const engine of ENGINES) {
  describe(engine, () => {
    for (const preset of PRESETS) {
      test(
        `${preset}: every spelling in every format has the one pseudonym, alone and in a batch, and two identities have two`,
        async () => {
          const masker = await masking({ engine, model: paymentModel(preset) });
          fc.assert(
            fc.property(numbers, numbers, fc.uint32Array({ minLength: 60, maxLength: 60 }), (number, other, choices) => {
              fc.pre(number !== other);
              const tape = new Tape(choices);
              const spellings = [inThreeFormats(identityOf(number), tape), inThreeFormats(identityOf(number), tape)];
              const records = spellings.flatMap(({ xml, mt, json }) => [xml, mt, json]);
              const alone = outputsOf(
                records.map((record) => masker.maskWhole(record)),
                masker.plan,
              );
              expect([...alone.keys()].sort()).toEqual(Object.keys(PLACES).sort());
              for (const [kind, outputs] of alone)
                expect({ kind, outputs: [...outputs] }).toEqual({ kind, outputs: [[...outputs][0] as string] });
              const strangers = inThreeFormats(identityOf(other), tape);
              const crowd = records.flatMap((record) => [record, strangers.json, strangers.mt]);
              const batch = masker.maskWhole(concat(crowd.flatMap((record) => [record, bytesOf("\n")])), [700]);
              for (const record of records) expect(text(batch)).toContain(text(masker.maskWhole(record)));
              const others = outputsOf(
                Object.values(strangers).map((record) => masker.maskWhole(record)),
                masker.plan,
              );
              for (const [kind, outputs] of others)
                expect({ kind, met: [...outputs].filter((output) => alone.get(kind)?.has(output)) }).toEqual({ kind, met: [] });
            }),
            runs(20),
          );
        },
        MINUTE,
      );
    }

    test(
      "distinct accounts stay distinct, equal ones equal, over a long stream",
      async () => {
        const masker = await masking({ engine, model: paymentModel("test-data") });
        const there = new Map<string, string>();
        const back = new Map<string, string>();
        for (let seed = 0; seed < 150; seed++) {
          const { bytes } = paymentOf(tapeOf(seed, LONG));
          const output = masker.maskWhole(bytes);
          const before = valuesIn(bytes).values;
          const after = valuesIn(output).values;
          const paths = read(bytes, masker.plan).values;
          for (const [i, value] of before.entries()) {
            const isAccount = value.dataClass === "account" || paths[i]?.path === "$.**.iban";
            if (!isAccount || value.path.endsWith("Prxy/Id") || value.shape === "digits") continue;
            const [from, to] = [canonicalAccount(value.text), canonicalAccount((after[i] as { text: string }).text)];
            expect(there.get(from) ?? to).toBe(to);
            expect(back.get(to) ?? from).toBe(from);
            there.set(from, to);
            back.set(to, from);
          }
        }
        expect(there.size).toBeGreaterThan(60);
      },
      MINUTE,
    );

    for (const preset of PRESETS) {
      test(
        `${preset}: another key gives other pseudonyms everywhere`,
        async () => {
          const model = paymentModel(preset);
          const one = await masking({ engine, model });
          const other = await masking({ engine, model, key: "another" });
          let compared = 0;
          for (let seed = 0; seed < 60; seed++) {
            const { bytes } = paymentOf(tapeOf(seed, LONG));
            const [ours, theirs] = [read(one.maskWhole(bytes), one.plan).values, read(other.maskWhole(bytes), other.plan).values];
            expect(theirs.length).toBe(ours.length);
            for (const [i, { technique, raw, path }] of ours.entries()) {
              // Fewer than 8 characters can be equal by chance; constants are nobody's.
              if (technique === "KEEP" || technique === "REDACT" || raw.length < 8 || isConstant(raw)) continue;
              expect({ path, same: theirs[i]?.raw === raw }).toEqual({ path, same: false });
              compared++;
            }
          }
          expect(compared).toBeGreaterThan(300);
        },
        MINUTE,
      );
    }
  });
}

describe("processes", () => {
  test(
    "a key file gives the same bytes in every process, engine, time zone, locale and folder, from files and from a pipe; another file gives others",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "bauta-links-"));
      try {
        const stream = concat(
          Array.from({ length: 30 }, (_, seed) => paymentOf(tapeOf(seed, LONG)).bytes).flatMap((bytes) => [bytes, bytesOf("\n")]),
        );
        writeFileSync(join(folder, "stream"), stream);
        writeFileSync(join(folder, "model.yaml"), JSON.stringify(paymentModel("test-data")));
        for (const name of ["one", "two"]) newKey(join(folder, `${name}.key`));
        const mask = (key: string, more: readonly string[], options: Partial<Options> = {}): string =>
          text(
            cli(
              options.cwd ?? folder,
              ["mask", "--model", join(folder, "model.yaml"), "--key-file", join(folder, `${key}.key`), ...more],
              options,
            ),
          );
        const first = mask("one", ["--engine", "native"], { input: stream });
        expect(first.length).toBeGreaterThan(20_000);
        expect(
          mask("one", ["--engine", "portable"], {
            input: stream,
            env: { TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
          }),
        ).toBe(first);
        expect(
          mask("one", ["--engine", "native", join(folder, "stream")], { cwd: tmpdir(), env: { TZ: "America/Caracas", LC_ALL: "C" } }),
        ).toBe(first);
        chmodSync(join(folder, "stream"), 0o400);
        expect(mask("one", ["--engine", "portable", "--in", join(folder, "stream"), "--out", join(folder, "out")])).toBe("");
        expect(readFileSync(join(folder, "out"), "utf8")).toBe(first);
        expect(mask("two", ["--engine", "native"], { input: stream })).not.toBe(first);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    MINUTE,
  );
});

interface Options {
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Standard output of the command line; throws when it does not end well. */
function cli(cwd: string, args: readonly string[], { input = new Uint8Array(0), env = {} }: Partial<Options> = {}): Uint8Array {
  const result = spawnSync(process.execPath, [`${projectRoot}runtime/cli/main.ts`, ...args], {
    cwd,
    input,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) throw new Error(`exit ${result.status}: ${result.stderr.toString()}`);
  return new Uint8Array(result.stdout);
}

const isConstant = (value: string): boolean => /^(?:REDACTED|X+|0+|XX00REDACTED|ZZZZZZ22(?:AXXX)?|\+999-0+)$/.test(value);
