import type { SlotUse } from "../../stats/ledger/slots.ts";
import type { PageSlots } from "../../stats/report-page.ts";

/** More steps than a chart shows. */
const MAX_STEPS = 1000;

/** As the ledger has it; of more changes than a chart shows, the most at once in each of as many spans of time. */
export function tabulateSlots(slots: SlotUse | null): PageSlots {
  const steps = thin(slots?.steps ?? []);
  return {
    seconds: Float64Array.from(steps, ([seconds]) => seconds),
    running: Int32Array.from(steps, ([, running]) => running),
  };
}

function thin(steps: SlotUse["steps"]): SlotUse["steps"] {
  if (steps.length <= MAX_STEPS) return steps;
  const end = steps.at(-1)?.[0] ?? 0;
  const most = new Map<number, number>();
  for (const [at, running] of steps) {
    const span = Math.floor((at / end) * MAX_STEPS);
    most.set(span, Math.max(most.get(span) ?? 0, running));
  }
  return [...most].map(([span, running]) => [(span * end) / MAX_STEPS, running]);
}
