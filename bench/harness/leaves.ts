/** Leaves of a message by their paths: what an output is judged by, whoever wrote it. */
import type { MessageKind } from "./messages.ts";

/** Leaves that are masked, by the paths that `leavesOf` gives. In an MT103 the lines of an address are leaves of their own. */
export const MASKED: Readonly<Record<MessageKind, readonly string[]>> = {
  pacs008: [
    "PmtId/EndToEndId",
    "PmtId/UETR",
    "Dbtr/Nm",
    "Dbtr/PstlAdr/StrtNm",
    "Dbtr/PstlAdr/PstCd",
    "Dbtr/PstlAdr/TwnNm",
    "DbtrAcct/Id/IBAN",
    "DbtrAgt/FinInstnId/BICFI",
    "CdtrAgt/FinInstnId/BICFI",
    "Cdtr/Nm",
    "CdtrAcct/Id/IBAN",
    "RmtInf/Ustrd",
  ].map((path) => `Document/FIToFICstmrCdtTrf/CdtTrfTxInf/${path}`),
  json: [
    "endToEndId",
    "uetr",
    "debtor.name",
    "debtor.account.iban",
    "debtor.agent.bic",
    "debtor.address.street",
    "debtor.address.postcode",
    "debtor.address.town",
    "creditor.name",
    "creditor.account.iban",
    "creditor.agent.bic",
    "remittance",
  ],
  mt103: ["{121}", ":50K:1", ":50K:2", ":50K:3", ":50K:4", ":52A:1", ":57A:1", ":59:1", ":59:2", ":59:3", ":59:4", ":70:1"],
};

/**
 * What is wrong with an output beside its input: leaves that should have changed and did not, others that did, or that came or went.
 * Undefined if nothing is. With `untouched` no leaf should have changed. How a document is laid out and which prefixes it uses is not looked at.
 */
export function wrongIn(kind: MessageKind, before: string, after: string, untouched = false): string | undefined {
  const [was, is] = [leavesOf(kind, before), leavesOf(kind, after)];
  const masked = new Set(untouched ? [] : MASKED[kind]);
  for (const [path, value] of was) {
    const now = is.get(path);
    if (now === undefined) return `${path} is gone`;
    if (masked.has(path) && now === value) return `${path} is clear`;
    if (!masked.has(path) && now !== value) return `${path} changed`;
  }
  for (const path of is.keys()) if (!was.has(path)) return `${path} was added`;
  return undefined;
}

/** @throws Error for what cannot be read as that kind of message */
export function leavesOf(kind: MessageKind, text: string): Map<string, string> {
  if (kind === "json") return new Map(jsonLeaves(JSON.parse(text), ""));
  return kind === "mt103" ? mtLeaves(text) : xmlLeaves(text);
}

/** A number and its text are not told apart: 1845.50 and 1845.5 are one. */
function* jsonLeaves(node: unknown, path: string): Generator<[string, string]> {
  if (typeof node !== "object" || node === null) yield [path, JSON.stringify(node)];
  else for (const [name, child] of Object.entries(node)) yield* jsonLeaves(child, path === "" ? name : `${path}.${name}`);
}

/** Elements of one name under one parent are told apart by number; there are none here that repeat. */
function xmlLeaves(text: string): Map<string, string> {
  const leaves = new Map<string, string>();
  const stack: string[] = [];
  let between = "";
  for (const [, closing, name, attributes = "", empty, other, plain] of text.matchAll(
    /<(\/?)(?:[\w.-]+:)?([\w.-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|(<[?!][^>]*>)|([^<]+)/g,
  )) {
    if (plain !== undefined) between = plain;
    if (name === undefined || other !== undefined) continue;
    if (closing === "/") {
      const path = stack.join("/");
      if (stack.pop() !== name) throw new Error(`</${name}> closes nothing`);
      if (between.trim() !== "") leaves.set(path, between.trim());
      between = "";
      continue;
    }
    between = "";
    stack.push(name);
    for (const [, attribute, value] of attributes.matchAll(/([\w.:-]+)\s*=\s*["']([^"']*)["']/g))
      if (attribute?.startsWith("xmlns") !== true) leaves.set(`${stack.join("/")}/@${attribute}`, value ?? "");
    if (empty === "/") stack.pop();
  }
  if (stack.length > 0) throw new Error(`<${stack.at(-1)}> is not closed`);
  return leaves;
}

function mtLeaves(text: string): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const [, number, value] of text.matchAll(/\{(\d{3}):([^{}]*)\}/g)) leaves.set(`{${number}}`, value ?? "");
  const body = /\{4:\r?\n([\s\S]*?)\r?\n-\}/.exec(text)?.[1];
  if (body === undefined) throw new Error("no block 4");
  for (const field of body.split(/\r?\n(?=:)/)) {
    const [, tag, value = ""] = /^(:\w+:)([\s\S]*)$/.exec(field) ?? [];
    for (const [index, line] of value.split(/\r?\n/).entries()) leaves.set(`${tag}${index + 1}`, line);
  }
  return leaves;
}
