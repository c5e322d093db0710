import { join } from "node:path";
import { requestCluster } from "../../src/app/site/cluster-request.ts";
import { renderScripts, type RenderedFile } from "../../src/app/generate/scripts.ts";
import type { Site } from "../../src/core/site.ts";
import type { Resources, Study, StudyCluster } from "../../src/core/study.ts";
import { createTemplateEngine, type TemplateEngine } from "../../src/rendering/engine.ts";
import { schedulerOf } from "../../src/schedulers/index.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";

export function makeStudy(
  workspace: string,
  cluster: Partial<StudyCluster> = {},
  withImage = true,
): Study {
  return {
    name: "digits-grid",
    file: join(workspace, "study.yaml"),
    objective: { metric: "holdoutAccuracy", direction: "maximize" },
    data: { train: "data/digits", holdout: 0.1 },
    trainer: { kind: "cnn", epochs: 10, precision: "float32", set: {} },
    space: { dimensions: [], constraints: [] },
    sampler: { kind: "grid", seed: 1, settings: {} },
    replicates: 1,
    cluster: {
      site: "compute1",
      concurrencyLimit: 50,
      jobGroup: "/h.schroeder/ood",
      userGroup: "compute-lab",
      ...(withImage ? { image: "ghcr.io/lab/bsweep@sha256:0123" } : {}),
      ...cluster,
    },
    resources: {
      cpus: 1,
      memoryMiB: 4096,
      walltimeSeconds: 1800,
      checkpointSeconds: 600,
      trialsPerElement: 1,
    },
  };
}

export function makeSite(changes: Partial<Site> = {}): Site {
  return {
    name: "compute1",
    file: "templates/sites/compute1.yaml",
    lineage: ["compute1"],
    scheduler: "lsf",
    container: "docker",
    required: ["userGroup"],
    jobSetup: [],
    maxArraySize: 1000,
    queue: "general",
    mounts: [],
    containerPath: "/usr/local/bin:/usr/bin:/bin",
    bsweep: "bsweep",
    resultGraceSeconds: 900,
    schedulerProfile: "/opt/ibm/lsfsuite/lsf/conf/profile.lsf",
    ...changes,
  };
}

/** The scripts of a round with arrays of these sizes. */
export function renderRound(options: {
  readonly workspace: string;
  readonly site?: Partial<Site>;
  readonly cluster?: Partial<StudyCluster>;
  readonly resources?: Partial<Resources>;
  /** Whether a canary comes first. */
  readonly canary?: boolean;
  readonly elements?: readonly number[];
  readonly engine?: TemplateEngine;
}): RenderedFile[] {
  const { workspace, elements = [1000, 1000, 880] } = options;
  const site = makeSite(options.site);
  const plain = makeStudy(workspace, options.cluster, site.container !== "none");
  const study: Study = { ...plain, resources: { ...plain.resources, ...options.resources } };
  const { scriptExtension } = schedulerOf(site).jobFile;
  const first = options.canary === true ? 0 : 1;
  const sizes = first === 0 ? [1, ...elements] : elements;
  const arrays = sizes.map((count, position) => ({
    array: position + first,
    elements: count,
    jobName: `digits-grid-r001-a0${position + first}-0a1b2c3d`,
    manifest: `array-0${position + first}.trials.jsonl`,
    script: `array-0${position + first}${scriptExtension}`,
  }));
  return renderScripts(
    {
      study,
      site,
      cluster: requestCluster(study, site, createLayout(workspace), "h.schroeder"),
      layout: createLayout(workspace),
      round: 1,
      nonce: "0a1b2c3d",
      bsweepVersion: "0.1.0",
      arrays,
      trials: elements.reduce((sum, count) => sum + count, 0),
    },
    options.engine ?? createTemplateEngine([packagedTemplates()]),
  );
}
