/**
 * Any content that rules open: `SplmtryData/Envlp`, of which no catalogue knows what is inside, and a model does.
 *
 * Names of elements are copied, so all below such a place stand in the model, written out; what is not named there refuses the record.
 */
import type { Field } from "./api.ts";

/** Whether a field is any content that rules may open: extensions. Of a signature nothing is worth keeping. */
export const isOpenable = ({ type, dataClass, fit }: Field): boolean =>
  type === "any" && fit.shape === "unknown" && dataClass !== "signature";

/**
 * The text of an element, or an attribute, that a rule names below any content.
 * @param path of the field
 * @param below levels below the content: 1 for the element that is all of it
 */
export const fieldBelow = (path: string, below: number): Field => ({
  path,
  type: "any",
  dataClass: "free-text",
  fit: { shape: "text", min: 0, max: 0 },
  below,
});
