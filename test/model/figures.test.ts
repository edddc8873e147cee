/** What a model says of amounts and days. */
import { expect, test } from "bun:test";
import { loadModel } from "../../runtime/model/load.ts";
import { Masking } from "../property/masking.ts";

const problemsOf = (text: string): readonly string[] =>
  loadModel({ name: "m.yaml", text: `bauta: 1\nname: m\nextends: test-data\n${text}` }).problems.map(
    ({ issue, path }) => `${issue} ${path}`,
  );

test("what a technique needs and does not take is told", () => {
  expect(problemsOf("namespaces: {a: {technique: noise, kind: amount}}\n")).toContain("1210 namespaces.a.within");
  expect(problemsOf("namespaces: {a: {technique: noise, kind: date, within: 5}}\n")).toContain("1210 namespaces.a.kind");
  expect(problemsOf("namespaces: {a: {technique: noise, kind: amount, within: 5, subject: record}}\n")).toContain(
    "1210 namespaces.a.subject",
  );
  expect(problemsOf("namespaces: {a: {technique: scale, kind: amount, from: 9, to: 3}}\n")).toContain("1210 namespaces.a.from");
  expect(problemsOf("namespaces: {a: {technique: date-shift, kind: date, days: 9, subject: acount}}\n")).toContain(
    "1207 namespaces.a.subject",
  );
  expect(problemsOf('rules: [{path: "json:$.a", technique: bucket}]\n')).toContain("1210 rules[0].bounds");
  expect(problemsOf('rules: [{path: "json:$.a", technique: round, to: "-1"}]\n')).toContain("1210 rules[0].to");
});

test("dates of a record keep their intervals, whatever their form", async () => {
  const masking = await Masking.open({
    engine: "portable",
    model: {
      bauta: 1,
      name: "m",
      extends: "test-data",
      namespaces: { dates: { technique: "date-shift", kind: "date", days: 30, subject: "account" } },
      rules: [
        { path: "json:$.account", use: "account" },
        { path: "json:$.*.on", use: "dates" },
      ],
    },
  });
  const record = { account: "DE89370400440532013000", a: { on: "2024-02-28" }, b: { on: "2024-03-01T10:00:00Z" }, c: { on: "20240229" } };
  const masked = JSON.parse(new TextDecoder().decode(masking.maskWhole(new TextEncoder().encode(JSON.stringify(record)))));
  masking.close();
  const day = (text: string): number => Date.parse(text.slice(0, 10)) / 86_400_000;
  expect(day(masked.b.on) - day(masked.a.on)).toBe(2);
  expect(day(masked.c.on.replace(/(....)(..)(..)/, "$1-$2-$3")) - day(masked.a.on)).toBe(1);
  expect(day(masked.a.on)).not.toBe(day("2024-02-28"));
});
