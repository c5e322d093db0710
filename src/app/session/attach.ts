import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import { runProcess } from "../../process/exec.ts";
import type { Argv } from "../../schedulers/status.ts";
import { elementLogName } from "../../workspace/layout.ts";
import { requestCluster } from "../site/cluster-request.ts";
import { loadSiteOf } from "../site/load-site.ts";
import { type PlannedSession, sessionDialect } from "./shell.ts";
import { GrowingLog } from "../logs/growing-log.ts";
import { findElements, type TrialElement } from "../steer/find-trial.ts";
import { lookAtJobs, type SceneOptions } from "../steer/scene.ts";

interface AttachOptions extends SceneOptions {
  /** Number. */
  readonly trial: number;
  readonly command: readonly string[];
  readonly terminal: boolean;
}

/** What a scheduler's command may take. */
const TIMEOUT_SECONDS = 60;

/**
 * The command that runs beside a trial, in what its element was given.
 * @throws BsweepError CONFLICT when the trial does not run, or nobody can attach to its job; USAGE for a trial that
 *   no round holds; else as lookAtJobs does
 */
export async function planAttachment(
  options: AttachOptions,
  effects: Effects,
): Promise<PlannedSession> {
  const { study, layout, trial, command, terminal } = options;
  const site = loadSiteOf(study);
  const dialect = sessionDialect(site);
  const scene = await lookAtJobs({ ...options, planned: true }, effects);
  const found = findRunning(findElements(scene, [trial]), trial);
  const cluster = requestCluster(study, site, layout);
  const { job, pool } = found.job;
  const index = pool ? null : found.element.index;
  const isElement = index !== null && dialect.identify !== null;
  const session = dialect.attach({
    ...cluster,
    ...dropAbsent({ host: pool ? lastHost(found) : undefined }),
    jobId: isElement ? await askId(dialect.identify(job ?? "", index)) : (job ?? ""),
    index: isElement ? null : index,
    ...{ workspace: layout.workspace, command, terminal },
    ...{ containerPath: site.containerPath, jobSetup: site.jobSetup },
  });
  if (site.container === "docker") warn(cluster, terminal, index, effects);
  return { session, folder: cluster.submitFolder };
}

function findRunning(elements: readonly TrialElement[], trial: number): TrialElement {
  const running = elements.find(({ state }) => state === "running");
  if (running !== undefined) return running;
  const last = elements.findLast(({ state }) => state !== null) ?? elements.at(-1);
  const log =
    last === undefined ? "" : join(last.job.logFolder, elementLogName(last.element.index));
  throw new BsweepError(
    "CONFLICT",
    `trial ${trial} does not run: ${last?.state == null ? "nothing of it is left in the scheduler" : `it is ${last.state}`}`,
    existsSync(log) ? { hint: `its log is there: ${log}` } : {},
  );
}

/** Where a task of a parallel job has started the element last, by the element's own log. */
function lastHost({ job, element }: TrialElement): string | undefined {
  const log = new GrowingLog(join(job.logFolder, elementLogName(element.index)));
  let host: string | undefined;
  for (const line of log.read())
    host = /^== job \S*, element \d+, on ([\w.-]+),/.exec(line)?.[1] ?? host;
  return host;
}

async function askId([program, ...words]: Argv): Promise<string> {
  const run = await runProcess(program, words, { timeoutSeconds: TIMEOUT_SECONDS });
  const id = run.stdout.trim();
  if (run.succeeded && /^\d+$/.test(id)) return id;
  throw new BsweepError(
    "SCHEDULER_OUTPUT",
    `${program} ended with status ${run.exitStatus ?? "unknown"}, and tells no id of the element: ${run.stderr || run.stdout}`,
    { hint: "it may just have ended: bsweep status STUDY" },
  );
}

function warn(
  { queue, interactiveQueue }: { readonly queue?: string; readonly interactiveQueue?: string },
  terminal: boolean,
  index: number | null,
  { reporter }: Effects,
): void {
  if (terminal && queue !== interactiveQueue) {
    reporter.warn(
      `a terminal may attach to jobs of ${interactiveQueue ?? "an interactive queue"} only, by the wrapper's documentation, and this one is in ${queue ?? "another"}: if refused, run a command after --`,
    );
  }
  if (index !== null) {
    reporter.warn("attaching to an element of an array is not documented: it may be refused");
  }
}
