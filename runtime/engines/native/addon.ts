/** The addon of the native engine. */
import type * as Binding from "../../../bindings/engine/index.d.ts";
import { type AddonKind, type LoadedAddon, loadAddon } from "../../platform/addon.ts";

/** What the addon exports; generated from its source. */
export type Addon = typeof Binding;

const ENGINE: AddonKind = { name: "engine", issues: { missing: 1301, version: 1302, notInstalled: 1310 } };

/**
 * @param path left out: the one that the executable carries, is installed or was built
 * @throws BautaError 1301 when it is not there or the runtime cannot load it, 1302 when it is of another version, 1310 when its package is
 * not installed, 1311 to 1313 when an executable cannot unpack its own
 */
export const loadEngine = (path?: string): LoadedAddon<Addon> => loadAddon(ENGINE, path);
