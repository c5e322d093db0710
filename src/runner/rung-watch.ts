import { writeFileSync } from "node:fs";
import { messageOf, valueOr } from "../core/errors.ts";
import type { Pruning, RungEvidence } from "../core/pruning.ts";
import { formatValue } from "../core/quantities.ts";
import type { EarlyEnd, StepRecord, Trial } from "../core/trial.ts";
import { prunerOf } from "../pruners/index.ts";
import type { Ladder, Pruner } from "../pruners/pruner.ts";
import { leaveAtRung, readRung } from "../rounds/search/rungs.ts";

/** Reason of the abort that stops a trial early. */
export const PRUNED = "pruned";

interface RungContext {
  readonly pruning: Pruning;
  /** Of the study's rungs. */
  readonly folder: string;
  /** Whether the trial goes on from a checkpoint: then earlier steps are not told again. */
  readonly resumes: boolean;
  /** Appears when the trial is to stop, for programs that look at it. */
  readonly flagFile: string;
  readonly log: (line: string) => void;
}

/**
 * Holds a trial against its siblings as it comes to rungs. Files alone are read; one that cannot be written or read lets the
 * trial go on.
 */
export class RungWatch {
  readonly #trial: Trial;
  readonly #context: RungContext;
  readonly #pruner: Pruner;
  readonly #ladder: Ladder;
  readonly #stop = new AbortController();
  #previous: number | undefined;
  /** A step at a rung that has not told the metric so far. */
  #untold: number | undefined;
  /** Why it is stopped; undefined while it goes on. */
  end: EarlyEnd | undefined;

  constructor(trial: Trial, context: RungContext) {
    const { pruning, resumes } = context;
    this.#trial = trial;
    this.#context = context;
    this.#pruner = prunerOf(pruning.kind);
    this.#ladder = this.#pruner.ladderOf(pruning, trial.number, trial.resource.epochs);
    this.#previous = resumes ? undefined : 0;
  }

  /** Aborts, with `PRUNED`, once the trial is to be stopped. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** A step that the trainer has told, or a part of one: what does not tell the metric is passed over. */
  readonly see = ({ step, metrics }: StepRecord): void => {
    const { metric } = this.#context.pruning;
    const previous = this.#previous ?? step - 1;
    const rung = this.#ladder.rungs.findLast((each) => each > previous && each <= step);
    const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    if (value === undefined) {
      if (rung !== undefined) this.#noteUntold(step, metric);
      return;
    }
    this.#untold = undefined;
    this.#previous = Math.max(previous, step);
    if (rung === undefined || this.end !== undefined) return;
    try {
      this.#compare(rung, step, value);
    } catch (error) {
      this.#context.log(`warning: it goes on without being compared: ${messageOf(error)}`);
    }
  };

  /** Several lines may tell of a step: it is known at the next one. */
  #noteUntold(step: number, metric: string): void {
    if (this.#untold !== undefined && this.#untold < step)
      this.#context.log(`warning: step ${this.#untold} tells no ${metric}: it is not compared`);
    this.#untold = step;
  }

  #compare(rung: number, step: number, value: number): void {
    const { pruning, folder, log } = this.#context;
    const { metric, direction, within } = pruning;
    const sign = direction === "maximize" ? -1 : 1;
    const { bracket } = this.#ladder;
    const place = { folder, within, bracket, rung };
    leaveAtRung(place, this.#trial.number, sign * value);
    const others = readRung(place, this.#trial.number);
    const { goesOn, rank, of, cut } = this.#pruner.judge(pruning, sign * value, others);
    const evidence = { rung, bracket, rank, of, cut: cut === null ? null : sign * cut };
    log(`step ${step}: ${metric} ${describe(value, evidence)}${goesOn ? "" : ": it is stopped"}`);
    if (goesOn) return;
    const reason = `after step ${step}, ${metric} ${describe(value, evidence)}`;
    const [first = rung] = this.#ladder.rungs;
    const entered = 1 + readRung({ ...place, rung: first }, this.#trial.number).length;
    this.end = { reason, step, value, evidence: { ...evidence, entered } };
    // SIGTERM comes at once, and tells the same.
    valueOr(undefined, () => writeFileSync(this.#context.flagFile, ""));
    this.#stop.abort(PRUNED);
  }
}

function describe(value: number, { rank, of, cut }: RungEvidence): string {
  const needed = cut === null ? "" : `, ${formatValue(cut)} is enough`;
  return `${formatValue(value)} is number ${rank} of ${of}${needed}`;
}
