/** Statements of any length: every entry is of another customer, so that nobody answers from a cache. */

/** A camt.053 of so many entries, each of another customer. */
export function camt053(entries: number): string {
  const entry = (i: number): string =>
    `<Ntry><NtryRef>R${i}</NtryRef><Amt Ccy="EUR">${(i % 900) + 1}.25</Amt><CdtDbtInd>${i % 2 === 0 ? "DBIT" : "CRDT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-${i}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Customer Number ${i}</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>7320-${i}</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Invoice ${i} of May</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`;
  const head =
    "<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-20T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>7320-1</Id></Othr></Id></Acct>";
  const all = Array.from({ length: entries }, (_, i) => entry(i)).join("");
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>${head}${all}</Stmt></BkToCstmrStmt></Document>`;
}

const OPENING_CENTS = 100_000_000;

/** An MT940 of so many entries, each with a field 86 in subfields; it adds up. */
export function mt940(entries: number): string {
  const centsOf = (i: number): number => ((i % 900) + 1) * 100 + 25;
  const amount = (cents: number): string => `${Math.trunc(cents / 100)},${String(cents % 100).padStart(2, "0")}`;
  const entry = (i: number): string =>
    `:61:2611201120${i % 2 === 0 ? "D" : "C"}${amount(centsOf(i))}NTRFR${i}//S${i}\r\n:86:166?00UEBERWEISUNG?20EREF+E2E-${i}?21SVWZ+INVOICE ${i} OF\r\n?22MAY?30GLDTDEFF?317320${String(i).padStart(8, "0")}?32CUSTOMER NUMBER ${i}\r\n`;
  const numbers = Array.from({ length: entries }, (_, i) => i);
  const closing = numbers.reduce((sum, i) => sum + (i % 2 === 0 ? -centsOf(i) : centsOf(i)), OPENING_CENTS);
  return `:20:S1\r\n:25:GLDTDEFF/73201234567890\r\n:28C:1/1\r\n:60F:C261119EUR${amount(OPENING_CENTS)}\r\n${numbers.map(entry).join("")}:62F:C261120EUR${amount(closing)}\r\n-`;
}
