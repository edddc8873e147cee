// Software bills of materials (CycloneDX 1.6, JSON), one for each thing that is shipped. Equal lock files give equal bytes: no clock, no
// random serial number.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cargoComponents, cComponents, dataComponents, kafkaCrates, npmComponents, runtimeComponents } from "./components.mjs";
import { dist, root } from "./facts.mjs";

/** Writes them to dist/sbom and returns their paths below the root. */
export function writeSboms() {
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const [crates, packages, data, runtime] = [cargoComponents(), npmComponents(), dataComponents(), runtimeComponents()];
  const kafka = [...kafkaCrates(), ...cComponents()];
  const shipped = [
    { file: "package.cdx.json", type: "library", name: "bauta", purl: `pkg:npm/bauta@${version}`, components: [...packages, ...data] },
    {
      file: "engine.cdx.json",
      type: "library",
      name: "bauta-engine",
      purl: `pkg:generic/bauta-engine@${version}`,
      components: [...crates, ...data],
    },
    { file: "kafka.cdx.json", type: "library", name: "bauta-kafka", purl: `pkg:generic/bauta-kafka@${version}`, components: kafka },
    {
      file: "binary.cdx.json",
      type: "application",
      name: "bauta",
      purl: `pkg:generic/bauta@${version}`,
      components: once([...crates, ...kafka, ...packages, ...data, ...runtime]),
    },
  ];
  mkdirSync(join(dist, "sbom"), { recursive: true });
  return shipped.map(({ file, ...subject }) => {
    writeFileSync(join(dist, "sbom", file), `${JSON.stringify(sbom({ ...subject, version, licence: license }), null, 1)}\n`);
    return `dist/sbom/${file}`;
  });
}

/** Crates that both addons are linked with are told once. */
const once = (components) => [...new Map(components.map((component) => [component.purl, component])).values()];

function sbom({ type, name, version, licence, purl, components }) {
  const depended = new Set(components.flatMap(({ dependsOn }) => dependsOn));
  const direct = components.map((component) => component.purl).filter((reference) => !depended.has(reference));
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type, "bom-ref": purl, name, version, licenses: [{ expression: licence }], purl } },
    components: components.map((component) => ({
      type: "library",
      "bom-ref": component.purl,
      name: component.name.replace(/ \(.*$/, ""),
      version: component.version,
      licenses: [{ expression: component.licence.replaceAll("/", " OR ") }],
      purl: component.purl,
      ...(component.hash?.content === undefined ? {} : { hashes: [component.hash] }),
    })),
    dependencies: [
      { ref: purl, dependsOn: direct },
      ...components.map((component) => ({ ref: component.purl, dependsOn: component.dependsOn })),
    ],
  };
}
