import { dirname } from "node:path";
import { type Check, checker } from "../core/check.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";
import { schedulerOf } from "../schedulers/index.ts";
import type { Layout } from "../workspace/layout.ts";
import { checkContainer } from "./doctor/container.ts";
import type { DoctorContext } from "./doctor/context.ts";
import { checkCommands, checkScheduler, findEnvironment } from "./doctor/scheduler.ts";
import { checkData, checkMounts, checkRules, failuresOf } from "./doctor/study.ts";
import { checkWorkspace } from "./doctor/workspace.ts";
import { currentUser, requestCluster } from "./site/cluster-request.ts";
import { loadStudy } from "./plan/load-study.ts";
import { loadSite } from "./site/load-site.ts";
import { messageOf } from "../core/errors.ts";
import { withDatabase } from "../storage/database.ts";
import { packageManifest } from "../workspace/package.ts";

/** What `bsweep doctor` has found. */
export interface DoctorReport {
  readonly study: string | null;
  readonly site: string | null;
  readonly checks: readonly Check[];
}

interface DoctorOptions {
  /** Absent: the machine and the site alone. */
  readonly studyFile?: string;
  /** Absent: the study's, or this machine. */
  readonly site?: string;
  readonly layout: Layout;
  /** Whether the built-in trainer works here; asked only where a study needs it here. */
  readonly checkTrainer: () => Promise<Check>;
}

/** Looks at everything that a study needs. What is wrong is part of the report; nothing is mended. */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const { studyFile, layout, checkTrainer } = options;
  const checks: Check[] = [checkNode(), await checkDatabase()];
  const study = studyFile === undefined ? null : readStudy(studyFile, checks);
  const site = readSite(options, study, checks);
  if (study?.trainer.kind === "cnn" && site !== null && trainsHere(site)) {
    checks.push(await checkTrainer());
  }
  if (site !== null) {
    const context: DoctorContext = {
      ...{ layout, study, site, user: currentUser() },
      // What `generate` would refuse is told here.
      cluster: study && attempt("study on site", checks, () => requestCluster(study, site, layout)),
      environment: await findEnvironment(site, process.env),
    };
    checks.push(
      ...(await checkWorkspace(context)),
      ...checkRules(context),
      ...(await checkData(context)),
      ...checkCommands(context),
      ...(await checkScheduler(context)),
      ...(await checkContainer(context)),
      ...checkMounts(context),
      ...schedulerOf(site).doctor.inside(context, context.environment),
    );
  }
  return { study: study?.name ?? null, site: site?.name ?? null, checks };
}

/** Whether elements run this very installation, and no image's. */
function trainsHere(site: Site): boolean {
  return !schedulerOf(site).submits || site.container === "none";
}

function readStudy(studyFile: string, checks: Check[]): Study | null {
  return attempt("study", checks, ({ ok }) => {
    const { study } = loadStudy({ studyFile });
    checks.push(ok(`${study.name} in ${studyFile}`));
    return study;
  });
}

function readSite(
  { studyFile, site: wanted }: DoctorOptions,
  study: Study | null,
  checks: Check[],
): Site | null {
  const folder = dirname(studyFile ?? "study.yaml");
  return attempt("site", checks, ({ ok }) => {
    const site = loadSite(wanted ?? study?.cluster.site ?? "local", folder);
    const like = site.lineage.slice(1).map((name) => `, from ${name}`);
    checks.push(ok(`${site.name} in ${site.file}${like.join("")}`));
    return site;
  });
}

/** What `read` gives; null where it throws, with what it says among the checks. */
function attempt<T>(
  name: string,
  checks: Check[],
  read: (check: ReturnType<typeof checker>) => T,
): T | null {
  try {
    return read(checker(name));
  } catch (error) {
    checks.push(...failuresOf(name, error));
    return null;
  }
}

/** Whether bsweep itself can work here: Node, and SQLite's native part. */
function checkNode(): Check {
  const version = process.versions.node;
  const node = checker("Node");
  const { engines } = packageManifest();
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(engines.node)?.[0] ?? "").split(".").map(Number);
  const [ours = 0, oursMinor = 0] = version.split(".").map(Number);
  return ours > major || (ours === major && oursMinor >= minor)
    ? node.ok(version)
    : node.fail(version, `bsweep needs Node ${engines.node}`);
}

/** Its binding is built for one version of Node: another one cannot load it. */
async function checkDatabase(): Promise<Check> {
  const sqlite = checker("SQLite");
  try {
    await withDatabase(":memory:", "readwrite", () => undefined);
    return sqlite.ok("better-sqlite3 loads");
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    return sqlite.fail(reason, "npm rebuild better-sqlite3, with the Node that runs bsweep");
  }
}
