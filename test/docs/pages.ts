/** The documentation as the tests see it: pages, their sections, links and snippets. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../shared.ts";

export interface Page {
  /** Path below the project's root. */
  readonly path: string;
  readonly text: string;
}

export interface Snippet {
  /** `docs/cli.md:12`, for messages. */
  readonly place: string;
  /** What stands behind the opening fence: `sh`, `yaml`, or nothing. */
  readonly language: string;
  readonly text: string;
}

/** A page by its path below the project's root. */
export function pageAt(path: string): Page {
  return { path, text: readFileSync(join(projectRoot, path), "utf8") };
}

/** All pages below a folder, in the order of their paths. */
export function pagesBelow(folder: string): readonly Page[] {
  const names = readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => pageAt(`${folder}/${name}`));
}

/** Text below each heading of a level, by the heading's text; what stands before the first is left out. */
export function sectionsOf(text: string, level: number): ReadonlyMap<string, string> {
  const mark = `${"#".repeat(level)} `;
  const sections = new Map<string, string>();
  let title: string | undefined;
  for (const { line, fenced } of linesOf(text)) {
    if (!fenced && line.startsWith(mark)) {
      title = line.slice(mark.length);
      sections.set(title, "");
    } else if (title !== undefined) {
      sections.set(title, `${sections.get(title) ?? ""}${line}\n`);
    }
  }
  return sections;
}

/** Anchors that GitHub makes of a page's headings: lower case, words joined by hyphens, other signs left out. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = linesOf(text).filter(({ line, fenced }) => !fenced && /^#{1,6} /.test(line));
  return new Set(
    headings.map(({ line }) =>
      line
        .replace(/^#+ /, "")
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Targets of links in prose and tables, not of those inside snippets. */
export function linksOf(text: string): readonly string[] {
  const prose = linesOf(text).filter(({ fenced }) => !fenced);
  return prose.flatMap(({ line }) => [...line.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string));
}

/** Words in backticks outside of snippets. */
export function namedIn(text: string): ReadonlySet<string> {
  const prose = linesOf(text).filter(({ fenced }) => !fenced);
  return new Set(prose.flatMap(({ line }) => [...line.matchAll(/`([^`]+)`/g)].flatMap((match) => (match[1] as string).split(/[\s,]+/))));
}

/** The fenced blocks of a page. */
export function snippetsOf({ path, text }: Page): readonly Snippet[] {
  const snippets: Snippet[] = [];
  let open: { place: string; language: string; lines: string[] } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    if (!line.startsWith("```")) open?.lines.push(line);
    else if (open === undefined) open = { place: `${path}:${i + 1}`, language: line.slice(3).trim(), lines: [] };
    else {
      snippets.push({ place: open.place, language: open.language, text: `${open.lines.join("\n")}\n` });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${open.place}: the fence is not closed`);
  return snippets;
}

function linesOf(text: string): readonly { readonly line: string; readonly fenced: boolean }[] {
  let fenced = false;
  return text.split("\n").map((line) => {
    if (!line.startsWith("```")) return { line, fenced };
    fenced = !fenced;
    return { line, fenced: true };
  });
}
