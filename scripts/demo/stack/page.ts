/** The page: the raw record beside the three views, the policy, and how long its last edit took to be visible. Updated by events of the server. */
import { escaped, pageBegin, pageEnd } from "../../../runtime/cli/page.ts";
import { TRIALS } from "./edits.ts";
import { VIEWS, type ViewName } from "./live.ts";

/** Who reads a view, as the policy's data says. */
const READERS: Readonly<Record<ViewName, string>> = {
  analytics: "statistics",
  fraud: "investigation",
  partner: "another bank, own keys",
};

export function page(path: string): string {
  const tries = TRIALS.map(
    ({ name, says }, at) => `<button type="button" data-trial="${at}" title="${escaped(says)}">${escaped(name)}</button>`,
  ).join("");
  const heads = VIEWS.map((view) => `<th scope="col"><b>${view}</b><small>${READERS[view]}</small></th>`).join("");
  const begin = pageBegin({
    title: "One stream, three views",
    lead: "Each payment is read once from Kafka, and masked for each reader in one transaction. The policy says who sees what.",
    style: STYLE,
    clear: false,
    controls: `<dl class="pulse" aria-label="the run">
<div><dt>records/s</dt><dd id="rate">–</dd></div>
<div><dt>records</dt><dd id="sent">–</dd></div>
<div><dt>policy</dt><dd id="digest" class="mono">–</dd></div>
<div class="shown"><dt>visible after</dt><dd id="visible">–</dd></div>
</dl>`,
    isLive: true,
  });
  return `${begin}<div class="stage">
<div>
<section class="card records" aria-label="records">
<div class="head"><h2>Newest record</h2><div class="tabs" role="tablist" id="tabs"></div></div>
<div class="scroll"><table><thead><tr><th scope="col" class="name">Field</th><th scope="col"><b>raw</b><small>nobody but the pipeline</small></th>${heads}</tr></thead><tbody id="rows"></tbody></table></div>
<p class="legend"><span class="key masked">masked</span><span class="key kept">as it is</span><span class="key removed">not there</span></p>
</section>
<section class="card" aria-label="policies that were in force">
<div class="head"><h2>Policies in force</h2><span class="facts">from the rename of the file to the first record under it</span></div>
<ol id="changes" class="changes"></ol>
</section>
</div>
<section class="card policy" aria-label="policy">
<div class="head"><h2>Policy</h2><span class="facts mono" id="path">${escaped(path)}</span></div>
<div class="tries" role="group" aria-label="edits to try">${tries}</div>
<div id="problem" class="problem" role="alert" hidden></div>
<div class="editor"><pre id="paint" aria-hidden="true"></pre><textarea id="text" spellcheck="false" autocomplete="off" aria-label="text of the policy"></textarea></div>
<div class="save"><span class="facts" id="saved">Edit it here, or in an editor.</span><button type="button" id="save" disabled>Save <kbd>⌘S</kbd></button></div>
</section>
</div>
${pageEnd(["Names and numbers are made up. The page is served to this machine only, and ends with the demonstration."], SCRIPT)}`;
}

const STYLE = `
body{max-width:112rem}
.pulse{display:flex;gap:1.6rem;margin:0}
.pulse div{display:flex;flex-direction:column-reverse}
.pulse dt{color:var(--soft);font-size:.8rem}
.pulse dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.pulse dd.mono{font-size:1.1rem;line-height:1.83}
.pulse .shown dd{color:var(--masked)}
.stage{display:grid;grid-template-columns:minmax(0,1.75fr) minmax(22rem,1fr);gap:1.5rem;align-items:start}
@media(max-width:76rem){.stage{grid-template-columns:minmax(0,1fr)}}
.head{align-items:center}
.tabs{display:flex;gap:.25rem;background:var(--kept-bg);border-radius:.6rem;padding:.2rem}
button{font:inherit;color:inherit;cursor:pointer}
.tabs button{border:0;background:none;border-radius:.45rem;padding:.2rem .8rem;color:var(--soft);font-size:.88rem}
.tabs button[aria-selected=true]{background:var(--card);color:var(--ink);box-shadow:0 1px 2px #0002}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;table-layout:fixed;min-width:46rem}
th{text-align:left;font-weight:400;padding:.6rem;border-bottom:1px solid var(--line);background:var(--tint);vertical-align:bottom}
th b{font-weight:600;display:block}
th small{color:var(--soft);font-size:.78rem}
th.name{color:var(--soft);width:16%}
td{padding:.36rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;font-size:.8rem;line-height:1.4;white-space:pre-line;
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
tr:last-child td{border-bottom:0}
td:first-child,th:first-child{padding-left:1.15rem}
td.name{color:var(--soft);font-family:inherit;font-size:.83rem}
td.masked{color:var(--masked)}
td.kept{color:var(--kept)}
td.shown{color:var(--other);background:var(--other-bg)}
td.removed{color:var(--removed)}
td.none{color:var(--removed);background:var(--removed-bg);white-space:normal;font-family:inherit}
td.none b{display:block;font-weight:600}
td.none code{display:block;margin:.35rem 0;font-size:.92em;overflow-wrap:anywhere}
td.fresh{animation:fresh 2.4s ease-out}
@keyframes fresh{0%,35%{background:var(--masked-bg);box-shadow:inset 3px 0 var(--masked)}}
@media(prefers-reduced-motion:reduce){td.fresh{animation:none;box-shadow:inset 3px 0 var(--masked)}}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:.7rem 1.15rem;border-top:1px solid var(--line);font-size:.82rem;color:var(--soft)}
.key::before{content:"";display:inline-block;width:.6rem;height:.6rem;border-radius:50%;margin-right:.4rem;background:currentColor}
.key.masked{color:var(--masked)}.key.kept{color:var(--other)}.key.removed{color:var(--removed)}
.tries{display:flex;flex-wrap:wrap;gap:.4rem;padding:.8rem 1.15rem;border-bottom:1px solid var(--line)}
.tries button{border:1px solid var(--line);background:var(--tint);border-radius:2rem;padding:.2rem .75rem;font-size:.84rem}
.tries button:hover{border-color:var(--soft)}
.problem{background:var(--removed-bg);color:var(--removed);padding:.7rem 1.15rem;font-size:.88rem;border-bottom:1px solid var(--line)}
.editor{position:relative;background:var(--tint)}
.editor pre,.editor textarea{margin:0;padding:.9rem 1.15rem;font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;
tab-size:4;white-space:pre-wrap;overflow-wrap:break-word;letter-spacing:0;border:0}
.editor pre{min-height:24rem;color:var(--ink);pointer-events:none}
.editor textarea{position:absolute;inset:0;width:100%;height:100%;resize:none;background:none;color:transparent;caret-color:var(--ink);overflow:hidden}
.editor textarea:focus-visible{outline-offset:-2px}
.c{color:var(--soft)}.s{color:var(--masked)}.k{color:var(--focus)}.n{color:var(--other)}
.save{display:flex;align-items:center;justify-content:space-between;gap:1rem;padding:.7rem 1.15rem;border-top:1px solid var(--line)}
#save{background:var(--ink);color:var(--card);border:0;border-radius:.6rem;padding:.35rem .9rem;font-size:.9rem}
#save:disabled{opacity:.3;cursor:default}
kbd{font:inherit;opacity:.6;font-size:.85em}
.changes{list-style:none;margin:0;padding:0}
.changes li{display:grid;grid-template-columns:5.2rem 1fr auto;gap:.8rem;padding:.4rem 1.15rem;font-size:.85rem;color:var(--soft);font-variant-numeric:tabular-nums}
.changes li:first-child{color:var(--ink)}
.changes li+li{border-top:1px solid var(--line)}
.changes b{font-weight:600;color:var(--masked)}
footer{margin-top:-.5rem}
`;

/** Everything that comes is put in as text, never as markup. */
const SCRIPT = `
const VIEWS=${JSON.stringify(VIEWS)};
const $=id=>document.getElementById(id);
const el=(tag,cls,text)=>{const e=document.createElement(tag);if(cls)e.className=cls;if(text!==undefined)e.textContent=text;return e};
let state,tab=0,before=new Map(),saved="",from;
const ms=n=>n===undefined||n===null?"…":n<1000?Math.round(n)+" ms":(n/1000).toFixed(2)+" s";
const group=n=>n.toLocaleString("en");
function paint(text){
  const out=$("paint");out.replaceChildren();
  const pattern=/(#[^\\n]*)|("[^"\\n]*")|\\b(package|default|if|in|contains|not|every|some|input|import)\\b|(\\b\\d+\\b)/g;
  let at=0;
  for(const m of text.matchAll(pattern)){
    out.append(text.slice(at,m.index),el("span",m[1]?"c":m[2]?"s":m[3]?"k":"n",m[0]));
    at=m.index+m[0].length;
  }
  out.append(text.slice(at)+"\\n");
}
function typed(){paint($("text").value);$("save").disabled=$("text").value===saved}
async function save(body){
  $("save").disabled=true;
  const answer=await fetch("/policy",{method:"POST",headers:{"content-type":"application/json","x-bauta-demo":"1"},body:JSON.stringify(body)});
  if(!answer.ok)$("saved").textContent="It was not saved: "+answer.status;
}
$("save").onclick=()=>save({text:$("text").value});
$("text").oninput=typed;
$("text").onkeydown=e=>{
  if(e.key==="s"&&(e.metaKey||e.ctrlKey)){e.preventDefault();save({text:$("text").value})}
  if(e.key==="Tab"&&!e.shiftKey){e.preventDefault();document.execCommand("insertText",false,"\\t")}
};
document.querySelectorAll("[data-trial]").forEach(b=>{b.onclick=()=>save({trial:Number(b.dataset.trial)})});
function tabs(){
  const box=$("tabs");
  if(box.children.length!==state.messages.length)box.replaceChildren(...state.messages.map((m,i)=>{
    const b=el("button","",m.title);b.type="button";b.setAttribute("role","tab");b.onclick=()=>{tab=i;draw(true)};return b;
  }));
  [...box.children].forEach((b,i)=>b.setAttribute("aria-selected",String(i===tab)));
}
function rows(isAnew){
  const {rows,refused,title}=state.messages[tab],body=$("rows");
  body.replaceChildren(...rows.map((row,at)=>{
    const tr=el("tr");
    tr.append(el("td","name",row.name.replaceAll("/","/\\u200b")),el("td","kept",row.raw));
    row.views.forEach((cell,view)=>{
      if(refused[view]){
        if(at>0)return;
        const td=el("td","none"+(mark(title,view,"refused",refused[view],isAnew)?" fresh":""));td.rowSpan=rows.length;
        td.append(el("b","","Refused for this view"),el("code","",refused[view].replaceAll("/","/\\u200b")),"The record is in the topic of refused ones; the other views have it.");
        tr.append(td);return;
      }
      const cls=cell.state==="kept"?"shown":cell.state;
      tr.append(el("td",cls+(mark(title,view,row.name+at,cell.text,isAnew)?" fresh":""),cell.state==="removed"?"–":cell.text));
    });
    return tr;
  }));
}
/* Whether a cell is otherwise than it was: it lights up as long as its animation takes, however often the table is drawn. */
function mark(title,view,name,text,isAnew){
  const key=[title,view,name].join("|"),was=before.get(key),now=performance.now();
  if(was===undefined){before.set(key,{text,at:-1e9});return false}
  if(was.text!==text)before.set(key,{text,at:now});
  return !isAnew&&was.text!==text;
}
function draw(isAnew){
  tabs();
  const fields=JSON.stringify(state.messages[tab]);
  if(isAnew||fields!==draw.fields){draw.fields=fields;rows(isAnew)}
  const last=state.changes.at(-1);
  $("rate").textContent=group(state.perSecond);$("sent").textContent=group(state.sent);
  $("digest").textContent=last?last.digest.slice(0,8)||"first":"–";$("digest").title=last?last.digest:"";
  $("visible").textContent=last&&last.sequence>0?ms(last.visibleMs):"–";
  $("problem").hidden=!state.problem;$("problem").textContent=state.problem?state.problem+" The last good policy stays in force.":"";
  $("changes").replaceChildren(...[...state.changes].reverse().map(c=>{
    const li=el("li");
    li.append(el("span","",new Date(c.at).toLocaleTimeString("en-GB")),el("span","mono",c.digest===""?"the first policy":"policy "+c.sequence+" · "+c.digest.slice(0,8)));
    const t=el("span");if(c.sequence>0)t.append("visible after ",el("b","",ms(c.visibleMs)));else t.textContent="at the start";
    li.append(t);return li;
  }));
  if(state.policy!==saved){
    const mine=$("text").value!==saved&&saved!=="";
    if(!mine||$("text").value===state.policy||document.activeElement!==$("text")){$("text").value=state.policy}
    saved=state.policy;typed();
    $("saved").textContent=from===undefined?"Edit it here, or in an editor.":"Saved on disk.";from=saved;
  }
}
const events=new EventSource("/events");
events.onmessage=e=>{state=JSON.parse(e.data);draw(false)};
events.onerror=()=>{$("saved").textContent="The demonstration has ended."};
`;
