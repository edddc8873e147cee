/** Numbers for people. */

/** 1234567 → 1,234,567; digits only, no locale. */
export function grouped(value: number): string {
  return String(Math.floor(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}
