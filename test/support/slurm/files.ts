import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { CLUSTER, PARTITION, SHORT_PARTITION, type SlurmOptions } from "./options.ts";

/** Where a test's Slurm keeps what it has. */
export interface SlurmPlaces {
  /** Absolute, short (sockets lie in it), readable by root alone. */
  readonly folder: string;
  readonly controllerPort: number;
  readonly databasePort: number;
  /** A node is named after its port, so no two of one machine share a name, nor a control group. */
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
}

export function places(folder: string, ports: readonly number[]): SlurmPlaces {
  const [controllerPort = 0, databasePort = 0, ...nodePorts] = ports;
  const nodes = nodePorts.map((port) => ({ name: `n${port}`, port }));
  return { folder, controllerPort, databasePort, nodes };
}

/** Writes every file the daemons read. */
export function writeSlurmFiles(where: SlurmPlaces, options: SlurmOptions): void {
  const write = (name: string, content: string | Buffer) =>
    writeFileSync(join(where.folder, name), content, {
      mode: name === "slurm.conf" ? 0o644 : 0o600,
    });
  mkdirSync(join(where.folder, "log"));
  mkdirSync(join(where.folder, "state"));
  write("munge.key", randomBytes(128));
  write("slurm.conf", formatSlurmConf(where, options));
  write("cgroup.conf", CGROUP_CONF);
  write("slurmdbd.conf", formatSlurmdbdConf(where));
}

/** What limits memory is the kernel, as on a cluster; cores are not pinned, there may be more than exist. */
const CGROUP_CONF = `
CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
ConstrainCores=no
`;

function formatSlurmConf(
  { folder, controllerPort, nodes, databasePort }: SlurmPlaces,
  options: SlurmOptions,
): string {
  const {
    cpusPerNode = 4,
    memoryMiB = 4096,
    maxArraySize = 1001,
    minJobAgeSeconds = 300,
  } = options;
  const machine = hostname();
  return `
ClusterName=${CLUSTER}
SlurmctldHost=${machine}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmUser=root
AuthType=auth/munge
# A requeued job waits until its credential has expired: 120 s by default.
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmdLogFile=${folder}/log/slurmd-%n.log
SlurmdSpoolDir=${folder}/spool-%n
# More CPUs and memory than exist, so that limits can be seen at work.
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=${Math.floor(memoryMiB / cpusPerNode)}
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
JobAcctGatherType=jobacct_gather/cgroup
JobAcctGatherFrequency=1
MpiDefault=none
# Soon, where a cluster can wait.
SlurmdTimeout=5
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=5,bf_interval=5

KillWait=5
ReturnToService=2
PropagateResourceLimits=NONE
MailProg=/bin/true
EnforcePartLimits=ALL
MaxArraySize=${maxArraySize}
MinJobAge=${minJobAgeSeconds}
${accountingLines(options, folder, databasePort)}
${nodes.map(({ name, port }) => `NodeName=${name} NodeHostname=${machine} NodeAddr=127.0.0.1 Port=${port} CPUs=${cpusPerNode} RealMemory=${memoryMiB}`).join("\n")}
PartitionName=${PARTITION} Nodes=ALL Default=YES DefaultTime=08:00:00 MaxTime=28-00:00:00
PartitionName=${SHORT_PARTITION} Nodes=ALL DefaultTime=00:30:00 MaxTime=00:30:00
${(options.settings ?? []).join("\n")}
`;
}

/** Whether jobs are accounted for; a limit of a user's jobs needs an account to hang on. */
export function hasAccounting(options: SlurmOptions): boolean {
  return options.accounting === true || options.maxSubmitJobs !== undefined;
}

function accountingLines(options: SlurmOptions, folder: string, port: number): string {
  if (!hasAccounting(options)) return "AccountingStorageType=accounting_storage/none";
  return `AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort=${port}
# Of the two authentications this one is munge's socket too, under another name.
AccountingStoragePass=${folder}/munge.socket
AccountingStorageEnforce=associations,limits`;
}

function formatSlurmdbdConf({ folder, databasePort }: SlurmPlaces): string {
  return `
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=${databasePort}
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=slurm
LogFile=${folder}/log/slurmdbd.log
PidFile=${folder}/slurmdbd.pid
`;
}
