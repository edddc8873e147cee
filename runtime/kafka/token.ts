/** Tokens for OAUTHBEARER: what a command of the operator's prints. It also serves identities of a cloud. */
import { execFile } from "node:child_process";
import { BautaError } from "../kit/errors.ts";

export interface Token {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
  readonly principal: string;
}

const COMMAND_MS = 30_000;
const TOKEN_BYTES_MAX = 262_144;

/**
 * Runs the command: it prints a JSON Web Token, or JSON with `token`, `expires-ms` (since 1970) and `principal`.
 * @throws BautaError 1503; what the command printed is not told
 */
export async function tokenOf([program = "", ...words]: readonly string[]): Promise<Token> {
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(program, words, { timeout: COMMAND_MS, maxBuffer: TOKEN_BYTES_MAX, encoding: "utf8" }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(new BautaError(1503, { path: program, detail: "the command failed" }));
    });
  });
  const found = printed.startsWith("{") ? ofJson(printed) : ofWebToken(printed);
  if (found === undefined) throw new BautaError(1503, { path: program, detail: "what the command printed is no token" });
  return found;
}

function ofJson(text: string): Token | undefined {
  const said = parsed(text);
  const { token, principal = "" } = said ?? {};
  const expires = said?.["expires-ms"];
  return typeof token === "string" && typeof principal === "string" && typeof expires === "number"
    ? { token, expiresMs: Math.trunc(expires), principal }
    : undefined;
}

/** RFC 7519: `exp` is in seconds. */
function ofWebToken(token: string): Token | undefined {
  const parts = token.split(".");
  const claims = parts.length === 3 ? parsed(Buffer.from(parts[1] ?? "", "base64url").toString("utf8")) : undefined;
  const { exp, sub = "" } = claims ?? {};
  return typeof exp === "number" && typeof sub === "string" ? { token, expiresMs: Math.trunc(exp * 1000), principal: sub } : undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
