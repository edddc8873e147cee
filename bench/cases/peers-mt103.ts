import type { BenchCase } from "../harness/case.ts";
import { peersCase } from "../harness/peers-case.ts";
import { prowideCore, prowideCoreFf1 } from "../peers/peers.ts";

export const peersMt103: BenchCase = peersCase({
  name: "peers-mt103",
  job: "256 different MT103 of 425 bytes; twelve lines are masked: accounts, names and addresses of :50K: and :59:, :52A:, :57A:, :70: and the UETR of block 3. Each peer is a long-lived, warmed process on the same core.",
  goal: "At least 3 × prowide-core's parse and write, which mask nothing.",
  figure: "MT103, 425 bytes, 12 lines",
  kind: "mt103",
  rows: [
    { id: "prowide-core", name: "prowide-core parse + write", peer: prowideCore, goal: 3 },
    { id: "prowide-core-ff1", name: "prowide-core + Bouncy Castle FF1", peer: prowideCoreFf1 },
  ],
});
