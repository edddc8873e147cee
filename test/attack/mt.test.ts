/** Attacks on the reading of SWIFT MT: what hides a value as structure, or makes two readers see two messages. */
import { describe, expect, test } from "bun:test";
import { attack, codesOf, HEADERS, mt103, mt103Text } from "./support.ts";

const CLEAR = /OTTILIE|BRANDHORST|4111|0530|123456789/i;
const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
/** The message with another line instead of its beneficiary's, or its ordering customer's. */
const with59 = (lines: string): string => mt103().replace(/:59:[^:]*/, `${lines}\r\n`);
const with50 = (lines: string): string => mt103().replace(/:50K:[^:]*/, `${lines}\r\n`);

/** A statement of one entry. */
const mt940 = (entry: string, balance = "1845,50"): string =>
  `{1:F01GLDTDEFFAXXX4312008815}{2:I940MERIFRPPXXXXN}{4:\r\n:20:STATEMENT\r\n:25:DE21700519950000007229\r\n:28C:1/1\r\n:60F:C261120EUR1845,50\r\n${entry === "" ? "" : `${entry}\r\n`}:62F:C261120EUR${balance}\r\n-}`;

/** Issue in strict and in lenient reading; 0: masked. */
type Verdict = readonly [strict: number, lenient: number];

const CASES: Readonly<Record<string, readonly [input: string | Uint8Array, verdict: Verdict]>> = {
  "a tag that is not known in block 3": [mt103("", "{3:{199:OTTILIE BRANDHORST}}"), [4003, 0]],
  "a validation flag that is none": [mt103("", "{3:{119:OTTILIE}}"), [4009, 0]],
  "texts in block 3": [mt103("", "{3:{113:URGT}{108:OTTILIE}{115:BRANDHORST}{433:/FPO/OTTILIE}{165:/ABC/OTTILIE}}"), [0, 0]],
  "a tag twice in block 3": [mt103("", "{3:{108:OTTILIE}{108:BRANDHORST}}"), [4004, 4004]],
  "text between the tags of block 3": [mt103("", "{3:OTTILIE{108:A}}"), [4001, 4001]],
  "a block that is not known": [`${HEADERS}{9:OTTILIE BRANDHORST}{4:\r\n${mt103Text()}-}`, [4001, 4001]],
  "a block with a longer name": [mt103("", "", "{AB:OTTILIE BRANDHORST}"), [4001, 4001]],
  "a block twice": [mt103("", "", "{5:{TNG:}}{5:{TNG:}}"), [4001, 4001]],
  "blocks out of order": [mt103("", "{5:{TNG:}}"), [4001, 4001]],
  "a trailer that is not known": [mt103("", "", "{5:{CHK:123456789ABC}{OTT:OTTILIE}}"), [4003, 0]],
  "text in a trailer without a value": [mt103("", "", "{5:{TNG:OTTILIE BRANDHORST}}"), [4009, 0]],
  "checksums, authentication codes and the S block": [
    mt103("", "", "{5:{MAC:OTTILIE1}{CHK:123456789ABC}}{S:{COP:OTTILIE}{MAN:BRANDHORST}}"),
    [0, 0],
  ],
  "code words that are none": [
    mt103(":70:/OTTILIE/BRANDHORST\r\n//4111111111111111\r\n/INV/OTTILIE\r\n///BRANDHORST\r\n/INV\r\n"),
    [4011, 0],
  ],
  "a party's indicator that is none": [
    with59(":59:OTTILIE BRANDHORST").replace(":59:", ":57A:/X/123456789\r\nPRVLFRPP\r\n:59:"),
    [4009, 0],
  ],
  "a clearing code that is none": [with59(":59:OTTILIE BRANDHORST").replace(":59:", ":57A://DE123456789\r\nPRVLFRPP\r\n:59:"), [0, 0]],
  "a clearing code and nothing but slashes": [with59(":59:OTTILIE").replace(":59:", ":57A://////\r\nPRVLFRPP\r\n:59:"), [4009, 0]],
  "numbered lines that are none": [with59(":59F:/123456789\r\n1/OTTILIE BRANDHORST\r\n3/OTTILIE\r\n9/OTTILIE\r\nOTTILIE"), [4009, 0]],
  "initials for a country": [with59(":59F:/123456789\r\n1/OTTILIE BRANDHORST\r\n2/BRANDHORST 1\r\n3/ob/BRANDHORST"), [4009, 0]],
  "a party's code that is none": [with50(":50F:OTTI/DE/123456789\r\n1/OTTILIE BRANDHORST"), [4009, 0]],
  "a day of birth that is none": [with50(":50F:/123456789\r\n1/OTTILIE BRANDHORST\r\n2/A\r\n4/41110530\r\n5/DE/BRANDHORST"), [4009, 0]],
  "an account without its slash": [with50(":50K:DE89370400440532013000\r\nOTTILIE BRANDHORST"), [0, 0]],
  "an amount that is a card number": [mt103(":71F:EUR4111111111111111,\r\n"), [4009, 0]],
  "an entry's amount that is a card number": [mt940(":61:2611201120C4111111111111111,NTRFNONREF"), [4009, 0]],
  "a balance that is a card number": [mt940("", "4111111111111111,"), [4009, 0]],
  "text in front of the first field": [mt103().replace(":20:", "OTTILIE\r\n:20:"), [4009, 4009]],
  "a line that begins with a colon": [mt103(":70:OTTILIE\r\n:BRANDHORST\r\n"), [4009, 4009]],
  "a line that is a field": [mt103(":70:OTTILIE\r\n:20:BRANDHORST\r\n"), [4004, 4004]],
  "a line that begins with a dash": [mt103(":70:OTTILIE\r\n-BRANDHORST\r\n"), [0, 0]],
  "a brace in a text": [mt103(":70:OTTILIE {BRANDHORST}\r\n"), [4006, 4006]],
  "dollars in a text": [mt103(":70:OTTILIE $ BRANDHORST\r\n$BRANDHORST\r\n"), [4006, 0]],
  "a carriage return alone": [mt103(":70:OTTILIE\rBRANDHORST\r\n"), [4008, 4008]],
  "control characters": [mt103(":70:OTTILIE\u0001BRANDHORST\r\n"), [4006, 4006]],
  "a tab": [mt103(":70:OTTILIE\tBRANDHORST\r\n"), [4006, 0]],
  "ISO-8859-1": [latin1(mt103(":70:OTTILIE BR\u00c4NDHORST BRANDHORST\r\n")), [4006, 0]],
  "UTF-8": [mt103(":70:OTTILIE BR\u00c4NDHORST \u20ac BRANDHORST\r\n"), [4006, 0]],
  "a line that is too long": [mt103(`:70:${"OTTILIE ".repeat(40)}\r\n`), [4007, 0]],
  "empty lines": [mt103(":70:OTTILIE\r\n\r\nBRANDHORST\r\n"), [4012, 0]],
  "an acknowledgement with text": ["{1:F21GLDTDEFFAXXX4312008815}{4:{177:2611201200}{451:1}{405:OTTILIE}}", [4009, 0]],
  "a message of another type": [mt103().replace("I103", "I320"), [4002, 4002]],
  "fields of another type": [mt103().replace("I103", "I940"), [4003, 4003]],
};

for (const [index, input] of (["strict", "lenient"] as const).entries()) {
  describe(`${input} reading`, () => {
    for (const [name, [message, verdict]] of Object.entries(CASES)) {
      const issue = verdict[index] as number;
      test(`${name}: ${issue === 0 ? "masked" : issue}`, async () => {
        const result = await attack(message, { input });
        expect(codesOf(result)).toEqual(issue === 0 ? [] : [issue]);
        expect(result.text).not.toMatch(CLEAR);
        expect(JSON.stringify(result.refusals.map(({ hash: _, ...told }) => told))).not.toMatch(/OTTILIE|BRANDHORST/i);
      });
    }
  });
}

test("a message that ends before its text does is not taken for whole", async () => {
  expect(codesOf(await attack(mt103(":70:OTTILIE\r\n-}{5:{CHK:123456789ABC}}BRANDHORST\r\n")))).toEqual([4005]);
});

test("lines keep their number and their ends, and none begins with a mark", async () => {
  const message = mt103(":70:-OTTILIE\r\n").replaceAll("\r\n", "\n");
  const result = await attack(message);
  const lines = result.text.split("\n");
  expect(lines.length).toBe(message.split("\n").length);
  for (const line of lines.slice(1, -1)) expect(line).toMatch(/^(:\d\d[A-Z]?:|[^:-])/);
});
