import type { CommandName } from "../command-names.ts";
import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { bjobs } from "./bjobs.ts";
import { bkill } from "./bkill.ts";
import { bsub } from "./bsub.ts";
import { bgadd, bgdel, bgmod } from "./job-groups.ts";

/** What a command does; its status. */
export type Command = (cluster: Cluster, call: Call) => number | Promise<number>;

export const COMMANDS: Readonly<Partial<Record<CommandName, Command>>> = {
  bgadd,
  bgdel,
  bgmod,
  bjobs,
  bkill,
  bsub,
};
