import type { BenchCase } from "../harness/case.ts";
import { peersCase } from "../harness/peers-case.ts";
import { lxmlHmac, prowideIso20022 } from "../peers/peers.ts";

export const peersPacs008: BenchCase = peersCase({
  name: "peers-pacs008",
  job: "256 different pacs.008 of 2.9 KB with 44 leaves; twelve are masked: names, IBANs and BICs of debtor and creditor, the debtor's street, postcode and town, EndToEndId, UETR, remittance information. Each peer is a long-lived, warmed process on the same core.",
  goal: "At least 40 × lxml + hmac.",
  figure: "pacs.008, 2.9 KB, 12 leaves",
  kind: "pacs008",
  rows: [
    { id: "lxml-hmac", name: "lxml + hmac", peer: lxmlHmac, goal: 40 },
    { id: "prowide-iso20022", name: "prowide-iso20022 (JAXB cache) + Bouncy Castle FF1", peer: prowideIso20022 },
  ],
});
