import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Job } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import type { Submission } from "../daemon/submission.ts";
import { hasCommand, readDirectives } from "../grammar/directives.ts";
import { parseOptions } from "../grammar/options.ts";
import { BSUB_OPTIONS } from "./bsub-options.ts";
import { readSubmission, type Given } from "./read-submission.ts";

/** bsub: HELP, ERT; refusals end with `. Job not submitted.`. */
export async function bsub(cluster: Cluster, call: Call): Promise<number> {
  const submission = await read(cluster, call);
  await call.meets(submission.name);
  await waitForRoom(cluster, call, submission);
  const job = cluster.submit(submission);
  if (submission.interactive !== null) job.startInTerminal = (order) => call.start(order);
  answer(call, job);
  if (submission.waits) return waitForEnd(call, job);
  return submission.interactive === null ? 0 : interact(call, job);
}

async function read(cluster: Cluster, call: Call): Promise<Submission> {
  try {
    return readSubmission(cluster, call, await readGiven(call));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${error.message}. Job not submitted.`);
  }
}

/** The command line, or without a command on it the script from stdin with its #BSUB lines; the command line wins. */
async function readGiven(call: Call): Promise<Given> {
  const { options, rest } = parseOptions("bsub", BSUB_OPTIONS, call.args);
  if (rest.length > 0) return { options, command: rest.join(" "), fromStdin: false };
  const script = await call.readStdin();
  if (!hasCommand(script)) throw new Refusal("No command is specified in the script file");
  const embedded = parseOptions("bsub", BSUB_OPTIONS, readDirectives(script));
  if (embedded.rest.length > 0) {
    throw new Refusal(`Found <${embedded.rest.join(" ")}> in the embedded options`);
  }
  const overridden = new Set(options.map(({ name }) => name));
  const kept = embedded.options.filter(({ name }) => !overridden.has(name));
  return { options: [...kept, ...options], command: script, fromStdin: true };
}

/** CFG, MAX_PEND_JOBS and SUB_TRY_INTERVAL: asks again until there is room, LSB_NTRIES times at most. */
async function waitForRoom(cluster: Cluster, call: Call, submission: Submission): Promise<void> {
  const { submitRetrySeconds, maxPendingJobs } = cluster.settings;
  const tries = Number(call.env["LSB_NTRIES"] ?? Infinity);
  const crossing =
    cluster.variants.crossingThreshold === "refused" ? (submission.indices?.length ?? 1) - 1 : 0;
  for (let attempt = 1; pendingJobs(cluster) + crossing >= maxPendingJobs; attempt++) {
    if (attempt >= tries) throw new Refusal("Pending job threshold reached. Job not submitted.");
    call.err(`Pending job threshold reached. Retrying in ${submitRetrySeconds} seconds...\n`);
    await new Promise<void>((resolve) => {
      cluster.clock.after(submitRetrySeconds, resolve);
    });
    if (call.gone) throw new Refusal("");
  }
}

function pendingJobs(cluster: Cluster): number {
  let count = 0;
  for (const { counts } of cluster.jobs.values()) count += counts.PEND + counts.PSUSP;
  return count;
}

/** VOL: "default" where no queue was given. On stderr with BSUB_STDERR, nowhere with BSUB_QUIET (ERR). */
function answer(call: Call, { id, submission }: Job): void {
  if (call.env["BSUB_QUIET"] !== undefined) return;
  const kind = "-q" in submission.options ? "queue" : "default queue";
  const text = `Job <${id}> is submitted to ${kind} <${submission.queue}>.\n`;
  if (call.env["BSUB_STDERR"] === undefined) call.out(text);
  else call.err(text);
}

/** -K: its code; 126 where it ended while it was pending (CMD). */
async function waitForEnd(call: Call, job: Job): Promise<number> {
  call.err("<<Waiting for dispatch ...>>\n");
  await job.ended();
  const [element] = job.elements;
  if (element === undefined || element.starts === 0) return 126;
  call.err("<<Job is finished>>\n");
  return element.exitCode ?? 0;
}

/** -I: ends with the job; a bsub that is gone ends its job. */
async function interact(call: Call, job: Job): Promise<number> {
  const [element] = job.elements;
  call.err("<<Waiting for dispatch ...>>\n");
  call.onGone(() => element?.running?.signal("SIGKILL"));
  while (element?.pending === true) await job.changed();
  if (element?.running !== null && element !== undefined) {
    call.err(`<<Starting on ${element.allocations[0]?.host ?? ""}>>\n`);
  }
  await job.ended();
  return element?.exitCode ?? 0;
}
