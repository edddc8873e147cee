/** Readers, as a policy's data describes them: `data.bauta.views.NAME`. */
import { BautaError } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";

/** Who reads. All are names that the operator chose. */
export interface View {
  readonly name: string;
  readonly group: string;
  readonly roles: readonly string[];
  readonly purpose: string;
  readonly recipient: string;
  readonly environment: string;
}

const WORDS = ["group", "purpose", "recipient", "environment"] as const;
const KEYS: readonly string[] = [...WORDS, "roles"];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @throws BautaError 1606 for what is no view */
export function viewsOf(data: unknown): ReadonlyMap<string, View> {
  const views = new Map<string, View>();
  const written = at(at(data, "bauta"), "views");
  if (written === undefined) return views;
  if (!isObject(written)) throw wrong("data.bauta.views", "an object of views by name belongs here");
  for (const [name, view] of Object.entries(written)) views.set(name, viewOf(name, view));
  return views;
}

function viewOf(name: string, view: unknown): View {
  const path = `data.bauta.views.${name}`;
  if (!NAME.test(name)) throw wrong(path, "letters, digits, `.`, `_` and `-` make a name of a view");
  if (!isObject(view)) throw wrong(path, "an object belongs here");
  for (const key of Object.keys(view)) {
    const near = nearest(key, KEYS);
    if (!KEYS.includes(key)) throw wrong(`${path}.${key}`, `there is no such key${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
  const roles = view["roles"] ?? [];
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === "string"))
    throw wrong(`${path}.roles`, "a list of texts belongs here");
  const [group, purpose, recipient, environment] = WORDS.map((key) => {
    const word = view[key] ?? "";
    if (typeof word !== "string") throw wrong(`${path}.${key}`, "a text belongs here");
    return word;
  }) as [string, string, string, string];
  return { name, group, roles: [...(roles as string[])].sort(), purpose, recipient, environment };
}

/** The view of that name. @throws BautaError 1607 with the nearest name if there is none */
export function viewNamed(views: ReadonlyMap<string, View>, name: string): View {
  const view = views.get(name);
  if (view !== undefined) return view;
  const near = nearest(name, [...views.keys()]);
  const known = views.size === 0 ? "the policy's data has no views" : `it has ${[...views.keys()].join(", ")}`;
  throw new BautaError(1607, { path: name, detail: near === undefined ? known : `did you mean ${near}?` });
}

const wrong = (path: string, detail: string): BautaError => new BautaError(1606, { path, detail });
const at = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
