/** The engine alone: techniques value by value, and the writing of output. */
import { createHmac } from "node:crypto";
import { selectEngine } from "../../runtime/engines/select.ts";
import type { NamespaceDocument, RuleDocument } from "../../runtime/model/document.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { inProcess } from "../harness/measure.ts";
import { messageSet, SET_SIZE } from "../harness/messages.ts";
import { withPeer } from "../harness/peer.ts";
import { rowBeside, rowOf } from "../harness/rows.ts";
import { batchOf, oneOperation, transformWork } from "../harness/values.ts";
import { rustPeer } from "../peers/peers.ts";

const VALUES = 1024;

/** Values of one leaf of the JSON messages of the bench. */
function valuesOf(path: readonly string[]): string[] {
  const messages = messageSet("json", SET_SIZE).map((text) => JSON.parse(text) as unknown);
  return Array.from({ length: VALUES }, (_, index) => {
    let node = messages[index % messages.length];
    for (const name of path) node = (node as Record<string, unknown>)[name];
    return String(node);
  });
}

interface Micro {
  readonly id: string;
  readonly name: string;
  readonly figure: string;
  readonly values: () => string[];
  readonly namespace?: NamespaceDocument;
  readonly rule?: Omit<RuleDocument, "path" | "use">;
}

const TEN_DIGITS = (): string[] => Array.from({ length: VALUES }, (_, index) => String(1_000_000_000 + index * 7_919_113));

const FF1: Micro = {
  id: "engine/ff1",
  name: "FF1",
  figure: "ten digits, AES-256, decoded and written back",
  values: TEN_DIGITS,
  namespace: { technique: "fpe", kind: "digits" },
};
const HMAC: Micro = {
  id: "engine/hmac",
  name: "HMAC-SHA-256",
  figure: "a reference as a hash of 32 characters",
  values: () => valuesOf(["endToEndId"]),
  namespace: { technique: "hash", kind: "text" },
};
const MICROS: readonly Micro[] = [
  {
    id: "engine/iban",
    name: "IBAN by FF1",
    figure: "an IBAN",
    values: () => valuesOf(["debtor", "account", "iban"]),
    namespace: { technique: "fpe", kind: "iban" },
  },
  {
    id: "engine/uetr",
    name: "UETR by FF1",
    figure: "a UETR",
    values: () => valuesOf(["uetr"]),
    namespace: { technique: "fpe", kind: "uetr" },
  },
  {
    id: "engine/person",
    name: "name of a person",
    figure: "a name",
    values: () => valuesOf(["debtor", "name"]),
    namespace: { technique: "pseudonym", kind: "party-name" },
  },
  {
    id: "engine/firm",
    name: "name of a firm",
    figure: "a name",
    values: () => valuesOf(["creditor", "name"]),
    namespace: { technique: "pseudonym", kind: "party-name" },
  },
  {
    id: "engine/street",
    name: "street",
    figure: "a street",
    values: () => valuesOf(["debtor", "address", "street"]),
    namespace: { technique: "pseudonym", kind: "street" },
  },
  {
    id: "engine/text",
    name: "free text",
    figure: "a remittance text of 39 characters",
    values: () => valuesOf(["remittance"]),
    namespace: { technique: "pseudonym", kind: "free-text" },
  },
  {
    id: "engine/keep",
    name: "kept value",
    figure: "a name, checked, and searched for cards and IBANs",
    values: () => valuesOf(["debtor", "name"]),
    rule: { technique: "keep" },
  },
];

async function microOf(engine: "native" | "portable", { values, namespace, rule = {} }: Micro): Promise<() => void> {
  const { plan, operation } = oneOperation(rule, namespace);
  return transformWork(await selectEngine(engine), plan, batchOf(values(), operation));
}

export const engine: BenchCase = {
  name: "engine",
  group: "own",
  job: "A batch of 1,024 values under one operation through the native engine: decoded, checked, transformed, encoded and spliced. FF1 beside the crate fpe, one value after the other; HMAC beside createHmac of the runtime; splicing beside a copy of the same bytes.",
  goal: "Cryptography is not what a message waits for.",
  async run(context: Context): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    const ff1 = inProcess(VALUES, await microOf("native", FF1), context.pace);
    rows.push(
      await withPeer(context, rustPeer("fpe"), TEN_DIGITS(), (peer) =>
        rowBeside(context, { ...FF1Text, against: "crate fpe", goal: { sense: "at least", value: 15, of: "ratio" } }, ff1, peer),
      ),
    );
    const references = HMAC.values();
    const key = new Uint8Array(32).fill(7);
    const digests = new Array<string>(VALUES);
    const createHmacs = (): void => {
      for (let i = 0; i < VALUES; i++)
        digests[i] = createHmac("sha256", key)
          .update(references[i] as string)
          .digest("hex")
          .slice(0, 32);
    };
    rows.push(
      await rowBeside(
        context,
        { id: HMAC.id, name: HMAC.name, figure: HMAC.figure, unit: "ns", against: "createHmac" },
        inProcess(VALUES, await microOf("native", HMAC), context.pace),
        inProcess(VALUES, createHmacs, context.pace),
      ),
    );
    for (const micro of MICROS) {
      const { id, name, figure } = micro;
      rows.push(await rowOf(context, { id, name, figure, unit: "ns" }, VALUES, await microOf("native", micro)));
    }
    return rows;
  },
};

const FF1Text = { id: FF1.id, name: FF1.name, figure: FF1.figure, unit: "ns" } as const;
