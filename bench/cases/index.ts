/** All cases, in the order of the tables. */
import type { BenchCase } from "../harness/case.ts";
import { commandLine, memory, start, workers } from "./command-line.ts";
import { engine } from "./engine.ts";
import { evidence } from "./evidence.ts";
import { inProcessCase } from "./in-process.ts";
import { kafka } from "./kafka.ts";
import { linear } from "./linear.ts";
import { peersJson } from "./peers-json.ts";
import { peersMt103 } from "./peers-mt103.ts";
import { peersPacs008 } from "./peers-pacs008.ts";
import { peersStatements } from "./peers-statements.ts";
import { policyKafka } from "./policy-kafka.ts";
import { profile } from "./profile.ts";
import { runtimes } from "./runtimes.ts";
import { scan } from "./scan.ts";
import { steps } from "./steps.ts";
import { views } from "./views.ts";
import { warehouse } from "./warehouse.ts";

export const CASES: readonly BenchCase[] = [
  inProcessCase,
  warehouse,
  steps,
  profile,
  scan,
  engine,
  runtimes,
  commandLine,
  workers,
  start,
  memory,
  linear,
  evidence,
  views,
  kafka,
  policyKafka,
  peersPacs008,
  peersJson,
  peersMt103,
  peersStatements,
];
