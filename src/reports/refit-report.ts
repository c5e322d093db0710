import { formatCount, formatDuration, formatValue, plural } from "../core/quantities.ts";
import type { RefitModel, RefitReport } from "../app/refit.ts";
import type { RefitTest } from "../app/refit/judge-test.ts";
import { drawTable, numberColumns } from "./cells.ts";

/** What `refit` made: a row a model, then the test set's verdict. */
export function formatRefitReport({ study, predicts, models, test }: RefitReport): string {
  if (models.length === 0) return "no model is finished yet";
  const columns = [
    { title: "model" },
    ...numberColumns("epochs", "time", ...(test === null ? [] : ["test accuracy", "wrong"])),
  ];
  const rows = models.map((model) => [
    model.existed ? `${model.name} (was there)` : model.name,
    String(model.epochs),
    formatDuration(model.seconds),
    ...(test === null ? [] : describeTest(model)),
  ]);
  const where = predicts
    ? []
    : ["", `kept in models/${study}/NAME: what the command left, in artifacts/, and refit.json`];
  const judged = test === null ? [] : verdict(test, models.length);
  return [drawTable(columns, rows), ...where, ...judged].join("\n");
}

function describeTest({ test }: RefitModel): string[] {
  if (test === null) return ["", ""];
  return [percent(test.accuracy), formatCount(test.rows - test.correct)];
}

function verdict(
  { path, rows, meanAccuracy, deviation, metrics, ensemble }: RefitTest,
  models: number,
): string[] {
  const spread = deviation === null ? "" : `, standard deviation ${(deviation * 100).toFixed(3)}`;
  return [
    "",
    `on the ${plural(rows, "row")} of ${path}, looked at once after training:`,
    `  mean of ${plural(models, "model")}: ${percent(meanAccuracy)}${spread}`,
    ...describeMetrics(metrics),
    ...(ensemble === null
      ? []
      : [
          `  together: ${percent(ensemble.accuracy)}, ${formatCount(rows - ensemble.correct)} wrong (mean of their probabilities)`,
          ...describeMetrics(ensemble.metrics),
        ]),
  ];
}

/** Those that bsweep reckons, where probabilities were left. */
function describeMetrics(metrics: RefitTest["metrics"]): string[] {
  const told = Object.entries(metrics).map(([name, value]) => `${name} ${formatValue(value)}`);
  return told.length === 0 ? [] : [`    ${told.join(", ")}`];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}
