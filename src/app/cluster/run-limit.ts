import type { Site } from "../../core/site.ts";
import { runProcess } from "../../process/exec.ts";
import { schedulerOf } from "../../schedulers/index.ts";

const TIMEOUT_SECONDS = 20;

/**
 * Seconds that a job may run in a queue of a site; null where there is no limit, or the scheduler does not tell: then
 * it refuses what is too long, or says why it waits.
 * @param queue the default one where nobody names any
 */
export async function findRunLimit(site: Site, queue: string | undefined): Promise<number | null> {
  const { runLimit } = schedulerOf(site);
  const argv = runLimit?.argv(queue) ?? null;
  if (runLimit === null || argv === null) return null;
  const [program, ...words] = argv;
  const { stdout } = await runProcess(program, words, { timeoutSeconds: TIMEOUT_SECONDS });
  return runLimit.parse(stdout, queue);
}
