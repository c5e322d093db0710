import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadStudy } from "../../src/app/plan/load-study.ts";
import type { Study } from "../../src/core/study.ts";
import type { Trial, TrialResult } from "../../src/core/trial.ts";
import { arrayName, createLayout, type Layout, logFolderName } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "./folder.ts";
import { makeResult, placeOf, type PlannedRound, writeResult, writeRound } from "./results.ts";

/** A study as files, whose results a test writes as it likes. */
export class WrittenStudy {
  readonly layout: Layout;
  readonly studyFile: string;
  readonly planned: PlannedRound;

  constructor(trials: readonly Trial[], name = "digits", workspace = makeTestFolder()) {
    this.layout = createLayout(workspace);
    this.studyFile = join(workspace, `${name}.yaml`);
    writeFileSync(
      this.studyFile,
      `
study: ${name}
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 10 }
space: { filters: { low: 1, high: 1000, step: 1 } }
sampler: { kind: random, trials: 100, seed: 1 }
cluster: { site: local }
resources: { cpus: 1, memory: 4GB, walltime: 30m }
`,
    );
    this.planned = { workspace, study: name, round: 1, arraySize: 1000, trials };
    writeRound(this.planned);
  }

  get study(): Study {
    return loadStudy({ studyFile: this.studyFile }).study;
  }

  /** Leaves a result of the trial at this place, from 0; gives its file. */
  leave(place: number, other: Partial<TrialResult> = {}, correct = 4000, nonce = "a1"): string {
    const trial = this.planned.trials[place];
    if (trial === undefined) throw new Error(`no trial ${place}`);
    const { array, index } = placeOf(this.planned, place);
    const result = makeResult(trial, index, correct, other);
    return writeResult(this.planned, array, result, nonce);
  }

  /** Writes what the element of the trial at this place has logged; gives the file. */
  log(place: number, text: string): string {
    const { array, index } = placeOf(this.planned, place);
    const folder = join(this.layout.round(this.planned.study, 1), logFolderName(array));
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${index}.log`);
    writeFileSync(file, text);
    return file;
  }

  /** Notes that an array was submitted; gives the file with its job's id. */
  markSubmitted(job: string, user = "4294967 anna", array = 1): string {
    const folder = join(this.layout.round(this.planned.study, 1), "submitted");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${arrayName(array)}.job`);
    writeFileSync(file, `${job}\n`);
    writeFileSync(join(folder, `${arrayName(array)}.user`), `${user}\n`);
    return file;
  }
}
