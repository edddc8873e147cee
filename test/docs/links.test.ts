/** Links between pages lead somewhere, down to the heading. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { projectRoot } from "../shared.ts";
import { anchorsOf, linksOf, type Page, pageAt, pagesBelow } from "./pages.ts";

const pages: readonly Page[] = [...pagesBelow("docs"), pageAt("README.md"), pageAt("CONTRIBUTING.md"), pageAt("SECURITY.md")];

describe("links", () => {
  test.each(pages.map((page) => [page.path, page] as const))("%s", (_, page) => {
    const broken = linksOf(page.text).filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  test("a page that nothing links to cannot be found", () => {
    const targets = new Set(pages.flatMap((page) => linksOf(page.text).map((link) => targetOf(page, link))));
    const lost = pages.filter((page) => page.path.startsWith("docs/") && page.path !== "docs/README.md" && !targets.has(page.path));
    expect(lost.map((page) => page.path)).toEqual([]);
  });
});

/** Addresses of other places are not followed: a test needs no network. */
const isOutside = (link: string): boolean => /^[a-z]+:/.test(link);

function leadsSomewhere(page: Page, link: string): boolean {
  if (isOutside(link)) return true;
  const target = targetOf(page, link);
  if (!existsSync(join(projectRoot, target))) return false;
  const anchor = link.split("#")[1];
  return anchor === undefined || (target.endsWith(".md") && anchorsOf(pageAt(target).text).has(anchor));
}

/** Path below the project's root, without the anchor. */
function targetOf(page: Page, link: string): string {
  const path = link.split("#")[0] as string;
  return path === "" ? page.path : normalize(join(dirname(page.path), path));
}
