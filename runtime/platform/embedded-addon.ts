/** The addons that an executable carries inside. Apart from what loads them, which reads assets: this is said before the first one is read. */

/** What is native: the engine, and the Kafka client. */
export type AddonName = "engine" | "kafka";

export interface EmbeddedAddon {
  bytes(): Uint8Array;
  /** Lower-case hex, from when the executable was built. */
  readonly sha256: string;
}

const embedded = new Map<AddonName, EmbeddedAddon>();

/** From now on the addon is this one, and none on disk. */
export function useEmbeddedAddon(name: AddonName, addon: EmbeddedAddon): void {
  embedded.set(name, addon);
}

export const embeddedAddon = (name: AddonName): EmbeddedAddon | undefined => embedded.get(name);

/** Whether this is an executable, which has what it has inside and nothing beside it. */
export const isEmbedding = (): boolean => embedded.size > 0;
