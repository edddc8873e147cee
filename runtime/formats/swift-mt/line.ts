/** One-line layouts: a row of components, literals and optional groups, matched from left to right without going back. */
import { BautaError } from "../../kit/errors.ts";
import { bytesAre, CHARACTERS, CHARACTERS_A, CHARACTERS_C, COMMA, DIGIT_0, isCapital, isDigit, SLASH } from "./characters.ts";
import { isDate, isDay, isDayOfAnyMonth, twoDigits } from "./dates.ts";
import type { Component, Step } from "./layout.ts";
import { FINE, type Reading } from "./reading.ts";

/** Components found by the last match, and where. No layout has more. */
const MATCHES_MAX = 16;
const matchedStarts = new Uint32Array(MATCHES_MAX);
const matchedEnds = new Uint32Array(MATCHES_MAX);
const matchedComponents: (Component | undefined)[] = new Array<Component | undefined>(MATCHES_MAX).fill(undefined);
let matchCount = 0;

const NO_MATCH = -1;
const AMOUNT_CHARACTERS_MAX = 15;

/**
 * Whether `[start, end)` is exactly of the layout. If so, its values are written and the result is FINE or the issue of a value;
 * if not, the result is `otherwise` and nothing was written.
 */
export function readLine(
  reading: Reading,
  steps: readonly Step[],
  start: number,
  end: number,
  encoding: number,
  otherwise: number,
): number {
  matchCount = 0;
  if (matchSteps(reading, steps, start, end) !== end) return otherwise;
  for (let i = 0; i < matchCount; i++) {
    const component = matchedComponents[i] as Component;
    const issue = reading.value(component, matchedStarts[i] as number, matchedEnds[i] as number, encoding);
    if (issue !== FINE) return issue;
  }
  return FINE;
}

/** Whether `[start, end)` is one value of that component. */
export function isComponent(reading: Reading, component: Component, start: number, end: number): boolean {
  return matchComponent(reading, component, start, end) === end;
}

function matchSteps(reading: Reading, steps: readonly Step[], start: number, end: number): number {
  let at = start;
  for (const step of steps) {
    at = matchStep(reading, step, at, end);
    if (at === NO_MATCH) return NO_MATCH;
  }
  return at;
}

function matchStep(reading: Reading, step: Step, at: number, end: number): number {
  switch (step.kind) {
    case "literal":
      return bytesAre(reading.input, at, end, step.text) ? at + step.text.length : NO_MATCH;
    case "one-of":
      for (const text of step.texts) if (bytesAre(reading.input, at, end, text)) return at + text.length;
      return NO_MATCH;
    case "optional": {
      const before = matchCount;
      const after = matchSteps(reading, step.steps, at, end);
      if (after !== NO_MATCH) return after;
      matchCount = before;
      return at;
    }
    case "component": {
      const after = matchComponent(reading, step.component, at, end);
      if (after === NO_MATCH) return step.component.mayMiss && !reading.strict ? at : NO_MATCH;
      if (isConstant(reading.input, step.component, at, after)) return after;
      if (matchCount === MATCHES_MAX) throw new BautaError(9001, { detail: "swift-mt: a layout of too many components" });
      matchedStarts[matchCount] = at;
      matchedEnds[matchCount] = after;
      matchedComponents[matchCount] = step.component;
      matchCount++;
      return after;
    }
  }
}

/** Takes as many characters of the component's set as it may have. */
function matchComponent(reading: Reading, component: Component, start: number, end: number): number {
  const { input } = reading;
  const max = reading.strict ? component.max : component.lenientMax;
  const bound = max === 0 || end - start <= max ? end : start + max;
  let at = start;
  while (at < bound && ((CHARACTERS[input[at] as number] as number) & component.characters) !== 0) at++;
  if (at - start < component.min) return NO_MATCH;
  return passes(input, component, start, at, reading.strict) ? at : NO_MATCH;
}

function isConstant(input: Uint8Array, component: Component, start: number, end: number): boolean {
  for (const text of component.constants) if (end - start === text.length && bytesAre(input, start, end, text)) return true;
  return false;
}

/** Checks of meaning. A lenient reading asks only for what keeps a value from being taken for another. */
function passes(input: Uint8Array, component: Component, start: number, end: number, strict: boolean): boolean {
  switch (component.check) {
    case "none":
      return true;
    case "enum":
      return component.values.some((value) => value.length === end - start && bytesAre(input, start, end, value));
    case "bic":
      return isBic(input, start, end, strict);
    case "lt-address":
      return isLogicalTerminal(input, start);
    case "swift-date":
      return strict ? isDate(input, start) : isDayOfAnyMonth(input, start);
    case "calendar-day":
      return (
        !strict ||
        isDay(twoDigits(input, start) * 100 + twoDigits(input, start + 2), twoDigits(input, start + 4), twoDigits(input, start + 6))
      );
    case "hour-minute":
      return !strict || (twoDigits(input, start) <= 23 && twoDigits(input, start + 2) <= 59);
    case "month-day":
      return !strict || isDay(2000, twoDigits(input, start), twoDigits(input, start + 2));
    case "utc-offset":
      return !strict || (twoDigits(input, start) <= 13 && twoDigits(input, start + 2) <= 59);
    case "swift-amount":
      // Whatever the reading: an amount of another form would be refused where it is kept.
      return isAmount(input, start, end);
    case "reference-16x":
      return !strict || isReference(input, start, end);
    case "uuid4":
      return !strict || isUuid4(input, start, end);
  }
}

/** ISO 9362 as SWIFT fields write it: `4!a2!a2!c[3!c]`; a lenient reading takes digits in the first four, as ISO 9362:2014 does. */
function isBic(input: Uint8Array, start: number, end: number, strict: boolean): boolean {
  if (end - start !== 8 && end - start !== 11) return false;
  for (let at = start; at < start + 6; at++) {
    const set = at < start + 4 && !strict ? CHARACTERS_C : CHARACTERS_A;
    if (((CHARACTERS[input[at] as number] as number) & set) === 0) return false;
  }
  return true;
}

/** 12 characters of capitals and digits, the country in capitals. */
function isLogicalTerminal(input: Uint8Array, start: number): boolean {
  return isCapital(input[start + 4]) && isCapital(input[start + 5]);
}

/**
 * At least one digit, then exactly one comma, then digits or nothing. Banks pad with zeros; without them it is as long as the standard has
 * it (15d), so that no card number is taken for an amount.
 */
export function isAmount(input: Uint8Array, start: number, end: number): boolean {
  let commas = 0;
  for (let at = start; at < end; at++) if (input[at] === COMMA) commas++;
  let first = start;
  while (first < end && input[first] === DIGIT_0) first++;
  return commas === 1 && isDigit(input[start]) && end - first <= AMOUNT_CHARACTERS_MAX;
}

/** No slash at either end, no two in a row. */
function isReference(input: Uint8Array, start: number, end: number): boolean {
  if (input[start] === SLASH || input[end - 1] === SLASH) return false;
  for (let at = start + 1; at < end; at++) if (input[at] === SLASH && input[at - 1] === SLASH) return false;
  return true;
}

/** RFC 9562 version 4, lower case: the form of field 121. */
function isUuid4(input: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false;
  for (let i = 0; i < 36; i++) {
    const byte = input[start + i] as number;
    const hyphen = i === 8 || i === 13 || i === 18 || i === 23;
    if (hyphen ? byte !== 0x2d : !(isDigit(byte) || (byte >= 0x61 && byte <= 0x66))) return false;
  }
  const variant = input[start + 19] as number;
  return input[start + 14] === 0x34 && (variant === 0x38 || variant === 0x39 || variant === 0x61 || variant === 0x62);
}
