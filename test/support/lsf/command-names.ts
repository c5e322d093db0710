/** The commands that are emulated, each a program on PATH. */
export const COMMAND_NAMES = [
  "badmin",
  "bgadd",
  "bgdel",
  "bgmod",
  "bhist",
  "bhosts",
  "bjgroup",
  "bjobs",
  "bkill",
  "blaunch",
  "bmod",
  "bparams",
  "bpeek",
  "bqueues",
  "brequeue",
  "bresume",
  "bstop",
  "bsub",
  "lsid",
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];
