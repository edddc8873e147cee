/** Places in the code where an error happened. */

/** Without the message, which may stand in front of the frames and hold anything. */
export function framesOf(error: Error): readonly string[] {
  const stack = error.stack ?? "";
  const message = stack.indexOf(error.message);
  const frames = error.message === "" || message < 0 ? stack : stack.slice(message + error.message.length);
  return frames.split("\n").filter((line) => /^(?:\s+at .*|\S*@.*):\d+:\d+\)?$/.test(line));
}
