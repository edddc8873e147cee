/** The whole engine suite inside an executable that was built as the command line is; and a test that must fail, so that failures count. */
import { selectEngine } from "../../../runtime/engines/select.ts";
import { engineSuite } from "../../suites/engine-suite.ts";
import { expect, runTests, test } from "./expect.ts";

for (const name of ["native", "portable"] as const) engineSuite(name, () => selectEngine(name));
test("canary: this one fails", () => expect({ a: [1] }).toEqual({ a: [2] }));
const { passed, failed } = await runTests();
console.log(JSON.stringify({ passed, failed }));
