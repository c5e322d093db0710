import type { CommandName } from "../command-names.ts";
import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { bhist } from "./bhist.ts";
import { bhosts } from "./bhosts.ts";
import { bjgroup } from "./bjgroup.ts";
import { bjobs } from "./bjobs.ts";
import { bkill } from "./bkill.ts";
import { blaunch } from "./blaunch.ts";
import { bmod } from "./bmod.ts";
import { bpeek } from "./bpeek.ts";
import { bqueues } from "./bqueues.ts";
import { brequeue } from "./brequeue.ts";
import { bresume, bstop } from "./bstop.ts";
import { bsub } from "./bsub.ts";
import { bgadd, bgdel, bgmod } from "./job-groups.ts";
import { badmin, bparams, lsid } from "./parameters.ts";

/** What a command does; its status. */
export type Command = (cluster: Cluster, call: Call) => number | Promise<number>;

export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  badmin,
  bgadd,
  bgdel,
  bgmod,
  bhist,
  bhosts,
  bjgroup,
  bjobs,
  bkill,
  blaunch,
  bmod,
  bparams,
  bpeek,
  bqueues,
  brequeue,
  bresume,
  bstop,
  bsub,
  lsid,
};
