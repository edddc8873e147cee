/** Pseudonyms of e-mail addresses (docs/internals/people.md, "Contacts and birth"). */
import { createHmac, type KeyObject } from "node:crypto";
import { EmailDomain } from "../../generated/plan_pb.ts";
import type { Lists } from "./lists.ts";
import type { Lot } from "./lot.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** Characters of the code that an address ends with. */
export const EMAIL_CODE = 8;

/** An address of which the domain is such that it can be kept. */
export interface EmailAddress {
  readonly domain: string;
}

/** The parts of a canonical form; undefined where it is no address. */
export function emailOf(form: string): EmailAddress | undefined {
  const at = form.indexOf("@");
  const domain = form.slice(at + 1);
  return at > 0 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(domain) ? { domain } : undefined;
}

/** The domain of the pseudonym. */
export function domainOf({ domain }: EmailAddress, choice: EmailDomain, secret: KeyObject): string {
  if (choice === EmailDomain.EMAIL_KEPT) return domain;
  if (choice === EmailDomain.EMAIL_EXAMPLE) return "example.com";
  const bits = createHmac("sha256", secret).update(`@${domain}`).digest().readUIntBE(0, 5);
  let code = "";
  for (let i = EMAIL_CODE - 1; i >= 0; i--) code += ALPHABET.charAt(Math.floor(bits / 32 ** i) % 32);
  return `d-${code}.example`;
}

/** Somebody's address at a domain, the longest that has at most `max` characters (0: any number); undefined where none has. */
export function drawEmail(domain: string, max: number, lists: Lists, lot: Lot): string | undefined {
  const locale = lot.of(lists.locales);
  const given = lot.of(locale.list(lot.take(2) === 0 ? "female" : "male")).toLowerCase();
  const family = lot.of(locale.list("family")).toLowerCase();
  let code = "";
  for (let i = 0; i < EMAIL_CODE; i++) code += ALPHABET.charAt(lot.take(ALPHABET.length));
  const locals = [`${given}.${family}.${code}`, `${family}.${code}`, code];
  return locals.map((local) => `${local}@${domain}`).find((address) => max === 0 || address.length <= max);
}
