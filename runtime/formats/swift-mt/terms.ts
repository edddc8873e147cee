/**
 * What the amounts of a SWIFT MT message are to each other, for techniques that change them: sums of transactions, amounts at their rate,
 * entries between balances, and what a report says of its entries (docs/internals/sums.md).
 */
import { sumOf } from "../decimal.ts";
import { absolute } from "../exchange.ts";
import { type Amount, alone, balance, decimalsIn, exchange, negative, step, sum, type Terms, type TermTable } from "../terms.ts";
import { amountOf, decimalText, find, TOTALLED, textOf } from "./amounts.ts";
import { type BodyField, groupsOf, type MessageFields } from "./fields.ts";
import { balanceOf, CLOSING, COUNTED, changeOf, OPENING, reportedChange } from "./statements.ts";

/** Tells the terms of all amounts of a message. */
export function planFields({ message, fields }: MessageFields, terms: TermTable, isAmount: (value: number) => boolean): void {
  new Fields(message, fields, terms, isAmount).plan();
}

/** Balances besides those that a statement opens and closes with: what is available, now and later. */
const AVAILABLE = ["64", "65"];
const CHARGES = ["71F", "71G"];

class Fields {
  readonly #message: string;
  readonly #fields: readonly BodyField[];
  readonly #terms: TermTable;
  readonly #isAmount: (value: number) => boolean;
  /** Of the account, which its entries do not say. */
  readonly #currency: string;

  constructor(message: string, fields: readonly BodyField[], terms: TermTable, isAmount: (value: number) => boolean) {
    this.#message = message;
    this.#fields = fields;
    this.#terms = terms;
    this.#isAmount = isAmount;
    const stated = fields.find(({ tag }) => [...OPENING, ...CLOSING, "34F"].includes(tag));
    this.#currency = textOf(stated, "currency") ?? "";
  }

  plan(): void {
    for (const field of this.#fields) {
      const amount = this.#amountOf(field);
      if (amount !== undefined) this.#terms.give(amount.value, alone(amount.amount, amount.decimals));
    }
    for (const group of groupsOf(this.#fields)) this.#rate(group);
    this.#totals();
    this.#statement();
  }

  #valueOf(field: BodyField): number | undefined {
    const value = field.values.get("amount");
    return value !== undefined && this.#isAmount(value) ? value : undefined;
  }

  #amountOf(field: BodyField | undefined): Amount | undefined {
    const [amount, text] = [amountOf(field), textOf(field, "amount")];
    if (field === undefined || amount === undefined || text === undefined) return undefined;
    const currency = textOf(field, "currency") ?? (field.tag === "61" ? this.#currency : "");
    return { amount, currency, decimals: decimalsIn(currency, decimalText(text)), value: this.#valueOf(field) };
  }

  // ── payments ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The amount that was ordered (33B) at its rate (36), and the one that is paid. */
  #rate(group: readonly BodyField[]): void {
    const [one, other] = [this.#amountOf(find(group, ["33B"])), this.#amountOf(find(group, ["32A", "32B"]))];
    if (one === undefined || other === undefined) return;
    const rate = textOf(find(group, ["36"]) ?? this.#fields.find(({ sequence, tag }) => sequence === "" && tag === "36"), "rate");
    const charges = group.filter(({ tag }) => CHARGES.includes(tag)).flatMap((field) => this.#amountOf(field) ?? []);
    const own = charges.filter(({ currency }) => currency === other.currency);
    exchange(one, other, rate === undefined || one.currency === other.currency ? undefined : decimalText(rate), own, this.#terms);
  }

  /** 19, what settles the transactions, and the charges that go with them. */
  #totals(): void {
    const settled = TOTALLED[this.#message];
    if (settled === undefined) return;
    const each = this.#all("B", ["32B"]);
    const charges = this.#all("B", CHARGES);
    for (const tag of CHARGES) {
      const said = this.#all("C", [tag])[0];
      const own = this.#all("B", [tag]);
      if (said !== undefined && own.length > 0 && said.amount === totalOf(own)) this.#terms.give(said.value, this.#sumOf(own));
    }
    for (const said of [...this.#all(undefined, ["19"]), ...this.#all("C", settled)]) {
      const fees = [charges, this.#all("C", CHARGES)].find((fee) => absolute(said.amount - totalOf(each)) === totalOf(fee)) ?? [];
      if (said.amount === totalOf(each)) this.#terms.give(said.value, this.#sumOf(each));
      else if (fees.length > 0) {
        const fee = sum(fees.map((amount) => this.#terms.madeOf(amount)));
        const whole = sum(each.map((amount) => this.#terms.madeOf(amount)));
        this.#terms.give(said.value, sum([whole, said.amount > totalOf(each) ? fee : negative(fee)]));
      }
    }
  }

  #all(sequence: string | undefined, tags: readonly string[]): readonly Amount[] {
    const fields = this.#fields.filter((field) => tags.includes(field.tag) && (sequence === undefined || field.sequence === sequence));
    return fields.flatMap((field) => this.#amountOf(field) ?? []);
  }

  #sumOf(amounts: readonly Amount[]): Terms | undefined {
    return this.#terms.sumOf(amounts.map(({ value }) => value));
  }

  // ── statements ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #statement(): void {
    const ofAccount = (field: BodyField): boolean => (textOf(field, "currency") ?? this.#currency) === this.#currency;
    const balances = this.#fields.filter(({ tag }) => [...OPENING, ...CLOSING, ...AVAILABLE].includes(tag)).filter(ofAccount);
    const entries = this.#fields.filter(({ tag }) => tag === "61");
    const reports = this.#fields.filter(({ tag }) => tag in COUNTED);
    const decimals = Math.max(0, ...[...balances, ...entries, ...reports].map((field) => this.#amountOf(field)?.decimals ?? 0));
    for (const field of balances) {
      const amount = balanceOf(field);
      if (amount !== undefined) this.#terms.give(this.#valueOf(field), balance(amount, decimals));
    }
    this.#line(entries, changeOf, balances, decimals);
    if (entries.length === 0) this.#line(reports.filter(ofAccount), reportedChange, balances, decimals);
    else for (const report of reports) this.#report(report, entries);
  }

  /** Steps of the booked balance, from where the statement opens. */
  #line(
    steps: readonly BodyField[],
    changeIn: (field: BodyField) => bigint | undefined,
    balances: readonly BodyField[],
    decimals: number,
  ): void {
    const changes = steps.map(changeIn);
    const opening = balanceOf(find(balances, OPENING));
    const closing = balanceOf(find(balances, CLOSING));
    const whole = changes.includes(undefined) ? undefined : sumOf(changes as readonly bigint[]);
    let from = opening ?? (closing === undefined || whole === undefined ? undefined : closing - whole);
    for (const [i, field] of steps.entries()) {
      const change = changes[i];
      if (from === undefined || change === undefined || change === 0n) continue;
      this.#terms.give(this.#valueOf(field), step(from, from + change, decimals));
      from += change;
    }
  }

  /** What a report says of its entries: the sum of those that it counts. */
  #report(report: BodyField, entries: readonly BodyField[]): void {
    const said = this.#amountOf(report);
    const chosen = COUNTED[report.tag]
      ?.map((marks) => entries.filter((entry) => marks.includes(textOf(entry, "mark") ?? "")))
      .find((each) => said !== undefined && each.length > 0 && sumOf(each.map((entry) => amountOf(entry) ?? 0n)) === said.amount);
    if (said !== undefined && chosen !== undefined)
      this.#terms.give(said.value, this.#terms.sumOf(chosen.map((entry) => this.#valueOf(entry))));
  }
}

const totalOf = (amounts: readonly Amount[]): bigint => sumOf(amounts.map(({ amount }) => amount));
