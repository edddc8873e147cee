/** What `bauta check` says of techniques of amounts. */
import { expect, test } from "bun:test";
import { figureNotes } from "../../runtime/model/figure-notes.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { fileSource, presetSource } from "../../runtime/model/sources.ts";
import { projectRoot } from "../shared.ts";

test("a model that changes amounts is told what it gives away, once for each technique, and others nothing", () => {
  const notes = (source: Parameters<typeof loadModel>[0]): readonly string[] => {
    const { model } = loadModel(source);
    if (model === undefined) throw new Error("the model does not load");
    return figureNotes(model, "model").map(({ message }) => message);
  };
  expect(notes(fileSource(`${projectRoot}examples/models/noisy-amounts.yaml`))).toEqual([
    "noise: sizes are told to within 10 %, and equal amounts stay equal; what added up adds up",
  ]);
  expect(notes(presetSource("test-data"))).toEqual([]);
});
