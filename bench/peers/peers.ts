/** The peers: where they are, how they are set up, how they are run. Versions are pinned in each folder. */
import type { Peer } from "../harness/peer.ts";

const PIP = "-m pip install --quiet --disable-pip-version-check -r requirements.txt";

const python = (program: string): Peer => ({
  folder: "python",
  setUp: [`python3 -m venv "$CACHE/venv" && "$CACHE/venv/bin/python" ${PIP}`],
  run: ["$CACHE/venv/bin/python", program],
});

const node = (program: string): Peer => ({
  folder: "node",
  // Beside the program, since a module's imports are looked up from there; npm's folder is ignored by git.
  setUp: ["npm install --no-save --no-audit --no-fund --silent"],
  run: ["node", program],
});

const java = (program: string): Peer => ({
  folder: "java",
  setUp: ['mvn -q -B -ntp package -DbuildDirectory="$CACHE/target"'],
  run: ["java", "-cp", "$CACHE/target/peers.jar", `bauta.peers.${program}`],
});

/** Copies topics; run by its case, not by the protocol of the others. */
export const kafkaCopy: Peer = {
  folder: "kafka",
  setUp: ['mvn -q -B -ntp package -DbuildDirectory="$CACHE/target"'],
  run: [],
};

/** A job that masks by an OPA server's decisions; run by its case, too. */
export const flinkOpa: Peer = { ...kafkaCopy, folder: "flink" };

export const lxmlHmac: Peer = python("lxml_hmac.py");
export const lxmlStatement: Peer = python("lxml_statement.py");
export const presidio: Peer = python("presidio.py");
export const nodeHmac: Peer = node("hmac-lists.mjs");
export const nodeNoble: Peer = node("noble-ff1.mjs");
export const mt940js: Peer = node("mt940js.mjs");
export const nodeBare: Peer = node("bare-json.mjs");
export const jacksonBouncyCastle: Peer = java("JacksonFf1");
export const prowideIso20022: Peer = java("ProwideMx");
export const prowideCore: Peer = java("ProwideMt");
export const prowideCoreFf1: Peer = java("ProwideMtFf1");
export const datamimic: Peer = {
  folder: "datamimic",
  setUp: [`python3 -m venv "$CACHE/venv" && "$CACHE/venv/bin/python" ${PIP}`],
  run: ["$CACHE/venv/bin/python", "datamimic_ce_peer.py"],
};

/** Quick to build and without a network once its crates are there: part of `npm run bench`. */
export const rustPeer = (program: "quick-xml" | "fpe" | "scan-prototype"): Peer => ({
  folder: "rust",
  setUp: ['cargo build --release --locked --quiet --target-dir "$CACHE/target"'],
  run: ["$CACHE/target/release/bauta-bench-peers", program],
});
