// docs/issues: the head of each page and the index, from schemas/issues.json. What stands below a head is written by a person.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { settle, textOf } from "./files.mjs";

const FOLDER = "docs/issues";
/** The first heading behind the head; test/docs/issues.test.ts asks for this one and those that follow it. */
const FIRST_SECTION = "## What happened\n";

/** Ranges of numbers, by the hundred, with what they are about. */
const GROUPS = [
  [1000, "Command line"],
  [1100, "Keys"],
  [1200, "Models"],
  [1300, "Engines"],
  [1400, "Pipelines"],
  [1500, "Kafka"],
  [1600, "Policies"],
  [2000, "Framing"],
  [2100, "Limits"],
  [2200, "Coverage"],
  [2300, "Routes"],
  [2500, "Records of topics"],
  [3000, "XML"],
  [3100, "ISO 20022"],
  [4000, "SWIFT MT"],
  [5000, "JSON"],
  [6000, "Values"],
  [7000, "Input and output"],
  [8000, "Logs, telemetry and control"],
  [8500, "Evidence"],
  [9000, "Bauta itself"],
];

export const issuePages = {
  name: "issues",
  title: "heads and index of the issue pages",
  run(root, check) {
    const { issues } = JSON.parse(readFileSync(join(root, "schemas/issues.json"), "utf8"));
    const files = issues.map((issue) => [`${codeOf(issue)}.md`, pageOf(issue, textOf(join(root, FOLDER, `${codeOf(issue)}.md`)))]);
    files.push(["README.md", indexOf(issues)]);
    const stale = files.filter(([name, text]) => !settle(join(root, FOLDER, name), text, check)).map(([name]) => `${FOLDER}/${name}`);
    const known = new Set(files.map(([name]) => name));
    const strays = readdirSync(join(root, FOLDER)).filter((name) => !known.has(name));
    return {
      stale,
      failed: [
        ...strays.map((name) => `${FOLDER}/${name} belongs to no row of schemas/issues.json`),
        ...files
          .filter(([, text]) => text.endsWith(FIRST_SECTION))
          .map(([name]) => `${FOLDER}/${name} has a head only: write its sections`),
      ],
    };
  },
};

const codeOf = (issue) => `BAUTA-${issue.number}`;

/** The page with its head as the row has it; everything from the first section on stays as it is. */
function pageOf(issue, page) {
  const sections = page === undefined ? -1 : page.indexOf(FIRST_SECTION);
  return headOf(issue) + (sections < 0 ? FIRST_SECTION : page.slice(sections));
}

function headOf(issue) {
  return `# ${codeOf(issue)} ${issue.name}

| stage | blame | retriable |
|---|---|---|
| ${issue.stage} | ${issue.blame} | ${issue.retriable ? "yes" : "no"} |

> ${issue.text} ${issue.help}

`;
}

function indexOf(issues) {
  const sorted = [...issues].sort((a, b) => a.number - b.number);
  const groups = GROUPS.map(([first, title], i) => {
    const end = GROUPS[i + 1]?.[0] ?? 10_000;
    const rows = sorted.filter(({ number }) => number >= first && number < end).map(rowOf);
    return rows.length === 0 ? "" : `\n## ${title}\n\n| code | name | stage | blame | text |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `# Issues

Every error of Bauta has a code that is never used for anything else, and a page. The row behind it is in
[schemas/issues.json](../../schemas/issues.json); this index is written from it by \`npm run generate\`.

How a message is read: \`BAUTA-2201 FIELD_UNCOVERED at FIToFICstmrCdtTrf/GrpHdr/MsgId/@ offset 582 length 0: …\` is the code, its name, the path of
the field, the place in the source in bytes from its beginning, what is wrong and what to do. A message never holds a value or a key.

*Blame* says who can put it right: the **operator** (command line, model, keys, machine), whoever made the **input**, a **dependency**
(disk, network, device), or us: a **bug**. *Retriable*, on each page, says whether the same run may succeed when it is simply run again.
${groups.join("")}`;
}

const rowOf = (issue) =>
  `| [${codeOf(issue)}](${codeOf(issue)}.md) | ${issue.name} | ${issue.stage} | ${issue.blame} | ${issue.text.replaceAll("|", "\\|")} |`;
