/** Fields by message type, as many as metrics name; and those that most records had and none has any more. */
import { FIELD_SHARE_MIN_PCT, FIELD_WINDOW_RECORDS, METRIC_PATHS_MAX } from "../kit/limits.ts";
import type { ViewCounts } from "../pipeline/observe.ts";

export interface PathLabels {
  readonly message: string;
  readonly path: string;
}

export interface FieldLook {
  readonly labels: PathLabels;
  readonly isMissing: boolean;
}

/** Values of a field in the window under way, and whether it is one that is missed. */
interface Field {
  readonly labels: PathLabels;
  /** Values, not records: one that repeats counts as often as it is there. */
  values: number;
  /** Enough records of the last window that had it had it. */
  isUsual: boolean;
  isMissing: boolean;
}

interface Message {
  records: number;
  readonly fields: Map<string, Field>;
}

/** What stands for all that is past the limit. */
const OTHER = "other";

export class FieldWatch {
  readonly #labels = new Map<string, PathLabels>();
  readonly #names = new Set<string>();
  readonly #messages = new Map<string, Message>();

  /** Names of messages come from catalogues and models; still they are bounded. */
  messageOf(message: string): string {
    if (this.#names.has(message)) return message;
    if (this.#names.size >= METRIC_PATHS_MAX) return OTHER;
    this.#names.add(message);
    return message;
  }

  /** The path is one of the catalogue, of JSON one of the model's rules. */
  labelsOf(message: string, path: string): PathLabels {
    const key = `${message}\0${path}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    if (this.#labels.size >= METRIC_PATHS_MAX) return OTHERS;
    const labels = { message, path };
    this.#labels.set(key, labels);
    return labels;
  }

  /**
   * Counts what was committed, and looks at messages of which a window is full.
   * @returns fields that are missed or were, of the message types that were looked at
   */
  look(recordsByMessage: ReadonlyMap<string, number>, views: readonly ViewCounts[]): readonly FieldLook[] {
    for (const [labels, values] of this.#valuesIn(views)) this.#fieldOf(labels).values += values;
    const looks: FieldLook[] = [];
    for (const [name, records] of recordsByMessage) {
      const message = this.#messages.get(name);
      if (message === undefined) continue;
      message.records += records;
      if (message.records >= FIELD_WINDOW_RECORDS) looks.push(...ended(message));
    }
    return looks;
  }

  /** Values by field. Every view has the same ones but for records that were refused for it, so the one that has the most of them counts. */
  #valuesIn(views: readonly ViewCounts[]): ReadonlyMap<PathLabels, number> {
    const byView = new Map<string | undefined, Map<PathLabels, number>>();
    const most = new Map<PathLabels, number>();
    // A view comes once for each batch of a transaction.
    for (const { view, fields } of views) {
      const own = byView.get(view) ?? new Map<PathLabels, number>();
      byView.set(view, own);
      for (const { message, path, count } of fields) {
        const labels = this.labelsOf(message, path);
        if (labels === OTHERS) continue;
        const values = (own.get(labels) ?? 0) + count;
        own.set(labels, values);
        most.set(labels, Math.max(most.get(labels) ?? 0, values));
      }
    }
    return most;
  }

  #fieldOf(labels: PathLabels): Field {
    const message = this.#messages.get(labels.message) ?? { records: 0, fields: new Map<string, Field>() };
    this.#messages.set(labels.message, message);
    const field = message.fields.get(labels.path) ?? { labels, values: 0, isUsual: false, isMissing: false };
    message.fields.set(labels.path, field);
    return field;
  }
}

const OTHERS: PathLabels = { message: OTHER, path: OTHER };

/** Ends a window: a field that was usual and is in none of its records is missing until it is there again. */
function ended(message: Message): FieldLook[] {
  const { records, fields } = message;
  message.records = 0;
  return [...fields.values()].flatMap((field) => {
    const { labels, values, isMissing: wasMissing } = field;
    field.values = 0;
    field.isMissing = values === 0 && field.isUsual;
    if (values > 0) field.isUsual = (100 * values) / records >= FIELD_SHARE_MIN_PCT;
    return field.isUsual || wasMissing ? [{ labels, isMissing: field.isMissing }] : [];
  });
}
