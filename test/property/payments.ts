/** Random payments in the three formats, and the models of the laws that read them. */

import type { ModelDocument } from "../../runtime/model/document.ts";
import type { PresetName } from "../../runtime/model/vocabulary.ts";
import { type Json, token, write } from "../corpus/json/write.ts";
import { generatedMessages } from "../corpus/mt/generated.ts";
import { cases as mtCases, render } from "../corpus/mt/messages.ts";
import { identityOf, swiftName } from "./identities.ts";
import { documentOf, HEADERS, PACS008 } from "./pacs008.ts";
import type { Tape } from "./tape.ts";
import { writeXml, xmlStyle } from "./xml.ts";

export interface Payment {
  readonly format: "iso20022" | "swift-mt" | "json";
  readonly bytes: Uint8Array;
}

/** Identities there are in a run: few, so that they come again. */
const IDENTITIES = 64;

/** One record of any of the formats. */
export function paymentOf(tape: Tape): Payment {
  const make = tape.pick([jsonPayment, mtPayment, xmlPayment]);
  return make(tape);
}

/** pacs.008 of any version: with or without a header, one document or two, in any spelling. */
export function xmlPayment(tape: Tape): Payment {
  const message = tape.pick(PACS008);
  const headed = tape.chance(1, 2);
  const documents = Array.from({ length: tape.chance(1, 6) ? 2 : 1 }, () => documentOf(message, tape));
  const all = headed ? [documentOf(tape.pick(HEADERS), tape), ...documents] : documents;
  return { format: "iso20022", bytes: writeXml(all, xmlStyle(tape, all.length), tape) };
}

const framedCases = mtCases.filter(({ header }) => header !== "none");

/** A message of every type, in a few variants. */
const generated = generatedMessages(2604, 3);

/** A generated message of any type; or MT103, MT202 or MT202COV, a case of the corpus with parties and references of its own. */
export function mtPayment(tape: Tape): Payment {
  if (tape.chance(1, 2)) {
    const { text } = tape.pick(generated);
    return { format: "swift-mt", bytes: new TextEncoder().encode(tape.chance(1, 12) ? inSectors(text) : text) };
  }
  const plain = tape.pick(framedCases);
  const payer = identityOf(tape.below(IDENTITIES));
  const payee = identityOf(tape.below(IDENTITIES));
  const party = ({ iban, name }: typeof payer): string => `/${iban}\n${swiftName(name)}\nLINDENWEG 14\n50667 MUSTERSTADT`;
  const own = plain.type === "103" && tape.chance(1, 2);
  const fields = own ? ([...plain.fields, ["50", null], ["50K", party(payer)], ["59", null], ["59", party(payee)]] as const) : plain.fields;
  const text = render({ ...plain, fields: [...fields, ["20", payer.reference]] }, tape.below(5000));
  return { format: "swift-mt", bytes: new TextEncoder().encode(tape.chance(1, 12) ? inSectors(text) : text) };
}

/** DOS-PCC: SOH, message, ETX, filled with blanks to whole sectors. */
function inSectors(text: string): string {
  const framed = `\u0001${text}\u0003`;
  return framed.padEnd(Math.ceil(framed.length / 512) * 512, " ");
}

/** An event with all that the JSON rules below name, more or less of it, laid out in any way. */
export function jsonPayment(tape: Tape): Payment {
  const debtor = identityOf(tape.below(IDENTITIES));
  const creditor = identityOf(tape.below(IDENTITIES));
  const party = ({ name, iban, bic, lei, email, phone }: typeof debtor): Json => ({
    name,
    iban: tape.chance(1, 3) ? inGroups(iban) : iban,
    bic: tape.chance(1, 3) ? `${bic}XXX` : bic,
    ...(tape.chance(1, 2) ? { lei } : {}),
    ...(tape.chance(1, 2) ? { email, phone } : {}),
  });
  const value: Json = {
    event: "payment.settled",
    id: debtor.reference,
    ...(tape.chance(1, 2) ? { uetr: debtor.uetr } : {}),
    bookedAt: "2026-11-20T09:31:09Z",
    amount: token(`${1 + tape.below(9999)}.50`),
    currency: tape.pick(["EUR", "USD"]),
    debtor: party(debtor),
    creditor: party(creditor),
    ...(tape.chance(1, 2)
      ? {
          card: {
            pan: tape.chance(1, 2) ? token(debtor.pan) : inGroups(debtor.pan),
            cvv: "318",
            expires: "2029-04",
            pinBlock: "A1B2C3D4E5F60718",
          },
        }
      : {}),
    legs: Array.from({ length: tape.below(3) }, () => ({
      iban: identityOf(tape.below(IDENTITIES)).iban,
      note: `für ${creditor.name}`,
      booked: tape.chance(1, 2),
    })),
    note: tape.chance(1, 2) ? `Invoice of ${debtor.name}, "thanks"\\/` : null,
  };
  const style = { indent: tape.pick([0, 0, 2]), airy: tape.chance(1, 3), solidus: tape.chance(1, 4), lineEnd: tape.pick(["\n", "\r\n"]) };
  return {
    format: "json",
    bytes: new TextEncoder().encode(write(value, tape.chance(1, 3) ? { ...style, escape: tape.pick(["lower", "upper"] as const) } : style)),
  };
}

const inGroups = (text: string): string => text.replaceAll(/(.{4})(?=.)/g, "$1 ");

/** A model for all three formats: the preset, and rules for the events of `jsonPayment`. */
export function paymentModel(preset: PresetName, more: Partial<ModelDocument> = {}): ModelDocument {
  const has = (namespace: string): boolean => !(PRESET_LACKS[preset] ?? []).includes(namespace);
  const use = (path: string, namespace: string) => (has(namespace) ? { path, use: namespace } : ({ path, technique: "redact" } as const));
  return {
    bauta: 1,
    name: `payments-${preset}`,
    extends: preset,
    envelope: ENVELOPE,
    ...more,
    rules: [
      { path: ["json:$.event", "json:$.legs[*].booked"], technique: "keep" },
      use("json:$.id", "reference"),
      use("json:$.uetr", "uetr"),
      { path: "json:$.bookedAt", technique: "keep", as: "date-time" },
      { path: "json:$.amount", technique: "keep", as: "number" },
      { path: "json:$.currency", technique: "keep", as: "currency" },
      use("json:$.*.name", "party"),
      use("json:$.**.iban", "account"),
      use("json:$.*.bic", "bic"),
      use("json:$.*.lei", "lei"),
      use("json:$.*.email", "email"),
      use("json:$.*.phone", "phone"),
      use("json:$.card.pan", "card"),
      { path: ["json:$.card.expires", "json:$.note", "json:$.legs[*].note"], technique: "redact" },
      ...(more.rules ?? []),
    ],
  };
}

/** Namespaces that a preset does without, or whose tokens are no JSON numbers. */
const PRESET_LACKS: Partial<Record<PresetName, readonly string[]>> = { tokens: ["phone", "card"], strict: ["phone", "email", "card"] };
/** The wrappers of `xmlStyle`, for presets that take only what is named. */
const ENVELOPE = { open: true, elements: ["VendorFrame", "Part"], namespaces: ["urn:vendor:frame"] } as const;

/**
 * A model whose every operation can be undone, or keeps: identities are encrypted and must be of their form, the rest stays, free text
 * with whatever it holds.
 */
export const REVERSIBLE: ModelDocument = {
  bauta: 1,
  name: "reversible",
  mode: "deterministic",
  namespaces: {
    account: { technique: "fpe", kind: "account", bin: 6, otherwise: "error" },
    card: { technique: "fpe", kind: "pan", bin: 6, otherwise: "error" },
    bic: { technique: "fpe", kind: "bic", otherwise: "error" },
    lei: { technique: "fpe", kind: "lei", otherwise: "error" },
    uetr: { technique: "fpe", kind: "uetr", otherwise: "error" },
    reference: { technique: "fpe", kind: "reference", otherwise: "error" },
    phone: { technique: "fpe", kind: "phone", otherwise: "error" },
    number: { technique: "fpe", kind: "digits", otherwise: "error" },
  },
  rules: [
    {
      class: ["person", "organisation", "agent", "identifier", "contact", "free-text", "envelope", "signature"],
      technique: "keep",
      "danger-no-detect": true,
      strict: false,
    },
    {
      class: ["amount", "currency", "rate", "number", "date", "country", "code", "technical"],
      technique: "keep",
      "danger-no-detect": true,
    },
    { class: ["organisation", "identifier", "technical", "code", "number", "date"], shape: "unknown", technique: "redact" },
    { class: ["free-text", "signature"], type: "any", technique: "drop" },
    { class: "signature", format: "swift-mt", technique: "drop" },
    { class: "account", use: "account" },
    { class: "account", shape: "digits", use: "number" },
    { class: "account", shape: "unknown", technique: "redact" },
    { class: "reference", use: "reference" },
    { class: "account", path: "iso20022:**/Prxy/Id", technique: "keep", "danger-no-detect": true },
    { class: ["organisation", "agent", "identifier"], shape: ["bic", "lt-address"], use: "bic" },
    { class: ["organisation", "agent", "identifier"], shape: "lei", use: "lei" },
    { class: "reference", shape: "uuid4", use: "uetr" },
    { class: "contact", shape: "phone", use: "phone" },
    { path: "json:$.id", use: "reference" },
    { path: "json:$.uetr", use: "uetr" },
    { path: "json:$.**.iban", use: "account" },
    { path: "json:$.*.bic", use: "bic" },
    { path: "json:$.*.lei", use: "lei" },
    { path: "json:$.*.phone", use: "phone" },
    { path: "json:$.card.pan", use: "card" },
    {
      path: ["json:$.event", "json:$.bookedAt", "json:$.amount", "json:$.currency", "json:$.**.name", "json:$.**.email"],
      technique: "keep",
      "danger-no-detect": true,
    },
    {
      path: ["json:$.card.expires", "json:$.note", "json:$.legs[*].note", "json:$.legs[*].booked"],
      technique: "keep",
      "danger-no-detect": true,
    },
  ],
  envelope: { open: true },
};
