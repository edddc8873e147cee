/** The pages that reports are: one file, no request to anywhere, light and dark. Everything that comes from a message is escaped. */

/** Text for element content and quoted attributes. Control characters become signs: a page may not hold them. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, "\ufffd");
}

export interface PageInit {
  readonly title: string;
  /** One sentence below the title; markup of ours. */
  readonly lead: string;
  readonly style: string;
  readonly script: string;
  /** Clear values stand in it: it says so at its top. */
  readonly clear: boolean;
  /** What stands at the right of the title: a filter, a switch. */
  readonly controls: string;
  /** It asks whoever served it for more. Default: it asks nobody. */
  readonly isLive?: boolean;
}

/** From the first line to the first element of a report. */
export function pageBegin({ title, lead, style, clear, controls, isLive = false }: Omit<PageInit, "script">): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'${isLive ? "; connect-src 'self'" : ""}">
<title>${escaped(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<header class="top">
<div><h1>${escaped(title)}</h1><p class="lead">${lead}</p></div>
${controls}
</header>
${clear ? '<p class="warning" role="note"><strong>Clear values.</strong> This page is as confidential as the messages in it. Delete it when you have seen it.</p>\n' : ""}<main>
`;
}

export const pageEnd = (summary: readonly string[], script: string): string => `</main>
<footer>${summary.map((line) => `<p>${escaped(line)}</p>`).join("")}</footer>
<script>${script}</script>
</body>
</html>
`;

const STYLE = `
:root{color-scheme:light dark;--paper:#f7f6f3;--card:#fff;--ink:#22211f;--soft:#64615b;--line:#e4e1da;--tint:#faf9f6;
--masked:#146c43;--masked-bg:#e3f3ea;--kept:#57544e;--kept-bg:#efede8;--removed:#a1260d;--removed-bg:#fbe9e4;--other:#7a5200;--other-bg:#fbf0d6;--focus:#3257a8}
@media(prefers-color-scheme:dark){:root{--paper:#171716;--card:#1f1f1d;--ink:#eceae5;--soft:#a5a199;--line:#33322f;--tint:#252422;
--masked:#7fd6a6;--masked-bg:#183226;--kept:#b8b4ab;--kept-bg:#2c2b28;--removed:#ff9d85;--removed-bg:#3a1f18;--other:#eec56a;--other-bg:#372b12;--focus:#8fb0ff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem clamp(1rem,4vw,3.5rem) 4rem;max-width:90rem;background:var(--paper);color:var(--ink);
font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
h1{margin:0;font-size:1.6rem;font-weight:600;letter-spacing:-.01em}
h2{margin:0;font-size:1.02rem;font-weight:600;overflow-wrap:anywhere}
p{margin:0}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
.top{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:end;justify-content:space-between;margin-bottom:1.25rem}
.lead{color:var(--soft);margin-top:.15rem}
.warning{background:var(--other-bg);color:var(--other);padding:.6rem .9rem;border-radius:.6rem;margin-bottom:1.25rem;font-size:.92rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.9rem;margin:0 0 1.5rem;overflow:hidden}
.head{display:flex;flex-wrap:wrap;gap:.15rem 1rem;align-items:baseline;justify-content:space-between;padding:.9rem 1.15rem;border-bottom:1px solid var(--line)}
.facts{color:var(--soft);font-size:.88rem;font-weight:400}
h2 .facts{margin-left:.35rem}
.refusal{background:var(--removed-bg);padding:.9rem 1.15rem;border-bottom:1px solid var(--line)}
.refusal h3{margin:0 0 .3rem;color:var(--removed);font-size:.98rem}
.refusal dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:0}
.refusal dt{color:var(--soft)}.refusal dd{margin:0;overflow-wrap:anywhere}
label{color:var(--soft);font-size:.88rem}
input[type=search]{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.45rem .75rem;width:min(20rem,80vw)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
footer{color:var(--soft);font-size:.92rem}
[hidden]{display:none!important}
@media print{body{padding:0}.controls{display:none}.card{break-inside:auto}}
`;
