import {
  type CnnParameters,
  identifyingParameters,
  resolveCnnParameters,
} from "../../cnn/parameters.ts";
import { planCnn } from "../../cnn/shapes.ts";
import { BsweepError } from "../../core/errors.ts";
import type { CnnStudy, Parameters } from "../../core/study.ts";
import type { RefittedModel } from "../../formats/model-file.ts";
import { openModel } from "../../workspace/models.ts";
import { openRefitData } from "./data.ts";
import { trainModel } from "./train-model.ts";
import type { RefitScene, RefitWay } from "./way.ts";

/** The built-in network. @throws BsweepError INVALID_DATA */
export function refitCnn({
  study,
  options,
  modelsFolder,
}: RefitScene<CnnStudy>): RefitWay<RefittedModel> {
  const data = openRefitData(study.data, options.layout);
  const { train, test } = data;
  const setting = { study, train, test, modelsFolder };
  const { precision } = study.trainer;
  return {
    data,
    unit: "epochs",
    unitsOf: ({ epochs }) => epochs,
    resolve: (params) => {
      const resolved = resolveForAllRows(params);
      return { params: { ...resolved }, identity: identifyingParameters(resolved) };
    },
    check: ({ params }) => {
      const planning = planCnn(resolveForAllRows(params), train.header);
      if (!planning.ok)
        throw new BsweepError("INVALID_STUDY", `there is no such network: ${planning.reason}`);
    },
    train: (choice, onEpoch, signal) => {
      const params = resolveForAllRows(choice.params);
      return trainModel({ ...choice, params }, setting, { onEpoch, signal });
    },
    open: (folder) => openModel(folder).model,
    wantedOf: ({ params, epochs, trainingSeed }) => ({
      ...{ params, epochs, trainingSeed, data: train.header.digest },
      ...{ test: test?.header.digest ?? null, trainer: { precision } },
    }),
    foundOf: (model) => ({
      ...{ params: { ...model.params }, epochs: model.epochs, trainingSeed: model.trainingSeed },
      data: model.dataset.digest,
      // Where nothing is judged any more, a model that was counts as well.
      test: test === null ? null : (model.test?.digest ?? null),
      trainer: { precision: model.precision },
    }),
    probabilitiesOf: (model) => model.test?.probabilities.file ?? null,
  };
}

/** There is nothing to stop by. */
function resolveForAllRows(params: Parameters): CnnParameters {
  return resolveCnnParameters({ ...params, validationSplit: 0 });
}
