/**
 * Whether a policy may take the place of another where a loosening needs the signatures of several: one that lets nobody see more is taken
 * with one signature, and so is the one that was in force already.
 */
import { BautaError } from "./kit/errors.ts";
import type { Model } from "./model/model.ts";
import type { Timeline } from "./policies.ts";
import type { OfferedBundle, ViewPolicy } from "./policy/api.ts";
import { archive, archived } from "./policy-archive.ts";
import { changesOverTime, type PolicyChange } from "./policy-changes.ts";

export interface LooseningRule {
  /** Different keys that have to have signed a policy that loosens. */
  readonly signatures: number;
  /** Folder that has what was decided before, by digest. */
  readonly archive: string;
}

type Views = ReadonlyMap<string, ViewPolicy>;

/**
 * Looks whether it may, against what is in force.
 * @param active what is in force in this process; undefined: it begins, and the state and the archive tell
 * @throws BautaError 1647
 */
export async function requireSignatures(
  { signatures, archive: folder }: LooseningRule,
  offered: OfferedBundle | undefined,
  { model, active, next }: { readonly model: Model; readonly active: Timeline | undefined; readonly next: Timeline },
): Promise<void> {
  const has = offered?.signatures ?? 0;
  if (has >= signatures) return;
  const { inForce } = offered ?? {};
  if (active === undefined && inForce !== undefined && inForce.digest === offered?.digest) return;
  const before = active ?? { views: archivedViews(folder, inForce?.decisions), later: [] };
  refuseLoosening(await changesOverTime(model, before, next), has, signatures);
}

/** @throws BautaError 1647 if one of the changes loosens */
export function refuseLoosening(changes: readonly PolicyChange[], has: number, needs: number): void {
  const loosening = changes.filter(({ loosens }) => loosens);
  const [first] = loosening;
  if (first === undefined) return;
  const { view, class: dataClass, before, after } = first;
  const what = `${dataClass === "" ? "" : `${dataClass} `}${before} → ${after} for ${view}`;
  throw new BautaError(1647, { detail: `${has} of ${needs} signatures; ${loosening.length} kinds of changes loosen, such as ${what}` });
}

/** What is to be remembered of a policy that is put in force. @throws BautaError 1643 */
export function remembered(folder: string, views: Views): Readonly<Record<string, string>> {
  return Object.fromEntries([...views].map(([name, policy]) => [name, archive(folder, policy)]));
}

/** What was in force before this process; a view of which nothing is known had nothing, so that all that it gets loosens. */
function archivedViews(folder: string, decisions: Readonly<Record<string, string>> = {}): Views {
  const views = new Map<string, ViewPolicy>();
  for (const [name, digest] of Object.entries(decisions)) {
    try {
      views.set(name, archived(folder, digest));
    } catch (error) {
      if (!(error instanceof BautaError)) throw error;
    }
  }
  return views;
}
