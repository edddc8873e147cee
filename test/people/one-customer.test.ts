/** One customer, in many spellings and three formats, is one: every spelling of the name gives the same pseudonym, in its own case and layout. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ENGINE_NAMES } from "../engines.ts";
import { run } from "../harness.ts";
import { projectRoot } from "../shared.ts";

const MODEL = {
  bauta: 1,
  name: "one-customer",
  extends: "test-data",
  rules: [{ path: "json:$.name", use: "party" }],
} as const;

const IN_XML_AND_JSON = [
  "Ottilie Brandhörst",
  "OTTILIE BRANDHÖRST",
  "ottilie brandhoerst",
  "Ottilie Brandho\u0308rst",
  "Ottilie Brandhorst",
  "Brandhörst, Ottilie",
  "BRANDHOERST,OTTILIE",
  "Frau Ottilie Brandhörst",
  "Frau Prof. Dr. Ottilie Brandhörst",
  "Ottilie  Brandhörst",
  " Ottilie Brandhörst ",
  "Ottilie Brandhörst, Ph.D.",
  "Ottilie-Brandhörst",
];
const IN_MT = [
  "OTTILIE BRANDHOERST",
  "OTTILIE BRANDHORST",
  "Ottilie Brandhoerst",
  "BRANDHOERST, OTTILIE",
  "FRAU OTTILIE BRANDHOERST",
  "DR. OTTILIE BRANDHOERST",
];

const xml = readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`, "utf8");
const mt = readFileSync(`${projectRoot}examples/messages/payment.mt103`, "latin1");
/** A field of 33 characters to the line in place of field 50K. */
const numbered = (lines: readonly string[]): string =>
  mt.replace(/:50K:.*?(?=:52A:)/s, `:50F:/DE82500990010073211884\r\n${lines.join("\r\n")}\r\n2/LINDENWEG 14\r\n3/DE/50667 MUSTERSTADT\r\n`);

describe.each([...ENGINE_NAMES])("engine %s", (engine) => {
  const mask = async (message: string): Promise<string> => {
    const { output, refusals } = await run(message, { engine, model: MODEL });
    expect(refusals).toEqual([]);
    return new TextDecoder().decode(output);
  };

  test("in every spelling and format", async () => {
    const names: string[] = [];
    for (const name of IN_XML_AND_JSON) {
      names.push(/<Dbtr>\s*<Nm>([^<]*)/.exec(await mask(xml.replace("Ottilie Brandhorst", name)))?.[1] ?? "");
      names.push((JSON.parse(await mask(JSON.stringify({ name }))) as { name: string }).name);
    }
    for (const name of IN_MT) names.push(/:50K:\S*\r\n([^\r]*)/.exec(await mask(mt.replace("OTTILIE BRANDHORST", name)))?.[1] ?? "");
    const lines = /:50F:\S*\r\n1\/([^\r]*)\r\n1\/([^\r]*)/.exec(await mask(numbered(["1/OTTILIE", "1/BRANDHOERST"])));
    names.push(`${lines?.[1]} ${lines?.[2]}`);
    expect(names).toHaveLength(2 * IN_XML_AND_JSON.length + IN_MT.length + 1);
    expect(new Set(names.map((name) => name.toUpperCase())).size).toBe(1);
    expect(names[0]).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][A-Za-z]+$/);
  });
});
