/** Anchored little languages over code points: numbers, dates, times. Each takes `points[at, at + count)` as a whole. */

const ZERO = 0x30;
const NINE = 0x39;
const DAYS: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= NINE;
}

/** `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?` (RFC 8259, section 6). */
export function isJsonNumber(points: Uint32Array, at: number, count: number): boolean {
  const end = at + count;
  let i = at;
  if (i < end && points[i] === 0x2d) i++;
  const first = i;
  i = digits(points, i, end);
  if (i === first || (points[first] === ZERO && i > first + 1)) return false;
  if (i < end && points[i] === 0x2e) {
    const fraction = ++i;
    i = digits(points, i, end);
    if (i === fraction) return false;
  }
  if (i < end && ((points[i] as number) | 0x20) === 0x65) {
    i++;
    if (i < end && (points[i] === 0x2b || points[i] === 0x2d)) i++;
    const exponent = i;
    i = digits(points, i, end);
    if (i === exponent) return false;
  }
  return i === end;
}

/**
 * xs:decimal: `[+-]?digits[.digits]`, where the digits on one side of a point may be missing (XML Schema part 2, 3.2.3.1). At most
 * `total` digits, without leading zeros and trailing fraction zeros, `fraction` of them behind the point; total 0: no limit.
 */
export function isDecimal(points: Uint32Array, at: number, count: number, total: number, fraction: number): boolean {
  const end = at + count;
  let i = at;
  if (i < end && (points[i] === 0x2b || points[i] === 0x2d)) i++;
  const first = i;
  i = digits(points, i, end);
  let written = i - first;
  let significant = first;
  while (significant < i && points[significant] === ZERO) significant++;
  const whole = i - significant;
  let behind = 0;
  if (i < end && points[i] === 0x2e) {
    const start = ++i;
    i = digits(points, i, end);
    written += i - start;
    let last = i;
    while (last > start && points[last - 1] === ZERO) last--;
    behind = last - start;
  }
  return i === end && written > 0 && (total === 0 || (whole + behind <= total && behind <= fraction));
}

/** xs:date, four-digit year. */
export function isDate(points: Uint32Array, at: number, count: number): boolean {
  return count >= 10 && isCalendarDay(points, at) && isZone(points, at + 10, count - 10);
}

/** xs:dateTime, four-digit year. */
export function isDateTime(points: Uint32Array, at: number, count: number): boolean {
  return count >= 19 && isCalendarDay(points, at) && points[at + 10] === 0x54 && isTime(points, at + 11, count - 11);
}

/** xs:time, hours to 23, or the end of the day as 24:00:00. */
export function isTime(points: Uint32Array, at: number, count: number): boolean {
  if (count < 8 || points[at + 2] !== 0x3a || points[at + 5] !== 0x3a) return false;
  const isEndOfDay = points[at] === 0x32 && points[at + 1] === 0x34;
  const most = isEndOfDay ? 0 : 59;
  if (!twoDigits(points, at, 0, 24) || !twoDigits(points, at + 3, 0, most) || !twoDigits(points, at + 6, 0, most)) return false;
  let i = at + 8;
  const end = at + count;
  if (i < end && points[i] === 0x2e) {
    const start = ++i;
    i = digits(points, i, end);
    if (i === start) return false;
    for (let each = start; isEndOfDay && each < i; each++) if (points[each] !== ZERO) return false;
  }
  return isZone(points, i, end - i);
}

/** xs:gYear, four digits. */
export function isYear(points: Uint32Array, at: number, count: number): boolean {
  return count >= 4 && yearOf(points, at) > 0 && isZone(points, at + 4, count - 4);
}

/** YYMMDD. */
export function isSwiftDate(points: Uint32Array, at: number, count: number): boolean {
  if (count !== 6 || !twoDigits(points, at, 0, 99) || !twoDigits(points, at + 2, 1, 12)) return false;
  return twoDigits(points, at + 4, 1, DAYS[numberOf(points, at + 2) - 1] as number);
}

/** Digits, one comma behind at least one of them, digits. */
export function isSwiftAmount(points: Uint32Array, at: number, count: number): boolean {
  const comma = digits(points, at, at + count);
  return comma > at && comma < at + count && points[comma] === 0x2c && digits(points, comma + 1, at + count) === at + count;
}

/** `\+[0-9]{1,3}-[0-9()+\-]{1,30}`, the ISO 20022 phone number. */
export function isPhoneNumber(points: Uint32Array, at: number, count: number): boolean {
  if (count < 1 || points[at] !== 0x2b) return false;
  const hyphen = digits(points, at + 1, at + count);
  const code = hyphen - at - 1;
  const rest = at + count - hyphen - 1;
  if (code < 1 || code > 3 || rest < 1 || rest > 30 || points[hyphen] !== 0x2d) return false;
  for (let i = hyphen + 1; i < at + count; i++) {
    const c = points[i] as number;
    if (!isDigit(c) && c !== 0x28 && c !== 0x29 && c !== 0x2b && c !== 0x2d) return false;
  }
  return true;
}

/** xs:base64Binary; white space passed over. */
export function isBase64(points: Uint32Array, at: number, count: number): boolean {
  let characters = 0;
  let padding = 0;
  for (let i = at; i < at + count; i++) {
    const c = points[i] as number;
    if (c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d) continue;
    characters++;
    if (c === 0x3d) {
      padding++;
      continue;
    }
    const letter = c | 0x20;
    const admitted = isDigit(c) || c === 0x2b || c === 0x2f || (letter >= 0x61 && letter <= 0x7a && c < 0x80);
    if (!admitted || padding > 0) return false;
  }
  return characters % 4 === 0 && padding <= 2;
}

function isCalendarDay(points: Uint32Array, at: number): boolean {
  const year = yearOf(points, at);
  if (points[at + 4] !== 0x2d || points[at + 7] !== 0x2d) return false;
  if (!twoDigits(points, at + 5, 0, 99) || !twoDigits(points, at + 8, 0, 99)) return false;
  return isRealDay(year, numberOf(points, at + 5), numberOf(points, at + 8));
}

/** Whether a year from 1 on has the day. */
export function isRealDay(year: number, month: number, day: number): boolean {
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

/** Days of a month, in the calendar of today whatever the year. */
export function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !isLeap ? 28 : (DAYS[month - 1] as number);
}

/** Nothing, `Z`, or `±hh:mm` with hh to 14. */
function isZone(points: Uint32Array, at: number, count: number): boolean {
  if (count === 0) return true;
  if (count === 1) return points[at] === 0x5a;
  if (count !== 6 || (points[at] !== 0x2b && points[at] !== 0x2d) || points[at + 3] !== 0x3a) return false;
  return twoDigits(points, at + 1, 0, 14) && twoDigits(points, at + 4, 0, 59);
}

function yearOf(points: Uint32Array, at: number): number {
  return twoDigits(points, at, 0, 99) && twoDigits(points, at + 2, 0, 99) ? numberOf(points, at) * 100 + numberOf(points, at + 2) : -1;
}

function twoDigits(points: Uint32Array, at: number, min: number, max: number): boolean {
  if (!isDigit(points[at]) || !isDigit(points[at + 1])) return false;
  const number = numberOf(points, at);
  return min <= number && number <= max;
}

function numberOf(points: Uint32Array, at: number): number {
  return ((points[at] as number) - ZERO) * 10 + (points[at + 1] as number) - ZERO;
}

/** End of the run of digits that begins at `at`. */
function digits(points: Uint32Array, at: number, end: number): number {
  let i = at;
  while (i < end && isDigit(points[i])) i++;
  return i;
}
