/** What is asked of all answers of a view again and again: counted once, since a policy that reads paths has a hundred thousand of them. */
import type { Answer, PlainAnswer } from "./answer.ts";
import type { ViewPolicy } from "./api.ts";

export class Summary {
  /** Answers by action. */
  readonly actions = new Map<Answer["action"], number>();
  /** Whether any of them, or of what a guard chooses between, is a digest. */
  hashes = false;

  add(answer: Answer): void {
    this.actions.set(answer.action, (this.actions.get(answer.action) ?? 0) + 1);
    const plain: readonly PlainAnswer[] = answer.action === "guarded" ? [answer.then, answer.otherwise] : [answer];
    this.hashes ||= plain.some(({ action }) => action === "hash");
  }
}

const SUMMARIES = new WeakMap<ViewPolicy, Summary>();

/** Made where the answers were. */
export const keepSummary = (policy: ViewPolicy, summary: Summary): void => void SUMMARIES.set(policy, summary);

export function summaryOf(policy: ViewPolicy): Summary {
  const known = SUMMARIES.get(policy);
  if (known !== undefined) return known;
  const made = new Summary();
  for (const answer of Object.values(policy.answers)) made.add(answer);
  SUMMARIES.set(policy, made);
  return made;
}
