/** `bauta keys new | mask-only | show`. */
import { maskOnlyKeyFile, newKeyFile, showKeyFile } from "../keys/key-file.ts";
import { colorsFor, print } from "./terminal.ts";

interface Options {
  readonly json?: boolean;
}

export function keysNew(file: string, options: Options & { readonly env: string }): void {
  newKeyFile(file, { environment: options.env });
  show(file, options, "made");
}

export function keysMaskOnly(file: string, target: string, options: Options): void {
  maskOnlyKeyFile(file, target);
  show(target, options, "made");
}

export function keysShow(file: string, options: Options): void {
  show(file, options, undefined);
}

function show(file: string, options: Options, done: string | undefined): void {
  const description = showKeyFile(file);
  if (options.json) return print(`${JSON.stringify({ file, ...description })}`);
  const colors = colorsFor(process.stdout);
  if (done !== undefined)
    print(`${colors.green("✓")} ${done} ${file} (mode 0600). Keep it out of version control, and a copy in your key store.`);
  for (const [name, value] of Object.entries(description)) print(`${colors.bold(name.padEnd(13))} ${textOf(value)}`);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name} ${String(part)}`)
    .join(" ");
}
