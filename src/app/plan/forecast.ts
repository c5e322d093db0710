import { isOpen, type Trial } from "../../core/trial.ts";
import { Forecast, meanShare, type SizedTrial } from "../../stats/forecast/forecast.ts";
import { MemoryDatabase, type StudyDatabase } from "../../storage/database.ts";
import type { Layout } from "../../workspace/layout.ts";
import { collectInto } from "../collect/collect.ts";
import { SILENT } from "../collect/collect-first.ts";
import { createSizer, type Finished, readFinished, type Sizes } from "./finished.ts";
import { newTrials, type PlanContext } from "./plan-context.ts";

/** Trials of which what they will take is asked. */
export type AskedTrial = Pick<Trial, "params" | "resource" | "slot">;

/** What elements need, so that 99 % of them fit. */
export interface FittingRequest {
  readonly memoryMiB: number | null;
  readonly walltimeSeconds: number | null;
}

/** More trials than these are asked about by some of them. */
const MOST_ASKED = 2000;

/** What the trials of a study will take, by what those took that have ended. */
export class StudyForecast {
  readonly finished: Finished;
  readonly #seconds: Forecast | null;
  readonly #memory: Forecast | null;
  readonly #sizesOf: ReturnType<typeof createSizer>;

  constructor(context: PlanContext, finished: Finished) {
    this.finished = finished;
    this.#sizesOf = createSizer(context);
    const { space } = context.study;
    const fit = (kind: "seconds" | "memory"): Forecast | null =>
      finished[kind].some(({ isLeast }) => !isLeast) ? new Forecast(space, finished[kind]) : null;
    this.#seconds = fit("seconds");
    this.#memory = fit("memory");
  }

  /** Trials that told how long they take. */
  get trials(): number {
    return this.#seconds?.trials ?? 0;
  }

  /** Whether there are enough of the study's present setting to say what nearly all fit in. */
  get isSure(): boolean {
    return this.finished.isOwn && this.#seconds?.isSure === true;
  }

  /** Seconds of one trial on the average, those that stop early among them; null where none has told. */
  expectSeconds(asked: readonly AskedTrial[]): number | null {
    const forecast = this.#seconds;
    if (forecast === null) return null;
    const sizes = this.#choose(asked, "seconds", forecast);
    const sum = sizes.reduce((total, each) => total + forecast.expect(each), 0);
    return (sum / sizes.length) * meanShare(this.finished.shares);
  }

  /** What elements of so many trials need; null where too few have told. */
  fitting(asked: readonly AskedTrial[], trialsPerElement: number): FittingRequest {
    const { completeShares: shares } = this.finished;
    const [seconds, memory] = [this.#seconds, this.#memory];
    const isOwn = this.finished.isOwn;
    return {
      memoryMiB:
        isOwn && memory?.isSure === true
          ? memory.fitting(this.#choose(asked, "memory", memory), {
              ...{ trialsPerElement, combine: "most", shares: [] },
            })
          : null,
      walltimeSeconds:
        isOwn && seconds?.isSure === true
          ? seconds.fitting(this.#choose(asked, "seconds", seconds), {
              ...{ trialsPerElement, combine: "sum", shares },
            })
          : null,
    };
  }

  /** How many of the trials are unlike those that have ended. */
  countUnlike(asked: readonly AskedTrial[]): number {
    return asked.filter((trial) => {
      const sizes = this.#sizesOf(trial.params, trial.resource.epochs);
      return !(this.#seconds?.isLike(sizes.seconds) ?? true);
    }).length;
  }

  /** Those that ended tell of trials like them; where there are none, or nobody knows their parameters, of themselves. */
  #choose(
    asked: readonly AskedTrial[],
    kind: keyof Sizes,
    forecast: Forecast,
  ): readonly SizedTrial[] {
    const known = asked.filter((trial) => !isOpen(trial));
    const sizes = known.map(({ params, resource }) => this.#sizesOf(params, resource.epochs)[kind]);
    const like = sizes.filter((each) => forecast.isLike(each));
    return like.length > 0 ? like : this.finished[kind];
  }
}

/** As the study's files tell, collected or not; writes nothing. @throws BsweepError as collectInto does */
export async function findForecast(context: PlanContext, layout: Layout): Promise<StudyForecast> {
  const { name: study } = context.study;
  if (context.existing.highestRound === 0) return new StudyForecast(context, NOTHING);
  const finished = await new MemoryDatabase().use(
    layout.database(study),
    async (database: StudyDatabase) => {
      await collectInto(database, { study, layout }, { reporter: SILENT });
      return readFinished(database, context, layout);
    },
  );
  return new StudyForecast(context, finished);
}

const NOTHING: Finished = {
  ...{ seconds: [], memory: [], completeShares: [], shares: [], attempts: [] },
  ...{ isOwn: false, hasCompleted: false },
};

/** The trials of the next round; of very many some, evenly. */
export function sampleNewTrials(context: PlanContext): readonly Trial[] {
  let sampled: Trial[] = [];
  let stride = 1;
  let place = 0;
  for (const trial of newTrials(context)) {
    if (place++ % stride > 0) continue;
    sampled.push(trial);
    if (sampled.length < 2 * MOST_ASKED) continue;
    sampled = sampled.filter((_, at) => at % 2 === 0);
    stride *= 2;
  }
  return sampled;
}
