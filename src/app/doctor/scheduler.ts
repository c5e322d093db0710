import { existsSync } from "node:fs";
import { checker, type Check } from "../../core/check.ts";
import type { Site } from "../../core/site.ts";
import { runProcess } from "../../process/exec.ts";
import type { Environment } from "../../schedulers/element.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { ask, isOnPath, reasonOf, type DoctorContext } from "./context.ts";

/**
 * This process's environment, or what the site's profile makes of it where the scheduler is not on PATH, as cron
 * jobs have it.
 */
export async function findEnvironment(site: Site, own: Environment): Promise<Environment> {
  const { commands } = schedulerOf(site).doctor;
  const { schedulerProfile } = site;
  const missing = commands.some((name) => !isOnPath({ environment: own }, name));
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
  const { submits, doctor } = schedulerOf(site);
  if (!submits) return [];
  const commands = checker(`${site.scheduler} commands`);
  const missing = doctor.commands.filter((name) => !isOnPath(context, name));
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
  return doctor.commands.every((name) => isOnPath(own, name))
    ? [commands.ok("on PATH")]
    : [commands.ok(`found by ${site.schedulerProfile ?? "the site's profile"}`)];
}

/** What the scheduler says about the site and what the study asks of it. */
export async function checkScheduler(context: DoctorContext): Promise<Check[]> {
  const { doctor } = schedulerOf(context.site);
  const [submit = ""] = doctor.commands;
  if (!isOnPath(context, submit)) return [];
  const checks: Check[] = [];
  for (const [place, { argv, absent, judge }] of doctor.questions(context).entries()) {
    const [program, ...words] = argv;
    if (absent !== undefined && !isOnPath(context, program)) checks.push(absent);
    else {
      const run = await ask(context, program, ...words);
      const { stdout, succeeded } = run;
      checks.push(...judge({ stdout, succeeded, reason: reasonOf(run) }));
    }
    if (place === 0 && checks.some(({ state }) => state === "fail")) break;
  }
  return checks;
}
