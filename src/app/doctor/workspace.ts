import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Check, checker } from "../../core/check.ts";
import { messageOf } from "../../core/errors.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { temporaryBeside } from "../../workspace/atomic.ts";
import { ask, type DoctorContext, isOnPath } from "./context.ts";

const GIB = 1024 ** 3;
/** Results are small, checkpoints and logs are not. */
const LITTLE_BYTES = 5 * GIB;
/** Share of a quota from which on it will soon be full. */
const NEARLY = 0.9;

/** The folder that everything is written to, and HOME, where schedulers write too. */
export async function checkWorkspace(context: DoctorContext): Promise<Check[]> {
  return [
    await checkFolder(context),
    checkNames(context),
    ...(await checkQuotas(context)),
    ...checkHome(context),
  ];
}

async function checkFolder(context: DoctorContext): Promise<Check> {
  const { workspace } = context.layout;
  const folder = checker("workspace");
  const probe = temporaryBeside(join(workspace, "doctor"));
  try {
    writeFileSync(probe, "", { flag: "wx" });
    rmSync(probe);
  } catch (error) {
    return folder.fail(messageOf(error), "name a folder that you may write to: --workspace FOLDER");
  }
  const { bavail, bsize } = statfsSync(workspace);
  const { succeeded, stdout } = await ask(context, "findmnt", "-no", "FSTYPE", "-T", workspace);
  const type = succeeded && /^[\w.-]+$/.test(stdout) ? stdout : "unknown file system";
  const found = `${workspace}: ${type}, ${formatBytes(bavail * bsize)} free`;
  return bavail * bsize < LITTLE_BYTES
    ? folder.warn(found, "checkpoints and logs need room: free some, or take another folder")
    : folder.ok(found);
}

/** Containers know the name that the user knows, not what links point to. */
function checkNames({ layout: { workspace }, site }: DoctorContext): Check {
  const names = checker("path");
  const physical = process.cwd();
  if (site.container !== "none" && workspace === physical && physical.startsWith("/rdcw/")) {
    return names.fail(
      `${workspace} is where links lead; containers do not have it`,
      "cd there by its other name (/storage1, /storage2, /home), or say --workspace",
    );
  }
  if (workspace === physical) return names.ok("no symbolic links on the way");
  const isLink = process.env["PWD"] === workspace;
  return names.ok(isLink ? `${workspace}, a link to ${physical}` : workspace);
}

async function checkQuotas(context: DoctorContext): Promise<Check[]> {
  const usages: Usage[] = [];
  if (isOnPath(context, "mmlsquota")) {
    usages.push(...parseGpfsQuota((await ask(context, "mmlsquota", "-Y")).stdout));
  } else if (isOnPath(context, "quota")) {
    usages.push(...parseQuota((await ask(context, "quota", "-w", "-p")).stdout));
  }
  return usages.map(({ place, usedKiB, limitKiB }) => {
    const quota = checker(`quota of ${place}`);
    const found = `${formatBytes(usedKiB * 1024)} of ${formatBytes(limitKiB * 1024)}`;
    if (usedKiB >= limitKiB) return quota.fail(found, "delete something: nothing can be written");
    return usedKiB >= limitKiB * NEARLY
      ? quota.warn(found, "delete something, before jobs fail to write")
      : quota.ok(found);
  });
}

/** LSF keeps scripts and output of running jobs in ~/.lsbatch. */
function checkHome({ site }: DoctorContext): Check[] {
  if (!schedulerOf(site).submits) return [];
  const home = checker("HOME");
  try {
    const { bavail, bsize, blocks } = statfsSync(homedir());
    const found = `${homedir()}: ${formatBytes(bavail * bsize)} free`;
    return bavail < blocks * (1 - NEARLY)
      ? [home.warn(found, "schedulers keep files of running jobs there: free some room")]
      : [home.ok(found)];
  } catch (error) {
    return [home.skip(messageOf(error))];
  }
}

function formatBytes(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)}GB` : `${Math.round(bytes / 1024 ** 2)}MB`;
}

/** How much of what is allowed is used, where a limit is. */
interface Usage {
  readonly place: string;
  readonly usedKiB: number;
  readonly limitKiB: number;
}

/**
 * `mmlsquota -Y`: colon-separated rows under a HEADER row that names the columns (IBM Storage Scale). The smaller of
 * soft and hard limit counts; 0 is none.
 */
export function parseGpfsQuota(text: string): Usage[] {
  const rows = text.split("\n").map((line) => line.split(":"));
  const header = rows.find((row) => row[0] === "mmlsquota" && row[2] === "HEADER");
  if (header === undefined) return [];
  const at = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? "";
  return rows
    .filter((row) => row[0] === "mmlsquota" && row[2] !== "HEADER")
    .flatMap((row) => {
      const fileset = at(row, "filesetname");
      const place = [at(row, "filesystemName"), fileset].filter((name) => name !== "").join(":");
      const used = at(row, "blockUsage");
      return toUsage(place, used, [at(row, "blockQuota"), at(row, "blockLimit")]);
    });
}

/** `quota -w`: a row for each file system: name, blocks (a `*` when over), quota, limit, ... in KiB. */
export function parseQuota(text: string): Usage[] {
  return text.split("\n").flatMap((line) => {
    const [place = "", used = "", quota = "", limit = "", ...rest] = line.trim().split(/\s+/);
    if (rest.length < 3) return [];
    return toUsage(place, used.replace("*", ""), [quota, limit]);
  });
}

function toUsage(place: string, used: string, limits: readonly string[]): Usage[] {
  const isCount = (text: string): boolean => /^\d{1,15}$/.test(text);
  const real = limits.filter((limit) => isCount(limit) && limit !== "0").map(Number);
  if (place === "" || !isCount(used) || real.length === 0) return [];
  return [{ place, usedKiB: Number(used), limitKiB: Math.min(...real) }];
}
