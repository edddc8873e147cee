/**
 * Messages of every type that is read, by a seeded generator: the fields of each in the order of its structure, some with all that it may
 * have, some with what it must have, some in between. Nothing of them is anybody's.
 */
import { assetJson } from "../../../runtime/kit/assets.ts";
import { COPY, type OrderNode, parseOrder } from "../../../runtime/formats/swift-mt/notation.ts";
import { DIGITS, Random } from "../../generators/random.ts";
import { contentOf, type Scene } from "./fields.ts";
import { type Bank, banks, companies, people } from "./parties.ts";
import { type Field, reportOf, statementOf } from "./statements.ts";

export interface GeneratedMessage {
  /** `mt103-stp-2`. */
  readonly name: string;
  /** `MT103`. */
  readonly message: string;
  readonly text: string;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly flag: string;
  readonly structure: string;
}
const rows = assetJson<{ readonly messages: readonly Row[] }>("schemas/catalogues/swift-mt/messages.json").messages;

/** @param variants messages of each structure; 0 has the fewest fields, 1 the most */
export function generatedMessages(seed: number, variants: number): readonly GeneratedMessage[] {
  return rows.flatMap((row, ordinal) =>
    Array.from({ length: variants }, (_, variant) => messagesOf(row, variant, new Random(seed + ordinal * 1000 + variant))).flat(),
  );
}

function messagesOf(row: Row, variant: number, random: Random): GeneratedMessage[] {
  const scene: Scene = {
    random,
    type: row.type,
    currency: random.pick(["EUR", "USD", "CHF", "GBP", "SEK"]),
    account: random.pick(random.chance(0.5) ? people : companies),
  };
  const bodies: readonly (readonly Field[])[] =
    row.type === "940" || row.type === "950"
      ? statementOf(scene)
      : row.type === "941" || row.type === "942"
        ? [reportOf(scene)]
        : [[...fieldsOf(parseOrder(row.structure), variant, scene)]];
  const name = `${row.name.toLowerCase()}${row.flag === "" || row.name.endsWith(row.flag) ? "" : `-${row.flag.toLowerCase()}`}-${variant}`;
  return bodies.map((fields, page) => ({
    name: page === 0 ? name : `${name}-page${page + 1}`,
    message: row.name,
    text: render(row, fields, random),
  }));
}

function* fieldsOf(nodes: readonly OrderNode[], variant: number, scene: Scene): Generator<Field> {
  const { random } = scene;
  for (const node of nodes) {
    if (node.optional && (variant === 0 || (variant > 1 && random.chance(0.5)))) continue;
    const times = node.repeat && variant > 0 ? random.between(1, 3) : 1;
    for (let i = 0; i < times; i++) {
      if (node.kind === "group") yield* fieldsOf(node.nodes, variant, scene);
      else if (node.tags[0] === COPY) yield* copied(scene);
      else {
        const tag = random.pick(node.tags);
        yield [tag, contentOf(tag, scene)];
      }
    }
  }
}

/** Some fields of the message that a query is about. */
function* copied(scene: Scene): Generator<Field> {
  const tags = scene.type.startsWith("1") ? ["32A", "50K", "59"] : ["32A", "52A", "58A"];
  for (const tag of tags) yield [tag, contentOf(tag, scene)];
}

function render({ type, flag }: Row, fields: readonly Field[], random: Random): string {
  const [sender, receiver] = [random.pick(banks), random.pick(banks)] as [Bank, Bank];
  const terminal = (bank: Bank, letter: string): string => `${bank.bic.slice(0, 8)}${letter}${bank.bic.slice(8) || "XXX"}`;
  const session = random.text("123456789", 4) + random.text("123456789", 6);
  const block2 = random.chance(0.5)
    ? `I${type}${terminal(receiver, "X")}N`
    : `O${type}1131260417${terminal(sender, "A")}${session}2604171134N`;
  const block3 = `{3:{108:MUR${random.text(DIGITS, 9)}}${flag === "" ? "" : `{119:${flag}}`}}`;
  const lineEnd = random.chance(0.8) ? "\r\n" : "\n";
  const text = fields.map(([tag, content]) => `:${tag}:${content.replaceAll("\n", lineEnd)}${lineEnd}`).join("");
  return `{1:F01${terminal(sender, "A")}${session}}{2:${block2}}${block3}{4:${lineEnd}${text}-}{5:{CHK:${random.text("0123456789ABCDEF", 12)}}}`;
}
