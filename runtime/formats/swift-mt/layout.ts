/** What the catalogue is compiled into: values, the layouts that find them in a field, and the order of fields in a message. */
import type { Field } from "../api.ts";

/** Checks beyond length and characters. */
export type Check =
  | "none"
  | "swift-date"
  | "hour-minute"
  | "utc-offset"
  | "calendar-day"
  | "swift-amount"
  | "reference-16x"
  | "bic"
  | "lt-address"
  | "month-day"
  | "enum"
  | "uuid4";

/** One value of a field: where it is in the message type's list of fields, and what it is made of. */
export interface Component {
  readonly index: number;
  readonly min: number;
  /** Characters in all; 0 = no limit. */
  readonly max: number;
  /** Characters that a lenient reading takes; 0 = no limit. Some banks write amounts with more leading zeros. */
  readonly lenientMax: number;
  /** A currency, which some banks leave out of balances; only a lenient reading does without. */
  readonly mayMiss: boolean;
  /** Lines, and characters of each. */
  readonly lines: number;
  readonly lineMax: number;
  /** Bit of characters.ts. */
  readonly characters: number;
  readonly check: Check;
  /** `enum`: what it may be. */
  readonly values: readonly Uint8Array[];
  /** Texts that are no value but a constant of the standard. */
  readonly constants: readonly Uint8Array[];
  /** Of a date: what takes a day that its month does not have, for a lenient reading. */
  readonly noDay: Component | undefined;
}

/** A step of a one-line layout. */
export type Step =
  | { readonly kind: "component"; readonly component: Component }
  | { readonly kind: "literal"; readonly text: Uint8Array }
  | { readonly kind: "one-of"; readonly texts: readonly Uint8Array[] }
  | { readonly kind: "optional"; readonly steps: readonly Step[] };

export type Identifier = "none" | "account" | "account-required" | "agent" | "agent-required" | "account-or-code";
export type PartyContent = "bic" | "location" | "name-address" | "none";

interface OptionBase {
  /** `50K`. */
  readonly tag: string;
  readonly key: number;
  readonly unparsed: Component;
  /** Whether the field has character set Z. */
  readonly charactersZ: boolean;
}
export interface LineOption extends OptionBase {
  readonly layout: "line";
  readonly lines: readonly LineRule[];
}
/** A line of a layout, and whether it may be missing. */
export interface LineRule {
  readonly steps: readonly Step[];
  readonly optional: boolean;
}
/** 25 and 25P: an account with its bank in front and its currency behind it. */
export interface AccountOption extends OptionBase {
  readonly layout: "account";
  readonly bic: Component;
  readonly bankCode: Component;
  readonly account: Component;
  readonly currency: Component;
  /** A second line holds the BIC of the account's owner. */
  readonly hasOwner: boolean;
}
/** 61: an entry of a statement. */
export interface StatementLineOption extends OptionBase {
  readonly layout: "statement-line";
  readonly date: Component;
  readonly entryDate: Component;
  readonly mark: Component;
  readonly fundsCode: Component;
  readonly amount: Component;
  readonly type: Component;
  readonly reference: Component;
  readonly servicerReference: Component;
  readonly details: Component;
}
export interface PartyOption extends OptionBase {
  readonly layout: "party";
  readonly identifier: Identifier;
  readonly content: PartyContent;
  readonly account: Component | undefined;
  readonly clearingId: Component | undefined;
  readonly bic: Component | undefined;
  readonly location: Component | undefined;
  readonly name: Component | undefined;
  readonly address: Component | undefined;
}
export interface NumberedOption extends OptionBase {
  readonly layout: "numbered";
  readonly identifier: Identifier;
  readonly account: Component;
  readonly partyCountry: Component | undefined;
  readonly partyNumber: Component | undefined;
  /** By line number 1 to 8. */
  readonly lines: readonly (NumberedLine | undefined)[];
}
export interface NarrativeOption extends OptionBase {
  readonly layout: "narrative";
  readonly text: Component;
  /** Packed code words. */
  readonly codes: ReadonlySet<number>;
}
/** What a subfield or code word of 86 begins: a value, a bank by BIC or number, or account, bank, name and town between slashes. */
export type Target = "bank" | "counterparty" | Component;
/** 86: a text of banks' own making, or one of their forms (information.ts). */
export interface InformationOption extends OptionBase {
  readonly layout: "information";
  readonly text: Component;
  /** Packed code words of a text that is of none of the forms. */
  readonly codes: ReadonlySet<number>;
  readonly code: Component;
  readonly remittance: Component;
  readonly bic: Component;
  readonly bankCode: Component;
  readonly account: Component;
  readonly name: Component;
  readonly address: Component;
  readonly word: Component;
  /** Texts and names: what becomes of them keeps nothing of their layout. */
  readonly worded: ReadonlySet<Component>;
  /** By number of a subfield, by packed code word in front of a plus, by packed code word between slashes. */
  readonly subfields: ReadonlyMap<number, Target>;
  readonly words: ReadonlyMap<number, Target>;
  readonly slashed: ReadonlyMap<number, Target>;
}
/** `:NS:`: lines that begin with the two digits of what they say. */
export interface NonSwiftOption extends OptionBase {
  readonly layout: "non-swift";
  readonly text: Component;
  readonly name: Component;
}
export type Option =
  | LineOption
  | PartyOption
  | NumberedOption
  | NarrativeOption
  | AccountOption
  | StatementLineOption
  | InformationOption
  | NonSwiftOption;

/** How the first line of a number of 50F and 59F begins: a country is followed by a slash. */
export interface NumberedLine {
  readonly country: Component | undefined;
  /** What is left of the line, and the lines of the same number that follow. */
  readonly text: Component;
}

/** A place in a message's order. */
export interface Place {
  /** `59a`: how the field is named in a message to the operator. */
  readonly label: string;
  readonly number: number;
  /** `B`, or empty for the first. */
  readonly sequence: string;
  /** Every option that a lenient reading takes in the sequence, by tag key. */
  readonly options: ReadonlyMap<number, Option>;
  /** Tags that stand here. */
  readonly keys: ReadonlySet<number>;
  /** It must be there if what it belongs to is there, */
  readonly mandatory: boolean;
  /** and that must be there. */
  readonly required: boolean;
  readonly repeat: boolean;
}

export interface Structure {
  /** The validation flag that selects it; empty: none. */
  readonly flag: string;
  readonly places: readonly Place[];
  /** What a lenient reading takes anywhere in a statement. */
  readonly nonSwift: Option | undefined;
  /** Place of a tag behind a place (structure.ts, `START`), or -1. */
  follow(place: number, key: number): number;
  /** Whether the message may end behind a place. */
  isEnd(place: number): boolean;
}

/** A tag of blocks 3, 5 or of an acknowledgement. */
export interface HeaderTag {
  /** Set for what is removed, whatever a rule says: it is computed over the clear text. */
  readonly dropped: Component | undefined;
  readonly steps: readonly Step[];
}

export interface HeaderTags {
  readonly tags: ReadonlyMap<number, HeaderTag>;
  readonly unparsed: Component;
}

export interface MessageCatalogue {
  /** RECORD_MESSAGE. */
  readonly index: number;
  readonly name: string;
  readonly fields: readonly Field[];
  /** Lines in front of a text without headers; of statements. */
  readonly bankLines: readonly (readonly Step[])[];
  readonly block1: readonly Step[];
  readonly block2Input: readonly Step[];
  readonly block2Output: readonly Step[];
  /** What some banks write for an output header: an input header with an O. */
  readonly block2Short: readonly Step[];
  readonly block3: HeaderTags;
  readonly block5: HeaderTags;
  /** The S block, removed as a whole. */
  readonly blockS: Component;
  readonly ackHeader: readonly Step[];
  readonly ackTags: HeaderTags;
  readonly structures: readonly Structure[];
}

/** Key of a tag: number × 27 + letter (A = 1), 0 for none. */
export function tagKey(number: number, letter: number): number {
  return number * 27 + letter;
}
