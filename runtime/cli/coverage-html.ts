/** The report of `bauta coverage` as a page: one file, nothing from anywhere else. */
import type { Change, Coverage, CoveredLeaf } from "../model/coverage.ts";
import { remarkOf, summaryOf } from "./coverage-text.ts";
import { escaped, pageBegin, pageEnd } from "./page.ts";

export function coverageHtml(model: string, covered: Coverage, changes: readonly Change[] | undefined): string {
  const begin = pageBegin({
    title: `${covered.message} under ${model}`,
    lead: "Every leaf of the message, what becomes of it, and the rule that says so.",
    style: STYLE,
    clear: false,
    controls:
      '<div class="controls"><label for="filter">Filter</label> <input id="filter" type="search" placeholder="path, class, rule, outcome" autocomplete="off" spellcheck="false"> <span id="count" class="facts" role="status"></span></div>',
  });
  const changed = new Map((changes ?? []).map((change) => [change.path, change]));
  const rows = changes === undefined ? covered.leaves.map((leaf) => rowOf(leaf, "")) : changes.map((change) => changeRow(change));
  const head = ["Outcome", "How", "Class", "Type", "Path", "Rule", changed.size > 0 ? "Change" : "Reason"];
  const table = `<section class="card"><div class="scroll"><table><thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div></section>
`;
  return begin + table + pageEnd(summaryOf(model, covered), SCRIPT);
}

function changeRow({ change, from, before, after }: Change): string {
  const leaf = after ?? before;
  return leaf === undefined ? "" : rowOf(leaf, `${change}${from === "" ? "" : ` from ${from}`}`);
}

function rowOf(leaf: CoveredLeaf, change: string): string {
  const { outcome, technique, class: dataClass, type, path, rule } = leaf;
  const cells = [technique, dataClass, type].map((text) => `<td>${escaped(text)}</td>`).join("");
  return `<tr><td><span class="status ${outcome}">${outcome}</span></td>${cells}<td><code>${escaped(path)}</code></td><td>${escaped(rule)}</td><td>${escaped(change === "" ? remarkOf(leaf) : change)}</td></tr>`;
}

const STYLE = `
table{width:100%;border-collapse:collapse;font-size:.85rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
.status{border-radius:.3rem;padding:.05rem .4rem;background:var(--masked-bg);color:var(--masked)}.kept,.code{background:var(--kept-bg);color:var(--kept)}
.removed,.refused{background:var(--removed-bg);color:var(--removed)}.redacted{background:var(--other-bg);color:var(--other)}code{overflow-wrap:anywhere}`;

const SCRIPT = `
const filter=document.getElementById("filter"),count=document.getElementById("count"),rows=[...document.querySelectorAll("tbody tr")];
const show=()=>{const words=filter.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;for(const row of rows){const on=words.every((word)=>row.textContent.toLowerCase().includes(word));row.hidden=!on;if(on)n++}count.textContent=n+" of "+rows.length};
filter.addEventListener("input",show);show();`;
