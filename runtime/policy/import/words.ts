/** What policies of the simple vocabulary call their actions, types and inputs, and what that is here. */

/** What becomes of a value: strictest first. */
export const WORDS = ["redact", "hash", "digits", "card", "email", "mask", "keep"] as const;
export type Word = (typeof WORDS)[number];

/** The answer of the contract for each; `mask` goes by what a field is. */
export const ANSWERS: Readonly<Record<Word, string>> = {
  redact: '"redact"',
  hash: '"hash"',
  digits: "digits_mask",
  card: "card_mask",
  email: "email_mask",
  mask: "masked",
  keep: '"keep"',
};

/** Answers that are objects have names. */
export const MASKS: Partial<Record<Word, string>> = {
  digits: 'digits_mask := {"action": "mask", "kind": "digits"}',
  card: 'card_mask := {"action": "mask", "kind": "pan", "keep-last": 4}',
  email: 'email_mask := {"action": "mask", "kind": "email", "keep-first": 1, "keep-last": 1}',
};

/** The rule of the brought policy that says so. */
export const RULES: Readonly<Record<Word, string>> = {
  redact: "redacted",
  hash: "hashed",
  digits: "digits_hidden",
  card: "card_masked",
  email: "email_masked",
  mask: "partly_masked",
  keep: "shown",
};

const SPELLINGS: readonly (readonly [Word, RegExp])[] = [
  ["keep", /^(no_?mask(ing)?|unmask(ed)?|none|clear|plain(text)?|show|allow|keep|raw|visible|pass(_?through)?)$/],
  ["email", /^(mask_?)?(partial_?)?e_?mail(_?mask(ed)?)?$/],
  ["card", /^(mask_?)?(partial_?)?(credit_?card|card(_?number)?|pan|last_?(4|four)|show_?last_?(4|four))(_?mask(ed)?)?$/],
  ["hash", /^(hash(ed)?|sha_?\d+|md5|hmac|digest|pseudonymi[sz]e|token(i[sz]e)?)$/],
  ["redact", /^(redact(ed)?|full(_?mask)?|mask_?(all|full|string|number)|string|number|remove|drop|hide|null(ify)?|deny|block|suppress)$/],
  ["mask", /^(mask(ed)?|partial(_?mask)?|obfuscate)$/],
];

/** The action that a word means; undefined for a word that is none. */
export function wordOf(text: string): Word | undefined {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
  return SPELLINGS.find(([, pattern]) => pattern.test(word))?.[0];
}

/** A constant in place of a value: stars, or the like. */
export function constantMask(text: string): Word | undefined {
  if (/^([*xX#•]{2,})([ -][*xX#•]{2,})+$/.test(text)) return "digits";
  return /^[*xX#•. -]+$|^\[?(redacted|masked|hidden)\]?$/i.test(text) ? "redact" : undefined;
}

/** What a rule that lists fields does with them, by its name. */
export function wordOfName(name: string): Word | undefined {
  const text = name.toLowerCase();
  const isShown = /no_?mask|unmask|visible|allow|clear|public|open/.test(text);
  if (isShown) return /field|column|attribute|mask/.test(text) ? "keep" : undefined;
  if (/hash|token/.test(text)) return "hash";
  return /mask|redact|pii|sensitive|hidden|personal/.test(text) ? "mask" : undefined;
}

export type Subject = "field" | "path" | "type" | "roles" | "group" | "purpose" | "environment" | "recipient" | "message";

const SUBJECTS: readonly (readonly [Subject, RegExp])[] = [
  ["path", /^(field_?path|json_?path|path)$/],
  ["field", /^(field(_?name)?|column(_?name)?|attribute(_?name)?|property|key)$/],
  ["type", /^((field_?|data_?|value_?|semantic_?|pii_?)?(type|class(ification)?|category|kind)|sensitivity|tags?|labels?)$/],
  ["roles", /^(user_?|consumer_?|client_?|subject_?)?roles?$/],
  ["group", /^((consumer_?|user_?)?groups?(_?id)?|consumer(_?id)?|client_?id|application|app)$/],
  ["purpose", /^(purpose|usage|use_?case)$/],
  ["environment", /^(env|environment|stage)$/],
  ["recipient", /^(recipient|partner|tenant|organi[sz]ation)$/],
  ["message", /^(message_?type|event_?type|msg_?type)$/],
];

/** What an input of that name is about. */
export function subjectOf(name: string): Subject | undefined {
  const text = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return SUBJECTS.find(([, pattern]) => pattern.test(text))?.[0];
}

const VALUES = /^(field_?|raw_?|original_?)?(value|val|v|text|content|data|payload|record|message|input)$/;

/** Whether an input of that name is the value itself. */
export const isValueName = (name: string): boolean => VALUES.test(name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase());

/** How fields tell what policies call a type: by the kind that the model takes them for, and by usual names. */
const TYPES: readonly TypeFacts[] = [
  { words: /^e_?mail(_?address)?$/, kinds: ["email"], names: ["e_mail", "email", "email_address", "emailaddress", "mail"] },
  {
    words: /^(credit_?card|card|(credit_?)?card_?number|pan|cc)$/,
    kinds: ["pan"],
    names: ["card", "card_number", "cardnumber", "credit_card", "creditcard", "credit_card_number", "pan"],
  },
  { words: /^(iban|account|account_?number|bank_?account)$/, kinds: ["iban", "account"], names: [] },
  { words: /^(phone|phone_?number|mobile|telephone)$/, kinds: ["phone"], names: [] },
  { words: /^((full_?)?name|person)$/, kinds: ["party-name"], names: [] },
  { words: /^(ssn|national_?id|tax_?id)$/, kinds: ["national-id"], names: [] },
  { words: /^(dob|birth_?date|date_?of_?birth)$/, kinds: ["birth-date"], names: [] },
];

interface TypeFacts {
  readonly words: RegExp;
  readonly kinds: readonly string[];
  readonly names: readonly string[];
}

/** The facts that tell a type of that name; none for those that only a tag tells. */
export const typeFacts = (word: string): Omit<TypeFacts, "words"> | undefined =>
  TYPES.find(({ words }) => words.test(word.toLowerCase().replace(/[\s-]+/g, "_")));
