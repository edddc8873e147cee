// THIRD-PARTY-NOTICES.md: what of other people's is in the packages and the executable, and the licences that have to be passed on.
import { join } from "node:path";
import {
  cargoComponents,
  cComponents,
  choosesApache,
  dataComponents,
  kafkaCrates,
  npmComponents,
  runtimeComponents,
} from "../package/components.mjs";
import { settle } from "./files.mjs";

const FILE = "THIRD-PARTY-NOTICES.md";

export const notices = {
  name: "notices",
  title: "licences of what is bundled",
  run(root, check) {
    try {
      return { stale: settle(join(root, FILE), noticesText(), check) ? [] : [FILE] };
    } catch (error) {
      return { failed: [`${FILE}: ${error.message}`] };
    }
  },
};

function noticesText() {
  const groups = [
    [
      "Crates in the native engine",
      "Linked into `bauta-engine.*.node`, and so into the executable; with the Rust standard library (MIT OR Apache-2.0).",
      cargoComponents(),
    ],
    [
      "Crates in the Kafka client",
      "Linked into `bauta-kafka.*.node`, and so into the executable; with the Rust standard library (MIT OR Apache-2.0).",
      kafkaCrates(),
    ],
    ["Libraries in the Kafka client", "Written in C, linked into it as well; their sources come with crates.", cComponents()],
    ["Packages", "Dependencies of the npm package `bauta`, which it does not contain; bundled into the executable.", npmComponents()],
    ["Data", "Written into `schemas/people` from lists of this package (schemas/people/README.md).", dataComponents()],
    [
      "Runtime of the executable",
      "The executable contains [Bun](https://bun.com/docs/project/license), under MIT, which links JavaScriptCore and parts of WebKit statically, under LGPL-2.1; that page says how to link Bun anew with another build of them. The packages for npm contain no Bun.",
      runtimeComponents(),
    ],
  ];
  const texts = new Map();
  for (const { name, version, text } of groups.flatMap(([, , components]) => components)) {
    if (text !== undefined) texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
  }
  return `# Third-party notices

What of other people's is in what we ship. Written by \`npm run generate\` from the lock files and the packages themselves.
Where a licence leaves the choice and Apache-2.0 is among them, we use it: its text is in [LICENSE](LICENSE).
${groups.map(([title, about, components]) => `\n## ${title}\n\n${about}\n\n| name | version | licence |\n|---|---|---|\n${components.map(rowOf).join("\n")}\n`).join("")}
## Texts
${[...texts].map(([text, users]) => `\n### ${users.join(", ")}\n\n\`\`\`\n${text}\n\`\`\`\n`).join("")}`;
}

const rowOf = ({ name, version, licence }) =>
  `| ${name} | ${version} | ${licence}${choosesApache(licence) && licence !== "Apache-2.0" ? " (used under Apache-2.0)" : ""} |`;
