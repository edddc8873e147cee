/**
 * Grants: more for a view until a moment. An answer names one with `grant`; behind its end `else` is in force, without anybody's act. They
 * are read with the policy's data, so whoever signs the policy signs for how long.
 */
import { BautaError } from "../kit/errors.ts";
import { GRANT_DAYS_MAX } from "../kit/limits.ts";
import type { Answer, WrittenAnswer } from "./answer.ts";
import { isObject } from "./views.ts";

export interface Grant {
  readonly name: string;
  /** Its end, milliseconds since 1970. */
  readonly until: number;
  readonly reason: string;
}

export type Grants = ReadonlyMap<string, Grant>;

const KEYS = ["until", "reason"];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** ISO 8601 in UTC, to the minute or second: a moment that is read in one way. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/;
const DAY_MS = 86_400_000;

/** `data.bauta.grants`. @throws BautaError 1648 for one without an end, or of another form */
export function grantsOf(data: unknown): Grants {
  const bauta = isObject(data) ? data["bauta"] : undefined;
  const written = isObject(bauta) ? bauta["grants"] : undefined;
  if (written === undefined) return new Map();
  if (!isObject(written)) throw wrong("data.bauta.grants", "an object of grants by name belongs here");
  return new Map(Object.entries(written).map(([name, grant]) => [name, grantOf(name, grant)]));
}

function grantOf(name: string, grant: unknown): Grant {
  const path = `data.bauta.grants.${name}`;
  if (!NAME.test(name)) throw wrong("data.bauta.grants", "letters, digits, `.`, `_` and `-` make a name of a grant");
  if (!isObject(grant)) throw wrong(path, "an object belongs here");
  const other = Object.keys(grant).find((key) => !KEYS.includes(key));
  if (other !== undefined) throw wrong(path, "there is `until` and `reason`, and no other key");
  const { until, reason = "" } = grant;
  if (until === undefined) throw wrong(path, "it has no end: `until` is missing");
  const end = typeof until === "string" && MOMENT.test(until) ? Date.parse(until) : Number.NaN;
  // A 30th of February would be the 2nd of March.
  const isDay = !Number.isNaN(end) && new Date(end).toISOString().startsWith(String(until).slice(0, "2026-12-01T00:00".length));
  if (!isDay) throw wrong(path, "`until` is a moment in UTC: 2026-12-01T18:00:00Z");
  if (typeof reason !== "string") throw wrong(path, "`reason` is a text");
  return { name, until: end, reason };
}

/** @throws BautaError 1648 for one that ends too far away */
export function checkEnds(grants: Grants, at: number): void {
  for (const { name, until } of grants.values())
    if (until - at > GRANT_DAYS_MAX * DAY_MS) throw wrong(`data.bauta.grants.${name}`, `it ends in more than ${GRANT_DAYS_MAX} days`);
}

/** What is answered at a moment. A grant that is not known is none. */
export function answerAt(answer: WrittenAnswer, grants: Grants, at: number): Answer {
  if (answer.action !== "granted") return answer;
  return (grants.get(answer.grant)?.until ?? 0) > at ? answer.during : answer.otherwise;
}

const wrong = (path: string, detail: string): BautaError => new BautaError(1648, { path, detail });
