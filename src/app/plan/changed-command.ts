import type { Study } from "../../core/study.ts";
import { readRounds } from "../../rounds/round.ts";
import { readSetting } from "../../rounds/setting.ts";
import { roundName, type Layout } from "../../workspace/layout.ts";

/**
 * Says so when trials of the same version were planned with another command: nobody can know whether it trains
 * otherwise, and their results are ranked together. @throws BsweepError INVALID_MANIFEST
 */
export function explainChangedCommand(study: Study, layout: Layout): string | undefined {
  const { trainer } = study;
  if (trainer.kind !== "command") return undefined;
  const words = JSON.stringify(trainer.command);
  const others = readRounds(layout, study.name).filter(
    (round) =>
      round.trainer.kind === "command" &&
      JSON.stringify(round.trainer.command) !== words &&
      readSetting(layout, round).trainer.revision === trainer.version,
  );
  if (others.length === 0) return undefined;
  const names = others.map(({ round }) => roundName(round)).join(", ");
  return `trainer.command is another one than in ${names}, and trainer.version is still ${trainer.version}: their results are ranked together; if it trains otherwise now, set trainer.version to ${trainer.version + 1}`;
}
