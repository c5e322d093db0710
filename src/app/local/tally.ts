import type { Effects } from "../../core/effects.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { formatCount, formatDuration, formatValue } from "../../core/quantities.ts";
import type { Goals } from "../../core/study.ts";
import type { TrialResult } from "../../core/trial.ts";
import { BestSoFar } from "../../stats/best-so-far.ts";
import { requiredOf } from "../../stats/requirements.ts";

/**
 * Counts a local run while it goes on, and tells how far it is.
 * @param total trials that are to be run
 */
export function trackTrials(goals: Goals, total: number, effects: Effects) {
  const startedAt = effects.now().getTime();
  const best = new BestSoFar(goals);
  // Seconds the trainers took: what one trial after another would have taken.
  let [done, failed, trialSeconds] = [0, 0, 0];
  const elapsedSeconds = (): number => (effects.now().getTime() - startedAt) / 1000;
  const show = (): void => {
    const left = ((total - done) * elapsedSeconds()) / done;
    const { value } = best;
    const parts = [
      ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
      ...(value === undefined ? [] : [`best ${goals.objective.metric} ${formatValue(value)}`]),
      ...(Number.isFinite(left) && left > 0 ? [`about ${formatDuration(left)} left`] : []),
    ];
    const note = parts.length === 0 ? {} : { note: parts.join(", ") };
    effects.reporter.progress({ label: "trials", done, total, ...note });
  };
  return {
    show,
    add: (result: TrialResult): void => {
      done += 1;
      trialSeconds += result.timing.seconds;
      if (result.state === "failed") failed += 1;
      best.add(
        canonicalJson([result.params, result.resource.epochs]),
        result.objective,
        requiredOf(result, goals),
      );
      show();
    },
    /** What came of it so far. */
    summary: () => ({ done, failed, seconds: elapsedSeconds(), trialSeconds }),
  };
}
