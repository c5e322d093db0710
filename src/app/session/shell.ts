import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Placement } from "../../core/placement.ts";
import type { RequirableKey, Site } from "../../core/site.ts";
import type { Resources, StudyCluster } from "../../core/study.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import type { SessionCommand, SessionDialect } from "../../schedulers/session.ts";
import { logicalCwd, type Layout } from "../../workspace/layout.ts";
import { mergePlacements, missingKeys, requestCluster } from "../site/cluster-request.ts";
import { loadStudy } from "../plan/load-study.ts";
import { loadSite, loadSiteOf } from "../site/load-site.ts";

interface SessionOptions extends Partial<
  Pick<Resources, "cpus" | "memoryMiB" | "walltimeSeconds">
> {
  readonly layout: Layout;
  /** Whose image, queue, group and resources are taken; or `site` alone. */
  readonly studyFile?: string;
  readonly site?: string;
  /** Win over the study's and the site's. */
  readonly placement: Placement;
  /** 0: none. */
  readonly gpus?: number;
  readonly command: readonly string[];
  readonly terminal: boolean;
}

/** A command for the login node, and the folder to run it in. */
export interface PlannedSession {
  readonly session: SessionCommand;
  readonly folder: string;
}

/** @throws BsweepError CONFLICT on a site whose scheduler gives nobody a shell, or that has none */
export function sessionDialect(site: Site): SessionDialect {
  const { session, submits, title } = schedulerOf(site);
  if (session !== null) return session;
  const why = submits
    ? `${title}, of which bsweep knows no way to a shell`
    : "no scheduler: its elements run here";
  throw new BsweepError("CONFLICT", `the site ${site.name} has ${why}`, {
    hint: "use the shell you have; --site compute1 names a cluster",
  });
}

/**
 * The interactive job in which a study's image runs with its workspace in place.
 * @throws BsweepError USAGE without a site, or naming the options that the site needs; else as loadStudy, loadSite
 *   and requestCluster do
 */
export function planShell(options: SessionOptions): PlannedSession {
  const { layout, command, terminal, gpus } = options;
  const { site, cluster, resources } = findPlace(options);
  const dialect = sessionDialect(site);
  const merged = { ...mergePlacements(site, cluster), ...options.placement };
  requireOptions(site, merged);
  const { mounts, submitFolder } = requestCluster(
    { name: "shell", file: site.file, cluster: { ...cluster, ...merged } },
    site,
    layout,
  );
  const asked =
    gpus === undefined ? resources?.gpu : { shared: false, ...resources?.gpu, count: gpus };
  const gpu = gpus === 0 ? undefined : asked;
  return {
    session: dialect.openSession({
      ...placeSession(merged, dialect, options.placement),
      ...dropAbsent({ gpu, walltimeSeconds: options.walltimeSeconds }),
      cpus: options.cpus ?? resources?.cpus ?? 1,
      memoryMiB: options.memoryMiB ?? resources?.memoryMiB ?? 4096,
      container: site.container,
      ...{ mounts, workspace: layout.workspace },
      ...{ containerPath: site.containerPath, jobSetup: site.jobSetup },
      ...{ command, terminal },
    }),
    folder: submitFolder,
  };
}

function findPlace({ studyFile, site }: SessionOptions): {
  readonly site: Site;
  readonly cluster: StudyCluster;
  readonly resources?: Resources;
} {
  if (studyFile === undefined && site !== undefined) {
    return { site: loadSite(site, logicalCwd()), cluster: { site, concurrencyLimit: 1 } };
  }
  if (studyFile === undefined || site !== undefined) {
    const found = studyFile === undefined ? "neither" : "both";
    throw new BsweepError("USAGE", `found ${found} a study and --site, expected one of them`, {
      hint: "bsweep shell study.yaml, or: bsweep shell --site compute1 --user-group GROUP --image IMAGE",
    });
  }
  const { study } = loadStudy({ studyFile });
  const { cluster, resources } = study;
  return { site: loadSiteOf(study), cluster, resources };
}

/** Batch queues take no terminals. */
function placeSession(
  merged: Placement,
  { bindsServiceClass }: SessionDialect,
  chosen: Placement,
): Placement {
  const queue = chosen.queue ?? merged.interactiveQueue ?? merged.queue;
  const { serviceClass, ...others } = merged;
  const keeps = !bindsServiceClass || queue === merged.queue;
  return { ...others, ...dropAbsent({ queue, serviceClass: keeps ? serviceClass : undefined }) };
}

const OPTIONS: Readonly<Record<RequirableKey, string>> = {
  userGroup: "--user-group",
  queue: "--queue",
  serviceClass: "cluster.serviceClass",
  image: "--image",
};

function requireOptions(site: Site, merged: Placement): void {
  const missing = missingKeys(site, merged);
  if (missing.length === 0) return;
  throw new BsweepError(
    "USAGE",
    `a shell on the site ${site.name} needs ${missing.map((key) => OPTIONS[key]).join(" and ")}`,
    { hint: "or a study that says so: bsweep shell study.yaml" },
  );
}
