/** Errors of the addon: JSON in the message, and what they mean to a pipeline. */
import { BautaError } from "../kit/errors.ts";

/** As bindings/kafka/src/failure.rs says it. */
export interface KafkaFailure {
  /** librdkafka's name, such as `_FENCED`; or the binding's own. */
  readonly name: string;
  /** The same call may succeed later. */
  readonly retriable: boolean;
  /** The client is of no use any more. */
  readonly fatal: boolean;
  /** The transaction has to be aborted. */
  readonly abort: boolean;
  /** Names brokers, topics and groups, never a record's content. */
  readonly text: string;
  /** The row of the table that the error is about. */
  readonly row: number | undefined;
}

const ROW = /^ROW:(\d+) /;

/** What an error of the addon says; undefined for errors of others. */
export function failureOf(error: unknown): KafkaFailure | undefined {
  if (!(error instanceof Error) || !error.message.startsWith("{")) return undefined;
  try {
    const said = JSON.parse(error.message) as Omit<KafkaFailure, "row">;
    const row = ROW.exec(said.text)?.[1];
    return { ...said, text: said.text.replace(ROW, ""), row: row === undefined ? undefined : Number(row) };
  } catch {
    return undefined;
  }
}

/** Issues by librdkafka's names. */
const ISSUES: Readonly<Record<string, number>> = {
  _TRANSPORT: 1511,
  _ALL_BROKERS_DOWN: 1511,
  _RESOLVE: 1511,
  _TIMED_OUT: 1511,
  REQUEST_TIMED_OUT: 1511,
  _TIMED_OUT_QUEUE: 1511,
  _MSG_TIMED_OUT: 1511,
  _WAIT_COORD: 1511,
  COORDINATOR_NOT_AVAILABLE: 1511,
  COORDINATOR_LOAD_IN_PROGRESS: 1511,
  NOT_COORDINATOR: 1511,
  BROKER_NOT_AVAILABLE: 1511,
  LEADER_NOT_AVAILABLE: 1511,
  NETWORK_EXCEPTION: 1511,
  // A broker has left the cluster, or leads no more: the client finds out who does now.
  _DESTROY_BROKER: 1511,
  NOT_LEADER_FOR_PARTITION: 1511,
  NOT_CONTROLLER: 1511,
  _SSL: 1512,
  _AUTHENTICATION: 1513,
  SASL_AUTHENTICATION_FAILED: 1513,
  UNSUPPORTED_SASL_MECHANISM: 1513,
  ILLEGAL_SASL_STATE: 1513,
  TOPIC_AUTHORIZATION_FAILED: 1514,
  GROUP_AUTHORIZATION_FAILED: 1514,
  CLUSTER_AUTHORIZATION_FAILED: 1514,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 1514,
  UNKNOWN_TOPIC_OR_PART: 1515,
  _UNKNOWN_TOPIC: 1515,
  _UNKNOWN_PARTITION: 1515,
  _FENCED: 1516,
  PRODUCER_FENCED: 1516,
  INVALID_PRODUCER_EPOCH: 1516,
  FENCED_INSTANCE_ID: 1516,
  INVALID_TXN_STATE: 1518,
  _AUTO_OFFSET_RESET: 1517,
  OFFSET_OUT_OF_RANGE: 1517,
  KAFKA_STORAGE_ERROR: 1519,
  NOT_ENOUGH_REPLICAS: 1519,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 1519,
};

export const issueOfFailure = ({ name }: Pick<KafkaFailure, "name">): number => ISSUES[name] ?? 1521;

/** The error as Bauta tells it; errors of others as they are. */
export function kafkaError(error: unknown, path?: string): unknown {
  const failure = failureOf(error);
  return failure === undefined ? error : errorOfFailure(failure, path);
}

export function errorOfFailure(failure: Pick<KafkaFailure, "name" | "text">, path?: string): BautaError {
  return new BautaError(issueOfFailure(failure), {
    ...(path === undefined ? {} : { path }),
    detail: `${failure.name}: ${shortened(failure.text)}`,
  });
}

/** librdkafka's texts end with what it tried last, sometimes at length. */
const shortened = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

/** Whether time alone may mend it: brokers that do not answer, or cannot store. */
export const isWaitedFor = (issue: number): boolean => issue === 1511 || issue === 1519;

/** What an error says to a run; undefined for errors that have nothing to do with a cluster. */
export function problemOf(error: unknown): (Omit<KafkaFailure, "row"> & { readonly issue: number }) | undefined {
  const failure = failureOf(error);
  if (failure !== undefined) return { ...failure, issue: issueOfFailure(failure) };
  if (!(error instanceof BautaError) || !isWaitedFor(error.issue.number)) return undefined;
  const { number, name, text } = error.issue;
  return { name, text, issue: number, retriable: true, fatal: false, abort: false };
}

/** Whether an error ends the worker whatever is done: the client is of no use, or it must not go on. */
export const isFinal = (failure: Pick<KafkaFailure, "name" | "fatal">): boolean =>
  failure.fatal || [1512, 1513, 1514, 1516, 1517].includes(issueOfFailure(failure));
