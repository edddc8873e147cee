/** Messages in pairs, an MT and an MX of the same payment (README.md). The seed decides who pays whom, and which options the MT has. */
import { CAPITALS, DIGITS, Random } from "../../generators/random.ts";
import { agents, bankOf, type Party, parties } from "./parties.ts";

export interface Pair {
  /** `MT103-2`. */
  readonly name: string;
  readonly mt: string;
  readonly mx: string;
}

/** Pairs of each kind. */
const COUNTS = { MT103: 10, MT202COV: 5, MT101: 5, MT940: 8 } as const;

export function pairs(seed: number): readonly Pair[] {
  const random = new Random(seed);
  const made = (name: string, count: number, make: (random: Random, ordinal: number) => readonly [string, string]): Pair[] =>
    Array.from({ length: count }, (_, i) => {
      const [mt, mx] = make(random, i);
      return { name: `${name}-${i + 1}`, mt, mx };
    });
  return [
    ...made("MT103", COUNTS.MT103, transferOf),
    ...made("MT202COV", COUNTS.MT202COV, coverOf),
    ...made("MT101", COUNTS.MT101, initiationOf),
    ...made("MT940", COUNTS.MT940, statementOf),
  ];
}

// ── what both say ───────────────────────────────────────────────────────────────────────────────────────────────────────

const referenceOf = (random: Random, max = 16): string => random.text(CAPITALS + DIGITS, random.between(9, max));
const uetrOf = (random: Random): string => {
  const hex = (length: number): string => random.text("0123456789abcdef", length);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
};

interface Day {
  readonly mt: string;
  readonly mx: string;
}
function dayOf(random: Random): Day {
  const [month, day] = [random.between(1, 12), random.between(1, 28)].map((number) => String(number).padStart(2, "0"));
  return { mt: `26${month}${day}`, mx: `2026-${month}-${day}` };
}

interface Sum {
  readonly mt: string;
  readonly mx: string;
}
const sumOf = (cents: number): Sum => {
  const mx = `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  return { mt: mx.replace(".", ","), mx };
};

const isIban = (account: string): boolean => /^[A-Z]{2}\d{2}/.test(account);
const swift = (fields: readonly (string | undefined)[]): string =>
  fields
    .filter((field) => field !== undefined)
    .map((field) => `:${field.replaceAll("\n", "\r\n")}\r\n`)
    .join("");
const fin = (type: string, header: string, fields: readonly (string | undefined)[]): string =>
  `{1:F01QUELDEFFAXXX4172051998}{2:I${type}XANTFRPPXXXXN}${header}{4:\r\n${swift(fields)}-}`;
const document = (message: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${message}">${content}</Document>\n`;
const agent = (name: string, bic: string): string => `<${name}><FinInstnId><BICFI>${bic}</BICFI></FinInstnId></${name}>`;
const account = (name: string, of: string): string => `<${name}><Id>${isIban(of) ? `<IBAN>${of}</IBAN>` : `<Othr><Id>${of}</Id></Othr>`}</Id></${name}>`;

/** A customer in both: by name, by numbered lines, or by BIC. */
type Form = "name" | "numbered" | "bic";
const corporateBic = (party: Party): string => `${party.swiftName.replaceAll(/[^A-Z]/g, "").slice(0, 4)}${party.country}2A`;

function customer(tags: Readonly<Record<Form, string>>, form: Form, party: Party): string {
  const line = `${tags[form]}:/${party.account}\n`;
  if (form === "bic") return `${line}${corporateBic(party)}`;
  if (form === "name") return `${line}${party.swiftName}\n${party.street.toUpperCase()}`;
  return `${line}1/${party.swiftName}\n2/${party.street.toUpperCase()}\n3/${party.country}/${party.town.toUpperCase()}`;
}
const ORDERING: Readonly<Record<Form, string>> = { name: "50K", numbered: "50F", bic: "50A" };
const BENEFICIARY: Readonly<Record<Form, string>> = { name: "59", numbered: "59F", bic: "59A" };

function party(name: string, form: Form, of: Party): string {
  if (form === "bic") return `<${name}><Id><OrgId><AnyBIC>${corporateBic(of)}</AnyBIC></OrgId></Id></${name}>`;
  const address = form === "numbered" ? `<PstlAdr><TwnNm>${of.town}</TwnNm><Ctry>${of.country}</Ctry></PstlAdr>` : "";
  return `<${name}><Nm>${of.name}</Nm>${address}</${name}>`;
}

interface Parties {
  readonly debtor: Party;
  readonly creditor: Party;
  readonly debtorBank: string;
  readonly creditorBank: string;
}
function partiesOf(random: Random, ordinal: number): Parties {
  const debtor = random.pick(parties);
  const creditor = random.pick(parties.filter((one) => one !== debtor));
  return {
    debtor,
    creditor,
    debtorBank: bankOf(debtor, ordinal).bic,
    creditorBank: `${bankOf(creditor, ordinal + 1).bic}${random.chance(0.3) ? "XXX" : ""}`,
  };
}

// ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const FORMS: readonly Form[] = ["name", "numbered", "bic"];
const header = (id: string, day: Day, more = "<NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf>"): string =>
  `<GrpHdr><MsgId>${id}</MsgId><CreDtTm>${day.mx}T10:11:12+01:00</CreDtTm>${more}</GrpHdr>`;

/** MT103 and pacs.008: with a rate or charges, an intermediary, or neither. */
function transferOf(random: Random, ordinal: number): readonly [string, string] {
  const { debtor, creditor, debtorBank, creditorBank } = partiesOf(random, ordinal);
  const [by, to] = [FORMS[ordinal % 3] as Form, FORMS[Math.trunc(ordinal / 3) % 3] as Form];
  const [reference, uetr, day] = [referenceOf(random), uetrOf(random), dayOf(random)];
  const isRated = ordinal % 3 === 1;
  const cents = random.between(100, 9_999) * 100;
  const [paid, ordered, charges] = [sumOf(isRated ? (cents * 5) / 4 : cents - 1250), sumOf(cents), sumOf(1250)];
  const via = ordinal % 2 === 1 ? random.pick(agents).bic : undefined;
  const mt = fin("103", `{3:{121:${uetr}}}`, [
    `20:${reference}`,
    "23B:CRED",
    `32A:${day.mt}EUR${paid.mt}`,
    `33B:${isRated ? "USD" : "EUR"}${ordered.mt}`,
    isRated ? "36:1,25" : undefined,
    customer(ORDERING, by, debtor),
    `52A:${debtorBank}`,
    via === undefined ? undefined : `56A:${via}`,
    `57A:${creditorBank}`,
    customer(BENEFICIARY, to, creditor),
    "70:/INV/RECHNUNG 4711",
    `71A:${isRated ? "SHA" : "BEN"}`,
    isRated ? undefined : `71F:EUR${charges.mt}`,
  ]);
  const charge = isRated ? "" : `<ChrgsInf><Amt Ccy="EUR">${charges.mx}</Amt>${agent("Agt", debtorBank)}</ChrgsInf>`;
  const mx = document(
    "pacs.008.001.08",
    `<FIToFICstmrCdtTrf>${header(referenceOf(random), day)}<CdtTrfTxInf><PmtId><InstrId>${reference}</InstrId><EndToEndId>NOTPROVIDED</EndToEndId><UETR>${uetr}</UETR></PmtId><IntrBkSttlmAmt Ccy="EUR">${paid.mx}</IntrBkSttlmAmt><IntrBkSttlmDt>${day.mx}</IntrBkSttlmDt><InstdAmt Ccy="${isRated ? "USD" : "EUR"}">${ordered.mx}</InstdAmt>${isRated ? "<XchgRate>1.25</XchgRate>" : ""}<ChrgBr>${isRated ? "SHAR" : "CRED"}</ChrgBr>${charge}${via === undefined ? "" : agent("IntrmyAgt1", via)}${party("Dbtr", by, debtor)}${account("DbtrAcct", debtor.account)}${agent("DbtrAgt", debtorBank)}${agent("CdtrAgt", creditorBank)}${party("Cdtr", to, creditor)}${account("CdtrAcct", creditor.account)}<RmtInf><Ustrd>Rechnung 4711</Ustrd></RmtInf></CdtTrfTxInf></FIToFICstmrCdtTrf>`,
  );
  return [mt, mx];
}

/** MT202 COV and pacs.009 with the customer credit transfer that it covers. */
function coverOf(random: Random, ordinal: number): readonly [string, string] {
  const { debtor, creditor, debtorBank, creditorBank } = partiesOf(random, ordinal);
  const form = FORMS[ordinal % 2] as Form;
  const [reference, related, uetr, day] = [referenceOf(random), referenceOf(random), uetrOf(random), dayOf(random)];
  const amount = sumOf(random.between(100, 9_999_999));
  const [institution, beneficiary, keeper] = [random.pick(agents).bic, random.pick(agents).bic, random.pick(agents).bic];
  const mt = fin("202", `{3:{119:COV}{121:${uetr}}}`, [
    `20:${reference}`,
    `21:${related}`,
    `32A:${day.mt}USD${amount.mt}`,
    `52A:${institution}`,
    `57A:${keeper}`,
    `58A:${beneficiary}`,
    customer(ORDERING, form, debtor),
    `52A:${debtorBank}`,
    `57A:${creditorBank}`,
    customer(BENEFICIARY, form, creditor),
    `33B:USD${amount.mt}`,
  ]);
  const mx = document(
    "pacs.009.001.08",
    `<FICdtTrf>${header(referenceOf(random), day)}<CdtTrfTxInf><PmtId><InstrId>${reference}</InstrId><EndToEndId>${related}</EndToEndId><UETR>${uetr}</UETR></PmtId><IntrBkSttlmAmt Ccy="USD">${amount.mx}</IntrBkSttlmAmt><IntrBkSttlmDt>${day.mx}</IntrBkSttlmDt>${agent("Dbtr", institution)}${agent("CdtrAgt", keeper)}${agent("Cdtr", beneficiary)}<UndrlygCstmrCdtTrf>${party("Dbtr", form, debtor)}${account("DbtrAcct", debtor.account)}${agent("DbtrAgt", debtorBank)}${agent("CdtrAgt", creditorBank)}${party("Cdtr", form, creditor)}${account("CdtrAcct", creditor.account)}<InstdAmt Ccy="USD">${amount.mx}</InstdAmt></UndrlygCstmrCdtTrf></CdtTrfTxInf></FICdtTrf>`,
  );
  return [mt, mx];
}

/** MT101 and pain.001: one order of some payments. */
function initiationOf(random: Random, ordinal: number): readonly [string, string] {
  const { debtor, debtorBank } = partiesOf(random, ordinal);
  const isByBic = ordinal % 3 === 2;
  const [message, order, day] = [referenceOf(random), referenceOf(random), dayOf(random)];
  const payments = Array.from({ length: 1 + ordinal }, () => {
    const { creditor, creditorBank } = partiesOf(random, ordinal);
    return { creditor, creditorBank, reference: referenceOf(random), cents: random.between(1, 999_999), form: random.pick(["name", "numbered"] as const) };
  });
  const total = sumOf(payments.reduce((sum, { cents }) => sum + cents, 0));
  const mt = fin("101", "", [
    `20:${message}`,
    `21R:${order}`,
    "28D:1/1",
    isByBic ? `50G:/${debtor.account}\n${corporateBic(debtor)}` : `50H:/${debtor.account}\n${debtor.swiftName}`,
    `52A:${debtorBank}`,
    `30:${day.mt}`,
    ...payments.flatMap(({ creditor, creditorBank, reference, cents, form }) => [
      `21:${reference}`,
      `32B:EUR${sumOf(cents).mt}`,
      `57A:${creditorBank}`,
      customer(BENEFICIARY, form, creditor),
      "71A:SHA",
    ]),
  ]);
  const transactions = payments.map(
    ({ creditor, creditorBank, reference, cents, form }) =>
      `<CdtTrfTxInf><PmtId><EndToEndId>${reference}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">${sumOf(cents).mx}</InstdAmt></Amt><ChrgBr>SHAR</ChrgBr>${agent("CdtrAgt", creditorBank)}${party("Cdtr", form, creditor)}${account("CdtrAcct", creditor.account)}</CdtTrfTxInf>`,
  );
  const totals = `<NbOfTxs>${payments.length}</NbOfTxs><CtrlSum>${total.mx}</CtrlSum>`;
  const mx = document(
    "pain.001.001.09",
    `<CstmrCdtTrfInitn>${header(message, day, `${totals}<InitgPty><Nm>${debtor.name}</Nm></InitgPty>`)}<PmtInf><PmtInfId>${order}</PmtInfId><PmtMtd>TRF</PmtMtd>${totals}<ReqdExctnDt><Dt>${day.mx}</Dt></ReqdExctnDt>${party("Dbtr", isByBic ? "bic" : "name", debtor)}${account("DbtrAcct", debtor.account)}${agent("DbtrAgt", debtorBank)}${transactions.join("")}</PmtInf></CstmrCdtTrfInitn>`,
  );
  return [mt, mx];
}

// ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Entry {
  readonly isCredit: boolean;
  readonly cents: number;
  readonly day: Day;
  readonly own: string;
  readonly servicer: string;
  readonly endToEnd: string;
  readonly mandate: string | undefined;
  readonly other: Party;
  readonly bank: string;
}

/** MT940 and camt.053: 86 in subfields, with code words, or with codes between slashes. */
function statementOf(random: Random, ordinal: number): readonly [string, string] {
  const owner = random.pick(parties.filter(({ account }) => isIban(account)));
  const servicer = bankOf(owner, ordinal).bic;
  // 25 has room for 35 characters.
  const isNamed = servicer.length + 1 + owner.account.length <= 35;
  const [reference, number, day, next] = [referenceOf(random), random.between(1, 365), dayOf(random), dayOf(random)];
  const entries = Array.from({ length: 1 + ordinal }, (): Entry => {
    const other = random.pick(parties.filter((one) => one !== owner && isIban(one.account)));
    return {
      isCredit: random.chance(0.5),
      cents: random.between(1, 99_999),
      day: next,
      own: referenceOf(random),
      servicer: referenceOf(random),
      endToEnd: referenceOf(random, 30),
      mandate: random.chance(0.5) ? referenceOf(random, 30) : undefined,
      other,
      bank: bankOf(other, ordinal).bic,
    };
  });
  const opening = random.between(5_000_000, 9_999_999);
  const closing = entries.reduce((sum, { isCredit, cents }) => sum + (isCredit ? cents : -cents), opening);
  const mt = fin("940", "", [
    `20:${reference}`,
    `25:${isNamed ? `${servicer}/` : ""}${owner.account}`,
    `28C:${number}/1`,
    `60F:C${day.mt}EUR${sumOf(opening).mt}`,
    ...entries.flatMap((entry) => [
      `61:${entry.day.mt}${entry.day.mt.slice(2)}${entry.isCredit ? "C" : "D"}${sumOf(entry.cents).mt}NTRF${entry.own}//${entry.servicer}`,
      `86:${informationOf(entry, ordinal % 3)}`,
    ]),
    `62F:C${next.mt}EUR${sumOf(closing).mt}`,
  ]);
  const mx = document(
    "camt.053.001.08",
    `<BkToCstmrStmt>${header(referenceOf(random), next, "")}<Stmt><Id>${reference}</Id><ElctrncSeqNb>${number}</ElctrncSeqNb><Acct><Id><IBAN>${owner.account}</IBAN></Id>${isNamed ? agent("Svcr", servicer) : ""}</Acct>${balance("OPBD", opening, day)}${balance("CLBD", closing, next)}${entries.map(entryOf).join("")}</Stmt></BkToCstmrStmt>`,
  );
  return [mt, mx];
}

const wrapped = (text: string): string => (text.match(/.{1,65}/g) ?? []).map((line) => line.replace(/^[:-]/, "X")).join("\n");

function informationOf({ endToEnd, mandate, other, bank }: Entry, form: number): string {
  switch (form) {
    case 0: {
      const purpose = `EREF+${endToEnd}${mandate === undefined ? "" : ` MREF+${mandate}`} SVWZ+RECHNUNG 4711`;
      const parts = (purpose.match(/.{1,27}/g) ?? []).map((part, i) => `?2${i}${part}`);
      const names = (other.swiftName.match(/.{1,27}/g) ?? []).map((part, i) => `?3${i + 2}${part}`);
      return wrapped(`166?00UEBERWEISUNG?100004${parts.join("")}?30${bank}?31${other.account}${names.join("")}`);
    }
    case 1:
      return wrapped(
        `/TRTP/SEPA OVERBOEKING/IBAN/${other.account}/BIC/${bank}/NAME/${other.swiftName}/REMI/RECHNUNG 4711/EREF/${endToEnd}${mandate === undefined ? "" : `/MARF/${mandate}`}`,
      );
    default:
      return wrapped(
        `/EREF/${endToEnd}//${mandate === undefined ? "" : `MARF/${mandate}//`}CNTP/${other.account}/${bank}/${other.swiftName}/${other.town.toUpperCase()}//REMI/USTD//RECHNUNG 4711/`,
      );
  }
}

const balance = (type: string, cents: number, day: Day): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${sumOf(cents).mx}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day.mx}</Dt></Dt></Bal>`;

function entryOf({ isCredit, cents, day, own, servicer, endToEnd, mandate, other, bank }: Entry): string {
  const role = isCredit ? "Dbtr" : "Cdtr";
  const references = `<Refs><EndToEndId>${endToEnd}</EndToEndId>${mandate === undefined ? "" : `<MndtId>${mandate}</MndtId>`}</Refs>`;
  return `<Ntry><NtryRef>${own}</NtryRef><Amt Ccy="EUR">${sumOf(cents).mx}</Amt><CdtDbtInd>${isCredit ? "CRDT" : "DBIT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>${day.mx}</Dt></ValDt><AcctSvcrRef>${servicer}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls>${references}<RltdPties><${role}><Pty><Nm>${other.name}</Nm></Pty></${role}>${account(`${role}Acct`, other.account)}</RltdPties><RltdAgts>${agent(`${role}Agt`, bank)}</RltdAgts><RmtInf><Ustrd>Rechnung 4711</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
}
