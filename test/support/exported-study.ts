import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadStudy } from "../../src/app/plan/load-study.ts";
import { settingOf } from "../../src/app/plan/setting.ts";
import { reportStudy } from "../../src/app/report.ts";
import type { Parameters, Study } from "../../src/core/study.ts";
import type { Metrics, Trial, TrialResult } from "../../src/core/trial.ts";
import { REPORT_FORMATS, type ReportFormatName } from "../../src/reports/formats.ts";
import type { StudyReport } from "../../src/stats/study-report.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "./folder.ts";
import { recordEffects } from "./prepare.ts";
import { makeFailure, makeResult, makeTrial, placeOf, writeResult, writeRound } from "./results.ts";

/** A text with all that means something to Markdown, HTML, LaTeX, spreadsheets or SQL. */
export const HOSTILE_TEXT =
  "<script>alert('1')</script> | a\\b & 5 % $x_1$ # {~} ^ \"q\" -- *b* `c` [d](e)";

/** A study with a parameter of every kind, one of them searched under a condition only. */
const STUDY = `
study: exported
objective: { metric: score, direction: maximize }
trainer:
  command: [train, "{{kind}} {{depth}} {{units}} {{rate}} {{mix}} {{flag}} {{gamma}} {{note}} {{fixed}}"]
  epochs: 5
  set: { fixed: 7 }
space:
  kind: [svm, tree]
  depth: { low: 1, high: 10, step: 4, integer: true }
  units: { low: 1, high: 1000, log: true, integer: true }
  rate: { low: 0.0001, high: 1, log: true }
  mix: { low: 0, high: 1, step: 0.1 }
  flag: [true, false, 1, x]
  gamma: { low: 0, high: 1, when: { kind: svm } }
  note: [${JSON.stringify(HOSTILE_TEXT)}, "=1+1"]
sampler: { kind: random, trials: 100, seed: 1 }
cluster: { site: local }
resources: { cpus: 1, memory: 4GB, walltime: 30m }
`;

export interface ExportedStudy {
  readonly study: Study;
  readonly layout: Layout;
  /** Those of the study's present setting, in its first round. */
  readonly trials: readonly Trial[];
}

type Measure = (trial: Trial) => Metrics;

/** Trials that are complete and ranked; after them come the others, one of each kind. */
export const RANKED_TRIALS = 40;

/**
 * A workspace with results in every state; another setting has two, better than all others.
 * @param measure what trials that came through measured besides
 */
export function makeExportedStudy(measure: Measure = () => ({})): ExportedStudy {
  const workspace = makeTestFolder();
  const file = join(workspace, "study.yaml");
  mkdirSync(workspace, { recursive: true });
  writeFileSync(file, STUDY);
  const { study } = loadStudy({ studyFile: file });
  const setting = settingOf(study, null);
  const trials = Array.from({ length: RANKED_TRIALS + 6 }, (_, place) =>
    makeTrial(place + 1, makeParams(place), { resource: { epochs: 5 } }),
  );
  const shared = { workspace, study: study.name, arraySize: 1000 };
  const other = {
    ...{ objective: study.objective, dataset: null },
    trainer: { kind: "command" as const, command: ["train"] },
  };
  const planned = { ...shared, round: 1, trials };
  writeRound(planned, { ...other, setting });
  for (const [place, trial] of trials.entries()) {
    const { array, index } = placeOf(planned, place);
    const result = makeTold(trial, index, measure);
    if (result !== null) writeResult(planned, array, result);
  }
  const older = {
    ...{ ...shared, round: 2 },
    trials: [98, 99].map((number) =>
      makeTrial(number, makeParams(number), { resource: { epochs: 5 }, replicate: 7 }),
    ),
  };
  writeRound(older, {
    ...other,
    setting: { ...setting, trainer: { name: "command", revision: 9 } },
  });
  for (const [place, trial] of older.trials.entries())
    writeResult(older, 1, makeResult(trial, place + 1, 1, { ...makeScore(trial), holdout: null }));
  return { study, layout: createLayout(workspace), trials };
}

function makeParams(place: number): Parameters {
  const kind = place % 3 === 0 ? "tree" : "svm";
  const spread = (place * 0.618034) % 1;
  return {
    ...{ kind, fixed: 7 },
    depth: [1, 5, 9][place % 3] ?? 1,
    units: 1 + ((place * 37) % 1000),
    rate: 10 ** (-4 * spread),
    mix: Number(((place % 11) * 0.1).toFixed(1)),
    flag: [true, false, 1, "x"][place % 4] ?? true,
    ...(kind === "svm" ? { gamma: spread } : {}),
    note: place % 2 === 0 ? HOSTILE_TEXT : "=1+1",
  };
}

/** Mostly the rate's doing. */
function makeScore({ number, params }: Trial) {
  const score = -((Math.log10(Number(params["rate"])) + 2) ** 2) + number / 1000;
  return { objective: score, metrics: { score, ["__proto__x"]: number, "weird | name_%": 0.5 } };
}

function makeTold(trial: Trial, index: number, measure: Measure): TrialResult | null {
  const { objective, metrics: own } = makeScore(trial);
  const metrics = { ...own, ...measure(trial) };
  const history = Array.from({ length: 5 }, (_, step) => ({
    step: step + 1,
    metrics: { score: objective - 1 / (step + 1), loss: 1 / (step + 1) },
    seconds: 2,
  }));
  const told = { objective, metrics, history, holdout: null };
  const early = { ...told, objective: null, metrics: {}, model: null };
  switch (trial.number - RANKED_TRIALS) {
    case 1:
      return makeFailure(trial, index, { kind: "error", message: HOSTILE_TEXT });
    case 2:
      return makeResult(trial, index, 1, {
        ...{ ...early, state: "pruned", history: history.slice(0, 2) },
        earlyEnd: { reason: "others did better", step: 2, value: objective - 0.5 },
      });
    case 3:
      return makeResult(trial, index, 1, {
        ...{ ...early, state: "skipped", history: [] },
        earlyEnd: { reason: "enough", step: null, value: null },
      });
    case 4:
      return null;
    case 5:
      return makeResult(trial, index, 1, {
        ...early,
        ...{ state: "pruned", history: [] },
        earlyEnd: { reason: "others did better", step: 1, value: -3 },
      });
    case 6:
      return makeResult(trial, index, 1, {
        ...told,
        timing: { startedAt: "2026-01-02T04:00:00.000Z", seconds: 1e300 },
      });
    default:
      return makeResult(trial, index, 1, told);
  }
}

/** What `bsweep report --format NAME` writes, and the report that it is made of. */
export async function exportStudy(
  { study, layout }: Pick<ExportedStudy, "study" | "layout">,
  format: ReportFormatName,
  { steps = false, setting = "present" }: { steps?: boolean; setting?: "present" | "all" } = {},
): Promise<{ readonly report: StudyReport; readonly made: string | Uint8Array }> {
  const effects = recordEffects();
  const report = await reportStudy({ study, layout, collect: true, setting, steps }, effects);
  const source = { study, layout, collect: true, setting, effects };
  const read = (): Promise<StudyReport> => Promise.resolve(report);
  const asked = { report: read, ranking: read, metricsOf: () => [] };
  const request = { ...asked, top: undefined, steps, details: false, source };
  return { report, made: await REPORT_FORMATS[format].make(request) };
}
