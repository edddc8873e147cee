/** Calls of the client that never come back. */
import { expect, test } from "bun:test";
import { answered, givenUp, isStuck } from "../../runtime/kafka/answered.ts";

const SOON = { looks: 3, lookMs: 5 };

test("a call that ends is what it is", async () => {
  expect(await answered("poll", async () => 7, SOON)).toBe(7);
  const failed = (): never => {
    throw new Error("it failed");
  };
  await expect(answered("poll", async () => failed(), SOON)).rejects.toThrow("it failed");
  // One that is refused before it begins, such as a second one at a time, fails as the others do.
  await expect(answered("poll", failed, SOON)).rejects.toThrow("it failed");
});

test("one that never does is BAUTA-1528, and names the call; then the process does not wait for it either", async () => {
  expect(isStuck()).toBe(false);
  const error = await answered("rewind", () => new Promise(() => undefined), SOON).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain("BAUTA-1528");
  expect(String(error)).toContain("rewind");
  expect(isStuck()).toBe(true);
});

test("a machine that stood still has lost one look, however long that was", async () => {
  const call = answered("poll", () => new Promise((resolve) => setTimeout(() => resolve("there"), 12)), SOON);
  Bun.sleepSync(200);
  expect(await call).toBe("there");
});

test("whoever leaves waits no longer than that, and hears of nothing that fails then", async () => {
  const failed = (): never => {
    throw new Error("it failed");
  };
  expect(await givenUp(() => new Promise(() => undefined), SOON)).toBeUndefined();
  expect(await givenUp(failed, SOON)).toBeUndefined();
  expect(await givenUp(async () => failed(), SOON)).toBeUndefined();
});
