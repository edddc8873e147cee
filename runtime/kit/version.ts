/** Version of the package; apart from assets.ts, so that an executable can say where its assets are before the first one is read. */
import { assetJson } from "./assets.ts";

export const VERSION: string = assetJson<{ readonly version: string }>("package.json").version;
