/** Tokens for OAUTHBEARER: what a command of the operator's prints. It also serves identities of a cloud. */
import { execFile } from "node:child_process";
import { BautaError } from "../kit/errors.ts";
import { TOKEN_AGAIN_MS } from "../kit/limits.ts";

export interface Token {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
  readonly principal: string;
}

/** Whoever shows tokens to a broker. */
export interface TokenUser {
  setToken(token: Token): void;
}

const COMMAND_MS = 30_000;
const TOKEN_BYTES_MAX = 262_144;
/** Part of a token's life after which the next one is asked for. */
const RENEW_AT = 0.8;

/** The token of a connection: had once, given to all who use it, and renewed before it has run out. */
export class Tokens {
  readonly #command: readonly string[];
  readonly #failed: (error: unknown) => void;
  readonly #users: TokenUser[] = [];
  #token: Token;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  private constructor(command: readonly string[], token: Token, failed: (error: unknown) => void) {
    this.#command = command;
    this.#token = token;
    this.#failed = failed;
    this.#wait(this.#life());
  }

  /**
   * @param command undefined: a connection without tokens
   * @param failed told when no next token could be had; the old one serves while it lasts, and it is asked again
   * @throws BautaError 1503
   */
  static async open(command: readonly string[] | undefined, failed: (error: unknown) => void): Promise<Tokens | undefined> {
    return command === undefined ? undefined : new Tokens(command, await tokenOf(command), failed);
  }

  /** Gives it the token, and each one that comes. */
  add(user: TokenUser): void {
    this.#users.push(user);
    user.setToken(this.#token);
  }

  /** A user that is closed gets none any more. */
  remove(user: TokenUser): void {
    const at = this.#users.indexOf(user);
    if (at >= 0) this.#users.splice(at, 1);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#users.length = 0;
  }

  #life(): number {
    return Math.max(TOKEN_AGAIN_MS, RENEW_AT * (this.#token.expiresMs - Date.now()));
  }

  #wait(milliseconds: number): void {
    if (this.#isClosed) return;
    // Longer than a timer can wait is nobody's token.
    this.#timer = setTimeout(() => void this.#renew(), Math.min(milliseconds, 2 ** 31 - 1));
    this.#timer.unref();
  }

  async #renew(): Promise<void> {
    try {
      this.#token = await tokenOf(this.#command);
      for (const user of this.#users) user.setToken(this.#token);
      this.#wait(this.#life());
    } catch (error) {
      this.#failed(error);
      this.#wait(TOKEN_AGAIN_MS);
    }
  }
}

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
