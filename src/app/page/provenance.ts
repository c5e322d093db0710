import { formatCount, plural, spaceThousands } from "../../core/quantities.ts";
import type { Setting } from "../../core/setting.ts";
import { isCnnStudy, type Study } from "../../core/study.ts";
import { countsEpochs, type NumericsFingerprint } from "../../core/trial.ts";
import type { Provenance } from "../../stats/report-page.ts";
import type { StudyReport } from "../../stats/study-report.ts";
import type { PageAttempt } from "../../storage/page-rows.ts";
import { showName } from "./text-table.ts";

interface Origin {
  readonly report: StudyReport;
  readonly setting: Setting;
  readonly attempts: readonly PageAttempt[];
  /** Most that trials may train, each once. */
  readonly epochs: readonly number[];
}

/** Where the numbers of a study come from, and how they were made, to be told in a paper. */
export function describeProvenance(study: Study, origin: Origin): Provenance {
  return {
    facts: listFacts(study, origin),
    methods: describeMethods(study, origin),
    citations: CITATIONS,
  };
}

function listFacts(study: Study, { setting, attempts, report }: Origin): Provenance["facts"] {
  const { trainer, precision, datasetDigest, holdout, rows } = setting;
  const starts = attempts.map(({ startedAt }) => startedAt).sort();
  const facts: readonly (readonly [string, string])[] = [
    ["Study", study.name],
    ["Objective", `${study.objective.metric}, ${study.objective.direction}d`],
    ["Trainer", `${trainer.name}, revision ${trainer.revision}`],
    ["Precision", precision],
    ["Data set", datasetDigest === "" ? "of the trainer's own" : datasetDigest],
    ["Held out", `${holdout.fraction} of the rows, seed ${holdout.seed}`],
    ...(rows === undefined
      ? []
      : [["Trained on", `${plural(rows, "row")} of the others`] as const]),
    ["Sampler", `${study.sampler.kind}, seed ${study.sampler.seed}`],
    [
      "Trials",
      spaceThousands(
        `${plural(report.counts.planned, "trial")}, ${formatCount(report.counts.complete)} complete`,
      ),
    ],
    ["First start", starts[0] ?? "none"],
    ["Last start", starts.at(-1) ?? "none"],
    ["Hosts", formatCount(new Set(attempts.map(({ host }) => host)).size)],
    ["bsweep", listOnce(attempts.map(({ bsweep }) => bsweep))],
    ["Computed by", listOnce(attempts.flatMap(({ numerics }) => describeNumerics(numerics)))],
  ];
  return facts.map(([label, value]) => ({ label, value }));
}

function listOnce(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join("; ") || "not told";
}

function describeNumerics(numerics: string | null): readonly string[] {
  if (numerics === null) return [];
  const { tensorflow, cpu, threads, gpu } = JSON.parse(numerics) as NumericsFingerprint;
  return [`TensorFlow ${tensorflow} on ${gpu ?? cpu}, ${plural(threads, "thread")}`];
}

function describeMethods(study: Study, { report, setting, epochs }: Origin): readonly string[] {
  const { counts, varying } = report;
  const { metric, direction } = study.objective;
  const trainer = isCnnStudy(study) ? "convolutional networks" : "models";
  const rows =
    report.holdoutRows === null
      ? ""
      : ` (${formatCount(report.holdoutRows)} rows, the same for all)`;
  const held =
    study.data === null
      ? "Each was judged as its own program judges it"
      : `Each was judged once on ${100 * setting.holdout.fraction} % of the rows${rows}, which no trial trained or stopped on`;
  return [
    `We searched ${plural(varying.length, "hyperparameter")} of ${trainer} (${varying.map(showName).join(", ") || "none"}) with ${plural(counts.planned, "trial")} drawn by ${study.sampler.kind} sampling (seed ${study.sampler.seed}), ${describeEpochs(epochs)}with bsweep; ${formatCount(counts.complete)} ended with a result${describePruner(study, counts.pruned)} and ${formatCount(counts.failed)} failed. ${held}. Trials were ranked by ${metric}, to be ${direction}d; intervals of single runs are Wilson's [1], over rows only.`,
    `How much a parameter matters is told by functional ANOVA [2] and PED-ANOVA [3], held against the largest of all parameters under permutations of the objective [4]. ${describeTies(report)}${describeCorrection(report)}`,
  ];
}

function describeEpochs(epochs: readonly number[]): string {
  if (!epochs.some(countsEpochs)) return "";
  return `each trained for at most ${epochs.toSorted((a, b) => a - b).join(" or ")} epochs, `;
}

function describePruner({ pruner }: Study, pruned: number): string {
  if (pruned === 0) return "";
  const how = pruner === undefined ? "" : ` by ${pruner.kind} from step ${pruner.minResource} on`;
  return `, ${formatCount(pruned)} were stopped early${how}`;
}

/** Only what was done is told. */
function describeTies({ tieGroup }: StudyReport): string {
  return "reason" in tieGroup
    ? ""
    : `Trials that cannot be told from the best were found by multiple comparisons with the best over ${tieGroup.over} [5]. `;
}

function describeCorrection({ corrected }: StudyReport): string {
  return "reason" in corrected
    ? "The best of many trials is chosen by what it was judged on, so that its value is a little too good [6]."
    : "The best trial's value was corrected for its having been chosen among all [6, 7].";
}

const CITATIONS: readonly string[] = [
  "[1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association, 22(158), 209–212.",
  "[2] Hutter, F., Hoos, H., & Leyton-Brown, K. (2014). An efficient approach for assessing hyperparameter importance. Proceedings of the 31st International Conference on Machine Learning, 754–762.",
  "[3] Watanabe, S., Bansal, A., & Hutter, F. (2023). PED-ANOVA: Efficiently quantifying hyperparameter importance in arbitrary subspaces. Proceedings of the 32nd International Joint Conference on Artificial Intelligence, 4389–4396.",
  "[4] Westfall, P. H., & Young, S. S. (1993). Resampling-Based Multiple Testing. Wiley.",
  "[5] Hsu, J. C. (1984). Constrained simultaneous confidence intervals for multiple comparisons with the best. The Annals of Statistics, 12(3), 1136–1144.",
  "[6] Cawley, G. C., & Talbot, N. L. C. (2010). On over-fitting in model selection and subsequent selection bias in performance evaluation. Journal of Machine Learning Research, 11, 2079–2107.",
  "[7] Tsamardinos, I., Greasidou, E., & Borboudakis, G. (2018). Bootstrapping the out-of-sample predictions for efficient and accurate cross-validation. Machine Learning, 107(12), 1895–1922.",
];
