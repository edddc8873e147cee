/** `bauta policy acls`: which topics the readers of each view may read, as access control lists of Kafka; nothing else is theirs. */
import { BautaError, printable } from "../kit/errors.ts";
import { modelError } from "../model/problem.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { PolicyEngine } from "../policy/api.ts";
import { type View, viewNamed } from "../policy/views.ts";
import { EXIT } from "./exit.ts";
import { readPipelineFile } from "./pipeline-file.ts";
import { engineOf } from "./policy-option.ts";
import { colorsFor, print } from "./terminal.ts";

export interface PolicyAclsOptions {
  /** `VIEW=User:NAME`, once for each view whose readers are not called as it is. */
  readonly principal?: readonly string[];
  readonly json?: boolean;
}

/** What a principal may do; `prefixed`: all whose names begin so. */
interface Acl {
  readonly resource: "topic" | "group";
  readonly name: string;
  readonly pattern: "literal" | "prefixed";
  readonly operations: readonly string[];
}

interface ViewAcls {
  readonly view: string;
  readonly principal: string;
  readonly group: string;
  readonly acls: readonly Acl[];
}

/** Prints them. Exit code 9 if lists cannot keep the views apart. */
export async function policyAcls(path: string, { principal = [], json = false }: PolicyAclsOptions): Promise<number> {
  const { definition, problems } = readPipelineFile(path);
  if (definition === undefined) throw modelError(problems);
  const { policy, kafka } = definition;
  if (policy === undefined || kafka === undefined)
    throw new BautaError(1001, { detail: "lists are for pipelines with a policy and sinks that are topics" });
  const engine = await engineOf(policy.source);
  try {
    const views = aclsOf(definition, engine, principalsOf(principal, definition));
    const notes = notesOn(definition, views);
    const exit = notes.length === 0 ? EXIT.done : EXIT.evidence;
    if (json) print(JSON.stringify({ exit, pipeline: path, views, notes }));
    else printAcls(views, notes, kafka.connection.bootstrap.join(","));
    return exit;
  } finally {
    engine.close();
  }
}

const namesOf = ({ sinks }: PipelineDefinition): readonly string[] => [...new Set(sinks.flatMap(({ view }) => view ?? []))];

/** What can stand in a quoted word of a shell, as Kafka's principals are written. */
const PRINCIPAL = /^[A-Za-z]+:[^'\p{Cc}]{1,256}$/u;

function principalsOf(said: readonly string[], definition: PipelineDefinition): ReadonlyMap<string, string> {
  const names = namesOf(definition);
  const principals = new Map(names.map((name) => [name, `User:${name}`]));
  for (const one of said) {
    const at = one.indexOf("=");
    const [view, principal] = [one.slice(0, at), one.slice(at + 1)];
    if (at < 1 || !PRINCIPAL.test(principal)) throw new BautaError(1001, { detail: "--principal takes VIEW=User:NAME" });
    if (!names.includes(view)) throw new BautaError(1607, { path: view, detail: `the pipeline has ${names.join(", ")}` });
    principals.set(view, principal);
  }
  return principals;
}

function aclsOf(definition: PipelineDefinition, engine: PolicyEngine, principals: ReadonlyMap<string, string>): readonly ViewAcls[] {
  return namesOf(definition).map((name) => {
    const view = viewNamed(engine.views, name);
    return {
      view: name,
      principal: principals.get(name) ?? "",
      group: view.group,
      acls: [...topicsOf(definition, name), ...groupOf(view)],
    };
  });
}

const groupOf = ({ group }: View): readonly Acl[] =>
  group === "" ? [] : [{ resource: "group", name: group, pattern: "literal", operations: ["Read"] }];

const TOPIC = "{topic}";

/** Topics that are written for a view. */
function topicsOf(definition: PipelineDefinition, view: string): readonly Acl[] {
  const sources = definition.sources.flatMap((source) => (source.kind === "topics" ? source.topics : []));
  const acls = new Map<string, Acl>();
  for (const sink of definition.sinks) {
    if (sink.kind !== "topic" || sink.view !== view) continue;
    const [start = "", end] = sink.topic.split(TOPIC);
    for (const source of end === undefined ? [""] : sources) {
      // Which topics a pattern names is known on the cluster alone.
      const isOpen = end !== undefined && source.startsWith("^");
      const name = isOpen ? start : sink.topic.replace(TOPIC, () => source);
      const pattern = isOpen ? "prefixed" : "literal";
      acls.set(`${pattern} ${name}`, { resource: "topic", name, pattern, operations: ["Read", "Describe"] });
    }
  }
  return [...acls.values()];
}

/** Whether a list lets its principal read what is another's. */
const covers = (acl: Acl, other: Acl): boolean =>
  acl.name === other.name || (acl.pattern === "prefixed" && other.name.startsWith(acl.name));

/** What lists cannot keep apart. */
function notesOn({ sources, kafka }: PipelineDefinition, views: readonly ViewAcls[]): readonly string[] {
  const raw = sources.flatMap((source) => (source.kind === "topics" ? source.topics : []));
  const inside = [kafka?.refused, kafka?.audit?.topic].filter((topic) => topic !== undefined);
  const notes: string[] = [];
  for (const { view, acls } of views) {
    for (const acl of acls.filter(({ resource }) => resource === "topic")) {
      const name = acl.pattern === "prefixed" ? `${acl.name}*` : acl.name;
      if (acl.name === "") notes.push(`${view}: its topics have no beginning of their own, so no list names them`);
      const others = views.filter((other) => other.view !== view && other.acls.some((one) => one.resource === "topic" && covers(acl, one)));
      for (const other of others) notes.push(`${view}: ${name} is also of ${other.view}`);
      for (const topic of [...raw, ...inside])
        if (covers(acl, { ...acl, name: topic })) notes.push(`${view}: ${name} is also ${topic}, which is no view's`);
    }
  }
  return [...new Set(notes)];
}

function printAcls(views: readonly ViewAcls[], notes: readonly string[], bootstrap: string): void {
  const colors = colorsFor(process.stdout);
  for (const { view, principal, group, acls } of views) {
    print(colors.dim(`# ${printable(view)}${group === "" ? ", in any group" : `, in group ${printable(group)}`}`));
    for (const { resource, name, pattern, operations } of acls) {
      const what = operations.map((operation) => `--operation ${operation}`).join(" ");
      const prefixed = pattern === "prefixed" ? " --resource-pattern-type prefixed" : "";
      const who = `--add --allow-principal ${quoted(principal)}`;
      print(`kafka-acls.sh --bootstrap-server ${quoted(bootstrap)} ${who} ${what} --${resource} ${quoted(name)}${prefixed}`);
    }
  }
  for (const note of notes) print(`${colors.red("✗")} ${printable(note)}`);
}

const quoted = (word: string): string => `'${printable(word).replaceAll("'", "'\\''")}'`;
