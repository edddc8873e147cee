/** The plan's bytes as a message, by the descriptors of the protobuf definition: for whoever runs a plan, and for tests. */
import { fromBinary } from "@bufbuild/protobuf";
import { BautaError } from "../kit/errors.ts";
import { type Plan, PlanSchema } from "./generated/plan_pb.ts";

/**
 * The message in the bytes; enums keep numbers that this version does not know, for the engine to refuse.
 * @throws BautaError 9001 when the bytes are no plan
 */
export function decodePlan(bytes: Uint8Array): Plan {
  try {
    return fromBinary(PlanSchema, bytes);
  } catch {
    // The parser's own message could quote the bytes; where it stopped does not help anybody.
    throw new BautaError(9001, { detail: "plan bytes are not a bauta.plan.v1.Plan" });
  }
}
