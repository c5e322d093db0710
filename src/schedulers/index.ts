import { BsweepError } from "../core/errors.ts";
import type { SchedulerName } from "../core/site.ts";
import { local } from "./local/index.ts";
import { lsf } from "./lsf/index.ts";
import type { Scheduler } from "./scheduler.ts";
import { slurm } from "./slurm/index.ts";

export type { Scheduler } from "./scheduler.ts";

/** Every scheduler there is: one more is one more record here. */
export const SCHEDULERS: Scheduler[] = [lsf, slurm, local];

/**
 * The scheduler that a site, a round or an array of jobs names.
 * @param file where the name stands, for messages
 * @throws BsweepError INVALID_MANIFEST for a name that is none: sites are checked when they are read, so another
 *   bsweep has written it
 */
export function schedulerOf(
  { scheduler: name }: { readonly scheduler: SchedulerName },
  file?: string,
): Scheduler {
  const found = SCHEDULERS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = SCHEDULERS.map((each) => each.name).join(", ");
  throw new BsweepError(
    "INVALID_MANIFEST",
    `${file === undefined ? "" : `${file}: `}found scheduler ${JSON.stringify(name)}, expected one of ${known}`,
    { hint: "use the bsweep that wrote it" },
  );
}
