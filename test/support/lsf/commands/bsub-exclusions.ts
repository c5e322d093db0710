import type { Cluster } from "../daemon/cluster.ts";
import { Refusal } from "../daemon/refusal.ts";

/** Options that exclude each other; HELP, CMD (-N and -Ne), ERR for the texts. */
export function checkExclusions(
  { variants }: Cluster,
  values: Readonly<Record<string, string>>,
): void {
  const has = (name: string): boolean => name in values;
  const refuse = (condition: boolean, text: string): void => {
    if (condition) throw new Refusal(text);
  };
  refuse(has("-Ne") && !variants.mailOnError, "bsub: illegal option -- Ne");
  refuse(
    has("-r") && has("-rn"),
    "You cannot set a job to be rerunnable and not-rerunnable at the same time",
  );
  refuse(has("-ti") && !has("-w"), "Cannot specify -ti without -w");
  for (const [first, second] of [
    ["-N", "-Ne"],
    ["-K", "-I"],
    ["-K", "-Is"],
    ["-K", "-Ip"],
    ["-I", "-Is"],
    ["-I", "-Ip"],
    ["-Ip", "-Is"],
  ] as const) {
    // The words are ours: the notes only say that LSF refuses these pairs.
    refuse(has(first) && has(second), `Options ${first} and ${second} cannot be used together`);
  }
}
