/** xmllint (libxml2) as the judge of XSD validity. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedRoot } from "../shared.ts";

/** Path of the XSD of a message such as `pacs.008.001.08`, or undefined. */
export function schemaOf(message: string): string | undefined {
  const folder = `${sharedRoot}samples/xsd/`;
  const file = readdirSync(folder).find((name) => name.endsWith(`__${message}.xsd`));
  return file === undefined ? undefined : folder + file;
}

/** For each document (text of one element), whether it is valid against the XSD. */
export function validate(xsd: string, documents: readonly Uint8Array[]): boolean[] {
  if (documents.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "bauta-xsd-"));
  try {
    const files = documents.map((document, i) => {
      const file = join(folder, `${String(i).padStart(6, "0")}.xml`);
      writeFileSync(file, document);
      return file;
    });
    const result = spawnSync("xmllint", ["--noout", "--nonet", "--schema", xsd, ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (result.error !== undefined) throw new Error("xmllint cannot be run");
    const valid = new Set(result.stderr.split("\n").flatMap((line) => /^(.*) validates$/.exec(line)?.[1] ?? []));
    return files.map((file) => valid.has(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Cuts every `<…Document …>…</…Document>` and header out of a file, with the message its namespace names; declarations in scope are inside
 * it.
 */
export function documentsIn(text: string): { readonly message: string; readonly xml: string }[] {
  const found: { message: string; xml: string }[] = [];
  for (const match of text.matchAll(
    /<((?:[A-Za-z0-9_.-]+:)?(?:Document|AppHdr))\b[^>]*?urn:iso:std:iso:20022:(?:tech:)?xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})[^>]*>[\s\S]*?<\/\1\s*>/g,
  )) {
    found.push({ message: match[2] as string, xml: match[0] });
  }
  return found;
}
