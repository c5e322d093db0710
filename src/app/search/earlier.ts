import { dropAbsent } from "../../core/objects.ts";
import { type Study, toLoss } from "../../core/study.ts";
import type { EarlierTrial } from "../../formats/search-history.ts";
import type { BoundTrial } from "../../storage/bound-trials.ts";

/** What samplers learn from a trial of a database; nothing of a skipped one. */
export function learnFrom(
  trial: BoundTrial,
  { objective, trainer }: Study,
): readonly EarlierTrial[] {
  const { params, state, metrics, epochs, earlyEndStep, earlyEndValue, earlyEndQuantile } = trial;
  if (state === "skipped") return [];
  const isPruned = state === "pruned";
  const value = isPruned ? earlyEndValue : metrics[objective.metric];
  const steps = isPruned ? Math.max(1, earlyEndStep ?? 1) : epochs;
  return [
    {
      ...{ params, state: state ?? "running", loss: toLoss(value ?? null, objective) },
      share: Math.min(1, steps / trainer.epochs),
      ...dropAbsent({ quantile: earlyEndQuantile ?? undefined }),
    },
  ];
}
