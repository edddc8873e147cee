/**
 * The corpus: complete MT103, MT202 and MT202COV messages as banks send them, each for something that the others do not show.
 * A case says only what is special; the rest comes from a plain transfer between two of the invented parties.
 */
import { lei } from "./check-digits.ts";
import { type Bank, banks, cardNumber, companies, type Customer, people } from "./parties.ts";

/** Tag and content; lines of the content are separated by LF. */
export type MessageField = readonly [tag: string, content: string];

export interface Case {
  readonly name: string;
  readonly type: "103" | "202";
  /** Replaces or adds fields of the plain message; null takes one away. A tag that ends in `*` may come again. */
  readonly fields: readonly (readonly [tag: string, content: string | null])[];
  readonly header?: "input" | "output" | "none";
  /** Priority, delivery monitoring, obsolescence: the end of block 2 of an input message. */
  readonly priority?: string;
  /** Tags of block 3 besides 108 and 121; null: no block 3. */
  readonly block3?: readonly string[] | null;
  /** Content of block 5; null: no block 5. */
  readonly trailers?: string | null;
  readonly system?: string;
  /** Tags of the acknowledgement in front, behind 177; `*` is the message's own user reference. */
  readonly acknowledgement?: string;
  readonly lineEnd?: "\r\n" | "\n";
  readonly sequenceB?: readonly (readonly [tag: string, content: string | null])[];
}

/** The order of fields in a message (schemas/catalogues/swift-mt/messages.json says the same; it is what is tested). */
const ORDER_103 = ["20", "13C", "23B", "23E", "26T", "32A", "33B", "36", "50", "51", "52", "53", "54", "55", "56", "57", "59", "70", "71A", "71F", "71G", "72", "77B", "77T"];
const ORDER_202 = ["20", "21", "13C", "32A", "52", "53", "54", "56", "57", "58", "72"];
const ORDER_COVER = ["50", "52", "56", "57", "59", "70", "72", "33B"];

/** The message's bytes as text (all of it is ASCII). */
export function render(message: Case, ordinal: number): string {
  const lineEnd = message.lineEnd ?? "\r\n";
  const sender = banks[ordinal % banks.length] as Bank;
  const receiver = banks[(ordinal + 5) % banks.length] as Bank;
  const text = [...fieldsOf(message, ordinal)].map(([tag, content]) => `:${tag}:${content.replaceAll("\n", lineEnd)}${lineEnd}`).join("");
  if (message.header === "none") return text;
  const session = String(1000 + ordinal * 7).slice(-4);
  const sequence = String(100000 + ordinal * 417).slice(-6);
  const day = businessDay(ordinal);
  const own = `${terminal(message.header === "output" ? receiver : sender, "A")}${session}${sequence}`;
  const acknowledgement =
    message.acknowledgement === undefined ? "" : `{1:F21${own}}{4:{177:${day}12${String(ordinal % 60).padStart(2, "0")}}${message.acknowledgement.replace("*", userReference(ordinal))}}`;
  const block2 =
    message.header === "output"
      ? `O${message.type}1131${day}${terminal(sender, "A")}${session}${sequence}${day}1134N`
      : `I${message.type}${terminal(receiver, "X")}${message.priority ?? "N"}`;
  const block3 = message.block3 === null ? "" : `{3:${blockThree(message, ordinal)}}`;
  const trailers = message.trailers === null ? "" : `{5:${message.trailers ?? `{CHK:${hexadecimal(ordinal, 12)}}`}}`;
  const system = message.system === undefined ? "" : `{S:${message.system}}`;
  return `${acknowledgement}{1:F01${own}}{2:${block2}}${block3}{4:${lineEnd}${text}-}${trailers}${system}`;
}

export const cases: readonly Case[] = [
  ...orderingCustomers(),
  ...agents(),
  ...beneficiaries(),
  ...narratives(),
  ...instructions(),
  ...layouts(),
  ...bankTransfers(),
  ...covers(),
];

/** Field 50, every option and form. */
function orderingCustomers(): Case[] {
  const [first, second] = people as readonly [Customer, Customer];
  const firm = companies[0] as Customer;
  const numbered = (...lines: string[]): string => lines.join("\n");
  const forms: readonly (readonly [string, string, string])[] = [
    ["50a-bic", "50A", "QUFOBEBX"],
    ["50a-account", "50A", `/${firm.account}\nQUFODEFFXXX`],
    ["50f-account", "50F", numbered(`/${first.account}`, `1/${first.name}`, `2/${first.street}`, `3/DE/${first.town}`)],
    ["50f-two-names", "50F", numbered(`/${second.account}`, "1/OSSIAN WILLEM ADRIAAN", "1/VANTREEK VAN DUINHOEK", `3/NL/${second.town}`)],
    ["50f-country-only", "50F", numbered(`/${second.account}`, `1/${second.name}`, `2/${second.street}`, "3/NL")],
    ["50f-town-continued", "50F", numbered(`/${first.account}`, `1/${first.name}`, "3/DE/KESSELBRUCK AN DER OBEREN", "3/QUELLBACHTALSPERRE")],
    ["50f-birth", "50F", numbered(`/${first.account}`, `1/${first.name}`, "4/19810417", "5/DE/KESSELBRUCK")],
    ["50f-arnu", "50F", numbered("ARNU/DE/998100417205", `1/${first.name}`, `2/${first.street}`, `3/DE/${first.town}`)],
    ["50f-ccpt", "50F", numbered("CCPT/DE/L0417T998", `1/${first.name}`, "4/19810417", "5/DE/KESSELBRUCK")],
    ["50f-cust", "50F", numbered("CUST/DE/QUELLBANK/000417205", `1/${first.name}`, `2/${first.street}`, `3/DE/${first.town}`)],
    ["50f-drlc", "50F", numbered("DRLC/NL/DUINHOEK/9981041720", `1/${second.name}`, `2/${second.street}`, `3/NL/${second.town}`)],
    ["50f-empl", "50F", numbered("EMPL/NL/VANTREEK MARITIEM/417", `1/${second.name}`, `2/${second.street}`, `3/NL/${second.town}`)],
    ["50f-nidn", "50F", numbered("NIDN/ES/99810417T", "1/XIMENA ALDORREZ", "2/CALLE DEL ALJIBE 6", "3/ES/VILLASERENA")],
    ["50f-sose", "50F", numbered("SOSE/US/998-17-0417", "1/MARLOW P. TENNYSHAW", "2/1800 COPPER KETTLE RD", "3/US/ELLERY FALLS, ZZ 00998")],
    ["50f-txid", "50F", numbered("TXID/PL/9981004172", "1/CASIMIR DOLENGA", "2/UL. WIERZBOWA 19/4", "3/PL/99-817 BRZEZOWIEC")],
    ["50f-customer-number", "50F", numbered(`/${first.account}`, `1/${first.name}`, "6/DE/QUELLBANK/0004172059981", "8/17")],
    ["50f-national-number", "50F", numbered(`/${first.account}`, `1/${first.name}`, `3/DE/${first.town}`, "7/DE/99810417T220001293")],
    ["50k-no-account", "50K", [firm.name, ...firm.address, "GERMANY"].join("\n")],
    ["50k-name-only", "50K", `/${first.account}\n${first.name}`],
    ["50k-four-lines", "50K", `/${firm.account}\n${firm.name}\nABT. EXPORT/IMPORT, HALLE 7\n${firm.address.join("\n")}`],
  ];
  return forms.map(([name, tag, content]) => ({ name: `mt103-${name}`, type: "103", fields: [["50", null], [tag, content]] }));
}

/** Fields 51 to 57, every option, with accounts, indicators and clearing codes. */
function agents(): Case[] {
  const [de, nl, it, , , , gb, pl, es, ch, at, , pt, us, jp, sg] = banks as unknown as readonly Bank[] & Record<number, Bank>;
  const all = { de, nl, it, gb, pl, es, ch, at, pt, us, jp, sg } as Record<string, Bank>;
  const of = (key: string): Bank => all[key] as Bank;
  const nameAddress = (bank: Bank): string => `${bank.name}\n1 MARKET SQUARE\n${bank.town}`;
  const rows: readonly (readonly [string, Case["fields"]])[] = [
    ["51a", [["51A", "QUELDEFFXXX"]]],
    ["52a-bic11", [["52A", "QUELDEFF417"]]],
    ["52a-account", [["52A", `/${of("de").account}\nQUELDEFF`]]],
    ["52a-debit", [["52A", `/D/${of("de").account}\nQUELDEFF`]]],
    ["52d", [["52D", nameAddress(of("us"))]]],
    ["52d-clearing", [["52D", `//${of("us").clearing}\n${nameAddress(of("us"))}`]]],
    ["53a", [["53A", `/C/${of("gb").account}\nZYRKGB2LXXX`]]],
    ["53b-account", [["53B", `/${of("nl").account}`]]],
    ["53b-credit-location", [["53B", `/C/${of("nl").account}\nDUINHOEK`]]],
    ["53b-location", [["53B", "PENMARROW BRANCH"]]],
    ["53d", [["53D", `/${of("us").account}\n${nameAddress(of("us"))}`]]],
    ["54a", [["53A", "ZUMBUS33"], ["54A", "ZYRKGB2L"]]],
    ["54b", [["53A", "ZUMBUS33XXX"], ["54B", `/${of("gb").account}\nPENMARROW`]]],
    ["54d", [["53A", "ZUMBUS33"], ["54D", nameAddress(of("gb"))]]],
    ["55a", [["53A", "ZUMBUS33"], ["54A", "ZYRKGB2L"], ["55A", "QAPRSGSG"]]],
    ["55b", [["53A", "ZUMBUS33"], ["54A", "ZYRKGB2L"], ["55B", `/${of("sg").account}\nSINGAPORE`]]],
    ["55d", [["53A", "ZUMBUS33"], ["54A", "ZYRKGB2L"], ["55D", nameAddress(of("sg"))]]],
    ["56a", [["56A", "ZYRKGB2L"], ["57A", "QAPRSGSGXXX"]]],
    ["56a-clearing", [["56A", "//CH099810\nQORBCHZZ"], ["57A", "ZARKATWW"]]],
    ["56c", [["56C", `//${of("us").clearing}`], ["57A", "QAPRSGSG"]]],
    ["56d", [["56D", `//CP0417\n${nameAddress(of("us"))}`], ["57D", nameAddress(of("jp"))]]],
    ["57a-clearing", [["57A", `//${of("gb").clearing}\nZYRKGB2L`]]],
    ["57a-real-time", [["57A", "//RT\nQAPRSGSG"]]],
    ["57a-account", [["57A", `/${of("it").account}\nXILOITMM`]]],
    ["57b", [["57B", `/D/${of("jp").account}\nKITANOURA`]]],
    ["57c", [["57C", `//${of("pl").clearing}`]]],
    ["57d-austria", [["57D", `//${of("at").clearing}\n${nameAddress(of("at"))}`]]],
    ["57d-spain", [["57D", `//${of("es").clearing}\n${nameAddress(of("es"))}`]]],
    ["57d-portugal", [["57D", `//${of("pt").clearing}\n${nameAddress(of("pt"))}`]]],
    ["57d-switzerland", [["57D", `//${of("ch").clearing}\n${nameAddress(of("ch"))}`]]],
    ["57d-australia", [["57D", "//AU998104\nWOLLEMI RIDGE BANKING CO\n4 FERNTREE PDE\nWATTLE CREEK 9981"]]],
    ["57d-canada", [["57D", "//CC099810417\nMAPLEGROVE CREDIT UNION\n417 BIRCHBARK RD\nLAC ORIGNAL ZZ"]]],
    ["57d-china", [["57D", "//CN998104172051\nYUNSHAN COMMERCIAL BANK\n9 JADE TERRACE\nYUNSHAN"]]],
    ["57d-greece", [["57D", "//GR9981041\nTRAPEZA ELAIONAS SA\n17 ODOS ELAIAS\nELAIONAS"]]],
    ["57d-hongkong", [["57D", "//HK998\nPEARLGATE BANK LTD\n81 TYPHOON SHELTER RD\nHONG KONG"]]],
    ["57d-ireland", [["57D", "//IE998104\nBANK OF CLONMORRA PLC\n2 ABBEY STRAND\nCLONMORRA"]]],
    ["57d-india", [["57D", "//INQAPR0998104\nQAPRICORN BANK INDIA\n17 BANYAN MARG\nNEELAPURAM"]]],
    ["57d-newzealand", [["57D", "//NZ998104\nKOWHAI SAVINGS BANK\n8 PUNGA LANE\nTAWHERO 9981"]]],
    ["57d-russia", [["57D", "//RU998100417\nOZERNY BANK AO\nUL. ZERKALNAYA 17\nOZYORSK-NOVY"]]],
    ["57d-southafrica", [["57D", "//ZA998104\nKAROO UNION BANK LTD\n41 AALWYN ST\nKLIPSPRUIT 9981"]]],
  ];
  return rows.map(([name, fields]) => ({ name: `mt103-${name}`, type: "103", fields }));
}

/** Field 59, every option. */
function beneficiaries(): Case[] {
  const [a, b] = companies as readonly [Customer, Customer];
  const abroad = people[15] as Customer;
  const rows: readonly (readonly [string, MessageField])[] = [
    ["59-no-account", ["59", `${a.name}\n${a.address.join("\n")}`]],
    ["59-local-account", ["59", `/${abroad.account}\n${abroad.name}\n${abroad.address.join("\n")}`]],
    ["59-name-only", ["59", `/${b.account}\n${b.name}`]],
    ["59a", ["59A", "VANTNL2AXXX"]],
    ["59a-account", ["59A", `/${b.account}\nVANTNL2A`]],
    ["59f", ["59F", `/${b.account}\n1/${b.name}\n2/${b.street}\n3/NL/${b.town}`]],
    ["59f-long-name", ["59F", `/${a.account}\n1/QUENNFELD OPTIK UND FEINMECHANIK\n1/VERWALTUNGS-GMBH\n2/${a.street}\n3/DE/${a.town}`]],
    ["59f-no-account", ["59F", `1/${a.name}\n2/${a.street}\n3/DE`]],
  ];
  return rows.map(([name, [tag, content]]) => ({ name: `mt103-${name}`, type: "103", fields: [["59", null], [tag, content]] }));
}

/** Fields 70, 72, 77B and 77T: code words, free text, lines that continue. */
function narratives(): Case[] {
  const rows: readonly (readonly [string, MessageField])[] = [
    ["70-invoice", ["70", "/INV/QF-2026-000417, 14.01.2026"]],
    ["70-proforma", ["70", "/IPI/9981000417205"]],
    ["70-reference", ["70", "/RFB/BET 2026-0417"]],
    ["70-several", ["70", "/RFB/QF20260417\n/ROC/VM-99810-417\n/INV/990417//990418//990419"]],
    ["70-trade-service", ["70", "/TSU/00000089963-0820-01/ABC-15/256"]],
    ["70-ultimate", ["70", `/ULTD/BRONNSTAD SUBSEA/NO/FJORDVIKA\n//${lei("QUENNFELD0PT1K0000")}\n/PURP/SUPP`]],
    ["70-full", ["70", "RENT AND SERVICE CHARGES FOR THE FL\nAT AT KESSELBRUCKER GASSE 14, 2ND F\nLOOR LEFT, APRIL TO JUNE 2026, AS P\nER YOUR LETTER OF 17 MARCH, EQ"]],
    ["70-card-over-lines", ["70", `REFUND TO CARD ${cardNumber.slice(0, 12)}\n${cardNumber.slice(12)} PER REQUEST OF 3 MARCH`]],
    ["70-blanks", ["70", "  COMMISSION Q1-2026   12,5 PCT.   \n LESS FEES   "]],
    ["72-instructing", ["72", "/INS/QAPRSGSGXXX"]],
    ["72-account-with", ["72", "/ACC/CREDIT ON VALUE DATE ONLY, ADV\n//ISE BENEFICIARY BY E-MAIL"]],
    ["72-receiver", ["72", "/REC/OUR CALL OF TODAY WITH Y. HART\n//WICKE, DESK 17"]],
    ["72-intermediary", ["72", "/INT/PAY THROUGH YOUR SINGAPORE BRA\n//NCH"]],
    ["72-beneficiary", ["72", "/BNF/YOUR PENSION FOR MARCH 2026"]],
    ["72-return", ["72", "/RETN/59/\n/AC01/ACCOUNT NUMBER NOT KNOWN\n/MREF/QF0417998100A\n/TEXT/RETURNED ON 17 APRIL"]],
    ["72-six-lines", ["72", "/INS/ZONDJPJT\n/ACC/DO NOT COMBINE WITH OTHER PAY\n//MENTS OF THE SAME ORDERING PAR\n//TY\n/BNF/RESERVATION FEE APARTMENT 09-8\n//1 ORCHID CLOSE"]],
    ["77b-ordering", ["77B", "/ORDERRES/DE//KESSELBRUCKER GASSE 1\n//4 99817 KESSELBRUCK"]],
    ["77b-beneficiary", ["77B", "/BENEFRES/NL//LOODSENKADE 172\n//9981 ZA DUINHOEK"]],
  ];
  const plain: Case[] = rows.map(([name, [tag, content]]) => ({ name: `mt103-${name}`, type: "103", fields: [[tag, content]] }));
  const envelope = ["/UEDI/UNH+417+REMADV:D:96A:UN'", "BGM+481+QF-2026-000417+9'", "DTM+137:20260417:102'", "NAD+PE+QUENNFELD OPTIK GMBH'", "DOC+380+990417'", "MOA+9:17205,50:EUR'", "UNT+7+417'"];
  return [
    ...plain,
    { name: "mt103-remit-77t", type: "103", block3: ["{119:REMIT}"], fields: [["70", null], ["77T", envelope.join("\n")]] },
    { name: "mt103-remit-narrative", type: "103", block3: ["{119:REMIT}"], fields: [["70", null], ["77T", "/NARR/INVOICES 990417 TO 990432 LESS CREDIT NOTE 17\nDETAILS BY POST; CONTACT ACCOUNTS@EXAMPLE.COM"]] },
  ];
}

/** Fields 13C, 23, 26T, 33B, 36, 71 and the validation flag STP. */
function instructions(): Case[] {
  const foreign: Case["fields"] = [["32A", "260417USD18641,17"], ["33B", "EUR17205,5"], ["36", "1,08344"]];
  return [
    { name: "mt103-13c", type: "103", fields: [["13C*", "/CLSTIME/0915+0100"], ["13C*", "/SNDTIME/0817+0200"]] },
    { name: "mt103-13c-rnctime", type: "103", header: "output", fields: [["13C*", "/RNCTIME/1356-0330"]] },
    { name: "mt103-23b-spri", type: "103", fields: [["23B", "SPRI"], ["23E*", "SDVA"], ["23E*", "INTC"]] },
    { name: "mt103-23b-sstd", type: "103", fields: [["23B", "SSTD"]] },
    { name: "mt103-23b-spay", type: "103", fields: [["23B", "SPAY"]] },
    { name: "mt103-23e-chqb", type: "103", fields: [["23E*", "CHQB"], ["59", `${(people[6] as Customer).name}\n3 LANTERN MEWS\nPENMARROW ZZ9 9XQ`]] },
    { name: "mt103-23e-hold", type: "103", fields: [["23E*", "HOLD/PASSPORT L0417T998 TO BE SHOWN"]] },
    { name: "mt103-23e-phone", type: "103", fields: [["23E*", "SDVA"], ["23E*", "PHOB/0049.99817.0417205"], ["23E*", "TELE/ASK FOR DESK 17"]] },
    { name: "mt103-23e-repa", type: "103", fields: [["23E*", "REPA"], ["23E*", "CORT"]] },
    { name: "mt103-26t", type: "103", fields: [["26T", "K90"], ["77B", "/ORDERRES/BE//TORENHOFLAAN 63 9981\n//ZEVENDIJKE"]] },
    { name: "mt103-33b-36-our", type: "103", fields: [...foreign, ["71A", "OUR"], ["71G", "EUR12,5"]] },
    { name: "mt103-33b-36-sha", type: "103", fields: [...foreign, ["71A", "SHA"], ["71F*", "EUR7,5"], ["71F*", "USD10,"]] },
    { name: "mt103-71-ben", type: "103", fields: [["32A", "260417EUR17193,"], ["33B", "EUR17205,5"], ["71A", "BEN"], ["71F*", "EUR12,5"]] },
    { name: "mt103-yen", type: "103", fields: [["32A", "260417JPY2981041,"], ["33B", "JPY2981041,"]] },
    { name: "mt103-stp", type: "103", block3: ["{119:STP}"], fields: [["52A", "QUELDEFF"], ["53B", "/0417998100"], ["57A", "QORBNL2A"], ["72", "/INS/ZYRKGB2L"]] },
    { name: "mt103-stp-chain", type: "103", block3: ["{119:STP}"], fields: [["53A", "ZUMBUS33"], ["54A", "ZYRKGB2L"], ["55A", "QAPRSGSG"], ["56A", "ZONDJPJT"], ["57A", "QAPRSGSG"]] },
  ];
}

/** Headers, trailers, acknowledgements, line ends. */
function layouts(): Case[] {
  const mir = "260417QUELDEFFAXXX0417998100";
  const type = "103" as const;
  const fields: Case["fields"] = [];
  return [
    { name: "mt103-no-block3", type, fields, block3: null },
    { name: "mt103-no-block5", type, fields, trailers: null },
    { name: "mt103-blocks-1-2-4", type, fields, block3: null, trailers: null },
    { name: "mt103-lf", type, fields, lineEnd: "\n" },
    { name: "mt103-output", type, fields, header: "output" },
    { name: "mt103-output-lf", type, fields, header: "output", lineEnd: "\n" },
    { name: "mt103-urgent", type, fields, priority: "U3003" },
    { name: "mt103-normal-monitored", type, fields, priority: "N2020" },
    { name: "mt103-block3-input", type, fields, block3: ["{103:EBA}", "{113:URGT}", "{111:001}"] },
    { name: "mt103-block3-output", type, fields, header: "output", block3: [`{106:${mir}}`, "{115:121417121417DE0000000417}", "{165:/REL/RELEASED BY DESK 17}", "{423:260417113117}", "{424:QF04179981}"] },
    { name: "mt103-block3-screening", type, fields, header: "output", block3: ["{433:/AOK/NO HIT DETECTED}", "{434:/FPO/DESK 17}"] },
    { name: "mt103-mac-chk", type, fields, header: "output", trailers: "{MAC:99810417}{CHK:0417998100AB}" },
    { name: "mt103-training", type, fields, header: "output", trailers: "{CHK:0417998100AC}{TNG:}" },
    { name: "mt103-duplicate-emission", type, fields, header: "output", trailers: `{CHK:0417998100AD}{PDE:1131${mir}}` },
    { name: "mt103-duplicate-message", type, fields, header: "output", trailers: `{CHK:0417998100AE}{PDM:1131${mir}}{DLM:}` },
    { name: "mt103-duplicate-bare", type, fields, header: "output", trailers: "{CHK:0417998100AF}{PDE:}" },
    { name: "mt103-reference-trailer", type, fields, header: "output", trailers: `{CHK:0417998100B0}{MRF:2604171131${mir}}` },
    { name: "mt103-system-block", type, fields, header: "output", system: "{SAC:}{COP:P}" },
    { name: "mt103-system-signature", type, fields, header: "output", system: "{SPD:}{MAN:DESK17}{TRN:QF0417}" },
    { name: "mt103-acknowledged", type, fields, acknowledgement: "{451:0}{108:*}" },
    { name: "mt103-rejected", type, fields, acknowledgement: "{451:1}{405:T27005}{108:*}" },
    { name: "mt103-rejected-short", type, fields, acknowledgement: "{451:1}{405:H98}", trailers: null, lineEnd: "\n" },
    { name: "mt103-text-only", type, fields, header: "none" },
    { name: "mt103-text-only-lf", type, fields, header: "none", lineEnd: "\n" },
    { name: "mt202-text-only", type: "202", fields, header: "none" },
  ];
}

function bankTransfers(): Case[] {
  const rows: readonly (readonly [string, Case["fields"]])[] = [
    ["plain", []],
    ["nonref", [["21", "NONREF"]]],
    ["13c", [["13C*", "/CLSTIME/0915+0100"]]],
    ["52a-58a", [["52A", "QUELDEFFXXX"], ["58A", "/0417998100\nQORBNL2AXXX"]]],
    ["52d-58d", [["52D", "ZUMBRO NATIONAL BANK\n1 MARKET SQUARE\nELLERY FALLS, ZZ"], ["58A", null], ["58D", "//FW998100417\nWOLLEMI RIDGE BANKING CO\n4 FERNTREE PDE"]]],
    ["53-54", [["53B", "/C/0417998100"], ["54A", "ZYRKGB2L"]]],
    ["53d-54d", [["53D", "/9981009981\nZUMBRO NATIONAL BANK\nELLERY FALLS, ZZ"], ["54D", "ZYRKE AND MOORE BANK PLC\nPENMARROW"]]],
    ["54b", [["53A", "ZUMBUS33"], ["54B", "/99810998\nPENMARROW"]]],
    ["56-57", [["56A", "//CP0417\nZUMBUS33"], ["57A", "QAPRSGSG"]]],
    ["56d-57d", [["56D", "ZUMBRO NATIONAL BANK\nELLERY FALLS, ZZ"], ["57D", "ZONDERAI BANK LTD\nKITANOURA"]]],
    ["57b", [["57B", "/998-0998101\nKITANOURA"]]],
    ["72", [["72", "/BNF/COVER OF YOUR CLAIM QF-17\n/TELEBEN/\n/INS/QAPRSGSG"]]],
  ];
  const plain: Case[] = rows.map(([name, fields]) => ({ name: `mt202-${name}`, type: "202", fields }));
  return [
    ...plain,
    { name: "mt202-output-lf", type: "202", fields: [], header: "output", lineEnd: "\n" },
    { name: "mt202-acknowledged", type: "202", fields: [], acknowledgement: "{451:0}" },
  ];
}

function covers(): Case[] {
  const cover = { type: "202", block3: ["{119:COV}"] } as const;
  return [
    { ...cover, name: "mt202cov-plain", fields: [], sequenceB: [] },
    { ...cover, name: "mt202cov-no-flag", fields: [], sequenceB: [], block3: null },
    { ...cover, name: "mt202cov-output", fields: [["72", "/INS/QAPRSGSG"]], sequenceB: [], header: "output" },
    { ...cover, name: "mt202cov-50a-59a", fields: [], sequenceB: [["50", null], ["50A", "QUFODEFF"], ["59", null], ["59A", "VANTNL2A"]] },
    {
      ...cover,
      name: "mt202cov-50f-59f",
      fields: [["52A", "QUELDEFF"], ["56A", "ZUMBUS33"], ["57A", "QAPRSGSG"]],
      sequenceB: [
        ["50", null],
        ["50F", `/${(people[0] as Customer).account}\n1/ELARA QUENNFELD\n2/KESSELBRUCKER GASSE 14\n3/DE/KESSELBRUCK`],
        ["59", null],
        ["59F", `/${(companies[1] as Customer).account}\n1/VANTREEK MARITIEM BV\n3/NL/DUINHOEK`],
      ],
    },
    {
      ...cover,
      name: "mt202cov-agents",
      fields: [["52D", "ZUMBRO NATIONAL BANK\nELLERY FALLS, ZZ"]],
      sequenceB: [["52A", "QUELDEFF"], ["56A", "ZUMBUS33"], ["57A", "QAPRSGSG"], ["70", "/INV/990417"], ["72", "/ACC/ADVISE BY PHONE"], ["33B", "EUR17205,5"]],
    },
    {
      ...cover,
      name: "mt202cov-agents-by-name",
      fields: [],
      sequenceB: [["52D", "//BL99051731\nQUELLBANK AG\nKESSELBRUCK"], ["56C", "//FW998100417"], ["57D", "//HK998\nPEARLGATE BANK LTD\nHONG KONG"]],
    },
    { ...cover, name: "mt202cov-57b", fields: [], sequenceB: [["56D", "ZUMBRO NATIONAL BANK\nELLERY FALLS, ZZ"], ["57B", "/998-00998-1\nSINGAPORE"]] },
    { ...cover, name: "mt202cov-57c-lf", fields: [], sequenceB: [["57C", "//SC998173"]], lineEnd: "\n" },
    { ...cover, name: "mt202cov-acknowledged", fields: [], sequenceB: [], acknowledgement: "{451:0}{108:*}" },
  ];
}

function fieldsOf(message: Case, ordinal: number): MessageField[] {
  const reference = `QF${String(260417000 + ordinal * 31)}`;
  const amount = `${17205 + ordinal * 13},${ordinal % 3 === 0 ? "5" : ordinal % 3 === 1 ? "" : "17"}`;
  const day = businessDay(ordinal);
  if (message.type === "103") {
    const plain: [string, string][] = [
      ["20", reference],
      ["23B", "CRED"],
      ["32A", `${day}EUR${amount}`],
      ["33B", `EUR${amount}`],
      ["50K", party(payer(ordinal))],
      ["59", party(payee(ordinal))],
      ["70", `/INV/${String(990000 + ordinal)}`],
      ["71A", "SHA"],
    ];
    return arrange(plain, message.fields, ORDER_103);
  }
  const plain: [string, string][] = [
    ["20", reference],
    ["21", `REL${String(417000 + ordinal * 17)}`],
    ["32A", `${day}EUR${amount}`],
    ["58A", (banks[(ordinal + 9) % banks.length] as Bank).bic],
  ];
  const first = arrange(plain, message.fields, ORDER_202);
  if (message.sequenceB === undefined) return first;
  const customers: [string, string][] = [
    ["50K", party(payer(ordinal))],
    ["59", party(payee(ordinal))],
  ];
  return [...first, ...arrange(customers, message.sequenceB, ORDER_COVER)];
}

/** Applies what is special to the plain fields, and puts all into the message's order. */
function arrange(plain: readonly [string, string][], special: Case["fields"], order: readonly string[]): MessageField[] {
  const fields = [...plain];
  for (const [name, content] of special) {
    const again = name.endsWith("*");
    const tag = again ? name.slice(0, -1) : name;
    const rank = rankOf(tag, order);
    const at = again ? -1 : fields.findIndex(([other]) => rankOf(other, order) === rank);
    if (at >= 0) fields.splice(at, 1);
    if (content !== null) fields.push([tag, content]);
  }
  return fields
    .map((field, index) => ({ field, index, rank: rankOf(field[0], order) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ field }) => field);
}

/** Place of a tag in the order: by the tag itself, or by its number where the option is free. */
function rankOf(tag: string, order: readonly string[]): number {
  const exact = order.indexOf(tag);
  const rank = exact >= 0 ? exact : order.indexOf(tag.slice(0, 2));
  if (rank < 0) throw new Error(`no place for field ${tag}`);
  return rank;
}

function party(customer: Customer): string {
  return `/${customer.account}\n${customer.name}\n${customer.address.join("\n")}`;
}

function payer(ordinal: number): Customer {
  return (ordinal % 3 === 0 ? companies[ordinal % companies.length] : people[ordinal % people.length]) as Customer;
}

function payee(ordinal: number): Customer {
  return (ordinal % 3 === 1 ? companies[(ordinal + 5) % companies.length] : people[(ordinal + 7) % people.length]) as Customer;
}

/** Tags of block 3 in the order of the user header. */
const ORDER_BLOCK_3 = ["103", "113", "108", "119", "423", "106", "424", "111", "121", "115", "165", "433", "434"];

function blockThree(message: Case, ordinal: number): string {
  const tags = [...(message.block3 ?? []), `{108:${userReference(ordinal)}}`, `{121:${uetr(ordinal)}}`];
  return tags.sort((a, b) => ORDER_BLOCK_3.indexOf(a.slice(1, 4)) - ORDER_BLOCK_3.indexOf(b.slice(1, 4))).join("");
}

function userReference(ordinal: number): string {
  return `MUR${String(41700 + ordinal)}`;
}

/** Twelve characters: BIC8, terminal, branch. */
function terminal(bank: Bank, letter: string): string {
  return `${bank.bic.slice(0, 8)}${letter}${bank.bic.slice(8) || "XXX"}`;
}

function businessDay(ordinal: number): string {
  return `2604${String(1 + (ordinal % 28)).padStart(2, "0")}`;
}

/** A version 4 UUID from the ordinal: the corpus has no chance in it. */
function uetr(ordinal: number): string {
  const digits = hexadecimal(ordinal, 32).toLowerCase();
  const variant = "89ab"[ordinal % 4] as string;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
}

/** Digits that look drawn: a linear congruence (Knuth's MMIX constants) started at the ordinal. */
function hexadecimal(ordinal: number, length: number): string {
  let state = BigInt(ordinal + 1);
  let digits = "";
  while (digits.length < length) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    digits += (state >> 40n).toString(16).padStart(6, "0").toUpperCase();
  }
  return digits.slice(0, length);
}
