/**
 * Amounts that are changed: what added up adds up. Judged by the rules between values (docs/cli.md, verify-message), which look at the
 * bytes by themselves and know of no technique; test/suites/statements-add-up.test.ts has a judge that is not ours.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { ENGINE_NAMES } from "../engines.ts";
import { type Masked, Masking } from "../property/masking.ts";
import { filesBelow, projectRoot, sharedExists, sharedRoot } from "../shared.ts";
import { TECHNIQUES, verdictsOf } from "./adding-up.ts";

/** Messages of our own, and the samples where they are. */
const FOLDERS = [`${projectRoot}test/corpus/mt/messages`, ...(sharedExists ? [`${sharedRoot}samples`] : [])];
/** Why a sample is refused that has nothing to do with its amounts: what stands around it, or how it is written. */
const UNREAD: readonly number[] = [2001, 3006, 3101];

const SOUND = FOLDERS.flatMap(filesBelow).flatMap((path) => {
  const bytes = new Uint8Array(readFileSync(path));
  const { checked, findings } = verdictsOf(path, bytes);
  return checked > 0 && findings.length === 0 ? [{ name: relative(sharedRoot, path), bytes, checked }] : [];
});

describe.each(Object.entries(TECHNIQUES))("%s", (technique, document) => {
  const outputs = new Map<string, Masked>();
  test.each(ENGINE_NAMES.map((name) => [name]))(
    "every sound message adds up after it, %s",
    async (engine) => {
      const masking = await Masking.open({
        engine,
        model: { bauta: 1, name: technique, extends: "test-data", ...document },
        input: "lenient",
      });
      const counts = { sound: SOUND.length, masked: 0, refused: 0, rules: 0 };
      for (const { name, bytes, checked } of SOUND) {
        const masked = masking.mask(bytes);
        expect([name, outputs.get(name) ?? masked]).toEqual([name, masked]);
        outputs.set(name, masked);
        expect([name, masked.refusals.map(({ code, path }) => `${code} ${path}`).filter((text) => !isUnread(text))]).toEqual([name, []]);
        if (masked.refusals.length > 0) {
          counts.refused++;
          continue;
        }
        expect([name, verdictsOf(name, masked.output)]).toEqual([name, { checked, findings: [] }]);
        counts.masked++;
        counts.rules += checked;
      }
      masking.close();
      console.log(`${technique}, ${engine}: ${JSON.stringify(counts)}`);
      expect(counts.masked).toBeGreaterThan(100);
    },
    120_000,
  );
});

const isUnread = (refusal: string): boolean => UNREAD.includes(Number(refusal.split(" ")[0]));

/** A statement of a thousand entries: more values than an engine holds at once, and sums over all of them. */
function largeStatement(count: number): Uint8Array {
  const amount = (i: number): number => 100 + ((i * 7919) % 99_991);
  const text = (cents: number): string => (Math.abs(cents) / 100).toFixed(2);
  const indicator = (cents: number): string => `<CdtDbtInd>${cents < 0 ? "DBIT" : "CRDT"}</CdtDbtInd>`;
  const changes = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? -amount(i) : amount(i)));
  const balance = (type: string, cents: number): string =>
    `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${text(cents)}</Amt>${indicator(cents)}<Dt><Dt>2026-04-17</Dt></Dt></Bal>`;
  const entries = changes.map(
    (cents) =>
      `<Ntry><Amt Ccy="EUR">${text(cents)}</Amt>${indicator(cents)}<Sts><Cd>BOOK</Cd></Sts><BkTxCd/><NtryDtls><TxDtls><Amt Ccy="EUR">${text(cents)}</Amt>${indicator(cents)}</TxDtls></NtryDtls></Ntry>`,
  );
  const total = changes.reduce((sum, cents) => sum + cents, 0);
  const sum = text(changes.reduce((all, cents) => all + Math.abs(cents), 0));
  return new TextEncoder().encode(
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-17T00:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><CreDtTm>2026-04-17T00:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>${balance("OPBD", -12_345)}${balance("CLBD", total - 12_345)}<TxsSummry><TtlNtries><NbOfNtries>${count}</NbOfNtries><Sum>${sum}</Sum></TtlNtries></TxsSummry>${entries.join("")}</Stmt></BkToCstmrStmt></Document>\n`,
  );
}

test("a statement that is masked in parts adds up, and engines agree on it", async () => {
  const input = largeStatement(1000);
  const outputs: Uint8Array[] = [];
  for (const engine of ENGINE_NAMES) {
    const masking = await Masking.open({ engine, model: { bauta: 1, name: "noise", extends: "test-data", ...TECHNIQUES["noise"] } });
    const output = masking.maskWhole(input);
    masking.close();
    expect(verdictsOf("large", output)).toEqual({ checked: verdictsOf("large", input).checked, findings: [] });
    outputs.push(output);
  }
  for (const output of outputs) expect(Buffer.compare(output, outputs[0] as Uint8Array)).toBe(0);
}, 60_000);

describe("what cannot be kept is refused", () => {
  const pain = (total: string): Uint8Array =>
    new TextEncoder().encode(
      `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-17T00:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>${total}</CtrlSum><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="EUR">1234.50</IntrBkSttlmAmt><ChrgBr>SLEV</ChrgBr><Dbtr/><DbtrAgt><FinInstnId/></DbtrAgt><CdtrAgt><FinInstnId/></CdtrAgt><Cdtr/></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>\n`,
    );
  const keepsTotals = {
    bauta: 1,
    name: "half",
    extends: "test-data",
    namespaces: { amounts: { technique: "noise", kind: "amount", within: 10 } },
    rules: [
      { class: "amount", use: "amounts" },
      { path: "iso20022:**/CtrlSum", technique: "keep" },
    ],
  } as const;

  test.each(ENGINE_NAMES.map((name) => [name]))("a model that changes amounts and keeps their sum, %s", async (engine) => {
    const masking = await Masking.open({ engine, model: keepsTotals });
    const sound = masking.mask(pain("1234.50"));
    expect(sound.refusals.map(({ code, path }) => [code, path])).toEqual([[8602, "FIToFICstmrCdtTrf/GrpHdr/CtrlSum"]]);
    expect(sound.output.length).toBe(0);
    // What did not hold before is nobody's to keep; and between two others a refused record is not written.
    expect(masking.mask(pain("1.00")).refusals).toEqual([]);
    const records = [pain("1.00"), pain("1234.50"), pain("2.00")];
    const { output, refusals } = masking.mask(new Uint8Array(Buffer.concat(records)));
    masking.close();
    expect(refusals.map(({ record, code }) => [record, code])).toEqual([[1, 8602]]);
    expect(new TextDecoder().decode(output).match(/<CtrlSum>[^<]*/g)).toEqual(["<CtrlSum>1.00", "<CtrlSum>2.00"]);
  });
});
