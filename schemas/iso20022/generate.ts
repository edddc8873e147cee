/**
 * Writes the catalogues of all ISO 20022 messages from their XSDs, and the table of their leaves.
 *
 *     bun schemas/iso20022/generate.ts [--check] [--xsd PATH…]
 *
 * The XSDs are those of ../shared/samples/xsd. What is written, and how it is read: README.md. Nothing is written when a leaf has no
 * class, when an XSD uses what a catalogue cannot express, when two define one message, or when a rule of classes.json classes nothing.
 * `--check` compares with the committed files instead, and fails when one of them differs.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Catalogue,
  MESSAGES_FILE,
  type MessageRow,
  NAMESPACE_PREFIX,
  type PooledType,
  TYPES_FILE,
} from "../../runtime/formats/iso20022/catalogue.ts";
import { Classes, ownRules } from "../../runtime/formats/iso20022/xsd/classes.ts";
import { type ClassedEdge, type Derived, deriveCatalogue } from "../../runtime/formats/iso20022/xsd/derive.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LEAVES_FILE = "schemas/iso20022/leaves.tsv";

const asked = process.argv.slice(2);
const check = asked.includes("--check");
const paths = asked.filter((argument) => !argument.startsWith("--"));
main(paths.length > 0 ? paths : [join(ROOT, "../shared/samples/xsd")]);

function main(sources: readonly string[]): void {
  const classes = new Classes(ownRules());
  const derived = sources.flatMap(xsdFiles).map((file) => deriveCatalogue(readFileSync(file, "utf8"), classes));
  derived.sort((a, b) => compare(a.catalogue.message, b.catalogue.message));
  if (derived.length === 0) fail("no XSD found");
  const twice = derived.find(({ catalogue }, i) => catalogue.message === derived[i + 1]?.catalogue.message);
  if (twice !== undefined) fail(`two XSDs define ${twice.catalogue.message}`);
  const unclassed = new Set(derived.flatMap((each) => each.unclassed));
  if (unclassed.size > 0) fail(`no rule of classes.json classes\n${[...unclassed].sort().join("\n")}`);
  const unused = classes.unused();
  if (unused.length > 0) fail(`rules of classes.json that never win: ${unused.map((rule) => rule.reason).join("; ")}`);
  const bare = derived.flatMap(({ unshaped }) => unshaped).filter(({ constant }) => constant === undefined);
  if (bare.length > 0) fail(`neither a shape nor a constant: ${[...new Set(bare.map(({ type }) => type))].join(", ")}`);
  const { pool, messages } = shared(derived.map(({ catalogue }) => catalogue));
  emit(TYPES_FILE, pool.map((type) => `${JSON.stringify(type)}\n`).join(""));
  emit(MESSAGES_FILE, messages.map((row) => `${JSON.stringify(row)}\n`).join(""));
  emit(LEAVES_FILE, leafTable(derived));
  process.stdout.write(`${derived.length} catalogues ${check ? "compared" : "written"}: ${pool.length} types\n`);
}

function xsdFiles(path: string): readonly string[] {
  if (!existsSync(path)) return fail(`no such XSD file or folder: ${path}`);
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith(".xsd"));
  return names.sort().map((name) => join(path, name));
}

/** One pool of all types, and for each message where it begins and which types of a name in the pool are its own. */
function shared(catalogues: readonly Catalogue[]): { readonly pool: readonly PooledType[]; readonly messages: readonly MessageRow[] } {
  const contents = new Map<string, Map<string, { readonly type: PooledType; count: number }>>();
  for (const catalogue of catalogues) {
    for (const type of typesOf(catalogue)) {
      const known = contents.get(type.name) ?? new Map<string, { readonly type: PooledType; count: number }>();
      contents.set(type.name, known);
      const text = JSON.stringify(type);
      const entry = known.get(text) ?? { type, count: 0 };
      entry.count++;
      known.set(text, entry);
    }
  }
  // What only one message calls so is that message's: the name says nothing of the content.
  const pool = new Map<string, string>();
  for (const [name, known] of contents) {
    const [most] = [...known].sort(([a, { count: x }], [b, { count: y }]) => y - x || compare(a, b));
    if (most !== undefined && (known.size === 1 || most[1].count > 1)) pool.set(name, most[0]);
  }
  const messages = catalogues.map((catalogue): MessageRow => {
    const own = typesOf(catalogue).filter((type) => pool.get(type.name) !== JSON.stringify(type));
    const { message: name, root, rootType: type, namespace } = catalogue;
    return { name, root, type, ...(namespace === NAMESPACE_PREFIX + name ? {} : { namespace }), ...(own.length > 0 ? { own } : {}) };
  });
  const rows = [...pool].sort(([a], [b]) => compare(a, b)).map(([, text]) => JSON.parse(text) as PooledType);
  return { pool: rows, messages };
}

function typesOf({ simple, complex }: Catalogue): readonly PooledType[] {
  return [...Object.entries(simple), ...Object.entries(complex)].map(([name, type]) => ({ name, ...type }));
}

/**
 * For review: a line for each leaf of each type, its class, how many messages have it, and the rule's reason. Releases of a type
 * (`PartyIdentification135`, `…272`) are one line where the class is one.
 */
function leafTable(derived: readonly Derived[]): string {
  const rows = new Map<string, { readonly edge: ClassedEdge; readonly messages: Set<string> }>();
  for (const { catalogue, classed } of derived) {
    for (const edge of classed) {
      const key = [stem(edge.within), edge.element, stem(edge.type), edge.dataClass, edge.rule].join("\t");
      const row = rows.get(key) ?? { edge, messages: new Set<string>() };
      rows.set(key, row);
      row.messages.add(catalogue.message);
    }
  }
  const lines = [...rows].map(([, { edge, messages }]) =>
    [edge.dataClass, stem(edge.within), edge.element, stem(edge.type), messages.size, edge.reason].join("\t"),
  );
  return `${["class", "within", "element", "type", "messages", "reason"].join("\t")}\n${[...new Set(lines)].sort(compare).join("\n")}\n`;
}

/** A type's name without its release; numbers that say a length stay. */
function stem(name: string): string {
  return /^(?:Max|Exact)/.test(name) ? name : name.replace(/\d+(?=$|Choice|Code)/, "#");
}

function emit(path: string, text: string): void {
  const file = join(ROOT, path);
  if (!check) return writeFileSync(file, text);
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) fail(`stale or missing: ${path}`);
}

/** By code units, so that the order is the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fail(reason: string): never {
  process.stderr.write(`schemas/iso20022/generate.ts: ${reason}\n`);
  process.exit(1);
}
