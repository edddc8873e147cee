/** The report of `bauta explain` as a page. */
import type { OpenPlan } from "../open.ts";
import type { Outcome } from "../pipeline/inspect.ts";
import { groupsOf, MARKS, type Named, spanOf } from "./explain-text.ts";
import {
  type Explained,
  type ExplainedRecord,
  type ExplainedRefusal,
  type ExplainedValue,
  placeOf,
  shortPlaceOf,
  techniqueText,
} from "./explained.ts";
import { type Report, Tally, unreadLines } from "./inspection.ts";
import { escaped, pageBegin, pageEnd } from "./page.ts";
import { grouped } from "./terminal.ts";

/** What a word of WORDS leaves to be said. */
const TITLES: Readonly<Partial<Record<Outcome, string>>> = {
  "otherwise-token": "outside of its kind: a token instead, by otherwise",
  "otherwise-redacted": "outside of its kind: redacted instead, by otherwise",
};
const WORDS: Readonly<Record<Outcome, string>> = {
  masked: "masked",
  kept: "kept",
  removed: "removed",
  "otherwise-token": "token",
  "otherwise-redacted": "redacted",
  refused: "refused",
};

export function explainHtml(explained: (plan: OpenPlan) => Explained, values: boolean): Report {
  const tally = new Tally();
  return {
    begin: () =>
      pageBegin({
        title: "What becomes of each value",
        lead: "Every value that was found, what was done with it, and the rule that said so.",
        style: STYLE,
        clear: values,
        controls:
          '<div class="controls"><label for="filter">Filter</label> <input id="filter" type="search" placeholder="path, rule, technique, status" autocomplete="off" spellcheck="false"> <span id="count" class="facts" role="status"></span></div>',
      }),
    add(seen, plan) {
      tally.add(seen.record);
      return cardOf(explained(plan).record(seen), values);
    },
    end: (unread) => pageEnd([...unreadLines(unread), ...tally.lines()], SCRIPT),
  };
}

function cardOf(record: ExplainedRecord, values: boolean): string {
  const format = record.format === record.message ? "" : `${record.format} · `;
  const facts = `${format}offset ${grouped(record.offset)} · ${grouped(record.length)} bytes · ${countsOf(record.values)}`;
  const groups = groupsOf(record.values);
  const columns = values ? ["Field", "Clear", "Masked", "Status", "How", "Rule"] : ["Field", "Status", "How", "Rule"];
  const table =
    groups.length === 0
      ? ""
      : `<div class="scroll"><table class="${values ? "six" : "four"}"><thead><tr>${columns.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
${groups.map(({ title, values: rows }) => groupOf(title, rows, columns.length)).join("")}</table></div>`;
  return `<section class="card"><div class="head"><h2>${escaped(record.message)} <span class="facts">${escaped(record.source)} · record ${record.record}</span></h2><p class="facts">${escaped(facts)}</p></div>
${record.refusal === null ? "" : refusalOf(record.refusal)}${table}</section>
`;
}

function countsOf(values: readonly ExplainedValue[]): string {
  const counts = new Map<Outcome, number>();
  for (const { status } of values) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${grouped(count)} ${WORDS[status]}`).join(", ");
}

export const refusalOf = (refusal: ExplainedRefusal): string =>
  `<div class="refusal" role="note"><h3>Refused: ${refusal.code} ${escaped(refusal.name)}</h3><dl>
<dt>Where</dt><dd>${refusal.path === "" ? "" : `<code>${escaped(refusal.path)}</code>, `}${spanOf(refusal)}</dd>
<dt>Why</dt><dd>${escaped(refusal.why)}</dd>
<dt>What to do</dt><dd>${escaped(refusal.help)}${refusal.rules.map((rule) => `<br><code>${escaped(rule)}</code>`).join("")}</dd>
<dt>Output</dt><dd>Nothing of this record goes out.</dd></dl></div>
`;

const groupOf = (title: string, rows: readonly Named[], columns: number): string =>
  `<tbody><tr class="group"><th colspan="${columns}" scope="rowgroup"><code>${breakable(title)}</code></th></tr>
${rows.map(rowOf).join("")}</tbody>
`;

function rowOf({ name, value }: Named): string {
  const { status, clear, masked, path, type, message } = value;
  const field = [value.class, type].filter((word) => word !== "").join(" · ");
  const title = TITLES[status];
  const cells = [
    `<td><code title="${escaped(`${message} ${path}`)}">${breakable(name)}</code>${path.startsWith("$") ? "" : small(field)}</td>`,
  ];
  if (clear !== undefined) {
    cells.push(`<td class="value clear">${escaped(clear)}</td>`);
    cells.push(`<td class="value after">${masked === null || masked === undefined ? "" : escaped(masked)}</td>`);
  }
  cells.push(`<td><span class="pill"${title === undefined ? "" : ` title="${title}"`}>${MARKS[status]} ${WORDS[status]}</span></td>`);
  cells.push(`<td>${escaped(techniqueText(value))}</td>`);
  cells.push(`<td>${reasonOf(value)}</td>`);
  return `<tr class="${status}">${cells.join("")}</tr>
`;
}

function reasonOf({ rule, why, issue }: ExplainedValue): string {
  const refused = issue === undefined ? "" : `<small class="issue">${escaped(`${issue.code} ${issue.name}: ${issue.why}`)}</small>`;
  if (rule === null) return `${escaped(why)}${refused}`;
  const over =
    rule.over.length === 0
      ? ""
      : `<details><summary>over ${rule.over.length} more</summary>${rule.over.map(escaped).join("<br>")}</details>`;
  const unfit = rule.unfit === undefined ? "" : small(`redacted, since ${rule.unfit}`);
  return `<span title="${escaped(placeOf(rule))}">${escaped(shortPlaceOf(rule))}</span>${small(rule.criteria.join(", "))}${unfit}${over}${refused}`;
}

const small = (text: string): string => `<small>${escaped(text)}</small>`;

/** Long paths may break behind their separators. */
const breakable = (path: string): string => escaped(path).replaceAll(/([/.])/g, "$1<wbr>");

const STYLE = `
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;table-layout:fixed;min-width:58rem}
.six thead th:nth-child(1){width:21%}.six thead th:nth-child(2),.six thead th:nth-child(3){width:21%}.six thead th:nth-child(4){width:7.2rem}.six thead th:nth-child(5){width:12%}
.four thead th:nth-child(1){width:36%}.four thead th:nth-child(2){width:8rem}.four thead th:nth-child(3){width:22%}
th{font-weight:600;text-align:left;color:var(--soft);font-size:.8rem;padding:.5rem 1.15rem}
.group th{background:var(--tint);border-top:1px solid var(--line);font-weight:500;padding:.4rem 1.15rem}
td{padding:.42rem 1.15rem;vertical-align:top;border-top:1px solid var(--line);overflow-wrap:anywhere}
.group + tr td{border-top:0}
th + th,td + td{padding-left:.25rem}
td:not(:last-child){padding-right:.9rem}
small{display:block;color:var(--soft);font-size:.82rem;line-height:1.4}
td code{font-size:.88em;line-height:1.6}
.value{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em;white-space:pre-wrap;line-height:1.6}
.value.clear{color:var(--soft)}
.masked .after{color:var(--masked)}.kept .value{color:var(--soft)}
.removed .clear,.refused .clear{color:var(--removed);text-decoration:line-through;text-decoration-thickness:1px}
.otherwise-token .after,.otherwise-redacted .after{color:var(--other)}
.pill{display:inline-block;font-size:.82rem;padding:.05rem .55rem;border-radius:1rem;background:var(--kept-bg);color:var(--kept)}
.masked .pill{background:var(--masked-bg);color:var(--masked)}
.removed .pill,.refused .pill{background:var(--removed-bg);color:var(--removed)}
.otherwise-token .pill,.otherwise-redacted .pill{background:var(--other-bg);color:var(--other)}
.issue{color:var(--removed)}
@media(max-width:46rem){table{min-width:0}thead{display:none}table,tbody,tr,td,.group th{display:block;width:auto!important}
tbody tr:not(.group){border-top:1px solid var(--line);padding:.45rem 0}td{border:0;padding:.05rem 1.15rem!important}.value.clear:not(:empty)::before{content:"clear "}.value.after:not(:empty)::before{content:"masked "}
.value::before{font-family:ui-sans-serif,system-ui,sans-serif;color:var(--soft);font-size:.82rem}}
details{font-size:.82rem;color:var(--soft)}summary{cursor:pointer}
`;

/** The filter hides rows without its words, groups without rows and messages without groups. */
const SCRIPT = `
const box=document.getElementById("filter"),count=document.getElementById("count");
const rows=[...document.querySelectorAll("tbody tr:not(.group)")].map(row=>[row,(row.closest("tbody").querySelector(".group").textContent+" "+row.textContent).toLowerCase()]);
box.addEventListener("input",()=>{
const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);let shown=0;
for(const [row,text] of rows){row.hidden=!words.every(word=>text.includes(word));if(!row.hidden)shown++}
for(const body of document.querySelectorAll("tbody"))body.hidden=!body.querySelector("tr:not(.group):not([hidden])");
for(const card of document.querySelectorAll(".card"))card.hidden=words.length>0&&!card.querySelector("tbody:not([hidden])");
count.textContent=words.length>0?shown+" of "+rows.length+" values":"";
});
`;
