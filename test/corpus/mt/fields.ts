/** What stands in each field of a generated message. Written by hand from the standard's formats; all parties are invented. */
import type { Random } from "../../generators/random.ts";
import { CAPITALS, DIGITS } from "../../generators/random.ts";
import { type Bank, banks, companies, type Customer, people } from "./parties.ts";

/** What the fields of one message agree on. */
export interface Scene {
  readonly random: Random;
  /** `103`. */
  readonly type: string;
  readonly currency: string;
  readonly account: Customer;
}

const bankOf = ({ random }: Scene): Bank => random.pick(banks);
const customerOf = ({ random }: Scene): Customer => random.pick(random.chance(0.5) ? people : companies);
export const dateOf = ({ random }: Scene): string => `26${two(random.between(1, 12))}${two(random.between(1, 28))}`;
const two = (number: number): string => String(number).padStart(2, "0");
export const amountText = (cents: number): string => `${Math.floor(cents / 100)},${cents % 100 === 0 ? "" : two(cents % 100)}`;
const amountOf = ({ random }: Scene): string => amountText(random.between(1, 9_999_999));

/** A reference of capitals and digits, at least eight of them, so that no two are alike by chance. */
export function referenceOf({ random }: Scene, max = 16): string {
  const length = random.between(8, max);
  const text = random.text(CAPITALS + DIGITS, length);
  return random.chance(0.2) && length > 9 ? `${text.slice(0, 4)}${random.pick(["-", "/", "."])}${text.slice(5)}` : text;
}

/** Lines of 35 at most, cut wherever they are full. */
export function wrapped(text: string, width: number, linesMax: number): string {
  const lines: string[] = [];
  for (let at = 0; at < text.length && lines.length < linesMax; at += width) lines.push(text.slice(at, at + width));
  // A line must neither be empty nor begin like a field.
  return lines.map((line) => line.replace(/^[:\- ]/, "X")).join("\n");
}

const WORDS =
  "INVOICE RENT ORDER DELIVERY CONTRACT BALANCE SERVICE OCTOBER QUARTER FREIGHT MACHINE PARTS LICENCE SUPPORT DEPOSIT REFUND TUITION HARVEST TIMBER BRIDGE LANTERN COPPER".split(" ");
export function textOf(scene: Scene, length: number): string {
  let text = "";
  while (text.length < length) text += `${scene.random.pick(WORDS)} ${scene.random.chance(0.3) ? `${referenceOf(scene)} ` : ""}${scene.random.chance(0.15) ? `${customerOf(scene).name} ` : ""}`;
  return text.slice(0, length).trim();
}

const accountLine = (account: string): string => `/${account.slice(0, 34)}`;
const agentLine = (scene: Scene, bank: Bank): string => {
  const choice = scene.random.below(5);
  if (choice === 0) return `/${bank.account}\n`;
  if (choice === 1) return `/D/${bank.account}\n`;
  if (choice === 2 && bank.clearing !== "") return `//${bank.clearing}\n`;
  return "";
};
const bicOf = (scene: Scene, bank: Bank): string => (scene.random.chance(0.3) ? `${bank.bic}XXX` : bank.bic);
const nameAddress = (customer: Customer): string => [customer.name, ...customer.address].map((line) => line.slice(0, 35)).join("\n");
const bankAddress = (bank: Bank): string => `${bank.name}\n1 MARKET SQUARE\n${bank.town}`;

function agent(option: string, scene: Scene): string {
  const bank = bankOf(scene);
  switch (option) {
    case "A":
      return `${agentLine(scene, bank)}${bicOf(scene, bank)}`;
    case "B":
      return scene.random.chance(0.5) ? `/${bank.account}` : `${agentLine(scene, bank)}${bank.town}`;
    case "C":
      return bank.clearing === "" || scene.random.chance(0.5) ? `/${bank.account}` : `//${bank.clearing}`;
    default:
      return `${agentLine(scene, bank)}${bankAddress(bank)}`;
  }
}

function numbered(scene: Scene, hasIdentifier: boolean): string {
  const customer = customerOf(scene);
  const lines = [`1/${customer.name.slice(0, 33)}`, `2/${customer.street.slice(0, 33)}`, `3/${customer.country}/${customer.town.slice(0, 30)}`];
  if (!hasIdentifier && scene.random.chance(0.3)) return lines.join("\n");
  if (hasIdentifier && scene.random.chance(0.3)) {
    return [`NIDN/${customer.country}/${scene.random.text(DIGITS, 10)}`, lines[0], "4/19710829", `5/${customer.country}/${customer.town.slice(0, 30)}`].join("\n");
  }
  return [accountLine(customer.account), ...lines].join("\n");
}

const INSTRUCTIONS: Readonly<Record<string, readonly string[]>> = {
  "101": ["URGP", "CHQB", "OTHR/CALL DESK 17", "NETS"],
  "103": ["INTC", "SDVA", "PHOB/0049.99817.0417205", "HOLD/SHOW PASSPORT L0417T998"],
  "104": ["AUTH", "NAUT", "OTHR/BY AGREEMENT", "RFDD"],
  "107": ["AUTH", "NAUT", "OTHR/BY AGREEMENT"],
};

/** The content of a field, lines parted by LF. Statement entries and balances are made elsewhere. */
export function contentOf(tag: string, scene: Scene): string {
  const { random, type, currency } = scene;
  const party = customerOf(scene);
  switch (tag) {
    case "11R":
    case "11S":
      return `103\n${dateOf(scene)}${random.chance(0.5) ? `\n${random.text(DIGITS, 10)}` : ""}`;
    case "12":
      return type === "920" ? random.pick(["940", "941", "942", "950"]) : random.text("123456789", 3);
    case "13C":
      return `/${random.pick(["SNDTIME", "CLSTIME", "RNCTIME"])}/${two(random.below(24))}${two(random.below(60))}+0${random.below(10)}00`;
    case "13D":
      return `${dateOf(scene)}${two(random.below(24))}${two(random.below(60))}-0330`;
    case "19":
      return amountOf(scene);
    case "20":
    case "21F":
    case "21R":
      return referenceOf(scene);
    case "21":
      return random.chance(0.1) ? "NONREF" : referenceOf(scene);
    case "21C":
    case "21D":
    case "21E":
      return referenceOf(scene, 35);
    case "23":
      return random.pick(["CREDIT", "SPAY", "CRTS"]);
    case "23B":
      return random.pick(["CRED", "SPRI", "SSTD"]);
    case "23E":
      return random.pick(INSTRUCTIONS[type] ?? ["SDVA"]);
    case "25":
      return random.pick([scene.account.account, `${bankOf(scene).bic}/${scene.account.account.slice(0, 23)}`, `99051731/${random.text(DIGITS, 10)}`, `${scene.account.account}${currency}`]);
    case "25A":
      return accountLine(scene.account.account);
    case "25P":
      return `${scene.account.account}\n${bankOf(scene).bic}`;
    case "26T":
      return `K${random.text(DIGITS, 2)}`;
    case "28":
      return `${random.between(1, 99999)}/${two(random.between(1, 9))}`;
    case "28C":
      return `${random.between(1, 365)}${random.chance(0.7) ? `/${random.between(1, 99)}` : ""}`;
    case "28D":
      return "1/1";
    case "30":
      return dateOf(scene);
    case "32A":
    case "32C":
    case "32D":
      return `${dateOf(scene)}${currency}${amountOf(scene)}`;
    case "32B":
    case "33B":
    case "71F":
    case "71G":
      return `${currency}${amountOf(scene)}`;
    case "34F":
      return `${currency}${random.pick(["", "D", "C"])}${amountOf(scene)}`;
    case "36":
      return `${random.between(0, 9)},${random.text(DIGITS, 5)}`;
    case "50":
      return nameAddress(party);
    case "50A":
    case "59A":
      return `${random.chance(0.5) ? `${accountLine(party.account)}\n` : ""}${random.text(CAPITALS, 4)}${party.country}2A`;
    case "50C":
      return `${random.text(CAPITALS, 4)}${party.country}2AXXX`;
    case "50F":
      return numbered(scene, true);
    case "59F":
      return numbered(scene, false);
    case "50G":
      return `${accountLine(party.account)}\n${random.text(CAPITALS, 4)}${party.country}2A`;
    case "50H":
      return `${accountLine(party.account)}\n${nameAddress(party)}`;
    case "50K":
    case "59":
      return `${random.chance(0.8) ? `${accountLine(party.account)}\n` : ""}${nameAddress(party)}`;
    case "50L":
      return party.name.slice(0, 35);
    case "70":
      return random.chance(0.5) ? `/INV/${referenceOf(scene)}\n${wrapped(textOf(scene, 60), 35, 3)}` : wrapped(textOf(scene, random.between(10, 140)), 35, 4);
    case "71A":
      return random.pick(["SHA", "OUR", "BEN"]);
    case "71B":
      return `/COMM/${currency}${random.between(1, 99)},50\n${wrapped(textOf(scene, 60), 35, 4)}`;
    case "72":
      return `/INS/${bankOf(scene).bic}\n/ACC/${textOf(scene, 25)}\n//${textOf(scene, 30)}`;
    case "75":
    case "76":
      return `/1/${textOf(scene, 28)}\n//${textOf(scene, 30)}\n${textOf(scene, 33)}`;
    case "77A":
      return wrapped(textOf(scene, random.between(30, 600)), 35, 20);
    case "77B":
      return `/ORDERRES/${party.country}//${textOf(scene, 15)}\n//${party.town.slice(0, 30)}`;
    case "77E":
      return `/001/${textOf(scene, 60)}\n${wrapped(textOf(scene, 300), 70, 9)}`;
    case "77T":
      return `/NARR/${textOf(scene, 60)}\n${wrapped(textOf(scene, 300), 70, 9)}`;
    case "79":
      return wrapped(textOf(scene, random.between(30, 900)), 50, 35);
    case "90C":
    case "90D":
      return `${random.between(1, 400)}${currency}${amountOf(scene)}`;
    default:
      if (/^5[1-8][ABCD]$/.test(tag)) return agent(tag.slice(2), scene);
      throw new Error(`no content for field ${tag}`);
  }
}

/** Field 86 in the forms that banks give it. */
export function informationOf(scene: Scene): string {
  const { random } = scene;
  const other = customerOf(scene);
  const bank = bankOf(scene);
  const endToEnd = referenceOf(scene, 30).replaceAll("/", "-");
  const mandate = referenceOf(scene, 30).replaceAll("/", "-");
  switch (random.below(5)) {
    case 0: {
      const purpose = `EREF+${endToEnd} MREF+${mandate} CRED+${other.country}98ZZZ${random.text(DIGITS, 11)} SVWZ+${textOf(scene, random.between(20, 90))}`;
      const subfields = Array.from({ length: Math.min(10, Math.ceil(purpose.length / 27)) }, (_, i) => `?2${i}${purpose.slice(i * 27, i * 27 + 27)}`);
      const name = other.name;
      const names = name.length > 27 ? `?32${name.slice(0, 27)}?33${name.slice(27)}` : `?32${name}`;
      const text = `${random.pick(["166", "105", "116"])}?00UEBERWEISUNG?10${random.text(DIGITS, 4)}${subfields.join("")}?30${random.chance(0.5) ? bank.bic : random.text("123456789", 8)}?31${other.account}${names}?34000`;
      return wrapped(text, 65, 6);
    }
    case 1:
      return wrapped(
        `/TRTP/SEPA OVERBOEKING/IBAN/${other.account}/BIC/${bank.bic}/NAME/${other.name}/REMI/${textOf(scene, random.between(10, 80))}/EREF/${endToEnd}`,
        65,
        6,
      );
    case 2:
      return wrapped(
        `/EREF/${endToEnd}//MARF/${mandate}//CSID/${other.country}98ZZZ${random.text(DIGITS, 11)}//CNTP/${other.account}/${bank.bic}/${other.name}/${other.town}//REMI/USTD//${textOf(scene, 60)}/`,
        65,
        6,
      );
    case 3:
      return wrapped(`EREF+${endToEnd} IBAN+${other.account} BIC+${bank.bic} ABWA+${other.name} SVWZ+${textOf(scene, 60)}`, 65, 6);
    default:
      return wrapped(`${textOf(scene, random.between(10, 200))} ${other.name} ${other.account}`, 65, 6);
  }
}
