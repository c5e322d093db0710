import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import type { Element } from "./job.ts";
import { outputPath } from "./output-path.ts";

/** What LSF sets where a job runs, over what came along from the submission; ADM, VOL ("Job environment"). */
export function jobEnvironment(cluster: Cluster, element: Element): Record<string, string> {
  const { submission, id } = element.job;
  const segment = segmentOf(submission.specification, element.index);
  const hosts = element.allocations.flatMap(({ host, slots }) => Array<string>(slots).fill(host));
  const facts: Record<string, string> = {
    LSB_JOBID: String(id),
    LSB_JOBINDEX: String(element.index),
    LSB_JOBINDEX_STEP: String(segment.step),
    LSB_JOBINDEX_END: String(segment.end),
    LSB_JOBNAME: submission.specification,
    LSB_BATCH_JID: element.label,
    LSB_QUEUE: submission.queue,
    LSB_HOSTS: hosts.join(" "),
    LSB_MCPU_HOSTS: element.allocations.map(({ host, slots }) => `${host} ${slots}`).join(" "),
    LSB_DJOB_HOSTFILE: writeHostFile(cluster, element, hosts),
    LSB_DJOB_NUMPROC: String(hosts.length),
    LSB_MAX_NUM_PROCESSORS: String(submission.slots),
    LSB_SUB_HOST: "login-1",
    LS_SUBCWD: submission.folder,
    LSB_JOBFILENAME: jobFile(cluster, element),
    LSB_EFFECTIVE_RSRCREQ: submission.requirement.text,
    LSF_BINDIR: join(cluster.folder, "bin"),
    HOSTNAME: element.allocations[0]?.host ?? "",
    PWD: submission.folder,
  };
  const { stdout, stderr } = submission.output;
  if (stdout !== null) facts["LSB_OUTPUTFILE"] = outputPath(element, stdout);
  if (stderr !== null) facts["LSB_ERRORFILE"] = outputPath(element, stderr);
  if (element.starts > 1) facts["LSB_RESTART"] = "Y";
  const requeue = submission.options["-Q"];
  if (requeue !== undefined) facts["LSB_EXIT_REQUEUE"] = requeue;
  if (element.gpus > 0) {
    facts["CUDA_VISIBLE_DEVICES"] = Array.from({ length: element.gpus }, (_, at) => at).join(",");
  }
  return { ...submission.environment, ...facts };
}

/** Where an element's files of a run lie: its script, its output before it is delivered. */
export const spoolFile = (cluster: Cluster, element: Element, extension: string): string =>
  join(cluster.folder, "spool", `${element.job.id}.${element.index}.${extension}`);

export const jobFile = (cluster: Cluster, element: Element): string =>
  spoolFile(cluster, element, "job");

function writeHostFile(cluster: Cluster, element: Element, hosts: readonly string[]): string {
  const file = spoolFile(cluster, element, "hostfile");
  writeFileSync(file, hosts.map((host) => `${host}\n`).join(""));
  return file;
}

/** VOL: step and end of the part of the index list that holds the element; 0 off arrays. */
function segmentOf(specification: string, index: number): { step: number; end: number } {
  const list = /\[([^\]]*)\]/.exec(specification)?.[1];
  for (const part of list?.split(",") ?? []) {
    const [first = 0, end = first, step = 1] = (part.match(/\d+/g) ?? []).map(Number);
    if (index >= first && index <= end) return { step, end };
  }
  return { step: 0, end: 0 };
}
