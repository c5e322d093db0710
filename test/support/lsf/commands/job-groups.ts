import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { Refusal } from "../daemon/refusal.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";

/** CMD bgadd, bgmod: 0 to 2147483647; 0: nothing runs. */
function parseLimit(value: string): number {
  if (/^\d{1,10}$/.test(value) && Number(value) <= 2_147_483_647) return Number(value);
  throw new Refusal(`${value}: Illegal job group limit`);
}

function onlyName(command: string, rest: readonly string[]): string {
  const [name, ...more] = rest;
  if (name === undefined || more.length > 0) {
    throw new Refusal(`${command}: expected one job group, found ${rest.length}`);
  }
  return name;
}

/** `bgadd [-L n] [-sla sc] /group`; CMD. */
export function bgadd(cluster: Cluster, call: Call): number {
  const rules = { "-L": text("CMD bgadd, JEE"), "-sla": text("CMD bgadd") };
  const { options, rest } = parseOptions("bgadd", rules, call.args);
  const values = lastValues(options);
  const name = onlyName("bgadd", rest);
  const limit = values["-L"] === undefined ? null : parseLimit(values["-L"]);
  const serviceClass = values["-sla"] ?? "";
  if (serviceClass !== "" && !cluster.settings.serviceClasses.includes(serviceClass)) {
    throw new Refusal("Service class does not exist");
  }
  cluster.groups.add(name, limit, serviceClass);
  call.out(`Job group <${name}> was added.\n`);
  return 0;
}

/** `bgmod [-L n | -Ln] [-u owner] /group`; its answer has no brackets (S, an IBM support page). */
export function bgmod(cluster: Cluster, call: Call): number {
  const rules = {
    "-L": text("CMD bgmod, JEE"),
    "-Ln": flag("CMD bgmod"),
    "-u": unemulated("CMD bgmod", "text"),
  };
  const { options, rest } = parseOptions("bgmod", rules, call.args);
  const values = lastValues(options);
  const name = onlyName("bgmod", rest);
  if ("-L" in values === "-Ln" in values) {
    throw new Refusal("bgmod: expected one of -L and -Ln");
  }
  cluster.groups.change(name, values["-L"] === undefined ? null : parseLimit(values["-L"]));
  cluster.scheduler.wake();
  call.out(`Job group ${name} is modified.\n`);
  return 0;
}

/** `bgdel /group`: it and its subgroups, where no job in memory is left in them (ADM, CMD). Its line: U. */
export function bgdel(cluster: Cluster, call: Call): number {
  const rules = { "-d": unemulated("CMD bgdel", "text"), "-c": unemulated("CMD bgdel") };
  const { rest } = parseOptions("bgdel", rules, call.args);
  const name = onlyName("bgdel", rest);
  cluster.groups.known(name);
  const inside = [...cluster.jobs.values()].some(
    ({ submission: { group } }) => group === name || group.startsWith(`${name}/`),
  );
  if (inside) throw new Refusal(`${name}: Job group contains jobs`);
  cluster.groups.delete(name);
  call.out(`Job group ${name} is deleted.\n`);
  return 0;
}
