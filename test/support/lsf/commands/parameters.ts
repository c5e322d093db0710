import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { Refusal } from "../daemon/refusal.ts";
import { flag, parseOptions } from "../grammar/options.ts";

function parameters({ settings, variants }: Cluster): [string, string][] {
  return [
    ["CLEAN_PERIOD", String(settings.cleanPeriodSeconds)],
    ["DEFAULT_QUEUE", settings.defaultQueue],
    ["JOB_TERMINATE_INTERVAL", String(settings.terminateIntervalSeconds)],
    ["MAX_JOB_ARRAY_SIZE", String(settings.maxArraySize)],
    ["MAX_PEND_JOBS", String(settings.maxPendingJobs)],
    ["SUB_TRY_INTERVAL", String(settings.submitRetrySeconds)],
    ["LSB_STDOUT_DIRECT", variants.stdoutDirect ? "Y" : "N"],
    ["LSF_UNIT_FOR_LIMITS", variants.bareUnit],
  ];
}

/** bparams -a: `    NAME = value` lines (S MathWorks, DTU); without -a the default queue. */
export function bparams(cluster: Cluster, call: Call): number {
  const { options } = parseOptions("bparams", { "-a": flag("S MathWorks, DTU") }, call.args);
  if (options.length === 0) call.out(`Default Queues:  ${cluster.settings.defaultQueue}\n`);
  else {
    const lines = parameters(cluster).map(([name, value]) => `    ${name} = ${value}\n`);
    call.out(
      `lsb.params configuration at ${new Date(cluster.clock.now()).toUTCString()}\n${lines.join("")}`,
    );
  }
  return 0;
}

/** `badmin showconf mbd [all]`: `NAME = value` lines (S, a snakemake plugin and lsfMonitor). */
export function badmin(cluster: Cluster, call: Call): number {
  if (!/^showconf mbd(?: all)?$/.test(call.args.join(" "))) {
    throw new Refusal("badmin: only showconf mbd is emulated");
  }
  for (const [name, value] of parameters(cluster)) call.out(`      ${name} = ${value}\n`);
  return 0;
}

export function lsid(cluster: Cluster, call: Call): number {
  parseOptions("lsid", {}, call.args);
  call.out(
    `IBM Spectrum LSF Standard 10.1.0.14, emulated for tests\n\nMy cluster name is ${cluster.settings.clusterName}\nMy master name is login-1\n`,
  );
  return 0;
}
