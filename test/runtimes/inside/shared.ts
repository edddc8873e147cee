/** test/shared.ts for programs in a project: the installed package is what they test and read. */
import { fileURLToPath } from "node:url";

export const projectRoot: string = fileURLToPath(new URL("./node_modules/bauta/", import.meta.url));
