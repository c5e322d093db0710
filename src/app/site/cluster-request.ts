import { userInfo } from "node:os";
import { BsweepError, type Issue } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { ContainerRuntime, Placement } from "../../core/placement.ts";
import type { RequirableKey, Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import { readRounds } from "../../rounds/round.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { isWithin, type Layout } from "../../workspace/layout.ts";

/** Where and as whom the jobs run, and what their containers see. */
export interface ClusterRequest extends Placement {
  readonly container: ContainerRuntime;
  /** LSF's; by default one for the study in its workspace. */
  readonly jobGroup: string;
  /** Folders the containers see, under the same names; none without a container. */
  readonly mounts: readonly string[];
  /** The folder jobs are submitted from; LSF's Docker wrapper mounts it too. */
  readonly submitFolder: string;
}

/** What jobs are asked for in the name of. */
export type Requester = Pick<Study, "name" | "file" | "cluster">;

/** Characters that Docker's `source:target` and LSF's blank-separated list of them cannot carry. */
const UNMOUNTABLE = /[\s:,]/;

const EXPECTED: Readonly<Record<RequirableKey, string>> = {
  userGroup: "your compute group or account, such as compute-LABNAME",
  queue: "a queue, such as general",
  serviceClass: "your subscription or QOS",
  image: "the image the elements run in, such as registry/name@sha256:...",
};

/**
 * @param user login name, for the default job group
 * @throws BsweepError INVALID_STUDY naming every key that is missing; WORKSPACE when the containers could
 *   not see the workspace; INVALID_MANIFEST
 */
export function requestCluster(
  study: Requester,
  site: Site,
  layout: Layout,
  user: string = currentUser(),
): ClusterRequest {
  const { workspace } = layout;
  if (/\p{Cc}/u.test(workspace)) {
    throw new BsweepError(
      "WORKSPACE",
      `the workspace ${JSON.stringify(workspace)} holds a line end or another control character, which a job file cannot carry`,
      { hint: "use a workspace under another name (--workspace FOLDER)" },
    );
  }
  const { container } = site;
  const request = {
    ...mergePlacements(site, study.cluster),
    container,
    jobGroup: study.cluster.jobGroup ?? ownJobGroup(study.name, site, layout, user),
  };
  const { submits } = schedulerOf(site);
  if (submits) checkPresent(study, site, request);
  if (!submits || container === "none") return { ...request, mounts: [], submitFolder: workspace };
  return { ...request, ...mountWorkspace(site, workspace) };
}

/**
 * The group that an earlier round wrote down, so that one limit goes on holding for all of them; else one of the study's
 * own. Studies of one name in two workspaces have nothing to do with each other.
 */
function ownJobGroup(study: string, site: Site, layout: Layout, user: string): string {
  const rounds = schedulerOf(site).hasJobGroups ? readRounds(layout, study) : [];
  const known = rounds.findLast(({ cluster }) => cluster !== null && cluster.jobGroup !== "");
  if (known?.cluster) return known.cluster.jobGroup;
  // LSF takes letters, digits, `.`, `_` and `-` in names.
  const owner = user.replaceAll(/[^A-Za-z0-9._-]/g, "-");
  return `/${owner}/bsweep/${study}-${sha256(layout.workspace).slice(0, 8)}`;
}

/** The study's keys win over the site's. */
export function mergePlacements(site: Placement, study: Placement): Placement {
  const pick = (from: Placement): Placement =>
    dropAbsent({
      queue: from.queue,
      interactiveQueue: from.interactiveQueue,
      userGroup: from.userGroup,
      serviceClass: from.serviceClass,
      priority: from.priority,
      hosts: from.hosts,
      excludeHosts: from.excludeHosts,
      hostModel: from.hostModel,
      image: from.image,
      maxPendingElements: from.maxPendingElements,
      schedulerOptions: from.schedulerOptions,
    });
  return { ...pick(site), ...pick(study) };
}

/** What a site needs of every study, and nobody has said. */
export function missingKeys({ required, container }: Site, request: Placement): RequirableKey[] {
  const wanted = new Set([...required, ...(container === "none" ? [] : (["image"] as const))]);
  return [...wanted].filter((key) => request[key] === undefined);
}

function checkPresent(study: Requester, site: Site, request: Placement): void {
  const issues = missingKeys(site, request).map((key): Issue => ({
    file: study.file,
    path: `cluster.${key}`,
    message: `found nothing, expected ${EXPECTED[key]}`,
  }));
  if (site.container === "none" && request.image !== undefined) {
    const message = `found ${JSON.stringify(request.image)}, expected nothing: the site starts no container (container: none in ${site.file})`;
    issues.push({ file: study.file, path: "cluster.image", message });
  }
  if (issues.length === 0) return;
  throw new BsweepError("INVALID_STUDY", `the site ${site.name} needs more to run ${study.name}`, {
    issues,
    hint: `set the keys under cluster: in ${study.file}, or for all studies beside it in sites/${site.name}.yaml`,
  });
}

function mountWorkspace(
  site: Site,
  workspace: string,
): Pick<ClusterRequest, "mounts" | "submitFolder"> {
  const mounts = site.mounts.length > 0 ? site.mounts : [workspace];
  const mount = mounts.find((folder) => isWithin(workspace, folder));
  if (mount === undefined) {
    throw new BsweepError(
      "WORKSPACE",
      `the workspace ${workspace} lies in none of the folders the containers see: ${mounts.join(", ")}`,
      { hint: `add its folder to mounts in ${site.file}, or use a workspace inside one of them` },
    );
  }
  if (UNMOUNTABLE.test(mount)) {
    throw new BsweepError(
      "WORKSPACE",
      `the workspace ${JSON.stringify(workspace)} holds a blank, \`:\` or \`,\`, so it cannot be mounted into a container by itself`,
      {
        hint: `name a folder above it, without such characters, under mounts in sites/${site.name}.yaml beside the study file`,
      },
    );
  }
  return { mounts, submitFolder: UNMOUNTABLE.test(workspace) ? mount : workspace };
}

/** Login name of this process, as far as it has one. */
export function currentUser(): string {
  const named = process.env["LOGNAME"] ?? process.env["USER"];
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry, as in some containers.
    return String(process.getuid?.() ?? "user");
  }
}
