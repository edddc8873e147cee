/** Finds what is to be replaced in a text (docs/internals/detect.md, "Finding"). */
import { callingCodeLength } from "../kinds/calling-codes.ts";
import { hasCheck97, luhnValid, weighted } from "../kinds/checks.ts";
import { countryOf, ibanRemainder, structureValid } from "../kinds/iban-table.ts";
import { LAYOUT_NONE, LAYOUT_SSN, nationalRowOf } from "../kinds/national.ts";
import { isRealDay } from "../text/lexical.ts";
import type { Unicode } from "../text/unicode.ts";
import { type Dictionary, ValueKind, type Variant } from "./dictionary.ts";
import { Evidence } from "./evidence.ts";
import { Names } from "./names.ts";
import { CAPITAL, CODE, CUT, DIGIT, DOT, HYPHEN, OTHER, PAREN, SLASH, SPACE, Stream, WRAP } from "./stream.ts";
import { BIC_ALIKE, BIC_WORD, ID_WORD, NUMBER_WORD, PHONE_WORD } from "./words.ts";

/** What is found, by the numbers of bauta.plan.v1.Entity. */
export const Found = { card: 1, account: 2, bic: 3, phone: 4, email: 5, identifier: 6, reference: 7, name: 8 } as const;
export type Found = (typeof Found)[keyof typeof Found];

export interface Finding {
  /** Elements [start, end). */
  start: number;
  end: number;
  entity: Found;
  /** Owner of the value or name in a dictionary; −1 for what is found by its form. */
  owner: number;
  variant: Variant | -1;
  /** An account: the last characters of the owner's, an IBAN. */
  isTail: boolean;
}

const PAN_MIN = 13;
const PAN_MAX = 19;
/** A card number by its digits alone; grouped as one; as long as its scheme's are, or digits side by side. */
const LIKELY = 1;
const GROUPED = 2;
const OWN_LENGTH = 3;
/** Letters and digits by which values are looked up. */
const VALUE_HEAD = 4;
const NATIONAL_MIN = 9;
const NATIONAL_MAX = 16;
const PHONE_MIN = 7;
const PHONE_MAX = 17;
const NATIONAL_PHONE_MAX = 12;
const BIC_SIZES: readonly number[] = [11, 8];
/** Words in front of a number that may say what it is. */
const WINDOW = 4;
const PHONE_WINDOW = 5;
const ZERO = 0x30;
/** Letters between a party and its phone number. */
const PARTY_DISTANCE = 4;
const PLUS = 0x2b;
const PAREN_OPEN = 0x28;
const SEPARATORS = SPACE | HYPHEN | DOT | SLASH;
const NONE = -1;

const ENTITY_OF_VALUE: Readonly<Record<ValueKind, Found>> = {
  [ValueKind.account]: Found.account,
  [ValueKind.reference]: Found.reference,
  [ValueKind.id]: Found.identifier,
};

export class Finder {
  readonly stream: Stream;
  /** In the order of the text. */
  readonly findings: Finding[] = [];
  readonly #evidence: Evidence;
  readonly #names: Names;
  readonly #strong: Finding[] = [];
  #dictionaries: readonly Dictionary[] = [];
  readonly #codes = new Uint8Array(64);
  /** How sure the card number found last is. */
  #cardRank = 0;
  /** Where a phone number may end. */
  readonly #stops: number[] = [];

  constructor(unicode: Unicode) {
    this.stream = new Stream(unicode);
    this.#evidence = new Evidence(this.stream);
    this.#names = new Names(this.stream, this.#evidence);
  }

  /** Looks at a text; `findings` are what stands in it. */
  find(points: Uint32Array, count: number, dictionaries: readonly Dictionary[]): void {
    this.#dictionaries = dictionaries;
    this.stream.read(points, count);
    this.findings.length = 0;
    this.#strong.length = 0;
    this.#findStrong();
    let next = 0;
    const { length } = this.stream;
    for (let at = 0; at < length; ) {
      const strong = this.#strong[next];
      if (strong !== undefined && strong.start <= at) {
        this.findings.push(strong);
        at = strong.end;
        next++;
        continue;
      }
      const limit = strong === undefined ? length : strong.start;
      const end = this.stream.isEdge(at) ? this.#findAt(at, limit) : 0;
      at = end > at ? end : at + 1;
    }
  }

  // E-mail addresses, IBANs and card numbers: nothing else is taken for a part of one.

  #findStrong(): void {
    const { stream } = this;
    const { codes, flags, length, ats } = stream;
    let ahead = 0;
    for (let at = 0; at < length; ) {
      let end = 0;
      if (ahead < ats.length && (stream.starts[at] as number) >= (ats[ahead + 1] as number)) {
        // The address began in front of its at sign.
        ahead += 2;
        end = this.#email(at, ats[ahead - 2] as number, ats[ahead - 1] as number);
        if (end > at) {
          at = end;
          continue;
        }
      }
      if (stream.isEdge(at)) {
        end = this.#value(at);
        if (end === 0) end = this.#national(at, length, 2);
      }
      if (end > 0) {
        at = end;
        continue;
      }
      if (((flags[at] as number) & DIGIT) !== 0) end = this.#card(at);
      else if (at + 14 < length && ((flags[at + 2] as number) & DIGIT) !== 0 && (codes[at + 1] as number) >= 0x61) end = this.#iban(at);
      at = end > at ? end : at + 1;
    }
  }

  #push(list: Finding[], start: number, end: number, entity: Found, owner = NONE, variant: Variant | -1 = NONE): number {
    list.push({ start, end, entity, owner, variant, isTail: false });
    return end;
  }

  /** The address around an at sign whose first letter behind is element `behind`; 0 if there is none. */
  #email(behind: number, from: number, to: number): number {
    const { stream } = this;
    const { gaps, counts, flags, length, starts, ends } = stream;
    let start = behind;
    const floor = this.#strong.at(-1)?.end ?? 0;
    // `(at)` is made of two letters, which are no part of the name.
    if (to - from > 1) while (start > floor && (starts[start - 1] as number) >= from) start--;
    const first = start;
    while (start > floor) {
      const gap = gaps[start] as number;
      const inside = start === first ? 0 : gap;
      if (start === first) {
        const between = from - (ends[start - 1] as number);
        if (between !== 0 && !this.#isWrapOnly(ends[start - 1] as number, from)) break;
      } else if ((inside & ~(DOT | HYPHEN | WRAP | CUT)) !== 0 || (counts[start] as number) > 1) break;
      else if ((inside & WRAP) !== 0 && (inside & CUT) === 0 && !this.#joinsLines(start)) break;
      start--;
    }
    if (start === first) return 0;
    if (stream.starts[behind] !== to && !this.#isWrapOnly(to, stream.starts[behind] as number)) return 0;
    let end = behind + 1;
    let label = behind;
    let labels = 1;
    while (end < length) {
      const gap = gaps[end] as number;
      if (gap === 0) {
        if (((flags[end] as number) & 4) !== 0) break;
        end++;
        continue;
      }
      if ((gap & ~(DOT | HYPHEN | WRAP | CUT)) !== 0 || (counts[end] as number) > 1) break;
      if ((gap & WRAP) !== 0 && (gap & CUT) === 0 && !this.#joinsLines(end)) break;
      if ((gap & DOT) !== 0) {
        label = end;
        labels++;
      }
      end++;
    }
    if (labels < 2 || end - label < 2) return 0;
    return this.#push(this.#strong, start, end, Found.email);
  }

  /** Whether only a wrap stands between two places of the text. */
  #isWrapOnly(from: number, to: number): boolean {
    for (let i = from; i < to; i++) {
      const code = this.stream.points[i] as number;
      if (code !== 0x0a && code !== 0x0d && code !== 0x2f && code !== 0x3f && !(code >= 0x30 && code <= 0x39)) return false;
    }
    return true;
  }

  /** Whether a line goes on with an address that the line in front of it began. */
  #joinsLines(_at: number): boolean {
    return this.stream.allCut;
  }

  #iban(at: number): number {
    const { codes, flags, gaps, counts, length } = this.stream;
    const first = (codes[at] as number) - 0x20;
    const second = (codes[at + 1] as number) - 0x20;
    if (first < 0x41 || first > 0x5a || second < 0x41 || second > 0x5a || ((flags[at + 3] as number) & DIGIT) === 0) return 0;
    const country = countryOf(first, second);
    if (country === undefined || at + country.length > length) return 0;
    const isEdge = this.stream.isEdge(at);
    const iban = this.#codes;
    for (let i = 0; i < country.length; i++) {
      const code = codes[at + i] as number;
      if (code >= 0x80) return 0;
      iban[i] = code >= 0x61 ? code - 0x20 : code;
      const gap = gaps[at + i] as number;
      if (i > 0 && !isSingle(gap, counts[at + i] as number)) return 0;
      // The head stands together, or in groups where it begins a word.
      if (i > 0 && i < 4 && gap !== 0 && gap !== (WRAP | CUT) && (!isEdge || (gap & ~(SPACE | HYPHEN)) !== 0)) return 0;
    }
    if (!structureValid(country, iban, 0, country.length) || !hasCheck97(ibanRemainder(iban, 0, country.length), iban, 2)) return 0;
    return this.#push(this.#strong, at, at + country.length, Found.account, this.#ownerOf(at, at + country.length));
  }

  /** The owner of a value of a dictionary that is letter by letter what stands at [at, end). */
  #ownerOf(at: number, end: number): number {
    const { codes } = this.stream;
    for (const dictionary of this.#dictionaries) {
      for (let value = dictionary.firstValue(codes, at); value !== NONE; value = dictionary.nextValue(value)) {
        const from = dictionary.valueFrom[value] as number;
        const size = (dictionary.valueTo[value] as number) - from;
        if (size !== end - at || dictionary.valueTails[value] === true) continue;
        let i = 0;
        while (i < size && codes[at + i] === dictionary.values[from + i]) i++;
        if (i === size) return dictionary.valueOwners[value] as number;
      }
    }
    return NONE;
  }

  #card(at: number): number {
    const { codes, gaps } = this.stream;
    const lead = codes[at] as number;
    if (lead < 0x32 || lead > 0x36 || !this.#isNumberEdge(at)) return 0;
    const end = this.#cardEnd(at);
    const rank = this.#cardRank;
    if (end === 0 || (rank < OWN_LENGTH && (this.#isGroupBefore(at) || this.#isGroupBehind(at, end)))) return 0;
    // Another number in front of a card's own may make both look like one.
    for (let i = at + 1; rank === LIKELY && i < end; i++) {
      const next = codes[i] as number;
      if (next >= 0x32 && next <= 0x36 && gaps[i] !== 0 && this.#cardEnd(i) !== 0 && this.#cardRank > LIKELY) return 0;
    }
    return this.#push(this.#strong, at, end, Found.card, this.#ownerOf(at, end));
  }

  /** Whether four digits stand in front of a number, parted from it as its own groups are. */
  #isGroupBefore(at: number): boolean {
    const { gaps } = this.stream;
    if (!this.#isContinued(at) || ((gaps[at] as number) & SEPARATORS) !== ((gaps[at + 4] as number) & SEPARATORS)) return false;
    let from = at - 1;
    while (from > 0 && gaps[from] === 0 && this.stream.isDigit(from - 1)) from--;
    return at - from === 4;
  }

  /** Whether digits stand behind a number that ends in four, parted from it as its own groups are. */
  #isGroupBehind(at: number, end: number): boolean {
    const { gaps } = this.stream;
    const isLike = this.#isContinued(end) && ((gaps[end] as number) & SEPARATORS) === ((gaps[at + 4] as number) & SEPARATORS);
    return isLike && gaps[end - 4] !== 0 && gaps[end - 3] === 0 && gaps[end - 2] === 0 && gaps[end - 1] === 0;
  }

  /** Where the card number ends that begins at an element; 0 if none does. */
  #cardEnd(at: number): number {
    const { codes, flags, gaps, counts, length } = this.stream;
    const digits = this.#codes;
    let size = 0;
    let found = 0;
    let rank = 0;
    // Groups of four, but for the last one; 4-6-5 and 4-6-4.
    let group = 0;
    let groups = 0;
    let second = 0;
    let isGrouped = true;
    let isWrapped = false;
    for (let i = at; i < length && size < PAN_MAX && ((flags[i] as number) & DIGIT) !== 0; i++) {
      const gap = gaps[i] as number;
      if (i > at && gap !== 0) {
        if (!isSingle(gap, counts[i] as number)) break;
        // A wrap may stand for a separator, or inside of a group.
        if ((gap & WRAP) !== 0) isWrapped = true;
        if ((gap & SEPARATORS) !== 0 || (groups > 0 && (group === 4 || group === second))) {
          groups++;
          if (groups === 2) second = group;
          if (groups === 2 ? group !== 4 && group !== 6 : group !== 4) isGrouped = false;
          group = 0;
        }
      }
      digits[size++] = codes[i] as number;
      group++;
      if (size < PAN_MIN || !this.#isNumberEdge(i + 1) || !luhnValid(digits, 0, size)) continue;
      const isWhole = groups === 0 || (isGrouped && (second === 6 ? groups === 2 && group >= 4 : group <= 4));
      const isOwn = isCardLength(digits, size);
      const own = (isWrapped && isOwn) || (isWhole && (groups === 0 || isOwn)) ? OWN_LENGTH : isWhole ? GROUPED : LIKELY;
      if (own < rank) continue;
      rank = own;
      found = i + 1;
    }
    this.#cardRank = rank;
    return found;
  }

  /** Whether a number may begin at an element, or end in front of it. */
  #isNumberEdge(at: number): boolean {
    const { gaps, flags, length } = this.stream;
    if (at === 0 || at >= length || (gaps[at] as number) !== 0) return true;
    return ((flags[at] as number) & DIGIT) === 0 || ((flags[at - 1] as number) & DIGIT) === 0;
  }

  // What is found at a place, by the message's own values first.

  #findAt(at: number, limit: number): number {
    const { stream } = this;
    const isDigit = stream.isDigit(at);
    let end = isDigit ? this.#national(at, limit, 1) : 0;
    if (end === 0 && !isDigit) end = this.#name(at, limit);
    if (end === 0 && !isDigit) end = this.#bic(at, limit);
    if (end === 0 && isDigit) end = this.#phone(at, limit);
    return end;
  }

  /** The longest value at an element that begins a word; of the end of an IBAN and another value the latter. */
  #value(at: number): number {
    const { codes, gaps, counts, length } = this.stream;
    if (at + VALUE_HEAD > length) return 0;
    let found = 0;
    let best: Dictionary | undefined;
    let row = NONE;
    for (const dictionary of this.#dictionaries) {
      for (let value = dictionary.firstValue(codes, at); value !== NONE; value = dictionary.nextValue(value)) {
        const from = dictionary.valueFrom[value] as number;
        const size = (dictionary.valueTo[value] as number) - from;
        if (size <= found - at || at + size > length || !this.stream.isEdge(at + size)) continue;
        let i = 1;
        if (codes[at] !== dictionary.values[from]) continue;
        while (i < size && codes[at + i] === dictionary.values[from + i] && isLoose(gaps[at + i] as number, counts[at + i] as number)) i++;
        if (i < size) continue;
        found = at + size;
        best = dictionary;
        row = value;
      }
    }
    if (best === undefined) return 0;
    this.#push(this.#strong, at, found, ENTITY_OF_VALUE[best.valueKinds[row] as ValueKind], best.valueOwners[row] as number);
    (this.#strong.at(-1) as Finding).isTail = best.valueTails[row] as boolean;
    return found;
  }

  /** @param asked 2: those that are known by their form; 1: those that a word in front of them tells */
  #national(at: number, limit: number, asked: 1 | 2): number {
    const { stream } = this;
    const { codes, flags, gaps, counts } = stream;
    if (asked === 1 && (this.#evidence.wordsBefore(at, WINDOW) & ID_WORD) === 0) return 0;
    const text = this.#codes;
    let found = 0;
    let hyphens = 0;
    let points = 0;
    let breaks = 0;
    let digits = 0;
    let isSmall = false;
    for (let i = at; i < limit && i - at < NATIONAL_MAX; i++) {
      const code = codes[i] as number;
      const gap = i === at ? 0 : (gaps[i] as number);
      if (code >= 0x80 || !isSingle(gap, counts[i] as number)) break;
      text[i - at] = code >= 0x61 ? code - 0x20 : code;
      if ((gap & SEPARATORS) !== 0) breaks |= 1 << (i - at);
      if ((gap & HYPHEN) !== 0) hyphens |= 1 << (i - at);
      if ((gap & (DOT | SLASH)) !== 0) points++;
      if (((flags[i] as number) & DIGIT) !== 0) digits++;
      else if (!stream.isCapital(i)) isSmall = true;
      const size = i + 1 - at;
      if (size < NATIONAL_MIN || digits < 6 || !stream.isEdge(i + 1)) continue;
      let strength = nationalStrength(text, size, digits, hyphens);
      // A date and a letter beside it are not one number.
      if (size === 9 && strength === 2 && ((digits === 8 && (breaks & (1 << 4)) !== 0) || (digits === 6 && points > 0))) strength = 1;
      // The French number has groups of its own.
      if (strength === 2 && size === 15 && breaks !== 0 && (breaks & 2) === 0 && breaks !== 1 << 13) strength = 1;
      if (strength === asked || (strength === 2 && asked === 1)) {
        if (asked === 1 || !isSmall) found = i + 1;
      }
    }
    return found === 0 ? 0 : this.#push(asked === 2 ? this.#strong : this.findings, at, found, Found.identifier);
  }

  #name(at: number, limit: number): number {
    const names = this.#names;
    let found = 0;
    let owner = NONE;
    let variant: Variant | -1 = NONE;
    for (const dictionary of this.#dictionaries) {
      if (!names.findAt(at, dictionary) || names.end > limit) continue;
      if (names.end < found || (names.end === found && names.variant >= variant)) continue;
      found = names.end;
      owner = dictionary.owners[names.spelling] as number;
      variant = names.variant;
    }
    return found === 0 ? 0 : this.#push(this.findings, at, found, Found.name, owner, variant);
  }

  #bic(at: number, limit: number): number {
    for (const size of BIC_SIZES) {
      const end = at + size;
      if (end > limit || !this.stream.isEdge(end) || !this.#hasBicForm(at, size) || !this.#isBic(at, size)) continue;
      return this.#push(this.findings, at, end, Found.bic);
    }
    return 0;
  }

  /** Four letters, a country, a location, maybe a branch; side by side or in these groups. */
  #hasBicForm(at: number, size: number): boolean {
    const { codes, flags, gaps, counts } = this.stream;
    const isGrouped = (((gaps[at + 4] as number) | (gaps[at + 6] as number)) & (SPACE | HYPHEN)) !== 0;
    if (size === 11 && gaps[at + 8] !== 0 && !this.#isBranch(at + 8)) return false;
    for (let i = 0; i < size; i++) {
      const code = codes[at + i] as number;
      const isDigit = ((flags[at + i] as number) & DIGIT) !== 0;
      if (code >= 0x80 || (isDigit && i < 6)) return false;
      if (i === 0) continue;
      const gap = gaps[at + i] as number;
      if (((flags[at + i] as number) & CODE) !== 0) return false;
      if (isGrouped && (i === 4 || i === 6 || i === 8)) {
        if (gap === 0 || (gap & ~(SPACE | HYPHEN | WRAP | CUT)) !== 0 || (counts[at + i] as number) > 1) return false;
      } else if (gap !== 0 && gap !== (WRAP | CUT)) return false;
    }
    const [first, second] = [codes[at + 6] as number, codes[at + 7] as number];
    if (first === 0x30 || first === 0x31 || second === 0x6f) return false;
    if (isGrouped && this.#evidence.bitsOf(at, at + 4) !== 0) return false;
    return this.#evidence.isCountry(codes[at + 4] as number, codes[at + 5] as number);
  }

  /** Whether what has the form of a BIC is one and not a word. */
  #isBic(at: number, size: number): boolean {
    const { stream } = this;
    const { codes, flags } = stream;
    let isCapital = true;
    let digits = 0;
    for (let i = at; i < at + size; i++) {
      if (((flags[i] as number) & DIGIT) !== 0) digits++;
      else if (((flags[i] as number) & CAPITAL) === 0) isCapital = false;
    }
    if ((this.#evidence.wordBefore(at) & BIC_WORD) !== 0 || this.#isBehindAccount(at)) return isCapital || digits > 0;
    const isTelling = digits > 0 || codes[at + 6] === codes[at + 7] || (size === 11 && this.#isBranch(at + 8));
    if (!isTelling || (this.#evidence.bitsOf(at, at + size) & BIC_ALIKE) !== 0) return false;
    return isCapital || (this.#evidence.wordsBefore(at, WINDOW) & BIC_WORD) !== 0;
  }

  /** Three characters of which one is a digit, or `XXX`. */
  #isBranch(at: number): boolean {
    const { codes, flags } = this.stream;
    let isPlain = true;
    for (let i = at; i < at + 3; i++) {
      if (((flags[i] as number) & DIGIT) !== 0) return true;
      if (codes[i] !== 0x78) isPlain = false;
    }
    return isPlain;
  }

  /** Whether an IBAN stands in front of an element, with nothing but signs between them. */
  #isBehindAccount(at: number): boolean {
    const last = this.findings.at(-1);
    return last !== undefined && last.end === at && last.entity === Found.account;
  }

  #phone(at: number, limit: number): number {
    const { stream } = this;
    const { codes, flags, gaps, counts } = stream;
    const front = stream.signBefore(at);
    const isPlus = front === PLUS;
    const digits = this.#codes;
    const stops = this.#stops;
    stops.length = 0;
    let size = 0;
    let i = at;
    for (; i < limit && ((flags[i] as number) & DIGIT) !== 0 && size < PHONE_MAX; i++) {
      if (i > at && !isPhoneGap(gaps[i] as number, counts[i] as number)) break;
      digits[size++] = codes[i] as number;
      if (stream.isEdge(i + 1)) stops.push(i + 1);
    }
    if (size < PHONE_MIN) return 0;
    const isDouble = !isPlus && digits[0] === ZERO && digits[1] === ZERO;
    const skip = isDouble ? 2 : 0;
    const isInternational = (isPlus || isDouble) && callingCodeLength(digits.subarray(skip), size - skip) > 0;
    if (isPlus && !isInternational) return 0;
    const evidence = this.#evidence.wordsBefore(at, PHONE_WINDOW);
    const isSure = (evidence & PHONE_WORD) !== 0;
    const isDoubtful = !isPlus && !isSure && ((this.#evidence.wordsBefore(at, 2) & (NUMBER_WORD | ID_WORD)) !== 0 || this.#isContinued(at));
    for (let stop = stops.length - 1; stop >= 0; stop--) {
      const end = stops[stop] as number;
      const count = end - at - skip;
      if (count < PHONE_MIN) break;
      if (isInternational) {
        if (count <= PHONE_MIN || count > longestNumber(digits, skip, this.#hasTrunk(at, end))) continue;
        if (!isPlus && !isSure && (isDoubtful || this.#isContinued(end) || this.#groups(at, end) < 2)) continue;
      } else if (
        count > NATIONAL_PHONE_MAX ||
        this.#isDate(at, end) ||
        !this.#isNational(at, end, front === PAREN_OPEN, isSure, isDoubtful)
      )
        continue;
      return this.#push(this.findings, at, end, Found.phone);
    }
    return 0;
  }

  /** Whether digits are a number without a calling code. */
  #isNational(at: number, end: number, isParen: boolean, isSure: boolean, isDoubtful: boolean): boolean {
    const { codes } = this.stream;
    const groups = this.#groups(at, end);
    const count = end - at;
    if (isParen && count === 10 && this.#isGap(at + 3, PAREN)) return true;
    if (codes[at] === ZERO && (isSure || (isParen && groups > 1 && !isDoubtful))) return true;
    if (isSure && count >= 8 && (groups > 1 || (count >= 9 && (this.#evidence.wordBefore(at) & PHONE_WORD) !== 0))) return true;
    if (isDoubtful || this.#isContinued(end) || count < 9 || count > 11) return false;
    // A British mobile number has a form of its own.
    if (codes[at] === ZERO && codes[at + 1] === 0x37 && count === 11 && this.#groupEnd(at, end) === at + 5 && groups === 2) return true;
    if (!this.#isBehindParty(at)) return false;
    return codes[at] === ZERO ? groups > 1 || count > 9 : groups > 2 && count === 9;
  }

  /** Whether a name, an e-mail address or another phone number stands in front of an element, maybe with a short word between, or a line begins. */
  #isBehindParty(at: number): boolean {
    const gap = this.stream.gaps[at] as number;
    if (at === 0 || ((gap & WRAP) !== 0 && (gap & CUT) === 0)) return true;
    const last = this.findings.at(-1);
    if (last === undefined || at - last.end > PARTY_DISTANCE) return false;
    return last.entity === Found.name || last.entity === Found.email || last.entity === Found.phone;
  }

  /** Whether digits are a date: 2-2-4, 4-2-2, and 2-2-2 with whatever behind it, the first three with one separator. */
  #isDate(at: number, end: number): boolean {
    const { gaps } = this.stream;
    const first = this.#groupEnd(at, end);
    if (first === end) return false;
    const second = this.#groupEnd(first, end);
    if (second === end) return false;
    const third = this.#groupEnd(second, end);
    if (((gaps[first] as number) & SEPARATORS) !== ((gaps[second] as number) & SEPARATORS)) return false;
    const sizes = (first - at) * 100 + (second - first) * 10 + third - second;
    if (sizes === 224 || sizes === 422) return third === end;
    return sizes === 222 && (third === end || ((gaps[third] as number) & SEPARATORS) !== ((gaps[first] as number) & SEPARATORS));
  }

  /** Where the first group of a number ends. */
  #groupEnd(at: number, end: number): number {
    let i = at + 1;
    while (i < end && ((this.stream.gaps[i] as number) & ~(WRAP | CUT)) === 0) i++;
    return i;
  }

  #groups(at: number, end: number): number {
    let groups = 0;
    for (let i = at; i < end; i = this.#groupEnd(i, end)) groups++;
    return groups;
  }

  /** Whether digits stand on both sides of an element's gap, as in one number. */
  #isContinued(at: number): boolean {
    const { flags, gaps, counts, length } = this.stream;
    if (at === 0 || at >= length || ((flags[at] as number) & (flags[at - 1] as number) & DIGIT) === 0) return false;
    return ((gaps[at] as number) & ~(WRAP | CUT | SEPARATORS | OTHER)) === 0 && (counts[at] as number) <= 1;
  }

  #isGap(at: number, gap: number): boolean {
    return at < this.stream.length && ((this.stream.gaps[at] as number) & gap) !== 0;
  }

  /** Whether a trunk zero stands in brackets. */
  #hasTrunk(at: number, end: number): boolean {
    const { codes, gaps } = this.stream;
    for (let i = at + 1; i + 1 < end; i++) {
      if (codes[i] === 0x30 && ((gaps[i] as number) & PAREN) !== 0 && ((gaps[i + 1] as number) & PAREN) !== 0) return true;
    }
    return false;
  }
}

/** Whether card numbers of a scheme, told by the first digits, have so many. */
function isCardLength(digits: Uint8Array, size: number): boolean {
  const [first, second] = [digits[0] as number, digits[1] as number];
  if (first === 0x33) {
    if (second === 0x34 || second === 0x37) return size === 15;
    return second === 0x35 ? size === 16 : size === 14 && (second === 0x30 || second === 0x36 || second >= 0x38);
  }
  if (first === 0x34) return size === 16 || size === 13 || size === 19;
  const isFixed =
    first === 0x32 ||
    (first === 0x35 && second > 0x30 && second < 0x36) ||
    (first === 0x36 && (second === 0x30 || second === 0x34 || second === 0x35));
  return isFixed ? size === 16 : size >= 16;
}

/** Gaps inside of numbers: none, a wrap, one separator, with a wrap or without. */
function isSingle(gap: number, count: number): boolean {
  return gap === 0 || ((gap & ~(WRAP | CUT | SEPARATORS)) === 0 && count <= 1);
}

/** Gaps inside of values of a dictionary: of two separators one may be a point (`N. 12`). */
function isLoose(gap: number, count: number): boolean {
  return gap === 0 || ((gap & ~(WRAP | CUT | SEPARATORS)) === 0 && (count <= 1 || ((gap & DOT) !== 0 && count === 2)));
}

function isPhoneGap(gap: number, count: number): boolean {
  if ((gap & ~(WRAP | CUT | SEPARATORS | PAREN)) !== 0) return false;
  return (gap & PAREN) !== 0 ? count <= 3 : count <= 1;
}

/** Digits of the longest number by calling code, the code included. */
const LONGEST: Readonly<Record<string, number>> = {
  "1": 11,
  "7": 11,
  "31": 11,
  "32": 11,
  "33": 11,
  "34": 11,
  "41": 11,
  "44": 12,
  "45": 10,
  "46": 11,
  "47": 10,
  "48": 11,
  "351": 12,
  "352": 12,
  "353": 12,
  "420": 12,
};

function longestNumber(digits: Uint8Array, from: number, trunk: boolean): number {
  let code = "";
  for (let i = 0; i < 3; i++) {
    code += String.fromCharCode(digits[from + i] as number);
    const most = LONGEST[code];
    if (most !== undefined) return trunk ? most + 1 : most;
  }
  return 14;
}

/** 0: no national id; 1: one that needs a word in front of it; 2: one that does not. */
function nationalStrength(text: Uint8Array, size: number, digits: number, hyphens: number): number {
  const isSsn = size === 9 && hyphens === ((1 << 3) | (1 << 5));
  const row = nationalRowOf(text, 0, size, isSsn ? LAYOUT_SSN : LAYOUT_NONE);
  if (row >= 0) return digits < size || isSsn || size === 15 || (size === 13 && text[0] === 0x37) ? 2 : 1;
  if (digits < size) return 0;
  if (size === 9) return isPortuguese(text) ? 1 : 0;
  if ((size === 10 || size === 12) && isSwedish(text, size)) return hyphens === 1 << (size - 4) ? 2 : 1;
  return 0;
}

/** NIF: weights 9 to 2, modulus 11. */
function isPortuguese(text: Uint8Array): boolean {
  const rest = 11 - (weighted(text, 0, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return text[0] !== 0x30 && text[0] !== 0x34 && text[0] !== 0x37 && (rest > 9 ? 0 : rest) === (text[8] as number) - 0x30;
}

/** Personnummer: a day, and Luhn over its last ten digits; 60 is added to the day of a samordningsnummer. */
function isSwedish(text: Uint8Array, size: number): boolean {
  const from = size - 10;
  const two = (at: number): number => ((text[from + at] as number) - 0x30) * 10 + (text[from + at + 1] as number) - 0x30;
  const day = two(4) > 60 ? two(4) - 60 : two(4);
  const century = from === 2 ? ((text[0] as number) - 0x30) * 1000 + ((text[1] as number) - 0x30) * 100 : 2000;
  if (from === 2 && century !== 1900 && century !== 2000) return false;
  return isRealDay(century + two(0), two(2), day) && luhnValid(text, from, size);
}
