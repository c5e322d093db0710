import { checker, type Check } from "../../core/check.ts";
import type { DoctorDialect, DoctorQuestion, DoctorSubject } from "../scheduler.ts";
import type { Environment } from "../element.ts";
import {
  parseClusterName,
  parseGroupLimit,
  parseMaxArraySize,
  parseMembership,
  parseQueueStatus,
} from "./facts.ts";

/** What LSF says about the site, the queue and the groups. */
export const lsfDoctor: DoctorDialect = {
  commands: ["bsub", "bjobs", "bkill", "bmod", "bstop", "bresume", "bgadd", "bgmod", "bjgroup"],
  questions: (subject) => [
    ANSWERS,
    askArraySize(subject),
    ...askQueue(subject),
    ...askUserGroup(subject),
    ...askJobGroup(subject),
  ],
  inside: lookInside,
};

const ANSWERS: DoctorQuestion = {
  argv: ["lsid"],
  judge: ({ stdout, reason }) => {
    const lsf = checker("LSF");
    const name = parseClusterName(stdout);
    return name !== undefined
      ? [lsf.ok(`cluster ${name} answers`)]
      : [lsf.fail(`lsid: ${reason}`, "wait until LSF is up, or source its profile")];
  },
};

function askArraySize({ site: { maxArraySize, file } }: DoctorSubject): DoctorQuestion {
  const size = checker("array size");
  return {
    argv: ["bparams", "-a"],
    judge: ({ stdout, reason }) => {
      const largest = parseMaxArraySize(stdout);
      if (largest === undefined) return [size.skip(`bparams -a does not tell: ${reason}`)];
      const text = `arrays of ${maxArraySize}, LSF takes ${largest}`;
      const remedy = `maxArraySize: ${largest} (in ${file}, or in a site of your own that extends it)`;
      return [maxArraySize <= largest ? size.ok(text) : size.fail(text, remedy)];
    },
  };
}

function askQueue({ cluster, site }: DoctorSubject): DoctorQuestion[] {
  const name = cluster?.queue ?? site.queue;
  if (name === undefined) return [];
  const queue = checker(`queue ${name}`);
  const judge: DoctorQuestion["judge"] = ({ stdout, reason }) => {
    const status = parseQueueStatus(stdout, name);
    if (status === undefined) return [queue.fail(reason, "bqueues lists the queues")];
    const remedy = "jobs are refused (Closed) or wait (Inact): ask, or take another queue";
    return [status === "Open:Active" ? queue.ok(status) : queue.warn(status, remedy)];
  };
  return [{ argv: ["bqueues", "-w", name], judge }];
}

function askUserGroup({ cluster, site, user }: DoctorSubject): DoctorQuestion[] {
  const name = cluster?.userGroup ?? site.userGroup;
  if (name === undefined) return [];
  const group = checker(`user group ${name}`);
  const judge: DoctorQuestion["judge"] = ({ stdout, reason }) => {
    const membership = parseMembership(stdout, name, user);
    if (membership === "member") return [group.ok(`${user} is in it`)];
    if (membership === "unsure") return [group.ok("it is there, and made of other groups")];
    const found = membership === undefined ? reason : `${user} is not in it`;
    return [group.fail(found, "bugroup lists the groups; ask your group's head to add you")];
  };
  return [{ argv: ["bugroup", name], absent: group.skip("bugroup is not here to ask"), judge }];
}

function askJobGroup({ cluster, study }: DoctorSubject): DoctorQuestion[] {
  if (cluster === null || study === null) return [];
  const { jobGroup } = cluster;
  const wanted = study.cluster.concurrencyLimit;
  const group = checker(`job group ${jobGroup}`);
  const remedy = `bgmod -L ${wanted} ${jobGroup}`;
  const judge: DoctorQuestion["judge"] = ({ stdout }) => {
    const found = parseGroupLimit(stdout, jobGroup);
    if (found === undefined)
      return [group.ok(`is not there yet; submit.sh adds it with ${wanted}`)];
    if (found.limit === null) return [group.warn("it has no limit, since bsub -g made it", remedy)];
    const text = `${found.used} of ${found.limit} in use`;
    return found.limit === wanted
      ? [group.ok(text)]
      : [group.warn(`${text}, the study says ${wanted}`, remedy)];
  };
  return [{ argv: ["bjgroup", "-s", jobGroup], judge }];
}

/** Whether LSF can be reached from an interactive job that bsweep itself runs in. */
function lookInside({ site }: DoctorSubject, environment: Environment): Check[] {
  const job = environment["LSB_JOBID"];
  if (job === undefined) return [];
  const inside = checker(`inside job ${job}`);
  const missing = ["LSF_ENVDIR", "LSF_BINDIR", "LSF_SERVERDIR"].filter(
    (name) => environment[name] === undefined,
  );
  return [
    site.container === "docker" && environment["LSF_DOCKER_NETWORK"] !== "host"
      ? inside.fail(
          "the container has no host network, which bsub needs",
          "export LSF_DOCKER_NETWORK=host before the bsub that starts this job",
        )
      : inside.ok("host network"),
    missing.length === 0
      ? inside.ok("LSF's environment is here")
      : inside.warn(`not set: ${missing.join(", ")}`, "source LSF's profile"),
  ];
}
