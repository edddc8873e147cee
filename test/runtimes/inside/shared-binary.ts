/** test/shared.ts for the suite inside an executable: the lists that it compares with lie beside that. */
import { dirname } from "node:path";
import process from "node:process";

export const projectRoot = `${dirname(process.execPath)}/`;
