import type { DatasetHeader } from "../../core/dataset.ts";
import type { Pruning } from "../../core/pruning.ts";
import { isCnnStudy, type Study } from "../../core/study.ts";
import { directionOf } from "../../formats/study-schema.ts";
import { nameWithin } from "./open-search.ts";

/** How a study's trials are stopped early; undefined where they are not. @param header null for a command without data */
export function describePruning(study: Study, header: DatasetHeader | null): Pruning | undefined {
  const { pruner, objective } = study;
  if (pruner === undefined) return undefined;
  const { kind, minResource, reductionFactor, keepCheckpoints } = pruner;
  return {
    ...{ kind, minResource, reductionFactor, keepCheckpoints },
    ...(isCnnStudy(study)
      ? compareOnValidation(pruner.metric, objective.metric)
      : { metric: pruner.metric ?? objective.metric, direction: objective.direction }),
    within: nameWithin(study, header),
  };
}

/** What the built-in trainer tells after each epoch that is most like the objective: never of the hold-out. */
function compareOnValidation(
  wanted: string | undefined,
  objective: string,
): Pick<Pruning, "metric" | "direction"> {
  const isLoss = wanted === undefined ? objective.endsWith("Loss") : wanted === "validationLoss";
  const metric = isLoss ? "validationLoss" : "validationAccuracy";
  return { metric, direction: directionOf(metric) };
}
