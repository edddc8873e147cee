/** The addon that an executable carries inside. Apart from what loads it, which reads assets: this is said before the first one is read. */

export interface EmbeddedAddon {
  bytes(): Uint8Array;
  /** Lower-case hex, from when the executable was built. */
  readonly sha256: string;
}

let embedded: EmbeddedAddon | undefined;

/** From now on the addon is this one, and none on disk. */
export function useEmbeddedAddon(addon: EmbeddedAddon): void {
  embedded = addon;
}

export const embeddedAddon = (): EmbeddedAddon | undefined => embedded;
