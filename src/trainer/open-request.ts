import { readFileSync } from "node:fs";
import { type CnnPlan, planCnn } from "../cnn/shapes.ts";
import {
  CNN_PARAMETERS,
  type CnnParameters,
  isCnnParameter,
  resolveCnnParameters,
} from "../cnn/parameters.ts";
import type { DatasetHeader } from "../core/dataset.ts";
import { BsweepError } from "../core/errors.ts";
import { splitRows, type Split } from "../cnn/split.ts";
import { valueSchema } from "../formats/parameter-schema.ts";
import { describeFound } from "../formats/schema-issues.ts";
import type { TrainerRequest } from "../formats/trainer-request.ts";
import { type LabelledDataset, openLabelledDataset } from "../workspace/packed-dataset.ts";

/** What a request asks for, checked: all that can be known before TensorFlow is loaded. */
export interface OpenedRequest {
  readonly request: TrainerRequest;
  readonly dataset: LabelledDataset;
  /** One class a row. */
  readonly labels: Uint8Array;
  readonly params: CnnParameters;
  readonly plan: CnnPlan;
  readonly split: Split;
}

const NONE = new Int32Array();

/** @throws BsweepError INVALID_DATA, INVALID_MANIFEST for a request that cannot be run */
export function openRequest(request: TrainerRequest): OpenedRequest {
  const { path, digest, holdout, rows } = request.dataset;
  const dataset = openLabelledDataset(path, digest);
  const params = checkParameters(request);
  const plan = requirePlan(params, dataset.header);
  const labels = readFileSync(dataset.labelsFile);
  const validation = params.validationSplit;
  const split =
    holdout === null
      ? { holdout: NONE, validation: NONE, training: Int32Array.from(labels.keys()) }
      : splitRows(labels, { holdout: holdout.fraction, validation, seed: holdout.seed, rows });
  if (split.training.length === 0)
    throw new BsweepError("INVALID_DATA", `no rows are left to train on in ${path}`);
  return { request, dataset, labels, params, plan, split };
}

function checkParameters({ params }: TrainerRequest): CnnParameters {
  const issues = Object.entries(params).flatMap(([name, value]) => {
    const message = isCnnParameter(name)
      ? valueSchema(CNN_PARAMETERS[name]).safeParse(value).error?.issues[0]?.message
      : describeFound(value, "a parameter of the CNN");
    return message === undefined ? [] : [{ file: "request", path: `params.${name}`, message }];
  });
  if (issues.length > 0)
    throw new BsweepError("INVALID_MANIFEST", "the trial's parameters do not fit the CNN", {
      issues,
    });
  return resolveCnnParameters(params);
}

function requirePlan(params: CnnParameters, header: DatasetHeader): CnnPlan {
  const planning = planCnn(params, header);
  if (planning.ok) return planning.plan;
  throw new BsweepError("INVALID_MANIFEST", `there is no such network: ${planning.reason}`);
}
