/** Days as SWIFT fields write them. */

/** `YYMMDD`, a day of this century. */
export function isDate(input: Uint8Array, start: number): boolean {
  return isDay(2000 + twoDigits(input, start), twoDigits(input, start + 2), twoDigits(input, start + 4));
}

/** Interest of 30 days a month is booked on 30 February. */
export function isDayOfAnyMonth(input: Uint8Array, start: number): boolean {
  const month = twoDigits(input, start + 2);
  const day = twoDigits(input, start + 4);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return day <= days;
}

export function twoDigits(input: Uint8Array, at: number): number {
  return ((input[at] as number) - 0x30) * 10 + ((input[at + 1] as number) - 0x30);
}
