/**
 * What holds between the values of one message: counts, sums, balances, rates, countries, parties; and from one statement to the next. A
 * format's rules look at one whole record and say which of them do not hold; masking keeps what did, and nobody's values are told.
 */
import type { Finding, Follows, Place, Report, StatementSeries, Verdict } from "./api.ts";
import { ONE } from "./decimal.ts";

export const COUNT = 8601;
export const SUM = 8602;
export const BALANCE = 8603;
export const MINOR_UNITS = 8604;
export const COUNTRY = 8605;
export const RATE = 8606;
export const SERIES = 8607;
export const PARTY = 8608;

/** A verdict while it is being found. */
export class Collected implements Verdict {
  readonly message: string;
  checked = 0;
  readonly findings: Finding[] = [];
  readonly #parties = new Map<string, string>();

  constructor(message: string) {
    this.message = message;
  }

  /** @param holds undefined: the rule has nothing to look at */
  rule(issue: number, path: string | (() => string), holds: boolean | undefined): void {
    if (holds === undefined) return;
    this.checked++;
    if (!holds) this.findings.push({ issue, path: typeof path === "string" ? path : path() });
  }

  /** The name that stands beside an account or identifier: the same wherever that stands in the message. */
  party(identifier: string | undefined, name: string | undefined, path: string | (() => string)): void {
    if (identifier === undefined || name === undefined) return;
    const [key, now] = [identifier.replaceAll(/[^A-Za-z0-9]/g, ""), nameKey(name)];
    if (key === "" || now === "") return;
    const before = this.#parties.get(key);
    if (before === undefined) this.#parties.set(key, now);
    else this.rule(PARTY, path, isSameName(before, now));
  }
}

/** Characters from which on a name may have been cut by the room of its field. */
const NAME_CUT_MIN = 30;

/** Letters and digits, words in one order: `BRANDHORST, OTTILIE` and `Ottilie Brandhorst` are one. */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .sort()
    .join(" ")
    .trim();

const isSameName = (one: string, other: string): boolean =>
  one === other || (one.length < other.length ? isCut(one, other) : isCut(other, one));

/** Of a name and the same cut short all words are the same, save the one that was cut. */
function isCut(short: string, long: string): boolean {
  if (short.length < NAME_CUT_MIN) return false;
  const words = long.split(" ");
  const others = short.split(" ").filter((word) => !words.includes(word));
  return others.length === 0 || (others.length === 1 && words.some((word) => word.startsWith(others[0] as string)));
}

/** Statements of one account each open with what the one before closed with, in the order of their dates and numbers. */
export class Series implements StatementSeries {
  readonly #statements = new Map<string, (readonly [Place, Report])[]>();

  /** @param account with the currency: what the statement is one of */
  add(account: string, place: Place, report: Report): void {
    const known = this.#statements.get(account);
    if (known === undefined) this.#statements.set(account, [[place, report]]);
    else known.push([place, report]);
  }

  /** Reports of every statement that claims to go on from one that is here whether it does. */
  close(): void {
    for (const statements of this.#statements.values()) {
      statements.sort(([a], [b]) => inOrder(a, b));
      for (const [i, [place, report]] of statements.entries()) {
        const before = statements[i - 1]?.[0];
        const follows = before === undefined ? undefined : followsOn(before, place);
        if (follows !== undefined) report(follows);
      }
    }
  }
}

function inOrder(a: Place, b: Place): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  const difference = (a.number ?? 0n) - (b.number ?? 0n) || (a.sheet ?? 0n) - (b.sheet ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** undefined where a statement does not claim to go on: another year, a bank that does not number its statements. */
function followsOn(before: Place, place: Place): Follows | undefined {
  if (before.number === undefined || place.number === undefined) return undefined;
  if (before.closing === undefined || place.opening === undefined) return undefined;
  const [was, is] = [before.sheet ?? ONE, place.sheet ?? ONE];
  const isLater = place.number > before.number || (place.number === before.number && is > was);
  if (!isLater) return undefined;
  if (place.opening === before.closing) return "continues";
  const isNext = place.number === before.number ? is === was + ONE : place.number === before.number + ONE && is <= ONE;
  return isNext ? "balance" : "number";
}
