/** Alert rules and dashboard: accepted by promtool, over metrics that are documented, and laid out as they should be. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROMETHEUS_THERE, promtool } from "../services/prometheus.ts";
import { projectRoot } from "../shared.ts";
import { DASHBOARD, dashboardQueries, MONITORING, metricsIn, RULES } from "./monitoring.ts";

const page = readFileSync(join(projectRoot, "docs/operations.md"), "utf8");

describe("alert rules", () => {
  test.skipIf(!PROMETHEUS_THERE)("are rules, and fire when they should and only then, says promtool", () => {
    expect(promtool("check", "rules", join(MONITORING, "alerts.yaml"))).toEqual({ code: 0, said: expect.stringContaining("SUCCESS") });
    expect(promtool("test", "rules", join(MONITORING, "alerts_test.yaml"))).toEqual({ code: 0, said: expect.stringContaining("SUCCESS") });
  });

  test("are documented, say what to do, and each is in their tests", () => {
    const { groups } = parse(RULES) as { groups: { rules: { alert: string; annotations: Record<string, string> }[] }[] };
    const tests = readFileSync(join(MONITORING, "alerts_test.yaml"), "utf8");
    for (const { alert, annotations } of groups.flatMap(({ rules }) => rules)) {
      expect(page).toContain(`| \`${alert}\` |`);
      expect([alert, annotations["summary"], annotations["description"]]).toEqual([alert, expect.any(String), expect.any(String)]);
      // Once where all is quiet, once where it fires.
      expect(tests.split(alert).length).toBeGreaterThan(2);
    }
  });
});

test("every metric of rules and dashboard is documented", () => {
  const used = metricsIn(RULES + JSON.stringify(DASHBOARD));
  expect(used.size).toBeGreaterThan(20);
  for (const name of used) expect(page).toContain(`\`${name}\``);
});

describe("the dashboard", () => {
  const { panels } = DASHBOARD;

  test("says of each panel what it shows, and in which unit", () => {
    expect(dashboardQueries().length).toBeGreaterThan(30);
    for (const { type, title, description, fieldConfig } of panels.filter((panel) => panel.type !== "row"))
      expect([title, typeof description, typeof fieldConfig?.defaults.unit, type.length > 0]).toEqual([title, "string", "string", true]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test("has no two panels on one place, and no hole in a line of panels", () => {
    const cells = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++)
        for (let line = y; line < y + h; line++) {
          expect([title, cells.get(`${column} ${line}`)]).toEqual([title, undefined]);
          cells.set(`${column} ${line}`, title);
        }
    }
    const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
    expect(cells.size).toBe(24 * height);
  });
});
