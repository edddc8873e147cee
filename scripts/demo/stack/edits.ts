/** The policy on disk, and edits of it: as an editor saves them, written beside and moved into its place. */
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Trial {
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly says: string;
  /** Added to the policy as it was first. */
  readonly rules: string;
}

/** Edits that the page offers. None of two answers for one field at once. */
export const TRIALS: readonly Trial[] = [
  { name: "As it was", says: "The policy of the demo.", rules: "" },
  {
    name: "Last four digits for fraud",
    says: "Investigators see the end of card numbers.",
    rules: `
# Investigators compare the last four digits with what a customer reads out.
plan := {"action": "mask", "keep-last": 4, "kind": "pan"} if {
	input.field.namespace == "card"
	"fraud" in input.view.roles
}
`,
  },
  {
    name: "No names for analytics",
    says: "Statistics get a digest, which still counts people.",
    rules: `
# Whoever counts people needs no names.
plan := "hash" if {
	input.field.namespace == "party"
	not is_contact
	input.view.purpose == "statistics"
}
`,
  },
  {
    name: "No accounts for the partner",
    says: "Records with an account are refused for one view; the others get them.",
    rules: `
deny contains "partners get no accounts" if {
	input.field.namespace == "account"
	input.format != "kafka"
	input.view.recipient != ""
}
`,
  },
  { name: "A mistake", says: "It is no Rego: the last good policy stays in force.", rules: "\nplan := {\n" },
];

export class PolicyFile {
  readonly path: string;
  readonly first: string;
  readonly #hidden: string;

  constructor(folder: string) {
    this.path = join(folder, "masking.rego");
    this.#hidden = join(folder, ".masking.rego.new");
    this.first = readFileSync(this.path, "utf8");
  }

  get text(): string {
    return readFileSync(this.path, "utf8");
  }

  /** When it got its name or content: milliseconds since 1970. */
  get changedAt(): number {
    return statSync(this.path).ctimeMs;
  }

  save(text: string): void {
    writeFileSync(this.#hidden, text);
    renameSync(this.#hidden, this.path);
  }
}
