/** What each kind of work adds to a message. */

import { selectEngine } from "../../runtime/engines/select.ts";
import { DATA_CLASSES } from "../../runtime/formats/api.ts";
import { iso20022 } from "../../runtime/formats/iso20022/index.ts";
import type { ModelDocument, NamespaceDocument, RuleDocument } from "../../runtime/model/document.ts";
import { Batch } from "../../runtime/record/tables.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { timesIn } from "../harness/case.ts";
import { inProcess, median, type Timed } from "../harness/measure.ts";
import { messageSet, SET_SIZE, streamOf } from "../harness/messages.ts";
import { maskingWork, openModel, pipelineOf } from "../harness/pipeline.ts";
import { scanWork } from "../harness/values.ts";

interface Step {
  readonly id: string;
  readonly name: string;
  readonly figure: string;
  readonly namespaces: Readonly<Record<string, NamespaceDocument>>;
  readonly rules: readonly RuleDocument[];
}

const leaf = (path: string | readonly string[], use: string): RuleDocument => ({
  path: (typeof path === "string" ? [path] : path).map((one) => `pacs.008:**/${one}`),
  use,
});

/** Each step does what the one before does, and more. */
const STEPS: readonly Step[] = [
  {
    id: "keep",
    name: "+ keep",
    figure: "all 44 leaves decoded, checked against their types, searched for cards and IBANs",
    namespaces: {},
    rules: [],
  },
  {
    id: "hash",
    name: "+ hash",
    figure: "EndToEndId by HMAC",
    namespaces: { reference: { technique: "token", kind: "reference" } },
    rules: [leaf("PmtId/EndToEndId", "reference")],
  },
  {
    id: "fpe",
    name: "+ fpe",
    figure: "two IBANs, two BICs, UETR by FF1",
    namespaces: {
      account: { technique: "fpe", kind: "account", otherwise: "token" },
      bic: { technique: "fpe", kind: "bic", otherwise: "redact" },
      uetr: { technique: "fpe", kind: "uetr", otherwise: "redact" },
    },
    rules: [
      leaf(["DbtrAcct/Id/IBAN", "CdtrAcct/Id/IBAN"], "account"),
      leaf(["DbtrAgt/FinInstnId/BICFI", "CdtrAgt/FinInstnId/BICFI"], "bic"),
      leaf("PmtId/UETR", "uetr"),
    ],
  },
  {
    id: "names",
    name: "+ names",
    figure: "two names, street, postcode, town drawn",
    namespaces: {
      party: { technique: "pseudonym", kind: "party-name", otherwise: "token" },
      street: { technique: "pseudonym", kind: "street", otherwise: "token" },
      postcode: { technique: "pseudonym", kind: "postcode", otherwise: "redact" },
      town: { technique: "pseudonym", kind: "town", otherwise: "token" },
    },
    rules: [
      leaf(["CdtTrfTxInf/Dbtr/Nm", "CdtTrfTxInf/Cdtr/Nm"], "party"),
      leaf("CdtTrfTxInf/Dbtr/PstlAdr/StrtNm", "street"),
      leaf("CdtTrfTxInf/Dbtr/PstlAdr/PstCd", "postcode"),
      leaf("CdtTrfTxInf/Dbtr/PstlAdr/TwnNm", "town"),
    ],
  },
  {
    id: "text",
    name: "+ text",
    figure: "remittance information drawn: all twelve leaves",
    namespaces: { text: { technique: "pseudonym", kind: "free-text", otherwise: "redact" } },
    rules: [leaf("RmtInf/Ustrd", "text")],
  },
];

const BASE: ModelDocument = {
  bauta: 1,
  name: "steps",
  mode: "deterministic",
  default: { "danger-keep-uncovered": true, because: "made-up messages of the bench" },
};

/** Without it a kept IBAN, or a UETR with the digits of a card, refuses its message; the more specific rules of a later step win. */
const KEPT_ACCOUNTS: RuleDocument = { path: ["pacs.008:**/IBAN", "pacs.008:**/UETR"], technique: "keep", "danger-no-detect": true };

/** Everything is copied and nothing looked at: what is left is scanning, tables, and the writing of output. */
const COPY: ModelDocument = {
  ...BASE,
  rules: [{ class: [...DATA_CLASSES], technique: "keep", strict: false, "danger-no-detect": true }],
};

export const steps: BenchCase = {
  name: "steps",
  group: "own",
  job: "The same pacs.008 messages through the pipeline with ever more of the twelve leaves masked; figures are what a message costs so far.",
  goal: "Each kind of work has its price on the label.",
  async run(context: Context): Promise<BenchRow[]> {
    const stream = streamOf(messageSet("pacs008"));
    const engine = await selectEngine("native");
    const subject = (work: () => void) => inProcess(SET_SIZE, work, context.pace);
    const scanner = iso20022.open(openModel({ name: "steps", document: COPY }), { input: "strict" });
    const masking = (document: ModelDocument) => subject(maskingWork(pipelineOf(engine, { name: "steps", document }), stream));
    const measured = [
      { id: "scan", name: "scan only", figure: "tables filled", subject: subject(scanWork(scanner, new Batch(), stream)) },
      { id: "splice", name: "+ splice", figure: "through the engine, everything copied", subject: masking(COPY) },
      ...STEPS.map((step, index) => ({ ...step, subject: masking(documentOf(STEPS.slice(0, index + 1))) })),
    ];
    // Round by round, so that what else the machine does falls on all steps.
    const rounds: Timed[][] = measured.map(() => []);
    for (let run = 0; run < context.pace.runs; run++)
      for (const [index, step] of measured.entries()) rounds[index]?.push(await step.subject.measure(context.pace.windowMs));
    let before = 0;
    return measured.map(({ id, name, figure }, index) => {
      const timed = {
        cpu: median((rounds[index] ?? []).map((row) => row.cpu)),
        wall: median((rounds[index] ?? []).map((row) => row.wall)),
      };
      const added = timed.cpu - before;
      before = timed.cpu;
      return { id: `steps/${id}`, name, figure, ...timesIn("µs", timed), added: added / 1e3 };
    });
  },
};

function documentOf(done: readonly Step[]): ModelDocument {
  const namespaces = Object.assign({}, ...done.map((step) => step.namespaces)) as Record<string, NamespaceDocument>;
  const rules = [KEPT_ACCOUNTS, ...done.flatMap((step) => step.rules)];
  return { ...BASE, ...(Object.keys(namespaces).length === 0 ? {} : { namespaces }), rules };
}
