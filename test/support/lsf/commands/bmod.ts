import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Job } from "../daemon/job.ts";
import { watchRunLimit } from "../daemon/lifecycle.ts";
import { Refusal } from "../daemon/refusal.ts";
import { parseJobReference } from "../grammar/job-reference.ts";
import { flag, parseOptions, type GivenOption } from "../grammar/options.ts";
import { BSUB_OPTIONS } from "./bsub-options.ts";
import { readSubmission } from "./read-submission.ts";

/** `-Xn` takes option -X back; VOL, CMD. */
const RESETS = Object.fromEntries(
  Object.keys(BSUB_OPTIONS).map((name) => [`${name}n`, flag("CMD bmod")]),
);
/** What may change while a job runs, as ERR lists it. */
const WHILE_RUNNING = "-c, -M, -W, -o, -e, -r, -We, -We+, -Wep, -rnc, -v, -oo, -eo, -Jd";

/** bmod; VOL, CMD, ERR. An array's running limit is set with `-J "%N"`. */
export function bmod(cluster: Cluster, call: Call): number {
  const rules = { ...RESETS, ...BSUB_OPTIONS };
  const { options, rest } = parseOptions("bmod", rules, call.args);
  const references = rest.length > 0 ? rest : [String(cluster.lastJob?.id ?? 0)];
  if (options.length === 0) throw new Refusal("bmod: no option is given");
  let status = 0;
  for (const text of references) {
    try {
      modify(cluster, text, options);
      call.out(`Parameters of job <${text}> are being changed\n`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      call.err(`${error.message}\n`);
      status = 255;
    }
  }
  cluster.scheduler.wake();
  return status;
}

function modify(cluster: Cluster, text: string, options: readonly GivenOption[]): void {
  const { id, indices } = parseJobReference(text);
  const job = cluster.jobs.get(id);
  const refused = (reason: string): Refusal => new Refusal(`Job <${text}>: ${reason}`);
  if (job === undefined) throw refused("No matching job found");
  if (job.finishedCount === job.elements.length) throw refused("Job has already finished");
  const names = options.map(({ name }) => name);
  if (indices !== null) throw refused(refusalOfElement(names));
  checkNames(job, names, refused);
  const limit = options.find(({ name }) => name === "-J")?.value;
  if (limit !== undefined && job.isArray) setRunningLimit(job, limit, refused);
  const others = options.filter(({ name }) => name !== "-J" || !job.isArray);
  if (others.length > 0) change(cluster, job, others);
}

/** The emulator changes whole arrays only. */
function refusalOfElement(names: readonly string[]): string {
  if (names.includes("-g")) return "Cannot modify job group on element of job array";
  if (names.includes("-sla")) return "Cannot modify service class on element of job array";
  return "to modify an element of an array is not emulated";
}

function checkNames(job: Job, names: readonly string[], refused: (text: string) => Refusal): void {
  const alone = names.some((name) => /^-(?:g|sla)n?$/.test(name));
  if (alone && names.length > 1) {
    throw refused("Cannot combine modify job group or service class option with others");
  }
  const allowed = [...WHILE_RUNNING.split(", "), "-J", "-Wn", "-Mn", "-rn"];
  const runs = job.activeCount > 0 && job.counts.PEND + job.counts.PSUSP === 0;
  if (runs && names.some((name) => !allowed.includes(name))) {
    throw refused(
      `Only the following parameters can be used to modify a running job: ${WHILE_RUNNING}`,
    );
  }
}

function setRunningLimit(job: Job, value: string, refused: (text: string) => Refusal): void {
  const limit = /^%(\d+)$/.exec(value)?.[1];
  if (limit === undefined) throw refused("Change job name is not allowed for job array");
  // CMD bsub -J: %0 is no limit.
  job.runningLimit = Number(limit) || null;
}

function change(cluster: Cluster, job: Job, options: readonly GivenOption[]): void {
  const old = job.submission;
  const resets = options.filter(({ name }) => Object.hasOwn(RESETS, name) && name !== "-rn");
  const gone = new Set([
    ...options.map(({ name }) => name),
    ...resets.map(({ name }) => name.slice(0, -1)),
  ]);
  const kept = old.given.filter(({ name }) => !gone.has(name));
  const added = options.filter((option) => !resets.includes(option));
  const submitter = {
    cwd: old.folder,
    env: { LSB_SUB_USER_GROUP: old.userGroup },
    out: () => undefined,
  };
  // A dependency on a job that is forgotten by now still holds.
  const given = [...kept, ...added].filter(({ name }) => name !== "-w" || gone.has("-w"));
  try {
    const read = readSubmission(cluster, submitter, {
      options: gone.has("-w") ? given : given.filter(({ name }) => name !== "-ti"),
      command: old.command,
      fromStdin: old.fromStdin,
    });
    job.submission = {
      ...read,
      ...(gone.has("-w") ? {} : { dependency: old.dependency }),
      ...(gone.has("-w") ? {} : { endsWhenImpossible: old.endsWhenImpossible }),
      given: [...kept, ...added],
      environment: old.environment,
      application: gone.has("-a") ? read.application : old.application,
    };
    cluster.makeGroup(job.submission);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${error.message}. Job not modified.`);
  }
  for (const element of job.elements) watchRunLimit(cluster, element);
}
