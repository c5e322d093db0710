import type { Pruning } from "../../core/pruning.ts";
import type { Setting } from "../../core/setting.ts";
import { isCnnStudy, stepMetricOf, type Study } from "../../core/study.ts";
import { directionOf } from "../../formats/study-schema.ts";
import { nameWithin } from "./within.ts";

/** How a study's trials are stopped early; undefined where they are not. */
export function describePruning(study: Study, setting: Setting): Pruning | undefined {
  const { pruner, objective } = study;
  if (pruner === undefined) return undefined;
  const { kind, minResource, reductionFactor, keepCheckpoints } = pruner;
  return {
    ...{ kind, minResource, reductionFactor, keepCheckpoints },
    ...(isCnnStudy(study)
      ? compareOnValidation(pruner.metric, objective.metric)
      : {
          metric: pruner.metric ?? stepMetricOf(objective.metric, study.trainer.best),
          direction: objective.direction,
        }),
    within: nameWithin(study, setting),
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
