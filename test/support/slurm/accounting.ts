import { join } from "node:path";
import { runProcess } from "../../../src/process/exec.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import type { SlurmPlaces } from "./files.ts";
import { ACCOUNT, CLUSTER, type SlurmOptions } from "./options.ts";
import { waitUntil } from "./wait.ts";

/** Starts MariaDB, on a socket alone, and slurmdbd, and lets the present user charge jobs to the account. */
export async function startAccounting(
  { folder }: SlurmPlaces,
  options: SlurmOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Daemon[]> {
  const data = join(folder, "database");
  const socket = join(folder, "database.socket");
  await demand("mariadb-install-db", [
    ...["--no-defaults", "--user=root", `--datadir=${data}`],
    ...["--auth-root-authentication-method=socket", "--skip-test-db"],
  ]);
  const database = startDaemon(
    [
      ...["mariadbd", "--no-defaults", "--user=root", `--datadir=${data}`, `--socket=${socket}`],
      ...["--skip-networking", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M"],
      // Nothing here is worth a wait for the disk.
      ...["--innodb-flush-log-at-trx-commit=0", "--innodb-lock-wait-timeout=900"],
    ],
    { environment, logFile: join(folder, "log", "mariadbd.out") },
  );
  const ask = ["--no-defaults", `--socket=${socket}`, "--execute=select 1"];
  await waitUntil("MariaDB answers", async () => (await runProcess("mariadb", ask)).succeeded);
  // The library slurmdbd connects with takes the place of its socket from the environment.
  const slurmdbd = startDaemon(["slurmdbd", "-D"], {
    environment: { ...environment, MYSQL_UNIX_PORT: socket },
    logFile: join(folder, "log", "slurmdbd.out"),
  });
  await addAssociation(options, String(environment["SLURM_CONF"]));
  return [slurmdbd, database];
}

/** From then on jobs are charged to the account unless they name another, which is refused. */
async function addAssociation(options: SlurmOptions, slurmConf: string): Promise<void> {
  const env = { SLURM_CONF: slurmConf };
  const change = (...args: readonly string[]) => demand("sacctmgr", ["-i", ...args], env);
  const cluster = ["-i", "add", "cluster", CLUSTER];
  await waitUntil(
    "slurmdbd answers",
    async () => (await runProcess("sacctmgr", cluster, { env })).succeeded,
  );
  const limit = options.maxSubmitJobs;
  await change("add", "account", ACCOUNT, "description=lab");
  await change(
    ...["add", "user", "root", `account=${ACCOUNT}`],
    ...(limit === undefined ? [] : [`maxsubmitjobs=${limit}`]),
  );
  // slurmdbd lets root use an account of its own, without limits.
  await change("modify", "user", "root", "set", `defaultaccount=${ACCOUNT}`);
  await change("delete", "user", "name=root", "account=root");
}

async function demand(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { succeeded, failure, stdout } = await runProcess(command, args, { env });
  if (!succeeded) throw new Error(`${failure}\n${stdout}`);
}
