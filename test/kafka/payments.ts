/** Payments of invented customers in the three forms of the bundled example: what one customer has in each is the same. */
import { EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML } from "../e2e/cli.ts";

export interface Payment {
  readonly customer: number;
  readonly account: string;
  readonly name: string;
  readonly uetr: string;
  readonly xml: string;
  readonly mt: string;
  readonly json: string;
}

const NAMES = ["Ottilie Brandhorst", "Renate Achtziger", "Wenzel Trautmann", "Ludmilla Osterkamp", "Gerlinde Pfaffmann"] as const;

/** Payment number `number`, by a customer of so many. */
export function payment(number: number, customers: number): Payment {
  const customer = number % customers;
  const account = germanIban(`500990010${String(73_000_000 + customer).padStart(9, "0")}`);
  const name = NAMES[customer % NAMES.length] as string;
  const uetr = `5c1f7b5e-9d0a-4c36-8f21-${(number + 1).toString(16).padStart(12, "0")}`;
  return {
    customer,
    account,
    name,
    uetr,
    xml: EXAMPLE_XML.replace("DE82500990010073211884", account).replace("Ottilie Brandhorst", name).replace(UETR, uetr),
    mt: EXAMPLE_MT.replace("DE82500990010073211884", account).replace("OTTILIE BRANDHORST", name.toUpperCase()).replace(UETR, uetr),
    json: EXAMPLE_JSON.replace("DE82 5009 9001 0073 2118 84", account.replace(/(....)/g, "$1 ").trim())
      .replace("Ottilie Brandhorst", name)
      .replace(UETR, uetr),
  };
}

const UETR = "5c1f7b5e-9d0a-4c36-8f21-7d2b64a0e913";

/** ISO 13616: the check digits make the number, rearranged, 1 modulo 97. */
function germanIban(bban: string): string {
  const rest = BigInt(`${bban}131400`) % 97n;
  return `DE${String(98n - rest).padStart(2, "0")}${bban}`;
}

/** The debtor's account, name and the UETR of a masked message in any of the forms; spaces of an account do not count. */
export function identifiersOf(masked: string): { readonly account: string; readonly name: string; readonly uetr: string } {
  const found = (pattern: RegExp): string => pattern.exec(masked)?.[1] ?? "";
  if (masked.startsWith("{1:"))
    return { account: found(/:50K:\/(\w+)/), name: found(/:50K:\/\w+\r?\n(.+)/), uetr: found(/\{121:([^}]+)\}/) };
  if (masked.startsWith("{")) {
    const { debtor, uetr } = JSON.parse(masked) as { debtor: { iban: string; name: string }; uetr: string };
    return { account: debtor.iban.replaceAll(" ", ""), name: debtor.name, uetr };
  }
  return {
    account: found(/<DbtrAcct>\s*<Id>\s*<IBAN>([^<]+)</),
    name: found(/<Dbtr>\s*<Nm>([^<]+)</),
    uetr: found(/<UETR>([^<]+)</),
  };
}
