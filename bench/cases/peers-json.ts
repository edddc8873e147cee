import type { BenchCase } from "../harness/case.ts";
import { peersCase } from "../harness/peers-case.ts";
import { datamimic, jacksonBouncyCastle, nodeBare, nodeHmac, nodeNoble, presidio } from "../peers/peers.ts";

export const peersJson: BenchCase = peersCase({
  name: "peers-json",
  job: "256 different JSON payments of 1 KB with 38 values; twelve are masked: names, IBANs and BICs of debtor and creditor, the debtor's street, postcode and town, endToEndId, uetr, remittance. Each peer is a long-lived, warmed process on the same core.",
  goal: "At least 10 × Jackson + Bouncy Castle, and 3 × Node's bare JSON.parse and JSON.stringify, which mask nothing.",
  figure: "JSON payment, 1 KB, 12 leaves",
  kind: "json",
  rows: [
    { id: "jackson", name: "Jackson + Bouncy Castle FF1", peer: jacksonBouncyCastle, goal: 10 },
    { id: "node-bare", name: "Node JSON.parse + stringify", peer: nodeBare, goal: 3 },
    { id: "node-hmac", name: "Node createHmac + lists", peer: nodeHmac },
    { id: "node-noble", name: "Node + @noble/ciphers FF1", peer: nodeNoble },
    { id: "presidio", name: "Presidio anonymizer", peer: presidio },
    { id: "datamimic", name: "DATAMIMIC CE", peer: datamimic },
  ],
});
