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
  | "enum"
  | "uuid4";

/** One value of a field: where it is in the message type's list of fields, and what it is made of. */
export interface Component {
  readonly index: number;
  readonly min: number;
  /** Characters in all; 0 = no limit. */
  readonly max: number;
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
  readonly steps: readonly Step[];
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
export type Option = LineOption | PartyOption | NumberedOption | NarrativeOption;

/** How the first line of a number of 50F and 59F begins: a country is followed by a slash. */
export interface NumberedLine {
  readonly country: Component | undefined;
  /** What is left of the line, and the lines of the same number that follow. */
  readonly text: Component;
}

/** A place in a message's order. */
export interface Slot {
  /** `59a`: how the field is named in a message to the operator. */
  readonly label: string;
  readonly keys: ReadonlySet<number>;
  readonly mandatory: boolean;
  readonly repeat: boolean;
}

export interface Sequence {
  /** Index of the first slot. */
  readonly first: number;
  /** Slot index by tag key, of every option that a slot may have in a lenient reading. */
  readonly slotOf: ReadonlyMap<number, number>;
  /** Every option that a lenient reading takes, by tag key. */
  readonly options: ReadonlyMap<number, Option>;
}

export interface Structure {
  /** The validation flag that selects it; empty: none. */
  readonly flag: string;
  readonly slots: readonly Slot[];
  readonly sequences: readonly Sequence[];
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
  readonly block1: readonly Step[];
  readonly block2Input: readonly Step[];
  readonly block2Output: readonly Step[];
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
