/** Topics that somebody deletes, or gives another configuration, while others are at work on them. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kafkaJars } from "./cluster.ts";

export const deleteTopic = (bootstrap: string, topic: string): void => change(bootstrap, "delete", topic);

export const setOfTopic = (bootstrap: string, topic: string, name: string, value: string): void =>
  change(bootstrap, "set", topic, name, value);

function change(...words: string[]): void {
  const source = fileURLToPath(new URL("./Change.java", import.meta.url));
  const result = spawnSync("java", ["-cp", kafkaJars(), source, ...words], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`the topic cannot be changed: ${result.stderr}`);
}
