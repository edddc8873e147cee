/**
 * The closed sets for what stands around a message: prefixes, namespace URIs, names of wrappers.
 *
 * Such names are schema, not data, but they are bytes of the input all the same. So they are copied only if they look like what they
 * claim to be; digits enough for an account number, in one run or in groups, never do.
 */
import type { EnvelopeRules } from "../api.ts";
import { messageOfNamespace } from "./catalogue.ts";

/** What the namespaces of ISO 20022 messages begin with. */
const ISO_NAMESPACES = "urn:iso:std:iso:20022:";
export const XSI_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance";
export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

const KNOWN_NAMESPACES: ReadonlySet<string> = new Set([
  "",
  XSI_NAMESPACE,
  "http://www.w3.org/2001/XMLSchema",
  "http://www.w3.org/2000/09/xmldsig#",
  "http://www.w3.org/2001/04/xmlenc#",
  "http://schemas.xmlsoap.org/soap/envelope/",
  "http://www.w3.org/2003/05/soap-envelope",
  "urn:swift:saa:xsd:saa.2.0",
  "urn:swift:xsd:envelope",
  "urn:swift:xsd:$ahV10",
]);

const KNOWN_ELEMENTS: ReadonlySet<string> = new Set([
  "BusMsg",
  "BizMsg",
  "BizMsgEnvlp",
  "BusinessMessage",
  "Body",
  "DataPDU",
  "Envelope",
  "Header",
  "Message",
  "RequestPayload",
  "ResponsePayload",
  "Payload",
  "message",
  "Msg",
  "Xchg",
  "PyldDesc",
  "Pyld",
  "MsgPyld",
  "AppHdr",
  "Hdr",
]);

/** Prefix of a qualified name: an NCName in ASCII, short, without a long number. */
export const isPrefix = (prefix: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_.-]{0,15}$/.test(prefix) && !/\d{5}/.test(prefix) && !holdsNumber(prefix);

/** Whether one of the names that are known here, or to the model: such a name is no secret. */
export function isListedName(name: string, rules: EnvelopeRules): boolean {
  const bare = name.startsWith("@") ? name.slice(1) : name;
  return KNOWN_ELEMENTS.has(bare) || rules.elements.includes(bare);
}

/** Whether elements and attributes of this name may wrap a message. */
export function isEnvelopeName(name: string, rules: EnvelopeRules): boolean {
  const bare = name.startsWith("@") ? name.slice(1) : name;
  if (isListedName(name, rules)) return true;
  return rules.open && /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(bare) && !holdsNumber(bare);
}

/** Whether a document may declare this namespace. */
export function isEnvelopeNamespace(uri: string, rules: EnvelopeRules): boolean {
  if (KNOWN_NAMESPACES.has(uri) || rules.namespaces.includes(uri)) return true;
  // Any version of any message may be declared; an element of one without a catalogue is refused when it comes.
  if (uri.startsWith(ISO_NAMESPACES)) return messageOfNamespace(uri) !== undefined;
  return rules.open && /^(?:urn:|https?:\/\/)[A-Za-z0-9._~:/#$-]{1,128}$/.test(uri) && !holdsNumber(uri);
}

/** xsi:schemaLocation: pairs of a message's namespace and a schema's file name; xsi:noNamespaceSchemaLocation: a file name. */
export function isSchemaLocation(value: string, pairs: boolean): boolean {
  const parts = value.trim().split(/\s+/);
  if (pairs && parts.length % 2 !== 0) return false;
  return parts.every((part, i) => (pairs && i % 2 === 0 ? messageOfNamespace(part) !== undefined : isSchemaFile(part)));
}

const isSchemaFile = (name: string): boolean => /^[A-Za-z0-9_.-]{1,96}\.xsd$/.test(name) && !holdsNumber(name);

/** Seven digits in a row, or nine with only separators between them; versions of messages (`pacs.008.001.08`) and dates are shorter. */
const holdsNumber = (name: string): boolean => /\d{7}|\d(?:[^A-Za-z0-9]*\d){8}/.test(name.replaceAll(/[a-z]{4}\.\d{3}\.\d{3}\.\d{2}/g, ""));
