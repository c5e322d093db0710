import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { JobGroup } from "../daemon/groups.ts";
import { Refusal } from "../daemon/refusal.ts";
import { flag, parseOptions, unemulated } from "../grammar/options.ts";

const HEADER =
  "GROUP_NAME         NJOBS   PEND    RUN    SSUSP  USUSP  FINISH  SLA   JLIMIT  OWNER\n";

/** bjgroup; CMD: by level; -s as a tree, `-s /X` the group and all below it. Its columns: CMD's example. */
export function bjgroup(cluster: Cluster, call: Call): number {
  const rules = { "-s": flag("CMD bjgroup, JEE"), "-N": unemulated("CMD bjgroup") };
  const { options, rest } = parseOptions("bjgroup", rules, call.args, { mixed: true });
  const asTree = options.length > 0;
  if (rest.length > 0 && !asTree) throw new Refusal("bjgroup: a group is named with -s only");
  const groups = choose(cluster, rest[0]);
  if (groups.length === 0) throw new Refusal("No matching job group found");
  const depth = ({ name }: JobGroup): number => name.split("/").length;
  if (!asTree) groups.sort((a, b) => depth(a) - depth(b));
  call.out(HEADER + groups.map((group) => row(cluster, group)).join(""));
  return 0;
}

/** `/X` the subtree, `/X/` that group alone. */
function choose({ groups }: Cluster, name: string | undefined): JobGroup[] {
  if (name === undefined) return groups.all();
  if (!name.endsWith("/")) return groups.below(name);
  const group = groups.get(name.slice(0, -1));
  return group === undefined ? [] : [group];
}

function row(cluster: Cluster, group: JobGroup): string {
  const jobs = [...cluster.jobs.values()].filter(
    ({ submission: { group: own } }) => own === group.name || own.startsWith(`${group.name}/`),
  );
  const count = (of: (job: (typeof jobs)[number]) => number): number =>
    jobs.reduce((sum, job) => sum + of(job), 0);
  const numbers: [number, number][] = [
    [count(({ elements }) => elements.length), 8],
    [count(({ counts }) => counts.PEND + counts.PSUSP), 8],
    [count(({ counts }) => counts.RUN), 7],
    [count(({ counts }) => counts.SSUSP), 7],
    [count(({ counts }) => counts.USUSP), 7],
    [count(({ finishedCount }) => finishedCount), 8],
  ];
  const cells = numbers.map(([number, width]) => String(number).padEnd(width)).join("");
  const limit = `${count(({ activeCount }) => activeCount)}/${group.limit ?? "-"}`;
  const sla = `(${group.serviceClass})`;
  const owner = cluster.settings.user;
  return `${group.name.padEnd(18)} ${cells}${sla}${limit.padStart(11)}  ${owner}\n`;
}
