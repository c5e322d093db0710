import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Host } from "../daemon/host.ts";
import { Refusal } from "../daemon/refusal.ts";
import { flag, lastValues, parseOptions, unemulated } from "../grammar/options.ts";

/** bhosts [-w] [-gpu] [host ...]; CMD; columns: real tables (S). */
export function bhosts(cluster: Cluster, call: Call): number {
  const rules = {
    "-w": flag("CMD bhosts"),
    "-gpu": flag("CMD bhosts -gpu, JEE"),
    ...Object.fromEntries(
      ["-l", "-a", "-x", "-s", "-e", "-X", "-noheader", "-json"].map((name) => [
        name,
        unemulated("CMD bhosts"),
      ]),
    ),
    ...Object.fromEntries(["-o", "-R"].map((name) => [name, unemulated("CMD bhosts", "text")])),
  };
  const { options, rest } = parseOptions("bhosts", rules, call.args, { mixed: true });
  const values = lastValues(options);
  const hosts = rest.length === 0 ? [...cluster.hosts.values()] : choose(cluster, rest);
  const wide = "-w" in values;
  call.out("-gpu" in values ? gpuTable(hosts, wide) : hostTable(hosts, wide));
  return 0;
}

function choose({ hosts, settings }: Cluster, names: readonly string[]): Host[] {
  return names.flatMap((name) => {
    // A group of hosts that is called as its queue is, as on compute1 (JEE).
    if (settings.queues.some((queue) => queue.name === name)) return [...hosts.values()];
    const host = hosts.get(name);
    if (host === undefined) {
      throw new Refusal(`${name}: Bad host name, host group name or cluster name`);
    }
    return [host];
  });
}

function hostTable(hosts: readonly Host[], wide: boolean): string {
  const width = wide ? 16 : 13;
  const title = `HOST_NAME          ${"STATUS".padEnd(width)}JL/U    MAX  NJOBS    RUN  SSUSP  USUSP    RSV\n`;
  const rows = hosts.map((host) => {
    const slots = (test: (state: string) => boolean): number =>
      [...host.elements]
        .filter(({ state }) => test(state))
        .flatMap(({ allocations }) => allocations)
        .filter((allocation) => allocation.host === host.name)
        .reduce((sum, allocation) => sum + allocation.slots, 0);
    const numbers = [
      host.description.slots,
      host.usedSlots,
      slots((state) => state === "RUN"),
      slots((state) => state === "SSUSP"),
      slots((state) => state === "USUSP"),
      0,
    ];
    const cells = numbers.map((number) => String(number).padStart(7)).join("");
    const name = wide ? host.name.padEnd(18) : host.name.slice(0, 18).padEnd(18);
    return `${name} ${status(host, wide).padEnd(width)}   -${cells}\n`;
  });
  return title + rows.join("");
}

function status(host: Host, wide: boolean): string {
  if (!host.alive) return "unavail";
  if (!host.reachable) return "unreach";
  if (host.freeSlots > 0) return "ok";
  return wide ? "closed_Full" : "closed";
}

/** Later rows of a host leave its name out. */
function gpuTable(hosts: readonly Host[], wide: boolean): string {
  const modelWidth = wide ? 24 : 12;
  const title = `${"HOST_NAME".padEnd(14)}${"GPU_ID".padEnd(9)}${"MODEL".padEnd(modelWidth)}   MUSED    MRSV  NJOBS    RUN   SUSP    RSV\n`;
  const rows = hosts.flatMap((host) =>
    host.description.gpus.map((model, at) => {
      const used = at < host.description.gpus.length - host.freeGpus ? 1 : 0;
      const shown = wide ? model : model.slice(0, modelWidth - 1);
      const name = at === 0 ? host.name : "";
      const numbers = [used, used, 0, 0].map((number) => String(number).padStart(7)).join("");
      return `${name.padEnd(14)}${String(at).padEnd(9)}${shown.padEnd(modelWidth)}${"0M".padStart(8)}${"0M".padStart(8)}${numbers}\n`;
    }),
  );
  return title + rows.join("");
}
