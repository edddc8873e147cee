/** SWIFT MT for the fuzzer: generated messages of every type with canaries in their texts, and mutations of lines, tags and separators. */
import { generatedMessages } from "../corpus/mt/generated.ts";
import type { Random } from "../generators/random.ts";
import { Canaries, type FuzzFormat, mutateBytes, type Planted } from "./api.ts";

export const swiftMt: FuzzFormat = {
  name: "swift-mt",
  model: "test-data",
  seeds: (random) =>
    generatedMessages(random.below(1_000_000), 2).flatMap(({ message, text }) => {
      const whole = planted(text, random);
      // Statements also as Dutch banks send them: the text alone, behind lines of the bank.
      return STATEMENT.test(message) && random.chance(0.5) ? [whole, withBankLines(whole, random)] : [whole];
    }),
  mutate(bytes, random) {
    if (random.chance(0.15)) return mutateBytes(bytes, random);
    const lines = Buffer.from(bytes).toString("latin1").split("\n");
    if (lines.length < 3) return mutateBytes(bytes, random);
    mutateLines(lines, random);
    return Uint8Array.from(Buffer.from(lines.join("\n"), "latin1"));
  },
};

/** The same, where what is not of its format becomes a text. */
export const swiftMtLenient: FuzzFormat = { ...swiftMt, name: "swift-mt-lenient", input: "lenient" };

const STATEMENT = /^MT9[45]\d$/;

function withBankLines({ bytes, canaries }: Planted, random: Random): Planted {
  const text = Buffer.from(bytes).toString("latin1");
  const body = text.slice(text.indexOf("{4:") + 3, text.lastIndexOf("-}") + 1).trimStart();
  const lines = random.pick(["QORBNL2A\r\n940\r\nQORBNL2A\r\n", ":940:\r\n", "940\r\n", "0000 01QORBNL2AXXXX00001\r\n940 00\r\n"]);
  return { bytes: Uint8Array.from(Buffer.from(lines + body, "latin1")), canaries };
}

/** Fields that hold words: whole lines of them become canaries. */
const WORDED = /^:(?:50[HK]?|5[2-8]D|59|70|71B|72|75|76|77[ABE]|79|86):/;

function planted(text: string, random: Random): Planted {
  const canaries = new Canaries(random);
  let isWorded = false;
  const lines = text.split("\n").map((line) => {
    const end = line.endsWith("\r") ? "\r" : "";
    const tag = /^:\d\d[A-Z]?:/.exec(line)?.[0];
    if (tag !== undefined) isWorded = WORDED.test(line);
    if (tag === ":86:") {
      // What other lines of it said would go on with the last of its subfields; they are words of the generator.
      return `${tag}${informationOf(canaries, random)}${end}`;
    }
    const content = line.slice(tag?.length ?? 0).trimEnd();
    if (!isWorded || content === "" || /^[/{-]/.test(content)) return line;
    return `${tag ?? ""}${canaries.next()}${end}`;
  });
  return { bytes: new TextEncoder().encode(lines.join("\n")), canaries: canaries.all };
}

function informationOf(canaries: Canaries, random: Random): string {
  const next = (): string => canaries.next();
  return random.pick([
    () => `166?00${next()}?20EREF+${next()}\r\n?31${next()}?32${next()}`,
    () => `/EREF/${next()}/NAME/${next()}/REMI/\r\n${next()}`,
    () => `EREF+${next()} SVWZ+${next()}`,
    () => `${next()} ${next()}`,
  ])();
}

const LINES: readonly string[] = [
  ":20:A\r",
  ":86:?\r",
  ":86:166?2\r",
  ":61:2601010101D1,NTRFNONREF\r",
  ":62F:C260101EUR1,\r",
  ":99Z:A\r",
  ":NS:22A\r",
  ":26:37 A\r",
  "-}\r",
  "-\r",
  "-}{5:}\r",
  "{1:F01QUELDEFFAXXX0417998100}{2:I940QORBNL2AXXXXN}{4:\r",
  "//A\r",
  "/1\r",
  ":940:\r",
  "QORBNL2A\r",
  "940\r",
  "0000 01QORBNL2AXXXX00001\r",
  "\r",
  "",
  "$\r",
  "\u0003",
  "\u0001",
];
const PIECES: readonly string[] = [
  "?20",
  "?",
  "/IBAN/",
  "/CNTP/",
  "//",
  "/",
  "EREF+",
  "BIC+",
  "+",
  "1/",
  ":",
  "-",
  "\r",
  "\u00fc",
  "{",
  "}",
  "~",
  " ",
  "NONREF",
];

function mutateLines(lines: string[], random: Random): void {
  const at = random.below(lines.length);
  const line = lines[at] as string;
  const place = random.below(line.length + 1);
  switch (random.below(9)) {
    case 0:
      lines.splice(at, 1);
      return;
    case 1:
      lines.splice(at, 0, line);
      return;
    case 2: {
      const other = random.below(lines.length);
      [lines[at], lines[other]] = [lines[other] as string, line];
      return;
    }
    case 3:
      lines.splice(at, 0, random.pick(LINES));
      return;
    case 4:
      lines.splice(at, 1, line.slice(0, place), line.slice(place));
      return;
    case 5:
      if (at + 1 < lines.length) lines.splice(at, 2, line.replace(/\r$/, "") + (lines[at + 1] as string));
      return;
    case 6:
      lines[at] = line.slice(0, place) + random.pick(PIECES) + line.slice(place);
      return;
    case 7:
      lines[at] = line.replace(/^:(\d\d)[A-Z]?:/, (_, number: string) => `:${number}${random.pick(["", "A", "C", "D", "F", "K", "P"])}:`);
      return;
    default:
      lines.push(...lines.slice(random.below(lines.length)));
  }
}
