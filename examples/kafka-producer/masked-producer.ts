/**
 * A producer that only masked values leave: an interceptor around `send`. It fits @platformatic/kafka, and with the topic moved every
 * client whose messages have a key, a value and headers.
 */
import { type Masker, openMasker, type Refusal, RefusedError } from "bauta";

export interface OutgoingMessage {
  readonly topic: string;
  readonly value: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes to the broker. */
export interface MaskedMessage {
  readonly topic: string;
  readonly key?: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of a client's producer that is used. */
export interface Producer<Result> {
  send(options: { readonly messages: MaskedMessage[] }): Promise<Result>;
}

export interface MaskedProducerOptions {
  readonly masker: Masker;
  /** Headers that may leave, by name. Default: none, for any of them can hold anything. */
  readonly headers?: readonly string[];
  /**
   * The key, from the masked value: a clear key would tell whom the message is about. What is masked deterministically keeps equal keys
   * equal, and so in one partition. Default: no key.
   */
  readonly keyOf?: (masked: Uint8Array) => string;
}

export interface MaskedProducer<Result> {
  /** Sends all of the messages masked, or none. Throws `RefusedError` if one was refused; it holds no value. */
  send(options: { readonly messages: readonly OutgoingMessage[] }): Promise<Result>;
}

export function maskedProducer<Result>(
  producer: Producer<Result>,
  { masker, headers: allowed = [], keyOf }: MaskedProducerOptions,
): MaskedProducer<Result> {
  return {
    async send({ messages }) {
      const masked = messages.map(({ topic, value, headers = {} }): MaskedMessage => {
        const output = maskedValue(masker, typeof value === "string" ? new TextEncoder().encode(value) : value);
        const kept = Object.entries(headers).filter(([name]) => allowed.includes(name));
        return { topic, value: output, headers: Object.fromEntries(kept), ...(keyOf === undefined ? {} : { key: keyOf(output) }) };
      });
      return producer.send({ messages: masked });
    },
  };
}

function maskedValue(masker: Masker, value: Uint8Array): Uint8Array {
  const { ok, output, refusal } = masker.maskOne(value);
  if (ok) return output;
  throw new RefusedError(refusal as Refusal);
}

/** The masker of this service: one for the life of the process. */
export const openPaymentMasker = (keyFile: string): Promise<Masker> =>
  openMasker({ model: new URL("../models/demo.yaml", import.meta.url).pathname, keys: { file: keyFile } });
