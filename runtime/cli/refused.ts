/** What a report says of a refused record. */
import { holdsTrackData, isSensitiveName } from "../formats/sensitive.ts";
import type { Refusal } from "../pipeline/outlet.ts";

/** Facts of a refusal as reports have them: one line of JSON, never a value. */
export function refusedRow(source: string, refusal: Omit<Refusal, "bytes">): Record<string, unknown> {
  return {
    event: "refused",
    source,
    record: refusal.record,
    offset: refusal.offset,
    length: refusal.length,
    format: refusal.format,
    code: refusal.issue.code,
    name: refusal.issue.name,
    blame: refusal.issue.blame,
    path: refusal.path,
    faultOffset: refusal.faultOffset,
    faultLength: refusal.faultLength,
    hash: refusal.hash,
  };
}

/** @param raw whether the record itself is written too, where it may be */
export function refusedLine(source: string, refusal: Refusal, raw: boolean): Uint8Array {
  const row = refusedRow(source, refusal);
  const whole = raw && mayShow(refusal) ? { ...row, raw: Buffer.from(refusal.bytes).toString("base64") } : row;
  return new TextEncoder().encode(`${JSON.stringify(whole)}\n`);
}

/**
 * Whether a refused record's bytes may be written at all, even when asked for. JSON may hold sensitive authentication data under any
 * name, card messages in XML under names that tell it, and track data has a shape that shows anywhere: also in references, in parts, and
 * over the lines of a field.
 */
function mayShow(refusal: Pick<Refusal, "format" | "bytes">): boolean {
  if (refusal.format !== "iso20022" && refusal.format !== "swift-mt") return false;
  const text = Buffer.from(refusal.bytes).toString("latin1");
  const resolved = text.replaceAll(/&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));/g, (_, hex: string | undefined, decimal: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code < 0x80 ? String.fromCharCode(code) : "?";
  });
  const readings = [text, resolved, resolved.replaceAll(/<!\[CDATA\[|\]\]>|<!--.*?-->|[\s\0]/gs, "")];
  return !namesSensitiveData(text) && !readings.some((reading) => holdsTrack(Buffer.from(reading, "latin1")));
}

/**
 * Whether a value of a topic may be kept, sealed: it is messages of one format that cannot hold sensitive authentication data, and nothing
 * else. Braces in XML, or quotation marks in SWIFT MT, could be JSON behind a message.
 */
export function maySeal({ format }: { readonly format: string }, value: Uint8Array): boolean {
  const text = Buffer.from(value).toString("latin1").trim();
  const isAlone =
    format === "iso20022"
      ? text.startsWith("<") && text.endsWith(">") && !text.includes("{")
      : text.startsWith("{1:") && text.endsWith("}") && !text.includes('"');
  return isAlone && mayShow({ format, bytes: value });
}

const holdsTrack = (bytes: Uint8Array): boolean => holdsTrackData(bytes, 0, bytes.length);

/** Whether an element or attribute has a name such as `CSCVal` or `PINBlck`: card messages, which are refused, have them in clear. */
function namesSensitiveData(text: string): boolean {
  for (const [, element, attribute] of text.matchAll(/<(?:[^<>\s/:]*:)?([^<>\s/:]+)|[\s:]([^<>\s/:="']+)\s*=\s*["']/g)) {
    const name = Buffer.from(element ?? attribute ?? "", "latin1");
    if (isSensitiveName(name, 0, name.length)) return true;
  }
  return false;
}
