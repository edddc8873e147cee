/** Rows as a picture: bars on a logarithmic scale. One SVG for light and dark pages, without scripts and fonts of its own. */
import { type AnyRow, type BenchRow, isFailed } from "./case.ts";
import { figure } from "./table.ts";

const WIDTH = 900;
const LABEL = 372;
const RIGHT = 96;
const BAR = 20;
const GAP = 8;
const HEAD = 34;
const TOP = 48;

interface Bar {
  readonly label: string;
  readonly microseconds: number;
  readonly ours: boolean;
}

interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** What a message costs, ours and the peers', a group for each job. Undefined when no peer was measured. */
export function chart(rows: readonly AnyRow[], machine: string): string | undefined {
  const groups = groupsOf(rows.filter((row): row is BenchRow => !isFailed(row) && row.id.startsWith("peers-") && row.peer !== undefined));
  if (groups.length === 0) return undefined;
  const all = groups.flatMap((group) => group.bars.map((bar) => bar.microseconds));
  const [least, most] = [Math.floor(Math.log10(Math.min(...all) * 0.7)), Math.ceil(Math.log10(Math.max(...all)))];
  const scale = (value: number): number => ((Math.log10(value) - least) / (most - least)) * (WIDTH - LABEL - RIGHT);
  const parts: string[] = [];
  let y = TOP;
  for (const { title, bars } of groups) {
    parts.push(`<text class="title" x="0" y="${y + 18}">${escaped(title)}</text>`);
    y += HEAD;
    for (const { label, microseconds, ours } of bars) {
      const width = Math.max(2, scale(microseconds));
      parts.push(
        `<text class="${ours ? "label ours" : "label"}" x="${LABEL - 10}" y="${y + 15}">${escaped(label)}</text>`,
        `<rect class="${ours ? "bar own" : "bar"}" x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<text class="${ours ? "value ours" : "value"}" x="${(LABEL + width + 7).toFixed(1)}" y="${y + 15}">${figure(microseconds)} µs</text>`,
      );
      y += BAR + GAP;
    }
    y += GAP;
  }
  const decades = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const lines = decades.map((decade) => {
    const x = (LABEL + scale(10 ** decade)).toFixed(1);
    return `<line class="grid" x1="${x}" y1="${TOP}" x2="${x}" y2="${y}"/><text class="tick" x="${x}" y="${y + 16}">${figure(10 ** decade).replace(/\.0+$/, "")}</text>`;
  });
  const height = y + 46 + 16 * (machine.split("; ").length - 1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-14 -8 ${WIDTH + 28} ${height + 16}" width="${WIDTH + 28}" height="${height + 16}" role="img" aria-labelledby="t">
<title id="t">CPU time for one message on one core, Bauta and others, the same leaves masked</title>
<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.head { font-size: 15px; font-weight: 600 }
.title { font-weight: 600 }
.label { text-anchor: end }
.ours { font-weight: 600 }
.page { fill: #ffffff }
.value { fill: #59636e; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
.value.ours { fill: #1f2328 }
.tick, .foot { font-size: 11px; fill: #59636e }
.tick { text-anchor: middle }
.bar { fill: #9aa4b0 }
.own { fill: #0a7d5a }
.grid { stroke: #d1d9e0; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 }
.value { stroke: #0d1117 }
text, .value.ours { fill: #e6edf3 }
.value, .tick, .foot { fill: #9198a1 }
.bar { fill: #656d76 }
.own { fill: #2fb48a }
.grid { stroke: #3d444d }
}
</style>
<rect class="page" x="-14" y="-8" width="${WIDTH + 28}" height="${height + 16}" rx="6"/>
<text class="head" x="0" y="18">CPU time for one message on one core, µs</text>
<text class="foot" x="0" y="36">logarithmic scale; shorter is better; the same leaves masked, unless a name says otherwise</text>
${lines.join("\n")}
${parts.join("\n")}
${machine
  .split("; ")
  .map((line, index, all) => `<text class="foot" x="0" y="${height - 6 - 16 * (all.length - 1 - index)}">${escaped(line)}</text>`)
  .join("\n")}
</svg>
`;
}

function groupsOf(rows: readonly BenchRow[]): Group[] {
  const byCase = new Map<string, BenchRow[]>();
  for (const row of rows) {
    const name = row.id.split("/")[0] ?? "";
    byCase.set(name, [...(byCase.get(name) ?? []), row]);
  }
  return [...byCase.values()].map((group) => {
    const peers = group.map((row): Bar => ({ label: labelOf(row), microseconds: row.peer ?? 0, ours: false }));
    const ours = [...group.map((row) => row.ours)].sort((a, b) => a - b);
    const own: Bar = { label: "Bauta", microseconds: ours[ours.length >> 1] ?? 0, ours: true };
    return { title: group[0]?.figure ?? "", bars: [own, ...peers].sort((a, b) => a.microseconds - b.microseconds) };
  });
}

/** A peer that does less than the job says so in the picture, too. */
const labelOf = ({ name, less }: BenchRow): string => (less?.startsWith("masks nothing") === true ? `${name} (masks nothing)` : name);

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
