import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { checker, type Check } from "../core/check.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";
import { schedulerOf } from "../schedulers/index.ts";
import type { Layout } from "../workspace/layout.ts";
import { checkContainer } from "./doctor/container.ts";
import type { DoctorContext } from "./doctor/context.ts";
import type { DoctorReport } from "./doctor/doctor-report.ts";
import { checkMachine } from "./doctor/machine.ts";
import { checkCommands, checkScheduler, findEnvironment } from "./doctor/scheduler.ts";
import { checkData, checkMounts, checkRules, failuresOf } from "./doctor/study.ts";
import { checkWorkspace } from "./doctor/workspace.ts";
import { currentUser, requestCluster, type ClusterRequest } from "./site/cluster-request.ts";
import { loadStudy } from "./plan/load-study.ts";
import { loadSite } from "./site/load-site.ts";

export interface DoctorOptions {
  /** Absent: the machine and the site alone. */
  readonly studyFile?: string;
  /** Absent: the study's, or this machine. */
  readonly site?: string;
  readonly layout: Layout;
  /** Whether the built-in trainer works here; asked only where a study needs it. */
  readonly checkTrainer: () => Promise<Check>;
}

/** Looks at everything that a study needs. What is wrong is part of the report; nothing is mended. */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const { studyFile, layout, checkTrainer } = options;
  const checks: Check[] = [...(await checkMachine())];
  const study = studyFile === undefined ? null : readStudy(studyFile, checks);
  const site = readSite(options, study, checks);
  if (study?.trainer.kind === "cnn" && site !== null && !schedulerOf(site).submits) {
    checks.push(await checkTrainer());
  }
  if (site !== null) {
    const context: DoctorContext = {
      ...{ layout, study, site, user: currentUser() },
      cluster: study === null ? null : request(study, site, layout, checks),
      environment: await findEnvironment(site, process.env),
    };
    checks.push(...(await examineCluster(context)));
  }
  return { study: study?.name ?? null, site: site?.name ?? null, checks };
}

async function examineCluster(context: DoctorContext): Promise<Check[]> {
  return [
    ...(await checkWorkspace(context)),
    ...checkRules(context),
    ...checkData(context),
    ...checkCommands(context),
    ...(await checkScheduler(context)),
    ...(await checkContainer(context)),
    ...checkMounts(context, existsSync),
    ...schedulerOf(context.site).doctor.inside(context, context.environment),
  ];
}

function readStudy(studyFile: string, checks: Check[]): Study | null {
  try {
    const { study } = loadStudy({ studyFile });
    checks.push(checker("study").ok(`${study.name} in ${studyFile}`));
    return study;
  } catch (error) {
    checks.push(...failuresOf("study", error));
    return null;
  }
}

function readSite(
  { studyFile, site: wanted }: DoctorOptions,
  study: Study | null,
  checks: Check[],
): Site | null {
  const folder = dirname(studyFile ?? "study.yaml");
  try {
    const site = loadSite(wanted ?? study?.cluster.site ?? "local", folder);
    const like = site.lineage.slice(1).map((name) => `, from ${name}`);
    checks.push(checker("site").ok(`${site.name} in ${site.file}${like.join("")}`));
    return site;
  } catch (error) {
    checks.push(...failuresOf("site", error));
    return null;
  }
}

/** What `generate` would refuse is told here. */
function request(
  study: Study,
  site: Site,
  { workspace }: Layout,
  checks: Check[],
): ClusterRequest | null {
  try {
    return requestCluster(study, site, workspace);
  } catch (error) {
    checks.push(...failuresOf("study on site", error));
    return null;
  }
}
