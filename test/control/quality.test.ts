/** Quality of what comes in and goes out: numbers that came through, fields that are missed, and what metrics tell of both. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FieldWatch } from "../../runtime/control/field-watch.ts";
import { RunMetrics } from "../../runtime/control/metrics.ts";
import { RecordBatch } from "../../runtime/kafka/batch.ts";
import { HEADER_STRIDE, NONE, RECORD_STRIDE } from "../../runtime/kafka/layout.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { FIELD_WINDOW_RECORDS, METRIC_PATHS_MAX } from "../../runtime/kit/limits.ts";
import { GrowingBytes } from "../../runtime/pipeline/growing-bytes.ts";
import type { PolicyLook, ValuesCommitted, ViewCounts } from "../../runtime/pipeline/observe.ts";
import { RecordPlaces } from "../../runtime/pipeline/recorder.ts";
import type { BatchMasker } from "../../runtime/pipeline/topics/mask-batch.ts";
import { OutputCheck } from "../../runtime/pipeline/topics/output-check.ts";
import { numbersIn } from "../../runtime/scan/numbers.ts";
import { happenings } from "./runs.ts";

const numbers = (text: string): readonly string[] => {
  const bytes = new TextEncoder().encode(text);
  return [...numbersIn(bytes, 0, bytes.length)].map(([kind, number]) => `${kind} ${number}`);
};

describe("numbers in bytes", () => {
  // Published examples: the schemes' test numbers, and the IBANs of the registry.
  const PANS = ["4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000", "4222222222222"];
  const IBANS = ["DE89370400440532013000", "GB29NWBK60161331926819", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"];

  test("are told by their check digits, alone or in groups, in any format", () => {
    for (const pan of PANS)
      for (const text of [pan, `<PAN>${pan}</PAN>`, `{"pan":${pan}}`, `:50K:/${pan}\r\n`, pan.replaceAll(/(\d{4})(?=\d)/g, "$1 ")])
        expect(numbers(text)).toEqual([`pan ${pan}`]);
    for (const iban of IBANS)
      for (const text of [iban, `<IBAN>${iban}</IBAN>`, `"${iban.toLowerCase()}"`, `IBAN: ${iban.replaceAll(/(.{4})(?=.)/g, "$1 ")}.`])
        expect(numbers(text)).toEqual([`iban ${iban}`]);
    expect(numbers(`${PANS[0]},${IBANS[0]};20251129 ${PANS[1]}`)).toEqual([`pan ${PANS[0]}`, `iban ${IBANS[0]}`, `pan ${PANS[1]}`]);
  });

  test("are none with a wrong digit, within other letters and digits, or of another length", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PANS, ...IBANS), fc.nat(), fc.integer({ min: 1, max: 9 }), (number, place, more) => {
        const at = place % number.length;
        const digit = Number(number[at]);
        if (Number.isNaN(digit)) return;
        // Both checks tell every change of one digit.
        expect(numbers(number.slice(0, at) + ((digit + more) % 10) + number.slice(at + 1))).toEqual([]);
      }),
    );
    for (const text of ["x4111111111111111", "4111111111111111x", "00000000000000000000", "411111111111", "DE8937040044053201300", ""])
      expect(numbers(text)).toEqual([]);
  });

  test("cost no more than one look at each byte, whatever the bytes are", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void [...numbersIn(bytes, 0, bytes.length)]));
  });
});

/** A record as it came in and as it goes out. */
interface Passed {
  readonly in: { readonly key?: string; readonly value?: string; readonly header?: string };
  /** undefined: it was refused. */
  readonly out: Passed["in"] | undefined;
}

describe("the check of what goes out", () => {
  const PAN = "4111111111111111";
  const MADE = "5555555555554444";
  const IBAN = "DE89370400440532013000";

  function found(records: readonly Passed[], every = 1) {
    const [input, output] = [new GrowingBytes(1000), new GrowingBytes(1000)];
    const [before, after] = [new Outgoing(), new Outgoing()];
    const places = new RecordPlaces();
    places.reserve(records.length);
    const put = (bytes: GrowingBytes, text: string | undefined): [number, number] => {
      if (text === undefined) return [0, NONE];
      return [bytes.append(new TextEncoder().encode(text)), text.length];
    };
    const add = (bytes: GrowingBytes, rows: Outgoing, { key, value, header }: Passed["in"]): readonly [number, number] => {
      const at = put(bytes, value);
      rows.add(0, 0, ...put(bytes, key), ...at);
      if (header !== undefined) rows.header(...put(bytes, "h"), ...put(bytes, header));
      return at;
    };
    for (const [row, record] of records.entries()) {
      add(input, before, record.in);
      places.counts[row] = NONE;
      if (record.out === undefined) continue;
      places.firsts[row] = after.count;
      places.counts[row] = 1;
      [places.values[row], places.lengths[row]] = add(output, after, record.out);
    }
    const batch = new RecordBatch(1, records.length);
    Object.assign(batch, { bytes: input.bytes, count: records.length });
    batch.records.set(before.records.subarray(0, records.length * RECORD_STRIDE));
    batch.headers.set(before.headers.subarray(0, before.headerCount * HEADER_STRIDE));
    const check = new OutputCheck(every);
    check.look(batch, records.length, { bytes: output.bytes, outgoing: after, places } as BatchMasker);
    const taken = check.take();
    expect(check.take()).toEqual({ records: 0, numbers: { pan: 0, iban: 0 } });
    return taken;
  }

  test("counts numbers that came in, wherever and however they stand, and none that the engine made", () => {
    expect(
      found([
        // Made by the engine.
        { in: { value: `<PAN>${PAN}</PAN>`, key: IBAN }, out: { value: `<PAN>${MADE}</PAN>`, key: "GB29NWBK60161331926819" } },
        // Kept; once, however often it stands there.
        { in: { value: `${PAN} ${PAN}` }, out: { value: `${PAN} ${PAN}` } },
        // In groups, in a header, as a key, and moved from one to the other.
        { in: { value: "4111 1111 1111 1111" }, out: { header: PAN, value: "" } },
        { in: { key: IBAN, value: "" }, out: { key: IBAN, value: "" } },
        { in: { header: "DE89 3704 0044 0532 0130 00", value: "" }, out: { value: IBAN } },
        // Of another record, of one that was refused, of a tombstone.
        { in: { value: "x" }, out: { value: MADE } },
        { in: { value: PAN }, out: undefined },
        { in: { key: PAN }, out: { key: "k" } },
      ]),
    ).toEqual({ records: 7, numbers: { pan: 2, iban: 2 } });
  });

  test("looks at one in so many", () => {
    const records = Array.from({ length: 10 }, () => ({ in: { value: PAN }, out: { value: PAN } }));
    expect(found(records, 4)).toEqual({ records: 3, numbers: { pan: 3, iban: 0 } });
  });
});

const fieldOf = (path: string, count: number, message = "pain.001"): ViewCounts["fields"][number] => ({
  format: "iso20022",
  message,
  path,
  dataClass: "person",
  operation: 0,
  outcome: "masked",
  count,
  technique: "fpe",
  kind: "",
  namespace: "",
});
const view = (fields: ViewCounts["fields"], name?: string, checked?: ViewCounts["checked"]): ViewCounts => ({
  view: name,
  fields,
  checked,
});

describe("a field that disappears", () => {
  const window = (watch: FieldWatch, ...fields: ViewCounts["fields"]) =>
    watch.look(new Map([["pain.001", FIELD_WINDOW_RECORDS]]), [view(fields)]).map(({ labels, isMissing }) => [labels.path, isMissing]);

  test("is one that most records of a window had, and none of the next has; it is found again", () => {
    const watch = new FieldWatch();
    const [often, seldom] = [fieldOf("Dbtr/Nm", 900), fieldOf("UltmtDbtr/Nm", 100)];
    expect(window(watch, often, seldom)).toEqual([["Dbtr/Nm", false]]);
    expect(window(watch, often)).toEqual([["Dbtr/Nm", false]]);
    expect(window(watch, seldom)).toEqual([["Dbtr/Nm", true]]);
    expect(window(watch)).toEqual([["Dbtr/Nm", true]]);
    // Few are enough to be there; it is not one that is missed any more.
    expect(window(watch, fieldOf("Dbtr/Nm", 1))).toEqual([["Dbtr/Nm", false]]);
    expect(window(watch)).toEqual([]);
  });

  test("is not one of a message that does not come any more, nor before a window is full", () => {
    const watch = new FieldWatch();
    window(watch, fieldOf("Dbtr/Nm", 900));
    expect(watch.look(new Map([["pacs.008", 9000]]), [view([])])).toEqual([]);
    expect(watch.look(new Map([["pain.001", FIELD_WINDOW_RECORDS - 1]]), [view([])])).toEqual([]);
    expect(watch.look(new Map([["pain.001", 1]]), [view([])])).toHaveLength(1);
  });

  test("is told by the view that most of it goes to, in however many batches: what is refused for another is not missed", () => {
    const watch = new FieldWatch();
    const half = (name: string, count: number): ViewCounts => view(count === 0 ? [] : [fieldOf("Dbtr/Nm", count)], name);
    const records = new Map([["pain.001", FIELD_WINDOW_RECORDS]]);
    const told = (views: readonly ViewCounts[]) => watch.look(records, views).map(({ labels, isMissing }) => [labels.path, isMissing]);
    expect(told([half("a", 450), half("b", 0), half("a", 450), half("b", 0)])).toEqual([["Dbtr/Nm", false]]);
    expect(told([half("a", 0), half("b", 450), half("a", 0), half("b", 450)])).toEqual([["Dbtr/Nm", false]]);
    expect(told([half("a", 0), half("b", 0)])).toEqual([["Dbtr/Nm", true]]);
  });

  test("paths are bounded; those past the limit are one", () => {
    const watch = new FieldWatch();
    const labels = Array.from({ length: 2 * METRIC_PATHS_MAX }, (_, i) => watch.labelsOf("m", `p${i}`).path);
    expect(new Set(labels).size).toBe(METRIC_PATHS_MAX + 1);
    expect(labels.at(-1)).toBe("other");
    expect(watch.labelsOf("m", "p0").path).toBe("p0");
  });
});

describe("metrics", () => {
  const values = (views: readonly ViewCounts[]): ValuesCommitted => ({
    event: "values",
    at: 0,
    statement: "s",
    recordsByMessage: new Map([["pain.001", 10]]),
    views,
  });
  const look = (outcome: PolicyLook["outcome"], change: Partial<PolicyLook> = {}): PolicyLook => ({
    event: "policy-look",
    at: Date.now(),
    outcome,
    asked: undefined,
    maxAgeMs: 60_000,
    decisions: [],
    revision: "",
    ...change,
  });

  test("tell of each view what was done, what came through, and which policy decides", async () => {
    const metrics = new RunMetrics();
    for (const event of happenings()) metrics.observe(event);
    metrics.observe(
      look("ready", {
        asked: { engine: "opa-wasm", isOk: true, milliseconds: 12 },
        decisions: [{ view: "fraud", action: "keep", fields: 7 }],
        revision: "r1",
      }),
    );
    metrics.observe(
      values([
        view([fieldOf("Dbtr/Nm", 10)], "fraud", { records: 3, numbers: { pan: 2, iban: 0 } }),
        view([fieldOf("Dbtr/Nm", 10)], "partner", { records: 3, numbers: { pan: 0, iban: 1 } }),
      ]),
    );
    metrics.observe(look("refused", { asked: { engine: "opa-wasm", isOk: false, milliseconds: undefined } }));
    metrics.observe({ event: "policy", at: 5000, statement: "s", sequence: 1, revision: "r2", sha256: "00" });
    const text = await metrics.text();
    for (const line of [
      'bauta_decisions_total{view="fraud",action="fpe"} 10',
      'bauta_path_values_total{view="partner",message="pain.001",path="Dbtr/Nm",outcome="masked"} 10',
      'bauta_message_records_total{message="pain.001"} 10',
      'bauta_output_checked_records_total{view="fraud"} 3',
      'bauta_output_clear_numbers_total{view="fraud",kind="pan"} 2',
      'bauta_output_clear_numbers_total{view="partner",kind="iban"} 1',
      'bauta_policy_activations_total{outcome="activated"} 1',
      'bauta_policy_activations_total{outcome="refused"} 1',
      'bauta_policy_decisions{view="fraud",action="keep"} 7',
      'bauta_policy_info{revision="r2"} 1',
      "bauta_policy_activated_seconds 5",
      "bauta_policy_max_age_seconds 60",
      'bauta_policy_engine_up{engine="opa-wasm"} 0',
      'bauta_policy_engine_seconds_count{engine="opa-wasm"} 1',
    ])
      expect(text.split("\n")).toContain(line);
    expect(text).toMatch(/^bauta_policy_age_seconds \d/m);
    expect(text).not.toContain('revision="r1"');
  });

  test("say nothing of a policy where there is none", async () => {
    const metrics = new RunMetrics();
    metrics.observe(values([view([fieldOf("Dbtr/Nm", 10)])]));
    const text = await metrics.text();
    expect(text).toContain('bauta_decisions_total{view="all",action="fpe"} 10');
    expect(text).toContain("\nbauta_policy_age_seconds 0\n");
    expect(text).not.toMatch(/^bauta_policy_(?:engine_up|info|activations_total)\{/m);
    expect(text).not.toContain("bauta_output_checked_records_total{");
  });
});
