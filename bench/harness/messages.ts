/** The messages of the bench: our own, made up. Sets of them differ in the leaves that are masked, so that nobody answers from a cache. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type MessageKind = "pacs008" | "mt103" | "json";

/** Messages of a set; enough that neither values nor branches repeat at once, few enough to stay in the caches, as a stream's do. */
export const SET_SIZE = 256;

const FILES: Readonly<Record<MessageKind, string>> = { pacs008: "payment-3k.xml", mt103: "payment.mt103", json: "payment-1k.json" };

/** What the templates say, leaf by leaf. */
const TEMPLATE = {
  debtor: "Ottilie Brandhorst",
  creditor: "Atelier Meunier SARL",
  debtorAccount: "DE82500990010073211884",
  creditorAccount: "FR7630099012340004567891269",
  debtorAgent: "GLDTDEFF",
  creditorAgent: "PRVLFRPP",
  street: "Lindenweg",
  town: "Musterstadt",
  postcode: "50667",
  reference: "RG-2026-08815",
  uetr: "5c1f7b5e-9d0a-4c36-8f21-7d2b64a0e913",
  remittanceOf: "O. Brandhorst",
} as const;
type Leaves = { readonly [Leaf in keyof typeof TEMPLATE]: string };

/** The template of a kind, as it is in bench/messages. */
export const template = (kind: MessageKind): string =>
  readFileSync(fileURLToPath(new URL(`../messages/${FILES[kind]}`, import.meta.url)), "utf8");

/** Messages of one kind: the template with other names, accounts, agents, addresses, references and texts. The same ones in every run. */
export function messageSet(kind: MessageKind, count: number = SET_SIZE): string[] {
  const random = generator(20_261_120);
  const text = template(kind).trimEnd();
  return Array.from({ length: count }, () => {
    const leaves = drawn(random);
    let message = text;
    for (const leaf of Object.keys(TEMPLATE) as (keyof Leaves)[]) {
      const upper = kind === "mt103" && leaf !== "uetr";
      const from = upper ? TEMPLATE[leaf].toUpperCase() : TEMPLATE[leaf];
      message = message.replaceAll(from, upper ? leaves[leaf].toUpperCase() : leaves[leaf]);
    }
    return message;
  });
}

/** The set as the bytes of a stream: messages one behind the other, each with a line end. */
export const streamOf = (messages: readonly string[]): Uint8Array => new Uint8Array(Buffer.from(`${messages.join("\n")}\n`));

const GIVEN = ["Ottilie", "Henrike", "Marlene", "Gregor", "Thilo", "Renata", "Leopold", "Cosima", "Anselm", "Friederike", "Jost", "Wiebke"];
const FAMILY = [
  "Brandhorst",
  "Lindqvist",
  "Achterberg",
  "Kessler",
  "Donnersmarck",
  "Vogelsang",
  "Rietdorf",
  "Hohenfels",
  "Quast",
  "Ziegler",
];
const TRADE = ["Atelier", "Maison", "Comptoir", "Imprimerie", "Boulangerie", "Transports", "Menuiserie", "Garage"];
const FIRM = ["Meunier", "Delacour", "Fontenay", "Roussel", "Carpentier", "Vasseur", "Lemoine", "Blanchet", "Perrault"];
const FORM = ["SARL", "SAS", "SA"];
const STREETS = ["Lindenweg", "Ahornallee", "Kastanienstrasse", "Am Mühlbach", "Gartenweg", "Uferpromenade", "Bergstrasse", "Rosenhang"];
const TOWNS = ["Musterstadt", "Altenhagen", "Neukirchen", "Waldau", "Steinfurt", "Oberrode", "Lichtenfels", "Marienthal"];

function drawn(random: () => number): Leaves {
  const below = (limit: number): number => Math.floor(random() * limit);
  const one = (list: readonly string[]): string => list[below(list.length)] as string;
  const from = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[below(alphabet.length)] as string).join("");
  const digits = (length: number): string => from("0123456789", length);
  const letters = (length: number): string => from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", length);
  const hex = (length: number): string => from("0123456789abcdef", length);
  const family = one(FAMILY);
  const given = one(GIVEN);
  return {
    debtor: `${given} ${family}`,
    creditor: `${one(TRADE)} ${one(FIRM)} ${one(FORM)}`,
    debtorAccount: iban("DE", `5${digits(17)}`),
    creditorAccount: iban("FR", frenchAccount(digits)),
    debtorAgent: `${letters(4)}DE${letters(2)}`,
    creditorAgent: `${letters(4)}FR${letters(2)}`,
    street: one(STREETS).replace("ü", "u"),
    town: one(TOWNS),
    postcode: `${1 + below(9)}${digits(4)}`,
    reference: `RG-20${10 + below(17)}-${digits(5)}`,
    uetr: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    remittanceOf: `${given.slice(0, 1)}. ${family}`,
  };
}

/** With the two digits that close a French account number over bank, branch and account. */
function frenchAccount(digits: (length: number) => string): string {
  const [bank, branch, account] = [digits(5), digits(5), digits(11)];
  const key = 97n - ((89n * BigInt(bank) + 15n * BigInt(branch) + 3n * BigInt(account)) % 97n);
  return `${bank}${branch}${account}${key.toString().padStart(2, "0")}`;
}

function iban(country: string, account: string): string {
  const number = [...`${account}${country}00`].map((c) => Number.parseInt(c, 36).toString()).join("");
  return `${country}${(98n - (BigInt(number) % 97n)).toString().padStart(2, "0")}${account}`;
}

/** A small generator (mulberry32): the set must be the same one everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
