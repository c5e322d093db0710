import type { Effects } from "../../core/effects.ts";
import type { Trial } from "../../core/trial.ts";
import type { RoundKind } from "../../formats/round-file.ts";
import type { Layout } from "../../workspace/layout.ts";
import { findKnownPacking } from "../plan/packing.ts";
import type { PlanContext } from "../plan/plan-context.ts";
import { type WrittenRound, writeRound } from "./write-round.ts";

/**
 * Writes trials that a person asked for as the study's next round, without a canary: their like has run. Null without any.
 * @throws BsweepError as writeRound does
 */
export async function writeChosen(
  kind: Extract<RoundKind, "promotion" | "finalists">,
  trials: readonly Trial[],
  context: PlanContext,
  { layout }: { readonly layout: Layout },
  effects: Effects,
): Promise<WrittenRound | null> {
  if (trials.length === 0) return null;
  const { study, header, sha256, site, existing } = context;
  const written = await writeRound(
    {
      ...{ study, header, sha256, site, trials, layout, kind },
      place: { study: study.name, round: existing.highestRound + 1, replace: false },
      trialsPerElement: (await findKnownPacking(context, layout)).trialsPerElement,
      canary: false,
    },
    effects,
  );
  return written ?? null;
}
