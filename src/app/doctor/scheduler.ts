import { existsSync } from "node:fs";
import { checker, type Check } from "./check.ts";
import type { SchedulerName, Site } from "../../core/site.ts";
import { runProcess } from "../../process/exec.ts";
import { isOnPath, type DoctorContext } from "./context.ts";

/** What submit.sh and the commands that ask and steer run. */
const COMMANDS: Readonly<Record<SchedulerName, readonly string[]>> = {
  lsf: ["bsub", "bjobs", "bkill", "bmod", "bstop", "bresume", "bgadd", "bgmod", "bjgroup"],
  slurm: ["sbatch", "squeue", "scancel", "scontrol"],
  local: [],
};

type Environment = DoctorContext["environment"];

/**
 * This process's environment, or what the site's profile makes of it where the scheduler is not on PATH, as cron
 * jobs have it.
 */
export async function findEnvironment(
  { scheduler, schedulerProfile }: Site,
  own: Environment,
): Promise<Environment> {
  const missing = COMMANDS[scheduler].some((name) => !isOnPath({ environment: own }, name));
  if (!missing || schedulerProfile === undefined || !existsSync(schedulerProfile)) return own;
  const script = '. "$1" >/dev/null 2>&1; env -0';
  const { succeeded, stdout } = await runProcess("bash", ["-c", script, "bash", schedulerProfile], {
    env: own,
    timeoutSeconds: 20,
  });
  if (!succeeded) return own;
  const entries = stdout.split("\0").map((entry) => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries.filter(([name]) => name !== ""));
}

/** Whether the scheduler's commands are there: without them nothing else can be asked. */
export function checkCommands(context: DoctorContext): Check[] {
  const { site } = context;
  if (site.scheduler === "local") return [];
  const commands = checker(`${site.scheduler} commands`);
  const names = COMMANDS[site.scheduler];
  const missing = names.filter((name) => !isOnPath(context, name));
  if (missing.length > 0) {
    const remedy =
      site.schedulerProfile === undefined
        ? "go to a machine that submits jobs, or name schedulerProfile in the site file"
        : existsSync(site.schedulerProfile)
          ? `${site.schedulerProfile} does not bring them: correct schedulerProfile in the site file`
          : `go to a machine that submits jobs: ${site.schedulerProfile} is not here`;
    return [commands.fail(`not on PATH: ${missing.join(", ")}`, remedy)];
  }
  const own = { environment: process.env };
  return names.every((name) => isOnPath(own, name))
    ? [commands.ok("on PATH")]
    : [commands.ok(`found by ${site.schedulerProfile ?? "the site's profile"}`)];
}
