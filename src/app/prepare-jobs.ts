import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError, type Issue } from "../core/errors.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { sha256 } from "../core/identity.ts";
import { dropAbsent } from "../core/objects.ts";
import type { Placement } from "../core/placement.ts";
import type { Preparation } from "../formats/dataset-piece.ts";
import {
  type PreparationReport,
  readPreparation,
  reportPreparation,
  wasSubmitted,
  writePreparation,
} from "./prepare/jobs-folder.ts";
import type { Site } from "../core/site.ts";
import type { StudyCluster } from "../core/study.ts";
import { createTemplateEngine } from "../rendering/engine.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { isWithin, type Layout } from "../workspace/layout.ts";
import { packagedTemplates, packageVersion } from "../workspace/package.ts";
import { requestCluster, type ClusterRequest, type Requester } from "./site/cluster-request.ts";
import { stageRunner } from "./generate/stage-runner.ts";
import { loadStudy } from "./plan/load-study.ts";
import { openSource } from "./prepare.ts";
import { renderPreparation, type PreparationInputs } from "./prepare/job-scripts.ts";
import { checkTarget } from "./prepare/merge.ts";
import { warnOfStuckJobs } from "./prepare/stuck-jobs.ts";
import { findRunLimit } from "./cluster/run-limit.ts";
import type { PrepareOptions } from "./prepare/source.ts";
import { loadSite } from "./site/load-site.ts";

/** Most pieces packed at once, where no study says so. */
const CONCURRENCY_LIMIT = 50;
/** Of a job, where nothing allows less. */
const WALLTIME_SECONDS = 3600;
/** Longest readable part of a preparation's name. */
const MAX_NAME = 40;

interface PrepareJobsOptions extends PrepareOptions {
  readonly layout: Layout;
  /** The site's name, or a study file, whose cluster block says where and as whom. */
  readonly where: { readonly site: string } | { readonly studyFile: string };
  /** These win over the study's and the site's. */
  readonly placement: Pick<Placement, "image" | "queue" | "userGroup">;
  /** Of each job. */
  readonly memoryMiB: number;
  /** Null: an hour, or as much of it as the queue and the study allow. */
  readonly walltimeSeconds: number | null;
  /** Write the jobs anew though they were submitted. */
  readonly overwrite: boolean;
  /** What a person types to see how far it is, on one line. */
  readonly progressCommand: string;
  /** Login name, for the default job group; by default that of the process. */
  readonly user?: string;
  /** Random hex for the job names; by default new. */
  readonly nonce?: string;
}

/**
 * Writes the jobs that pack a data set on a cluster, an array of pieces and a merge that waits for it; where they
 * were submitted already, tells how far they are. Source paths are absolute.
 * @throws BsweepError INVALID_DATA, INVALID_SITE, INVALID_STUDY, TEMPLATE; USAGE for a site that cannot do it;
 *   WORKSPACE for what containers cannot see; CONFLICT for other jobs of the same data set that may be running
 */
export async function prepareByJobs(
  options: PrepareJobsOptions,
  effects: Effects,
): Promise<PreparationReport> {
  const { layout, source, to, classes, like, shards, force, memoryMiB } = options;
  const walltimeSeconds = options.walltimeSeconds ?? WALLTIME_SECONDS;
  checkTarget(to);
  const { files } = await openSource(options);
  const host = findHost(options);
  checkHost(host, options, [to, ...files.map(({ file }) => file)]);
  const folder = layout.preparation(nameOf(to));
  const wanted = { source, to, classes, ...dropAbsent({ like }), shards, force };
  const asked = { ...wanted, memoryMiB, walltimeSeconds };
  const { site, cluster } = host;
  const request = sha256(canonicalJson({ ...asked, site, cluster, files }));
  const existing = readPreparation(folder);
  const mayReplace = (): void => refuseSubmitted(folder, options);
  if (existing !== undefined && !options.overwrite && wasSubmitted(folder)) {
    if (existing.request === request) {
      const report = reportPreparation(folder, existing);
      await warnOfStuckJobs(report, existing, nameOf(to), effects);
      return report;
    }
    mayReplace();
  }
  const inputs = await gatherInputs(options, host);
  const preparation: Preparation = {
    ...{ schemaVersion: 1, nonce: inputs.nonce, createdAt: effects.now().toISOString() },
    bsweep: inputs.bsweepVersion,
    ...{ to, shards, site: site.name, scheduler: site.scheduler, request },
  };
  const engine = createTemplateEngine([join(host.folder, "templates"), packagedTemplates()]);
  const scripts = renderPreparation(inputs, engine);
  await writePreparation(folder, preparation, scripts, mayReplace);
  return reportPreparation(folder, preparation);
}

/** Jobs that were submitted may be running; those whose data set is there are done. */
function refuseSubmitted(folder: string, { overwrite }: PrepareJobsOptions): void {
  const existing = readPreparation(folder);
  if (existing === undefined || overwrite || !wasSubmitted(folder)) return;
  if (reportPreparation(folder, existing).state === "merged") return;
  const message = `jobs of this data set were submitted with other options, or the source has changed since: ${folder}`;
  const hint = "end them if they run still, and write new ones with --overwrite";
  throw new BsweepError("CONFLICT", message, { hint });
}

/** Where the jobs run; `folder`: whose `sites` and `templates` win. */
type Host = ReturnType<typeof findHost>;

function findHost(options: PrepareJobsOptions) {
  const { where, layout, placement, user } = options;
  const study = "studyFile" in where ? loadStudy(where).study : undefined;
  const folder = study === undefined ? layout.workspace : dirname(study.file);
  const asked = "site" in where ? where.site : (study?.cluster.site ?? "");
  const site = loadSite(asked, folder);
  const cluster: StudyCluster = {
    ...(study?.cluster ?? { site: asked, concurrencyLimit: CONCURRENCY_LIMIT }),
    ...dropAbsent(placement),
  };
  const requester = { name: "prepare", file: study?.file ?? "", cluster };
  return {
    ...{ study, site, folder, concurrencyLimit: cluster.concurrencyLimit },
    cluster: request(requester, site, layout, user),
  };
}

/** Without a study there is no file to mend: the options are named instead. */
function request(
  requester: Requester,
  site: Site,
  layout: Layout,
  user: string | undefined,
): ClusterRequest {
  try {
    return requestCluster(requester, site, layout, user);
  } catch (error) {
    const isUnnamed = error instanceof BsweepError && error.code === "INVALID_STUDY";
    if (!isUnnamed || requester.file !== "") throw error;
    const issues = error.issues.map((issue): Issue => ({ ...issue, file: site.file }));
    throw new BsweepError("USAGE", `the site ${site.name} needs more to prepare a data set`, {
      issues,
      hint: "give --image, --user-group or --queue, or --study with a study whose cluster block says it",
      cause: error,
    });
  }
}

function checkHost({ site, cluster }: Host, options: PrepareJobsOptions, paths: string[]): void {
  if (!schedulerOf(site).submits) {
    throw new BsweepError("USAGE", `the site ${site.name} has no scheduler`, {
      hint: "without --site and --study, --shards packs on this machine",
    });
  }
  if (options.shards > site.maxArraySize) {
    const message = `--shards: found ${options.shards}, expected at most ${site.maxArraySize}, the longest array of ${site.name}`;
    throw new BsweepError("USAGE", message);
  }
  if (site.container === "none") return;
  const unseen = paths.filter((path) => !cluster.mounts.some((mount) => isWithin(path, mount)));
  if (unseen.length === 0) return;
  const message = `${unseen.join(" and ")}: not in the folders that the containers see: ${cluster.mounts.join(", ")}`;
  throw new BsweepError("WORKSPACE", message, {
    hint: `move it there, or add its folder to mounts in sites/${site.name}.yaml`,
  });
}

async function gatherInputs(options: PrepareJobsOptions, host: Host): Promise<PreparationInputs> {
  const { site, cluster, study } = host;
  const { layout, source, to, classes, like, shards, force, progressCommand } = options;
  const { memoryMiB, nonce = randomBytes(4).toString("hex") } = options;
  const walltimeSeconds = options.walltimeSeconds ?? (await findWalltime(host));
  const needsRunner = study?.trainer.kind === "command" && site.container !== "none";
  return {
    ...{ site, cluster, layout, source, to, classes, shards, force, progressCommand },
    ...dropAbsent({ like }),
    runner: needsRunner ? await stageRunner(layout) : undefined,
    resources: { cpus: 1, memoryMiB, walltimeSeconds },
    concurrencyLimit: host.concurrencyLimit,
    ...{ name: nameOf(to), nonce, bsweepVersion: packageVersion() },
  };
}

/** An hour, as far as the queue gives it; where it does not tell, as far as a study's jobs ask for it that go there. */
async function findWalltime({ site, cluster, study }: Host): Promise<number> {
  const limit = await findRunLimit(site, cluster.queue);
  return Math.min(WALLTIME_SECONDS, limit ?? study?.resources.walltimeSeconds ?? Infinity);
}

/** One data set, one name: readable, and apart from data sets of the same name elsewhere. */
function nameOf(to: string): string {
  const readable = basename(to)
    .replaceAll(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, MAX_NAME);
  return `${readable}-${sha256(to).slice(0, 8)}`;
}
