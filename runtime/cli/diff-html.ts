/** The report of `bauta diff` as a page. */

import { refusalOf } from "./explain-html.ts";
import { Explained } from "./explained.ts";
import { type Report, type Seen, Tally, unreadLines } from "./inspection.ts";
import { type Line, type Row, rowsOf } from "./layout.ts";
import { escaped, pageBegin, pageEnd } from "./page.ts";
import { grouped } from "./terminal.ts";

export function diffHtml(values: boolean): Report {
  const tally = new Tally();
  return {
    begin: () =>
      pageBegin({
        title: "Messages before and after",
        lead: "What came in stands on the left, what goes out on the right.",
        style: STYLE,
        clear: values,
        controls: '<div class="controls"><label><input id="changes" type="checkbox"> only lines that changed</label></div>',
      }),
    add(seen, plan) {
      tally.add(seen.record);
      const { refusal } = new Explained(plan, false).record({ ...seen, record: { ...seen.record, values: [] } });
      return cardOf(seen, refusal === null ? tableOf(rowsOf(seen.record, values)) : refusalOf(refusal));
    },
    end: (unread) => pageEnd([...unreadLines(unread), ...tally.lines()], SCRIPT),
  };
}

function cardOf({ source, record }: Seen, content: string): string {
  const { before, after, message } = record;
  const sizes = `${grouped(before.length)} bytes in, ${after === undefined ? "none" : grouped(after.length)} out`;
  return `<section class="card"><div class="head"><h2>${escaped(message)} <span class="facts">${escaped(source)} · record ${record.record}</span></h2><p class="facts">${sizes}</p></div>
${content}</section>
`;
}

const tableOf = (rows: readonly Row[]): string =>
  `<table><thead><tr><th scope="col"><span class="out">Line</span></th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>
${rows.map(rowOf).join("")}</tbody></table>`;

function rowOf({ left, right, changed }: Row, index: number): string {
  const state = !changed ? "same" : right === undefined ? "gone" : "changed";
  const after = right === undefined ? '<td class="none">removed</td>' : `<td>${lineOf(right, "ins")}</td>`;
  return `<tr class="${state}"><td class="number">${index + 1}</td><td>${lineOf(left, "del")}</td>${after}</tr>
`;
}

const lineOf = (line: Line | undefined, element: "del" | "ins"): string =>
  (line ?? [])
    .map(({ text, outcome }) => (outcome === undefined || outcome === "kept" ? escaped(text) : `<${element}>${escaped(text)}</${element}>`))
    .join("");

const STYLE = `
table{border-collapse:collapse;width:100%;table-layout:fixed}
th{font-weight:600;text-align:left;color:var(--soft);font-size:.8rem;padding:.5rem .75rem;border-bottom:1px solid var(--line)}
th:first-child{width:3.25rem}
td{padding:.08rem .75rem;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.84rem;line-height:1.6}
td + td + td,th + th + th{border-left:1px solid var(--line)}
tbody tr:last-child td{padding-bottom:.6rem}
.number{color:var(--soft);text-align:right;user-select:none}
.same td{color:var(--soft)}
.none{color:var(--soft);font-style:italic}
del,ins{text-decoration:none;border-radius:.25rem;padding:.08rem 0;-webkit-box-decoration-break:clone;box-decoration-break:clone}
del{background:var(--removed-bg);color:var(--removed)}
ins{background:var(--masked-bg);color:var(--masked)}
.out{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
input{accent-color:var(--focus)}
`;

const SCRIPT = `
document.getElementById("changes").addEventListener("change",event=>{
for(const row of document.querySelectorAll("tr.same"))row.hidden=event.target.checked;
});
`;
