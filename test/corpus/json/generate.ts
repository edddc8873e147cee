/** Writes the corpus of JSON payments: `bun test/corpus/json/generate.ts`. The files are committed; a test proves them fresh. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { accountStatement } from "./dialects/account-statement.ts";
import { cardAuthorisation } from "./dialects/card-authorisation.ts";
import { instantPayment } from "./dialects/instant-payment.ts";
import { iso20022Json } from "./dialects/iso20022-json.ts";
import { ledgerEvent } from "./dialects/ledger-event.ts";
import { openBanking } from "./dialects/open-banking.ts";
import { paymentWebhook } from "./dialects/payment-webhook.ts";
import { payoutBatch } from "./dialects/payout-batch.ts";
import type { CorpusFile } from "./write.ts";

/** Every file, under the folder of its dialect; examples/models has a model of each dialect's name. */
export const CORPUS: readonly CorpusFile[] = [
  ...accountStatement,
  ...cardAuthorisation,
  ...instantPayment,
  ...iso20022Json,
  ...ledgerEvent,
  ...openBanking,
  ...paymentWebhook,
  ...payoutBatch,
];

export const corpusRoot: string = fileURLToPath(new URL("./", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, text } of CORPUS) {
    mkdirSync(dirname(corpusRoot + path), { recursive: true });
    writeFileSync(corpusRoot + path, text);
  }
}
