import type { DatasetHeader } from "../core/dataset.ts";
import { CanonicalText } from "../core/canonical-json.ts";
import type { Parameters } from "../core/study.ts";
import { type CnnCost, estimateCost, type Training } from "./cost.ts";
import { identifyingParameters, resolveCnnParameters } from "./parameters.ts";
import { type CnnPlan, createCnnSizer } from "./shapes.ts";

/** What a trial's network is, and what it may take. */
export type PlannedNetwork = Pick<CnnPlan, "parameters" | "flopsPerExample"> & CnnCost;

/** What one combination of parameters comes to. */
interface Examined {
  /** Of the parameters, what names a trial. */
  readonly content: CanonicalText;
  /** Null for a command: nobody knows what it builds. */
  readonly network: PlannedNetwork | null;
  /** Why there can be no such trial. */
  readonly reason?: string;
}

/** @param header null for a command without data */
export function createExaminer(
  trainer: "cnn" | "command",
  header: DatasetHeader | null,
  training: Training,
): (params: Parameters) => Examined {
  return header !== null && trainer === "cnn" ? examineCnn(header, training) : examineCommand;
}

function examineCnn(header: DatasetHeader, training: Training): (params: Parameters) => Examined {
  const sizeNetwork = createCnnSizer(header);
  return (params) => {
    const resolved = resolveCnnParameters(params);
    const sizing = sizeNetwork(resolved);
    const content = new CanonicalText(identifyingParameters(resolved));
    if (!sizing.ok) return { content, network: null, reason: sizing.reason };
    const cost = estimateCost(resolved, sizing.size, header, training);
    return { content, network: { ...sizing.size, ...cost } };
  };
}

/** A command's parameters mean what they mean to it: all of them name a trial. */
function examineCommand(params: Parameters): Examined {
  return { content: new CanonicalText(params), network: null };
}
