/** The rules and the dashboard of examples/monitoring, as tests have them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../shared.ts";

export const MONITORING: string = join(projectRoot, "examples/monitoring");
export const RULES: string = readFileSync(join(MONITORING, "alerts.yaml"), "utf8");

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

export interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string | { readonly query: string } }[] };
}

export const DASHBOARD: Dashboard = JSON.parse(readFileSync(join(MONITORING, "dashboard.json"), "utf8")) as Dashboard;

/** What Grafana puts for its variables, where all of each are chosen. */
const VARIABLES: Readonly<Record<string, string>> = {
  instance: ".*",
  view: ".*",
  __rate_interval: "30s",
  __interval: "30s",
  __range: "10m",
};

/** Every query of the dashboard, as Prometheus gets it; annotations and variables too. */
export function dashboardQueries(): readonly { readonly of: string; readonly expr: string }[] {
  const { panels, annotations, templating } = DASHBOARD;
  const asked = [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr, refId }) => ({ of: `${title} ${refId}`, expr }))),
    ...annotations.list.map(({ expr }) => ({ of: "annotation", expr })),
    ...templating.list.flatMap(({ name, query }) => {
      const found = typeof query === "string" ? undefined : /^label_values\((\w+), (\w+)\)$/.exec(query.query);
      return found === undefined || found === null ? [] : [{ of: `variable ${name}`, expr: `count by (${found[2]}) (${found[1]})` }];
    }),
  ];
  return asked.map(({ of, expr }) => ({ of, expr: expr.replaceAll(/\$(\w+)/g, (word, name: string) => VARIABLES[name] ?? word) }));
}

/** Names of metrics in expressions and rules; those of Prometheus itself are not ours. */
export const metricsIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/\b(?:bauta|process)_\w+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, "")));
