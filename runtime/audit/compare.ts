/**
 * What differs between two manifests, and what of it could be why. Results are what a run did to records; causes are what decides that;
 * circumstances (task, time, host, places) decide nothing.
 */
import type { Manifest, Setting, Source, Statement } from "./generated/run_pb.ts";
import { placeOfChange } from "./locator.ts";
import { ROUTE_PREFIX } from "./record.ts";

export interface Difference {
  readonly kind: "result" | "cause" | "circumstance";
  /** What it is about, in words that name a part: `outputs of mask`, `rule cards.yaml rules[3] json:$.pan`. */
  readonly what: string;
  /** Empty where one side has none. */
  readonly before: string;
  readonly after: string;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Records that came out are the same, in the same order, and as many were refused. */
  readonly same: boolean;
  /** Key ids of different environments that hold one key. */
  readonly sharedKeys: readonly (readonly [string, string])[];
  /** The input roots are under one key, so that they can be compared. */
  readonly inputsComparable: boolean;
}

export function compareManifests(before: Manifest, after: Manifest): Comparison {
  const found = new Differences();
  found.note("cause", "command", before.command, after.command);
  found.note("cause", "Bauta", before.software?.bauta, after.software?.bauta);
  found.note("cause", "engine", engineOf(before), engineOf(after));
  found.note("result", "status", before.status, after.status);
  found.note("result", "issue that ended it", before.issue, after.issue);
  found.note("circumstance", "task", before.task, after.task);
  found.note("circumstance", "started", before.started, after.started);
  found.note("circumstance", "signer", before.signer?.key, after.signer?.key);
  found.rows("circumstance", "software", before.software?.facts ?? [], after.software?.facts ?? []);
  found.rows("circumstance", "setting", before.settings, after.settings);
  const pairs = Math.max(before.statements.length, after.statements.length);
  let comparable = true;
  const shared: (readonly [string, string])[] = [];
  for (let i = 0; i < pairs; i++) {
    const [a, b] = [before.statements[i], after.statements[i]];
    if (a === undefined || b === undefined) {
      found.note("result", `statement ${i + 1}`, a?.name, b?.name);
      continue;
    }
    const named = before.command === "run" && after.command === "run";
    const isComparable = compareStatements(found, a, b, { named, planned: !before.resumed && !after.resumed });
    comparable &&= isComparable;
    if (isShared(a, b)) shared.push([keyName(a), keyName(b)]);
  }
  const same = !found.list.some(({ kind }) => kind === "result");
  return { differences: found.list, same, sharedKeys: shared, inputsComparable: comparable };
}

/**
 * Whether the input roots could be compared.
 * @param how.named sinks have names of their own
 * @param how.planned the plans have all operations: that of a run that went on has those of its last process
 */
function compareStatements(
  found: Differences,
  a: Statement,
  b: Statement,
  how: { readonly named: boolean; readonly planned: boolean },
): boolean {
  const { name } = a;
  const comparable = a.key?.fingerprint !== "" && a.key?.fingerprint === b.key?.fingerprint && a.key?.version === b.key?.version;
  found.note("circumstance", "statement", name, b.name);
  for (const setting of ["frame", "input", "on-refuse", "routes"] as const) {
    found.note("cause", `setting ${setting} of ${name}`, settingOf(a.settings, setting), settingOf(b.settings, setting));
  }
  found.note("cause", `key of ${name}`, keyName(a), keyName(b));
  found.note("cause", `model of ${name}`, a.model?.name, b.model?.name);
  found.note("cause", "mode", a.model?.mode, b.model?.mode);
  if (comparable) found.note("cause", "seed", a.model?.seed, b.model?.seed);
  found.rows("cause", "model", origins(a), origins(b));
  // What a digest under another key says cannot be told.
  if (comparable) found.rows("cause", "", routeRows(a), routeRows(b));
  for (const { what, before, after } of listRows(a, b)) found.note("cause", what, before, after);
  found.rows("cause", "", ...onlyIn(a.model?.rules ?? [], b.model?.rules ?? []));
  if (how.planned && a.model?.plan !== "" && b.model?.plan !== "") found.note("cause", "plan", a.model?.plan, b.model?.plan);
  if (comparable) compareInputs(found, a, b);
  else found.note("cause", `records read by ${name}`, String(a.inputs?.records), String(b.inputs?.records));
  found.note("result", `outputs of ${name}`, treeText(a.outputs), treeText(b.outputs));
  for (const [one, other] of changedSources(a, b, "outputs")) {
    const place = changedRecord(one?.outputs, other?.outputs);
    if (place !== undefined)
      found.note("result", `output ${place} of ${one?.name ?? ""}`, treeText(one?.outputs), treeText(other?.outputs));
  }
  for (const count of ["in", "out", "refused", "values", "masked", "kept", "removed", "otherwise", "left"] as const) {
    found.note("result", `count ${count} of ${name}`, String(a.counts?.[count] ?? 0), String(b.counts?.[count] ?? 0));
  }
  // Sinks of a pipeline have names; those of a command are places.
  if (how.named) found.rows("result", `records of sink`, counted(sinkRows(a), "sink"), counted(sinkRows(b), "sink"));
  found.rows("result", `refused by ${name}:`, counted(a.refused, "code"), counted(b.refused, "code"));
  found.rows("result", `records of ${name}:`, counted(a.messages, "message"), counted(b.messages, "message"));
  found.rows("result", "values of", fieldRows(a), fieldRows(b));
  return comparable;
}

/** Names the sources whose records are others, and the record if it is one. */
function compareInputs(found: Differences, a: Statement, b: Statement): void {
  if (a.inputs?.root === b.inputs?.root && a.inputs?.records === b.inputs?.records) return;
  const before = found.list.length;
  for (const [one, other] of changedSources(a, b, "inputs")) {
    const place = changedRecord(one?.inputs, other?.inputs);
    const what = `input ${one?.name ?? other?.name ?? ""}${place === undefined ? "" : `, record ${place}`}`;
    found.note("cause", what, treeText(one?.inputs), treeText(other?.inputs));
  }
  if (found.list.length === before) found.note("cause", `inputs of ${a.name}`, treeText(a.inputs), treeText(b.inputs));
}

/** Sources by their order, of which one tree is another. */
function changedSources(a: Statement, b: Statement, tree: "inputs" | "outputs"): (readonly [Source | undefined, Source | undefined])[] {
  const pairs = Array.from({ length: Math.max(a.sources.length, b.sources.length) }, (_, i) => [a.sources[i], b.sources[i]] as const);
  return pairs.filter(([one, other]) => treeText(one?.[tree]) !== treeText(other?.[tree]));
}

/** Number, from 0, of the one record in which two trees of as many differ. */
function changedRecord(before: Statement["inputs"], after: Statement["inputs"]): number | undefined {
  if (before === undefined || after === undefined || before.records !== after.records) return undefined;
  return before.records === 1n ? 0 : placeOfChange(before.sums, after.sums, Number(before.records));
}

/** Techniques, kinds, data and catalogues whose digests differ; of a data file with the entry that changed, if it is one. */
function listRows(a: Statement, b: Statement): readonly Difference[] {
  const found = new Differences();
  found.rows("cause", "", a.model?.lists ?? [], b.model?.lists ?? []);
  const [left, right] = [byName(a.model?.entries ?? []), byName(b.model?.entries ?? [])];
  return found.list.map((difference) => {
    const line = changedLine(left.get(difference.what), right.get(difference.what));
    return line === undefined ? difference : { ...difference, what: `${difference.what}, line ${line}` };
  });
}

/** Number, from 1, of the one line in which two texts of as many differ. */
function changedLine(before = "", after = ""): number | undefined {
  const [[lines, was = ""], [others, is = ""]] = [before.split(" "), after.split(" ")];
  const place = lines === others ? placeOfChange(was, is, Number(lines)) : undefined;
  return place === undefined ? undefined : place + 1;
}

class Differences {
  readonly list: Difference[] = [];

  note(kind: Difference["kind"], what: string, before: string | undefined, after: string | undefined): void {
    if ((before ?? "") !== (after ?? "")) this.list.push({ kind, what, before: before ?? "", after: after ?? "" });
  }

  /** Rows by name. One name may stand twice; then its rows are told by their order. */
  rows(kind: Difference["kind"], title: string, before: readonly Row[], after: readonly Row[]): void {
    const [left, right] = [byName(before), byName(after)];
    for (const name of new Set([...left.keys(), ...right.keys()])) {
      this.note(kind, title === "" ? name : `${title} ${name}`, left.get(name), right.get(name));
    }
  }
}

/** The rows of either side that the other has not under any name: a rule that only moved does what it did. */
function onlyIn(before: readonly Row[], after: readonly Row[]): [Row[], Row[]] {
  const left = [...before];
  const right = after.filter(({ value }) => {
    const at = left.findIndex((row) => row.value === value);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [left, right];
}

type Row = Pick<Setting, "name" | "value">;

function byName(rows: readonly Row[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const { name, value } of rows) {
    let unique = name;
    for (let i = 2; map.has(unique); i++) unique = `${name} (${i})`;
    map.set(unique, value);
  }
  return map;
}

const engineOf = ({ software }: Manifest): string => `${software?.engine ?? ""} ${software?.engineVersion ?? ""}`.trim();
const settingOf = (settings: readonly Row[], name: string): string => settings.find((setting) => setting.name === name)?.value ?? "";
const routeRows = ({ settings }: Statement): readonly Row[] => settings.filter(({ name }) => name.startsWith(ROUTE_PREFIX));
const treeText = (tree: Statement["inputs"]): string => (tree === undefined ? "" : `${tree.records} records, root ${tree.root}`);
const origins = ({ model }: Statement): Row[] =>
  (model?.origins ?? []).map(({ reference, sha256 }) => ({ name: reference, value: sha256 }));

function keyName({ key }: Statement): string {
  if (key === undefined) return "";
  if (key.id === "") return key.origin;
  return `${key.id} version ${key.version} of ${key.environment}, check value ${key.check}`;
}

/** One key in two environments. */
function isShared({ key: a }: Statement, { key: b }: Statement): boolean {
  if (a === undefined || b === undefined || a.fingerprint === "") return false;
  return a.fingerprint === b.fingerprint && a.environment !== b.environment;
}

type Counted<N extends string> = { readonly [K in N]: string } & { readonly records: bigint };
const counted = <N extends string>(rows: readonly Counted<N>[], name: N): Row[] =>
  rows.map((row) => ({ name: row[name], value: String(row.records) }));

/** Those of the pipeline; a report of the run itself has a name in brackets. */
const sinkRows = ({ sinks }: Statement): Counted<"sink">[] =>
  sinks.filter(({ name }) => !name.startsWith("(")).map(({ name, exported }) => ({ sink: name, records: exported }));

const OUTCOMES = ["masked", "token", "redacted", "kept", "removed", "left"] as const;

const fieldRows = ({ messages }: Statement): Row[] =>
  messages.flatMap(({ message, fields }) =>
    fields.flatMap((field) =>
      OUTCOMES.filter((outcome) => field[outcome] !== undefined).map((outcome) => ({
        name: [message, field.path, field.technique, field.namespace, outcome].filter((part) => part !== "").join(" "),
        value: String(field[outcome]),
      })),
    ),
  );
