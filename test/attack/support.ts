/** What the attacks have in common: messages that are small and whole, and a run whose outcome nothing but the bytes may decide. */
import { expect } from "bun:test";
import type { EngineName } from "../../runtime/engines/api.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { runnable } from "../../runtime/open.ts";
import type { FrameMode } from "../../runtime/pipeline/frame.ts";
import { Masker } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet, type Refusal } from "../../runtime/pipeline/outlet.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { ENGINES } from "../harness.ts";

export const PACS008 = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08";
export const HEAD = "urn:iso:std:iso:20022:tech:xsd:head.001.001.02";

/** A pacs.008 with this in its transaction. */
export const pacs008 = (transaction: string, attributes = "", before = ""): string =>
  `${before}<Document xmlns="${PACS008}"${attributes}><FIToFICstmrCdtTrf><CdtTrfTxInf>${transaction}</CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`;

/** A party whose name the tests look for. */
export const DEBTOR = "<Dbtr><Nm>Ottilie Brandhorst</Nm></Dbtr>";

export const HEADERS = "{1:F01GLDTDEFFAXXX4312008815}{2:I103PRVLFRPPXXXXN}";
/** Block 4 of an MT103: `lines` stand where field 70 would. */
export const mt103Text = (lines = ""): string =>
  `:20:INSTR4711\r\n:23B:CRED\r\n:32A:261120EUR1845,50\r\n:50K:/DE82500990010073211884\r\nOTTILIE BRANDHORST\r\n:59:ATELIER MEUNIER\r\n${lines}:71A:SHA\r\n`;
export const mt103 = (lines = "", block3 = "", behind = ""): string => `${HEADERS}${block3}{4:\r\n${mt103Text(lines)}-}${behind}`;

export interface AttackOptions {
  /** test-data, unless there is a model. */
  readonly preset?: string;
  readonly model?: ModelDocument;
  readonly input?: "strict" | "lenient";
  readonly frame?: FrameMode;
}

export interface Outcome {
  readonly text: string;
  readonly output: Uint8Array;
  readonly refusals: readonly (Omit<Refusal, "bytes" | "issue"> & { readonly code: number })[];
  /** Records and values of this input. */
  readonly counts: Readonly<Record<(typeof COUNTED)[number], number>>;
  readonly stopped: string | undefined;
}

const COUNTED = ["in", "out", "refused", "found", "masked", "kept", "removed"] as const;

/** How the bytes arrive: at once, one by one, in odd pieces. */
const CHUNKS: readonly (readonly number[])[] = [[1 << 30], [1], [7, 3]];

/** Both engines, however the bytes arrive: one outcome, or the test fails. */
export async function attack(input: string | Uint8Array, options: AttackOptions = {}): Promise<Outcome> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  let first: Outcome | undefined;
  for (const engine of ENGINES) {
    const masker = await maskerFor(engine, options);
    for (const chunks of CHUNKS) {
      const outcome = put(masker, bytes, chunks);
      first ??= outcome;
      expect(told(outcome)).toEqual(told(first));
    }
  }
  return first as Outcome;
}

/** Numbers of the issues that records were refused with. */
export const codesOf = ({ refusals }: { readonly refusals: readonly { readonly code: number }[] }): readonly number[] =>
  refusals.map(({ code }) => code);

/** Maskers are used again: what one input leaves behind in them must not matter to the next. */
const maskers = new Map<string, Masker>();

async function maskerFor(engineName: EngineName, options: AttackOptions): Promise<Masker> {
  const key = JSON.stringify([engineName, options]);
  const known = maskers.get(key);
  if (known !== undefined) return known;
  const source = options.model === undefined ? presetSource(options.preset ?? "test-data") : { name: "attack", document: options.model };
  const { model, problems } = loadModel(source);
  if (model === undefined) throw new Error(problems.map(describeProblem).join("\n"));
  const plan = runnable(
    model,
    ephemeralKeyRing(() => new Uint8Array(32).fill(7)),
    options.input,
  );
  const masker = new Masker({
    engine: await selectEngine(engineName),
    plan,
    formats: FORMATS,
    scan: { input: options.input ?? "strict" },
    frame: options.frame ?? "auto",
    direction: "mask",
    onRefuse: "divert",
    keyedHash: (record) => plan.keyedHash(record),
  });
  maskers.set(key, masker);
  return masker;
}

function put(masker: Masker, bytes: Uint8Array, chunks: readonly number[]): Outcome {
  const parts: Uint8Array[] = [];
  const refusals: (Omit<Refusal, "bytes" | "issue"> & { code: number })[] = [];
  const outlet = bytesOutlet(
    (written: Uint8Array) => void parts.push(written.slice()),
    ({ bytes: _, issue, ...refusal }: Refusal) => void refusals.push({ ...refusal, code: issue.number }),
  );
  const before = { ...masker.counts };
  masker.beginSource();
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = chunks[i % chunks.length] as number;
    masker.push(bytes.subarray(at, at + size), outlet);
    at += size;
  }
  masker.end(outlet);
  masker.reconcile();
  const output = new Uint8Array(Buffer.concat(parts));
  const counts = Object.fromEntries(COUNTED.map((name) => [name, masker.counts[name] - before[name]])) as Outcome["counts"];
  return { output, text: new TextDecoder().decode(output), refusals, counts, stopped: masker.stopped };
}

/** All that a run says to anybody. */
const told = ({ output, text: _, ...rest }: Outcome): unknown => ({ ...rest, output: Buffer.from(output).toString("latin1") });
