/** `text: detect` from the bytes in to the bytes out, on both engines: pacs.008, MT103 and JSON stay what their schemas and line rules say. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { ENGINES, run } from "../harness.ts";
import { documentsIn, schemaOf, validate } from "../oracles/xmllint.ts";
import { projectRoot, sharedRoot } from "../shared.ts";

const model: ModelDocument = {
  bauta: 1,
  name: "texts",
  extends: "test-data",
  mode: "deterministic",
  text: "detect",
  rules: [
    { path: "json:$.debtor.name", use: "party" },
    { path: "json:$.debtor.iban", use: "account" },
    { path: "json:$.reference", use: "reference" },
    { path: "json:$.note", use: "text" },
  ],
};
const PERSON = "Wiebke Ostrowka";
const IBAN = "DE89370400440532013000";
const REFERENCE = "RE-2026/0454";
const example = readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`, "utf8");
const between = (text: string, from: string, to: string): string => text.slice(text.indexOf(from) + from.length).split(to)[0] as string;

/** By the XSD, where it is at hand. */
function areValid(text: string): boolean {
  if (!existsSync(`${sharedRoot}samples/xsd`)) return true;
  return documentsIn(text).every(({ message, xml }) => {
    const xsd = schemaOf(message);
    return xsd === undefined || validate(xsd, [new TextEncoder().encode(xml)])[0] === true;
  });
}

describe.each([...ENGINES])("%s", (engine) => {
  test("pacs.008: the text names whom the debtor's field names", async () => {
    const note = `Zahlung von OSTROWKA, WIEBKE (${IBAN.toLowerCase().replaceAll(/(.{4})(?=.)/g, "$1 ")}) &amp; Co`;
    const message = example
      .replace(/(<Dbtr>\s*<Nm>)[^<]*/, `$1${PERSON}`)
      .replace(/(<DbtrAcct>\s*<Id>\s*<IBAN>)[^<]*/, `$1${IBAN}`)
      .replace(/<RmtInf>[\s\S]*?<\/RmtInf>/, `<RmtInf><Ustrd>${note}</Ustrd></RmtInf>`);
    expect(message).toContain(note);
    const { text, refusals } = await run(message, { model, engine });
    expect(refusals).toEqual([]);
    const debtor = between(between(text, "<Dbtr>", "</Dbtr>"), "<Nm>", "</Nm>");
    const account = between(between(text, "<DbtrAcct>", "</DbtrAcct>"), "<IBAN>", "</IBAN>");
    const words = debtor.toUpperCase().split(" ");
    const spelled = `${words.at(-1)}, ${words.slice(0, -1).join(" ")}`;
    expect(between(text, "<Ustrd>", "</Ustrd>")).toBe(
      `Zahlung von ${spelled} (${account.toLowerCase().replaceAll(/(.{4})(?=.)/g, "$1 ")}) &amp; Co`,
    );
    expect(areValid(text)).toBe(true);
  });

  test("MT103: lines stay lines of 35", async () => {
    const lines = [
      ":20:RE20260454",
      ":23B:CRED",
      ":32A:260605EUR1,",
      `:50K:/${IBAN}`,
      PERSON,
      "HAMBURG",
      ":59:/GB29NWBK60161331926819",
      "JOHN SMITH",
      ":70:/RFB/RE-2026-0454 VON OSTROWKA W.",
      "Wiebke Ostrowka an JOHN SMITH, 30.6",
      "OSTROW",
      "KA",
      ":71A:SHA",
      "-}",
    ];
    const message = `{1:F01BANKDEFFAXXX0000000000}{2:I103BANKGB22XXXXN}{4:\r\n${lines.join("\r\n")}`;
    const { text, refusals } = await run(message, { model, engine });
    expect(refusals).toEqual([]);
    const body = text.split("\r\n");
    for (const line of body.slice(1)) expect(line.replace(/^:\d\d[A-Z]?:/, "").length).toBeLessThanOrEqual(35);
    expect(text).not.toMatch(/OSTROWKA|Ostrowka|0454|SMITH/);
    expect(body.length).toBe(message.split("\r\n").length);
    expect(text).toContain(", 30.6");
  });

  test("JSON: a note", async () => {
    const note = `Rückruf: ${PERSON}, +49 (0)30 23125 834, Karte 5407 9316 0932 7600, ${REFERENCE.replaceAll(/[-/]/g, " ")} 🙂 "ok"`;
    const { text, refusals } = await run(JSON.stringify({ debtor: { name: PERSON, iban: IBAN }, reference: REFERENCE, note }), {
      model,
      engine,
    });
    expect(refusals).toEqual([]);
    const out = JSON.parse(text) as { readonly debtor: { readonly name: string }; readonly reference: string; readonly note: string };
    expect(out.note).toMatch(/^Rückruf: .*, \+49 \(0\)\d\d \d{5} \d{3}, Karte 5407 93\d\d \d{4} \d{4}, .* 🙂 "ok"$/);
    expect(out.note).toContain(`: ${out.debtor.name}, `);
    expect(out.note).toContain(out.reference.replaceAll(/[-/]/g, " "));
    expect(out.note).not.toContain("09327600".slice(4));
  });

  test("contacts and titles are replaced whole all the same", async () => {
    const message = example
      .replace(/(<Dbtr>\s*<Nm>[^<]*<\/Nm>)/, "$1")
      .replace(/(<Dbtr>\s*<Nm>[^<]*<\/Nm>[\s\S]*?)(<\/Dbtr>)/, "$1<CtctDtls><JobTitl>Kassenwart</JobTitl></CtctDtls>$2");
    const { text, refusals } = await run(message, { model, engine });
    expect(refusals).toEqual([]);
    expect(text).toContain("<JobTitl>");
    expect(text).not.toContain("Kassenwart");
  });
});
