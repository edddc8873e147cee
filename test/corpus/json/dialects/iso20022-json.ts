/** ISO 20022 in JSON: pacs.008, pain.001 and pacs.002 with the standard's short names, attributes as `@Ccy`. */
import { organisation, type Party, person, uetr } from "../parties.ts";
import { type CorpusFile, document, type Json, lines } from "../write.ts";

const address = (of: Party): Json => ({ StrtNm: of.street, BldgNb: of.building, PstCd: of.postCode, TwnNm: of.town, Ctry: of.country });

const party = (of: Party): Json => ({
  Nm: of.name,
  PstlAdr: address(of),
  Id:
    of.lei === undefined
      ? { PrvtId: { DtAndPlcOfBirth: { BirthDt: of.born as string, CityOfBirth: of.town, CtryOfBirth: of.country } } }
      : { OrgId: { LEI: of.lei, Othr: [{ Id: `KD${of.iban.slice(-7)}`, SchmeNm: { Cd: "CUST" } }] } },
  CtctDtls: { PhneNb: of.phone.replace(" ", "-").replaceAll(" ", ""), EmailAdr: of.email },
});

const agent = (of: Party): Json => ({ FinInstnId: { BICFI: of.bank.bic, Nm: of.bank.name } });
const iban = (of: Party): Json => ({ Id: { IBAN: of.iban }, Ccy: "EUR" });

function transfer(index: number): Json {
  const debtor = index % 2 === 0 ? person(index) : organisation(index);
  const creditor = index % 2 === 0 ? organisation(index + 4) : person(index + 3);
  return {
    PmtId: { InstrId: `INSTR-${4700 + index}`, EndToEndId: `RG-2026-${8815 + index}`, TxId: `TX${60 + index}A`, UETR: uetr(index) },
    PmtTpInf: { SvcLvl: [{ Cd: "SEPA" }], LclInstrm: { Prtry: "STD" } },
    IntrBkSttlmAmt: { "@Ccy": "EUR", "#text": `${1845 + index}.50` },
    IntrBkSttlmDt: "2026-11-20",
    ChrgBr: "SLEV",
    Dbtr: party(debtor),
    DbtrAcct: iban(debtor),
    DbtrAgt: agent(debtor),
    CdtrAgt: agent(creditor),
    Cdtr: party(creditor),
    CdtrAcct: iban(creditor),
    RmtInf: { Ustrd: [`Rechnung RG-2026-${8815 + index} für ${debtor.name}`] },
  };
}

const header = (index: number, count: number): Json => ({
  MsgId: `BAUTA-${202611 + index}-${index}`,
  CreDtTm: "2026-11-20T09:30:47Z",
  NbOfTxs: `${count}`,
  SttlmInf: { SttlmMtd: "CLRG", ClrSys: { Cd: "ST2" } },
});

const pacs008 = (index: number, count: number): Json => ({
  Document: {
    "@xmlns": "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08",
    FIToFICstmrCdtTrf: { GrpHdr: header(index, count), CdtTrfTxInf: Array.from({ length: count }, (_, i) => transfer(index + i)) },
  },
});

const pacs002 = (index: number): Json => ({
  Document: {
    "@xmlns": "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10",
    FIToFIPmtStsRpt: {
      GrpHdr: { MsgId: `STS-${11 + index}-${index}`, CreDtTm: "2026-11-20T09:31:00Z" },
      TxInfAndSts: [
        {
          OrgnlInstrId: `INSTR-${4700 + index}`,
          OrgnlEndToEndId: `RG-2026-${8815 + index}`,
          OrgnlUETR: uetr(index),
          TxSts: index % 2 === 0 ? "ACSC" : "RJCT",
          StsRsnInf: index % 2 === 0 ? [] : [{ Rsn: { Cd: "BE04" }, AddtlInf: [`Anschrift von ${person(index).name} fehlt`] }],
          InstgAgt: agent(organisation(index)),
        },
      ],
    },
  },
});

export const iso20022Json: readonly CorpusFile[] = [
  ...[0, 1, 2, 3, 4].map((index) => document(`iso20022-json/pacs008-${index + 1}.json`, pacs008(index, 1 + (index % 3)), { indent: 2 })),
  lines("iso20022-json/pacs008.ndjson", [6, 7, 8].map((index) => pacs008(index, 2)), { escape: "lower" }),
  lines("iso20022-json/pacs002.ndjson", [0, 1].map(pacs002), {}),
];
