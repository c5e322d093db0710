import { checker, type Check } from "./check.ts";
import {
  parseClusterName,
  parseGroupLimit,
  parseMaxArraySize,
  parseMembership,
  parseQueueStatus,
} from "../../schedulers/lsf/facts.ts";
import { ask, isOnPath, reasonOf, type DoctorContext } from "./context.ts";

/** What LSF says about the site, the queue and the groups. */
export async function checkLsf(context: DoctorContext): Promise<Check[]> {
  if (context.site.scheduler !== "lsf" || !isOnPath(context, "bsub")) return [];
  const answer = await checkAnswer(context);
  if (answer.state === "fail") return [answer];
  return [
    answer,
    await checkArraySize(context),
    ...(await checkQueue(context)),
    ...(await checkUserGroup(context)),
    ...(await checkJobGroup(context)),
  ];
}

async function checkAnswer(context: DoctorContext): Promise<Check> {
  const lsf = checker("LSF");
  const run = await ask(context, "lsid");
  const name = parseClusterName(run.stdout);
  if (name !== undefined) return lsf.ok(`cluster ${name} answers`);
  return lsf.fail(`lsid: ${reasonOf(run)}`, "wait until LSF is up, or source its profile");
}

async function checkArraySize(context: DoctorContext): Promise<Check> {
  const size = checker("array size");
  const run = await ask(context, "bparams", "-a");
  const largest = parseMaxArraySize(run.stdout);
  if (largest === undefined) return size.skip(`bparams -a does not tell: ${reasonOf(run)}`);
  const { maxArraySize, file } = context.site;
  return maxArraySize <= largest
    ? size.ok(`arrays of ${maxArraySize}, LSF takes ${largest}`)
    : size.fail(
        `arrays of ${maxArraySize}, LSF takes ${largest}`,
        `maxArraySize: ${largest} (in ${file}, or in a site of your own that extends it)`,
      );
}

async function checkQueue(context: DoctorContext): Promise<Check[]> {
  const name = context.cluster?.queue ?? context.site.queue;
  if (name === undefined) return [];
  const queue = checker(`queue ${name}`);
  const run = await ask(context, "bqueues", "-w", name);
  const status = parseQueueStatus(run.stdout, name);
  if (status === undefined) return [queue.fail(reasonOf(run), "bqueues lists the queues")];
  return status === "Open:Active"
    ? [queue.ok(status)]
    : [queue.warn(status, "jobs are refused (Closed) or wait (Inact): ask, or take another queue")];
}

async function checkUserGroup(context: DoctorContext): Promise<Check[]> {
  const name = context.cluster?.userGroup ?? context.site.userGroup;
  if (name === undefined) return [];
  const group = checker(`user group ${name}`);
  if (!isOnPath(context, "bugroup")) return [group.skip("bugroup is not here to ask")];
  const run = await ask(context, "bugroup", name);
  const membership = parseMembership(run.stdout, name, context.user);
  if (membership === "member") return [group.ok(`${context.user} is in it`)];
  if (membership === "unsure") return [group.ok("it is there, and made of other groups")];
  const found = membership === undefined ? reasonOf(run) : `${context.user} is not in it`;
  return [group.fail(found, "bugroup lists the groups; ask your group's head to add you")];
}

async function checkJobGroup(context: DoctorContext): Promise<Check[]> {
  const { cluster, study } = context;
  if (cluster === null || study === null) return [];
  const group = checker(`job group ${cluster.jobGroup}`);
  const run = await ask(context, "bjgroup", "-s", cluster.jobGroup);
  const found = parseGroupLimit(run.stdout, cluster.jobGroup);
  const wanted = study.cluster.concurrencyLimit;
  if (found === undefined) return [group.ok(`is not there yet; submit.sh adds it with ${wanted}`)];
  if (found.limit === null) {
    const remedy = `bgmod -L ${wanted} ${cluster.jobGroup}`;
    return [group.warn("it has no limit, since bsub -g made it", remedy)];
  }
  const text = `${found.used} of ${found.limit} in use`;
  return found.limit === wanted
    ? [group.ok(text)]
    : [group.warn(`${text}, the study says ${wanted}`, `bgmod -L ${wanted} ${cluster.jobGroup}`)];
}
