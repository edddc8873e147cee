import { basename } from "node:path";
import { DATA_CLASSES, type DataClass, type Field } from "../formats/api.ts";
import { type Catalogue, catalogueOf, fieldsOf } from "../formats/iso20022/catalogue.ts";
import { encodeCatalogue, parseCatalogue } from "../formats/iso20022/own.ts";
import { Classes, ownRules, parseRules } from "../formats/iso20022/xsd/classes.ts";
import { type Derived, deriveCatalogue } from "../formats/iso20022/xsd/derive.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";
import { CATALOGUES } from "../registry.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
import { EXIT } from "./exit.ts";
import { readText } from "./read-file.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface AddOptions {
  readonly out?: string;
  readonly message?: string;
  readonly classes?: string;
  readonly json?: boolean;
}

/** Leaves without a class that are shown; the report as JSON has all of them. */
const SHOWN_MAX = 20;

/**
 * Makes a catalogue of an XSD and writes it as a file that a model can name.
 * @throws BautaError 1231 of the schema, 1232 of leaves without a class, 1233 of the file of classes
 */
export function catalogueAdd(path: string, options: AddOptions): number {
  const own = options.classes === undefined ? [] : parseRules(readText(options.classes));
  const derived = deriveCatalogue(readText(path), new Classes([...own, ...ownRules()]), options.message);
  if (derived.unclassed.length > 0) throw unclassedError(derived.unclassed);
  const { catalogue, unshaped } = derived;
  const file = options.out ?? `${catalogue.message}.json`;
  const text = encodeCatalogue(catalogue);
  // What is written is what a run will read.
  parseCatalogue(text);
  const sink = fileSink(file);
  sink.write(new TextEncoder().encode(text), 0);
  commitSink(sink);
  const counts = countsOf(fieldsOf(catalogue));
  if (options.json)
    print(JSON.stringify({ ...headOf(catalogue), file, ...counts, unshaped, differences: differencesOf(catalogue) }, null, 1));
  else tellAdded(derived, file);
  return EXIT.done;
}

function unclassedError(unclassed: readonly string[]): BautaError {
  const shown = unclassed.slice(0, SHOWN_MAX).join("; ");
  const more = unclassed.length > SHOWN_MAX ? `; and ${unclassed.length - SHOWN_MAX} more` : "";
  return new BautaError(1232, { detail: shown + more });
}

function tellAdded({ catalogue, unshaped }: Derived, file: string): void {
  const colors = colorsFor(process.stdout);
  const { byClass, leaves, attributes, anyContents } = countsOf(fieldsOf(catalogue));
  print(`${colors.green("✓")} ${catalogue.message} ${printable(catalogue.namespace)}`);
  print(`  ${grouped(leaves)} elements with text, ${grouped(attributes)} attributes, ${grouped(anyContents)} places for any content`);
  print(
    `  ${Object.entries(byClass)
      .map(([name, count]) => `${name} ${grouped(count)}`)
      .join(", ")}`,
  );
  for (const { type, constant } of unshaped) {
    const what = constant === undefined ? "nothing can be written there: what comes is refused" : `redacted to ${constant}`;
    print(`  ${colors.yellow("!")} no shape describes type ${printable(type)}: ${what}`);
  }
  for (const line of differencesOf(catalogue)) print(`  ${colors.yellow("!")} ${line}`);
  print(`  written: ${printable(file)}; in a model beside it: \`catalogues: [./${printable(basename(file))}]\``);
}

/** What the catalogue has that Bauta's own of the same message does not, and the other way round: counts, and the first of each. */
function differencesOf(catalogue: Catalogue): readonly string[] {
  const known = catalogueOf(catalogue.message);
  if (known === undefined) return [];
  const byPath = (each: Catalogue): ReadonlyMap<string, Field> => new Map(fieldsOf(each).map((field) => [field.path, field]));
  const own = byPath(catalogue);
  const theirs = byPath(known);
  const added = [...own.keys()].filter((path) => !theirs.has(path));
  const moved = [...own].filter(([path, { dataClass }]) => (theirs.get(path)?.dataClass ?? dataClass) !== dataClass);
  const missing = [...theirs.keys()].filter((path) => !own.has(path)).length;
  return [
    ...(added.length > 0 ? [`${grouped(added.length)} leaves that ISO's own schema does not have; the first is ${added[0]}`] : []),
    ...(moved.length > 0
      ? [`${grouped(moved.length)} leaves of another class than in Bauta's own catalogue; the first is ${moved[0]?.[0]}`]
      : []),
    ...(missing > 0 ? [`${grouped(missing)} leaves of ISO's own schema are not in it`] : []),
  ];
}

const headOf = ({ message, namespace, root }: Catalogue) => ({ message, namespace, root });

interface Counts {
  readonly leaves: number;
  readonly attributes: number;
  readonly anyContents: number;
  readonly byClass: Readonly<Partial<Record<DataClass, number>>>;
}

function countsOf(fields: readonly Field[]): Counts {
  const isAttribute = ({ path }: Field): boolean => path.slice(path.lastIndexOf("/") + 1).startsWith("@");
  const anyContents = fields.filter(({ type }) => type === "any").length;
  const attributes = fields.filter(isAttribute).length;
  const byClass: Partial<Record<DataClass, number>> = {};
  for (const name of DATA_CLASSES) {
    const count = fields.filter(({ dataClass }) => dataClass === name).length;
    if (count > 0) byClass[name] = count;
  }
  return { leaves: fields.length - anyContents - attributes, attributes, anyContents, byClass };
}

/** The messages there are catalogues of. */
export function catalogueList(options: { readonly json?: boolean }): number {
  const rows = CATALOGUES.flatMap(({ format, messages }) => messages().map((message) => ({ format, message })));
  if (options.json) {
    print(JSON.stringify(rows, null, 1));
    return EXIT.done;
  }
  const families = new Map<string, string[]>();
  for (const { format, message } of rows) {
    const iso = /^([a-z]{4}\.\d{3})\.(\d{3}\.\d{2})$/.exec(message);
    const key = iso === null ? format : (iso[1] as string);
    families.set(key, [...(families.get(key) ?? []), iso === null ? message : (iso[2] as string)]);
  }
  const colors = colorsFor(process.stdout);
  for (const [family, versions] of families) print(`${colors.bold(family.padEnd(9))} ${versions.join(" ")}`);
  print(`${grouped(rows.length)} messages`);
  return EXIT.done;
}

/** All leaves of a message, or of a catalogue's file: type, shape, class. */
export function catalogueShow(name: string, options: { readonly json?: boolean }): number {
  const fields = fieldsNamed(name);
  if (options.json) {
    print(JSON.stringify({ name, ...countsOf(fields), fields }, null, 1));
    return EXIT.done;
  }
  const colors = colorsFor(process.stdout);
  const widths = [Math.max(...fields.map(({ dataClass }) => dataClass.length)), Math.max(...fields.map(({ type }) => type.length))];
  for (const { path, type, dataClass } of fields) {
    print(`${colors.bold(dataClass.padEnd(widths[0] ?? 0))} ${colors.dim(type.padEnd(widths[1] ?? 0))} ${printable(path)}`);
  }
  const { leaves, attributes, anyContents } = countsOf(fields);
  print(`${grouped(leaves)} elements with text, ${grouped(attributes)} attributes, ${grouped(anyContents)} places for any content`);
  return EXIT.done;
}

function fieldsNamed(name: string): readonly Field[] {
  if (/[/\\]|\.json$/.test(name)) return fieldsOf(parseCatalogue(readText(name)));
  const all = CATALOGUES.flatMap(({ messages }) => messages());
  const catalogue = CATALOGUES.find(({ messages }) => messages().includes(name));
  if (catalogue !== undefined) return [...catalogue.fieldsOf(name)];
  const near = nearest(name, all);
  throw new BautaError(1001, { detail: `no catalogue of ${name}${near === undefined ? "" : `; did you mean ${near}?`}` });
}
