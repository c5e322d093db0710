import { userInfo } from "node:os";
import { BsweepError, type Issue } from "../../core/errors.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";

/** Where and as whom the arrays run: the study's keys, else the site's. Empty text on a local site. */
export interface ClusterRequest {
  readonly userGroup: string;
  readonly queue: string;
  readonly image: string;
  readonly jobGroup: string;
  /** LSF_DOCKER_VOLUMES: `/a:/a /b:/b`. */
  readonly volumes: string;
  /** The folder bsub is called from; LSF's Docker wrapper mounts it too. */
  readonly submitFolder: string;
}

/** Characters that Docker's `source:target` and LSF's blank-separated list of them cannot carry. */
const UNMOUNTABLE = /[\s:,]/;

/**
 * @param user login name, for the default job group
 * @throws BsweepError INVALID_STUDY naming every key that is missing; WORKSPACE when the containers could
 *   not see the workspace
 */
export function requestCluster(
  study: Study,
  site: Site,
  workspace: string,
  user: string = currentUser(),
): ClusterRequest {
  if (/\p{Cc}/u.test(workspace)) {
    throw new BsweepError(
      "WORKSPACE",
      `the workspace ${JSON.stringify(workspace)} holds a line end or another control character, which a job file cannot carry`,
      { hint: "use a workspace under another name (--workspace FOLDER)" },
    );
  }
  const { cluster } = study;
  const request = {
    userGroup: cluster.userGroup ?? site.userGroup ?? "",
    queue: cluster.queue ?? site.queue ?? "",
    image: cluster.image ?? site.image ?? "",
    jobGroup: cluster.jobGroup ?? `/${nameFor(user)}/bsweep/${study.name}`,
  };
  if (site.scheduler === "local") return { ...request, volumes: "", submitFolder: workspace };
  checkPresent(study, site, request);
  return { ...request, ...mountWorkspace(site, workspace) };
}

function checkPresent(
  study: Study,
  site: Site,
  request: Pick<ClusterRequest, "userGroup" | "queue" | "image">,
): void {
  const expected = {
    userGroup: "your compute group, such as compute-LABNAME",
    queue: "a queue, such as general",
    image: "the Docker image the elements run in, such as registry/name@sha256:...",
  };
  const issues = (["userGroup", "queue", "image"] as const)
    .filter((key) => request[key] === "")
    .map((key): Issue => ({
      file: study.file,
      path: `cluster.${key}`,
      message: `found nothing, expected ${expected[key]}`,
    }));
  if (issues.length === 0) return;
  throw new BsweepError("INVALID_STUDY", `the site ${site.name} needs more to run ${study.name}`, {
    issues,
    hint: `set the keys under cluster: in ${study.file}, or for all studies beside it in sites/${site.name}.yaml`,
  });
}

function mountWorkspace(
  site: Site,
  workspace: string,
): Pick<ClusterRequest, "volumes" | "submitFolder"> {
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
  return {
    volumes: mounts.map((folder) => `${folder}:${folder}`).join(" "),
    submitFolder: UNMOUNTABLE.test(workspace) ? mount : workspace,
  };
}

function isWithin(path: string, folder: string): boolean {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  return path === folder || path.startsWith(base);
}

function currentUser(): string {
  const named = process.env["LOGNAME"] ?? process.env["USER"];
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry, as in some containers.
    return String(process.getuid?.() ?? "user");
  }
}

/** LSF takes letters, digits, `.`, `_` and `-` in names. */
function nameFor(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]/g, "-");
}
