/** `bauta keys new | mask-only | show | rotate-signing | trust`. */
import { publicKeysOf } from "../audit/signature.ts";
import { encodeTrust, trustOf } from "../audit/trust.ts";
import { maskOnlyKeyFile, newKeyFile, openKeyFile, rotateSigning, showKeyFile } from "../keys/key-file.ts";
import { commitSink } from "../sinks/api.ts";
import { fileSink } from "../sinks/file.ts";
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

export function keysRotateSigning(file: string, target: string, options: Options): void {
  rotateSigning(file, target);
  show(target, options, "made");
}

/** Public keys only: of all files as a trust file, or the last one of each as PEM. */
export function keysTrust(files: readonly string[], options: { readonly out: string; readonly pem?: boolean }): void {
  const rings = files.map((file) => openKeyFile(file, {}));
  try {
    const pem = (): string => rings.map((ring) => publicKeysOf(ring).at(-1)?.key.export({ format: "pem", type: "spki" }) ?? "").join("");
    const text = options.pem ? pem() : encodeTrust(trustOf(rings));
    if (options.out === "-") return print(text.trimEnd());
    const sink = fileSink(options.out);
    try {
      sink.write(new TextEncoder().encode(text), 0);
      commitSink(sink);
    } finally {
      sink.close();
    }
  } finally {
    for (const ring of rings) ring.close();
  }
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
