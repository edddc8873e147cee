/** Every limit of the runtime, in one place. A limit that is met is an issue with a code, never a truncation. */

/** Largest record, bytes. */
export const RECORD_BYTES_MAX: number = 64 * 1024 * 1024;
/** Nesting of elements or containers within a record. */
export const DEPTH_MAX = 64;
/** Attributes of one element. */
export const ATTRIBUTES_MAX = 64;
/** Values of one record. */
export const VALUES_MAX = 2_000_000;
/** Distinct wrapper paths that one run keeps in memory and names in its report; those past them count as one. */
export const ENVELOPE_PATHS_MAX = 4096;
/** Bytes that a source hands over at a time. */
export const READ_BYTES: number = 256 * 1024;
/** A run tells of its progress, and gives the event loop a turn, once in so many milliseconds. */
export const PROGRESS_MS = 50;
/** Records that one engine call takes at most. */
export const BATCH_RECORDS_MAX = 256;
/** Bytes of input after which a batch is closed, if it holds a record. */
export const BATCH_BYTES_MAX: number = 256 * 1024;
/** FF1: fewest values of a domain, radix^length (SP 800-38G Rev. 1, section 5.1). The Rust core has the same number, and the vectors prove both. */
export const FF1_DOMAIN_MIN = 1_000_000;
/** FF1: most digits that the primitive takes. */
export const FF1_LENGTH_MAX = 4096;
/** FF1: longest tweak of the primitive, bytes. */
export const FF1_TWEAK_BYTES_MAX = 65_535;
/** Code points of a value that a technique transforms; redaction and removal take any length. */
export const VALUE_POINTS_MAX = 65_536;
/** Code points of a value that format-preserving encryption or a draw takes; no identifier is as long. */
export const IDENTIFIER_POINTS_MAX = 256;
/** Bits of N − 1 of the widest class. */
export const CLASS_BITS_MAX = 256;
/** Characters of one value of a line event, escapes included; a file name of ASCII has at most 4,096. */
export const LOG_VALUE_CHARACTERS_MAX = 6000;
/** Characters of one line event: ten such values, and what stands around them. */
export const LOG_LINE_CHARACTERS_MAX = 65_536;
/** The same of a line that holds a masked record: every byte of the longest may be an escape. */
export const LOG_RECORD_CHARACTERS_MAX: number = 6 * RECORD_BYTES_MAX + LOG_LINE_CHARACTERS_MAX;
/** A journal is written anew when what was added to it is as long as its first line, and at least so many bytes. */
export const JOURNAL_BYTES_MIN: number = 1024 * 1024;
/** Threads that mask at the same time, at most. */
export const WORKERS_MAX = 64;
/** Bytes of input that a worker gets at a time. */
export const PIECE_BYTES: number = 512 * 1024;
/** A piece in which no place to cut is found by then goes to no worker: what it holds is masked in order. */
export const PIECE_BYTES_MAX: number = 4 * 1024 * 1024;
/** Bytes behind a piece that tell where its last record ends. */
export const PIECE_AHEAD_BYTES = 1024;
/** Pieces that each worker has at a time: one under way, one waiting. */
export const PIECES_PER_WORKER = 2;
/** Pieces cut in the wrong place, one after the other, after which a source is no longer cut. */
export const CUTS_WRONG_MAX = 8;
/** How long bytes may wait for others to fill a piece, milliseconds. */
export const PIECE_WAIT_MS = 5;
/** Characters of a control plane's token: 32 hexadecimal digits are 128 bits. */
export const CONTROL_TOKEN_CHARACTERS_MIN = 32;
export const CONTROL_TOKEN_CHARACTERS_MAX = 512;
/** Paths of fields that metrics name, of all message types; those past them count as one. */
export const METRIC_PATHS_MAX = 200;
/** Records of a message type that are looked at together for fields that are not there any more. */
export const FIELD_WINDOW_RECORDS = 1000;
/** A field that so many of a hundred records had is missed. */
export const FIELD_SHARE_MIN_PCT = 50;
/** Telemetry: milliseconds between two batches, for one to be taken, and for all that is left at the end of a run. */
export const TELEMETRY_EVERY_MS = 1000;
export const TELEMETRY_TIMEOUT_MS = 3000;
export const TELEMETRY_CLOSE_MS = 5000;
/** A rate card is told when a statement has run for so long, milliseconds. */
export const RATE_CARD_MS = 2000;
/** Milliseconds between two PROGRESS lines where the size of the source is not known. */
export const PROGRESS_UNKNOWN_MS = 10_000;
/** Refusals that are told one by one; the rest is in the totals and in --refused. */
export const REFUSALS_TOLD = 20;
/** A run of segments commits after so many records, bytes of input, or milliseconds, unless its pipeline file says otherwise. */
export const COMMIT_RECORDS = 100_000;
export const COMMIT_BYTES: number = 256 * 1024 * 1024;
export const COMMIT_MS = 30_000;
/** A watched folder is looked at once in so many milliseconds, besides when the system tells of a change. */
export const WATCH_POLL_MS = 1000;
/** Files of a watched folder; those that were read are remembered while they are there. */
export const WATCH_FILES_MAX = 100_000;
/** From topic to topic: records of a transaction, unless the pipeline file says otherwise. */
export const TRANSACTION_RECORDS = 2000;
/** Where files are written beside topics, each transaction is a file: how long it takes, and how long one may take; milliseconds. */
export const TRANSACTION_FILES_MS = 5000;
export const TRANSACTION_MS_MAX = 40_000;
/** A worker that keeps a record of what it does writes a manifest so often, and behind so many files at most. */
export const MANIFEST_MS = 3_600_000;
export const MANIFEST_SEGMENTS_MAX = 1000;
/** Bytes of keys, values and headers that one poll takes at most, unless one record alone is larger. */
export const POLL_BYTES: number = 8 * 1024 * 1024;
/** What a reader of topics has fetched and not given to a poll yet, kilobytes; and what a broker sends at a time, bytes, unless one record alone is larger. */
export const READ_AHEAD_KBYTES = 32_768;
export const FETCH_BYTES: number = 16 * 1024 * 1024;
/** How long a poll waits for its first record, and for others behind it, milliseconds. */
export const POLL_WAIT_MS = 500;
export const POLL_LINGER_MS = 5;
/** A batch that nobody is ready for grows for so long at most: records that come meanwhile go with it, and not behind it. */
export const POLL_HOLD_MS = 100;
/** How long a call to a cluster may take before it has failed: to begin, to write, to commit, to leave; milliseconds. */
export const KAFKA_CALL_MS = 20_000;
export const KAFKA_ADMIN_MS = 5000;
/** A call that takes so many looks of so many milliseconds each is one that never ends. */
export const KAFKA_OVERDUE_LOOKS = 12;
export const KAFKA_OVERDUE_LOOK_MS = 10_000;
/** A writer's connection of which nothing was heard for so long is closed, and opened again when it is needed, milliseconds. */
export const KAFKA_IDLE_MS = 10_000;
/** What a run waits for is asked for in steps of so many milliseconds, so that it hears of it when it is to end. */
export const KAFKA_STEP_MS = 5000;
/** A run whose cluster is away asks again after so many milliseconds. */
export const KAFKA_AGAIN_MS = 1000;
/** How long `bauta top` waits for an answer of a control plane, milliseconds. */
export const TOP_ANSWER_MS = 2000;
/** How far a run over topics is behind is told once in so many milliseconds. */
export const LAG_MS = 1000;
/** Refused records of a partition that are replayed are read in one go while there are fewer records between them. */
export const REPLAY_GAP_RECORDS = 10_000;
/** A writer whose transaction was ended by the broker waits so long for its group to say whether another worker has its name, milliseconds. */
export const FENCED_LOOK_MS = 3000;
/** How long a worker that leaves waits for the end of a transaction that it gives up, milliseconds. */
export const KAFKA_LEAVE_MS = 2000;
/** Milliseconds between two tries to have a token, and between two tokens at least. */
export const TOKEN_AGAIN_MS = 1000;
/** Topics and partitions that come to a source in another cluster are found so soon, milliseconds. */
export const TOPICS_REFRESH_MS = 10_000;
/** A transaction that nobody ends is ended by the broker after so many milliseconds. */
export const TRANSACTION_TIMEOUT_MS = 60_000;
/** A worker that is not heard of for so long has left its group, milliseconds. */
export const SESSION_TIMEOUT_MS = 10_000;
/** Transactions that fail one after the other before the worker gives up, and how long it waits after the first; the wait doubles. */
export const TRANSACTION_RETRIES_MAX = 8;
export const TRANSACTION_RETRY_MS = 100;
/** Problems of the connection are told once in so many milliseconds. */
export const KAFKA_TOLD_MS = 10_000;
/** A worker whose cluster does not answer asks again after so many milliseconds. */
export const KAFKA_WAIT_MS = 2000;
/** A bundle of a policy: bytes as it is sent, unpacked, and of one of its files; files; characters of a path. */
export const BUNDLE_BYTES_MAX: number = 64 * 1024 * 1024;
export const BUNDLE_UNPACKED_BYTES_MAX: number = 256 * 1024 * 1024;
export const BUNDLE_FILE_BYTES_MAX: number = 64 * 1024 * 1024;
/** What a policy decided for one view, unpacked: answers by path for all catalogued messages are a tenth of it. */
export const DECISIONS_BYTES_MAX: number = 1024 * 1024 * 1024;
export const BUNDLE_FILES_MAX = 10_000;
/** Days from an activation within which grants end, and how many different ends there may be: each has plans of its own, made beforehand. */
export const GRANT_DAYS_MAX = 92;
export const GRANT_ENDS_MAX = 4;
/** Of a bundle; each is checked against all files. */
export const BUNDLE_SIGNATURES_MAX = 8;
export const BUNDLE_PATH_CHARACTERS_MAX = 1024;
/** How often a bundle on this machine is looked at, and one of a server asked for, unless the settings say otherwise; milliseconds. */
export const BUNDLE_LOOK_MS = 200;
export const BUNDLE_POLL_MS = 30_000;
/** How long a server may take for a bundle, besides the time that it was asked to wait; milliseconds. */
export const BUNDLE_TIMEOUT_MS = 10_000;
/** How long is waited after a source's first failure, and between two answers of a server that does not wait as asked; milliseconds. */
export const BUNDLE_RETRY_MS = 100;
/** Seconds that a server is asked to wait for a change, at most. */
export const BUNDLE_WAIT_SECONDS_MAX = 300;
/** A file that was changed so lately may have been changed again within the same tick of the file system's clock, milliseconds. */
export const BUNDLE_FRESH_MS = 2000;

/** How often an OPA server is asked, milliseconds; and how much longer it is left in peace than it took to answer. */
export const POLICY_SERVER_POLL_MS = 1000;
export const OPA_SERVER_SHARE = 10;
/** How often a worker that stopped reading looks whether there is a good policy again; milliseconds. */
export const GOVERNED_LOOK_MS = 50;
/** How long after a change of a file the rest of it may come, milliseconds. */
export const BUNDLE_SETTLE_MS = 10;
/** A policy that failed is tried once more after so long, changed or not; milliseconds. */
export const POLICY_AGAIN_MS = 30_000;
/** The last good policy serves so long while there is none that is good. */
export const POLICY_MAX_AGE_MS = 3_600_000;
