/** Paths: what they say, and what they take in. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseJsonPath, patternContains, patternsMeet } from "../../runtime/model/json-path.ts";
import { messageKey, type PathPattern, parsePath, scopeCovers } from "../../runtime/model/path.ts";
import { type Segment, segmentsMatch, segmentText } from "../../runtime/model/segments.ts";
import { DEPTH, seeded } from "../seed.ts";

function parsed(text: string): PathPattern {
  const pattern = parsePath(text);
  if ("issue" in pattern) throw new Error(`${text}: ${pattern.message}`);
  return pattern;
}
const segmentsOf = (text: string): readonly Segment[] => parsed(text).segments;
const jsonOf = (text: string): readonly Segment[] => {
  const segments = parseJsonPath(text);
  if ("issue" in segments) throw new Error(`${text}: ${segments.message}`);
  return segments;
};
const takes = (pattern: string, path: string): boolean => segmentsMatch(segmentsOf(pattern), path.split("/"));

describe("a path's prefix", () => {
  const covers = (prefix: string, format: "iso20022" | "swift-mt" | "json", message: string): boolean =>
    scopeCovers(parsed(`${prefix}:${prefix === "json" ? "$.a" : "**"}`).scope, format, messageKey(message));

  test("takes in formats, messages, versions and variants", () => {
    expect(covers("iso20022", "iso20022", "pacs.008.001.08")).toBe(true);
    expect(covers("iso20022", "swift-mt", "MT103")).toBe(false);
    expect(covers("pacs.008", "iso20022", "pacs.008.001.08")).toBe(true);
    expect(covers("pacs.008.001.08", "iso20022", "pacs.008.001.08")).toBe(true);
    expect(covers("pacs.008.001.08", "iso20022", "pacs.008.001.09")).toBe(false);
    expect(covers("pacs.009", "iso20022", "pacs.008.001.08")).toBe(false);
    expect(covers("mt103", "swift-mt", "MT103")).toBe(true);
    expect(covers("MT103", "swift-mt", "MT103")).toBe(true);
    expect(covers("mt202", "swift-mt", "MT202COV")).toBe(true);
    expect(covers("mt202", "swift-mt", "MT202.COV")).toBe(true);
    expect(covers("mt202cov", "swift-mt", "MT202COV")).toBe(true);
    expect(covers("mt202cov", "swift-mt", "MT202")).toBe(false);
    expect(covers("mt103", "swift-mt", "MT1031")).toBe(false);
    expect(covers("ack", "swift-mt", "ACK")).toBe(true);
    expect(covers("envelope", "iso20022", "envelope")).toBe(true);
    expect(covers("envelope", "iso20022", "head.001.001.02")).toBe(false);
    expect(covers("json", "json", "json")).toBe(true);
  });

  test("ranks a version above a message above a format above none", () => {
    const ranks = ["**", "iso20022:**", "pacs.008:**", "pacs.008.001.08:**", "mt202:**", "mt202cov:**"].map(
      (text) => parsed(text).scope.rank,
    );
    expect(ranks).toEqual([0, 1, 2, 3, 2, 3]);
  });
});

describe("a pattern", () => {
  test("takes in what it says", () => {
    expect(takes("A/B", "A/B")).toBe(true);
    expect(takes("A/B", "A/B/C")).toBe(false);
    expect(takes("**/B", "B")).toBe(true);
    expect(takes("**/B", "A/X/B")).toBe(true);
    expect(takes("**/B", "A/XB")).toBe(false);
    expect(takes("A/**", "A")).toBe(true);
    expect(takes("A/**/C", "A/C")).toBe(true);
    expect(takes("A/*/C", "A/C")).toBe(false);
    expect(takes("A/*/C", "A/B/C")).toBe(true);
    expect(takes("**/Dbtr/**/Id", "X/Dbtr/Id/OrgId/Othr/Id")).toBe(true);
    expect(takes("**/InstdAmt/@Ccy", "CdtTrfTxInf/InstdAmt/@Ccy")).toBe(true);
    expect(takes("50*/name", "50K/name")).toBe(true);
    expect(takes("5*A/bic", "57A/bic")).toBe(true);
    expect(takes("5*A/bic", "5A/bic")).toBe(true);
    expect(takes("5*5/bic", "5/bic")).toBe(false);
    expect(takes("*a*b*/x", "xxaxxbxx/x")).toBe(true);
    expect(takes("*a*b*/x", "xxbxxaxx/x")).toBe(false);
  });

  test("is the regular expression that one would write for it", () => {
    const name = fc.constantFrom("A", "B", "AB", "BA", "AAB");
    const piece = fc.constantFrom("A", "B", "AB", "*", "**", "A*", "*B", "A*B", "*A*");
    const property = fc.property(
      fc.array(piece, { minLength: 1, maxLength: 6 }),
      fc.array(name, { minLength: 1, maxLength: 7 }),
      (pieces, path) => {
        const segments = segmentsOf(pieces.join("/"));
        const source = segments.map((segment) =>
          segment.kind === "any" ? "(?:[^/]+/)*" : `${segmentText(segment).replaceAll("*", segment.kind === "one" ? "[^/]+" : "[^/]*")}/`,
        );
        const expected = new RegExp(`^${source.join("")}$`).test(`${path.join("/")}/`);
        expect(segmentsMatch(segments, path)).toBe(expected);
      },
    );
    fc.assert(property, { seed: seeded("patterns"), numRuns: 5000 * DEPTH });
  });

  test("is matched in time that grows with the path, not with its power", () => {
    const pattern = segmentsOf(`${Array.from({ length: 20 }, () => "**/A").join("/")}/B`);
    expect(
      segmentsMatch(
        pattern,
        Array.from({ length: 5000 }, () => "A"),
      ),
    ).toBe(false);
  });

  test("is refused where it says nothing", () => {
    for (const text of [
      "",
      "/A",
      "A//B",
      "A/",
      "A/**B",
      "A B",
      "A/b\u00e9",
      "pacs.8:A",
      "pacs.008.001:A",
      "mt1:A",
      ":A",
      "json:",
      "json:a",
      "json:$",
      "json:$.",
      "json:$.a.",
      "json:$[",
      "json:$['a]",
      "json:$['*']",
      "json:$.a*",
    ]) {
      expect({ text, issue: "issue" in parsePath(text) }).toEqual({ text, issue: true });
    }
  });
});

describe("a JSON path", () => {
  test("is steps of names and stars", () => {
    const text = (path: string): readonly string[] => jsonOf(path).map(segmentText);
    expect(text("$.card.pan")).toEqual(["card", "pan"]);
    expect(text("$.items[*].iban")).toEqual(["items", "*", "iban"]);
    expect(text("$.**.**.amount")).toEqual(["**", "amount"]);
    expect(text("$['a b'][\"c'd\"][ * ].*")).toEqual(["a b", "c'd", "*", "*"]);
    expect(text("$.@type.$ref.a-b:c.\u00fcber")).toEqual(["@type", "$ref", "a-b:c", "\u00fcber"]);
    expect(text("$['']")).toEqual([""]);
    expect(jsonOf("$['a*b']")).toEqual([{ kind: "literal", text: "a*b" }]);
  });

  const piece = fc.constantFrom("a", "b", "*", "**");
  const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => jsonOf(`$.${pieces.join(".")}`));
  /** All paths of up to six levels over three names, of which the patterns know two. */
  const paths = [[]] as string[][];
  for (let at = 0; (paths[at]?.length ?? 6) < 6; at++) for (const name of ["a", "b", "c"]) paths.push([...(paths[at] as string[]), name]);

  test("meets another if some path is taken in by both", () => {
    const property = fc.property(pattern, pattern, (a, b) => {
      const both = paths.some((path) => segmentsMatch(a, path) && segmentsMatch(b, path));
      // Two patterns of five segments meet in a path of six levels, if at all, unless both demand more levels.
      if (both) expect(patternsMeet(a, b)).toBe(true);
      else if (a.length + b.length <= 6) expect(patternsMeet(a, b)).toBe(false);
      expect(patternsMeet(a, b)).toBe(patternsMeet(b, a));
    });
    fc.assert(property, { seed: seeded("meeting"), numRuns: 800 * DEPTH });
  });

  test("contains another if every path of that is one of its own", () => {
    const property = fc.property(pattern, pattern, (a, b) => {
      const counterexample = paths.some((path) => segmentsMatch(b, path) && !segmentsMatch(a, path));
      if (counterexample) expect(patternContains(a, b)).toBe(false);
      else if (a.length + b.length <= 6) expect(patternContains(a, b)).toBe(true);
    });
    fc.assert(property, { seed: seeded("containing"), numRuns: 800 * DEPTH });
  });
});
