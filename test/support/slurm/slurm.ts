import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessResult } from "../../../src/process/exec.ts";
import { startAccounting } from "./accounting.ts";
import { removeControlGroups } from "./control-groups.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { hasAccounting, places, type SlurmPlaces, writeSlurmFiles } from "./files.ts";
import type { SlurmOptions } from "./options.ts";
import { findFreePorts } from "./ports.ts";
import { parseQueue, QUEUE_ARGUMENTS, type QueueRow } from "./queue.ts";
import { waitUntil } from "./wait.ts";
import { runProcess } from "../programs.ts";

/** A Slurm of a test's own on this machine. */
export interface Slurm {
  /** Its files; logs lie in `log`. */
  readonly folder: string;
  /** What a process needs to reach it, on top of what it inherits. */
  readonly environment: { readonly SLURM_CONF: string };
  readonly nodes: readonly string[];
  /** Runs one of Slurm's commands, or any other program, as its user would. */
  readonly run: (command: string, ...args: readonly string[]) => Promise<ProcessResult>;
  /** Everything it knows of, ended or not. */
  readonly queue: () => Promise<QueueRow[]>;
  /** Looks at the queue until `condition` holds, and returns it. @throws Error when it never does */
  readonly untilQueue: (
    what: string,
    condition: (rows: readonly QueueRow[]) => boolean,
  ) => Promise<QueueRow[]>;
  /** A node is lost, with everything on it; the controller notices after some ten seconds. */
  readonly killNode: (name: string) => Promise<void>;
  /** Brings a lost node back. Waits until jobs can be sent to it. */
  readonly startNode: (name: string) => Promise<void>;
  /** Takes no new jobs from now on; those on it go on. */
  readonly drain: (name: string) => Promise<void>;
  readonly undrain: (name: string) => Promise<void>;
  /** Commands find no controller; jobs that run go on. */
  readonly stopController: () => Promise<void>;
  readonly startController: () => Promise<void>;
  /** Ends everything, jobs too, and removes the folder. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts munged, slurmctld and a slurmd for each node, on own ports and sockets; with accounting, MariaDB and
 * slurmdbd too. They end with this process, however it ends. Needs root, Debian's packages of Slurm 22.05, and
 * the memory controller of cgroup v1 (`requireHere`).
 */
export async function startSlurm(options: SlurmOptions = {}): Promise<Slurm> {
  const cluster = new Cluster(options, await makePlaces(options));
  try {
    await cluster.start();
  } catch (error) {
    const logs = cluster.readLogs();
    await cluster.stop();
    throw new Error(`Slurm does not start\n${logs}`, { cause: error });
  }
  return cluster;
}

async function makePlaces(options: SlurmOptions): Promise<SlurmPlaces> {
  const folder = mkdtempSync(join(tmpdir(), "bsweep-slurm-"));
  // munged wants its socket to be within everyone's reach.
  chmodSync(folder, 0o711);
  const where = places(folder, await findFreePorts(2 + (options.nodes ?? 2)));
  writeSlurmFiles(where, options);
  return where;
}

class Cluster implements Slurm {
  readonly folder: string;
  readonly environment: { readonly SLURM_CONF: string };
  readonly nodes: readonly string[];
  readonly #options: SlurmOptions;
  readonly #places: SlurmPlaces;
  readonly #services: Daemon[] = [];
  readonly #slurmds = new Map<string, Daemon>();
  #controller: Daemon | undefined;

  constructor(options: SlurmOptions, where: SlurmPlaces) {
    this.#options = options;
    this.#places = where;
    this.folder = where.folder;
    this.environment = { SLURM_CONF: join(where.folder, "slurm.conf") };
    this.nodes = where.nodes.map(({ name }) => name);
  }

  async start(): Promise<void> {
    this.#services.push(this.#startMunge());
    await waitUntil("munged answers", async () => {
      const socket = `--socket=${join(this.folder, "munge.socket")}`;
      return (await runProcess("munge", ["--no-input", socket])).succeeded;
    });
    if (hasAccounting(this.#options)) {
      const environment = { ...process.env, ...this.environment };
      this.#services.push(...(await startAccounting(this.#places, this.#options, environment)));
    }
    for (const node of this.nodes) this.#startSlurmd(node);
    await this.startController();
    for (const node of this.nodes) await this.#untilIdle(node);
  }

  run = (command: string, ...args: readonly string[]): Promise<ProcessResult> =>
    runProcess(command, args, { env: this.environment });

  queue = async (): Promise<QueueRow[]> =>
    parseQueue((await this.#demand("squeue", ...QUEUE_ARGUMENTS)).stdout);

  untilQueue = async (
    what: string,
    condition: (rows: readonly QueueRow[]) => boolean,
  ): Promise<QueueRow[]> => {
    let rows: QueueRow[] = [];
    await waitUntil(
      what,
      async () => condition((rows = await this.queue())),
      () => `${JSON.stringify(rows, null, 1)}\n${this.readLogs()}`,
    );
    return rows;
  };

  killNode = async (name: string): Promise<void> => {
    await this.#slurmds.get(name)?.kill();
    this.#slurmds.delete(name);
    await removeControlGroups(name);
  };

  startNode = async (name: string): Promise<void> => {
    this.#startSlurmd(name);
    await this.#untilIdle(name);
  };

  drain = async (name: string): Promise<void> => {
    await this.#demand("scontrol", "update", `NodeName=${name}`, "State=DRAIN", "Reason=test");
  };

  undrain = async (name: string): Promise<void> => {
    await this.#demand("scontrol", "update", `NodeName=${name}`, "State=RESUME");
  };

  stopController = async (): Promise<void> => {
    await this.#demand("scontrol", "shutdown", "slurmctld");
    await waitUntil("slurmctld has ended", () => this.#controller?.end() !== null);
  };

  startController = async (): Promise<void> => {
    this.#controller = this.#startDaemon(["slurmctld", "-D"], "slurmctld.out");
    await waitUntil("slurmctld answers", async () => {
      return (await this.run("squeue", "-h")).succeeded;
    });
  };

  stop = async (): Promise<void> => {
    await Promise.all([...this.#slurmds.keys()].map((name) => this.killNode(name)));
    await this.#controller?.kill();
    await Promise.all(this.#services.map((service) => service.kill()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  };

  /** The end of what each daemon has told. */
  readLogs(): string {
    const folder = join(this.folder, "log");
    const ends = readdirSync(folder).map((name) => {
      const lines = readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
      return `${name}:\n${lines.slice(-10).join("\n")}`;
    });
    return ends.join("\n");
  }

  #startMunge(): Daemon {
    const at = (name: string) => join(this.folder, name);
    return this.#startDaemon(
      [
        ...["munged", "--foreground", `--key-file=${at("munge.key")}`],
        ...[`--socket=${at("munge.socket")}`, `--pid-file=${at("munged.pid")}`],
        ...[`--log-file=${at("log/munged.log")}`, `--seed-file=${at("munge.seed")}`],
      ],
      "munged.out",
    );
  }

  #startSlurmd(name: string): void {
    this.#slurmds.set(name, this.#startDaemon(["slurmd", "-D", "-N", name], `slurmd-${name}.out`));
  }

  #startDaemon(command: readonly string[], log: string): Daemon {
    const environment = { ...process.env, ...this.environment };
    return startDaemon(command, { environment, logFile: join(this.folder, "log", log) });
  }

  async #untilIdle(node: string): Promise<void> {
    await waitUntil(
      `${node} takes jobs`,
      async () => {
        const { stdout } = await this.run("sinfo", "-h", "-N", "-n", node, "-o", "%T");
        return /^(?:idle|mixed|allocated)$/m.test(stdout);
      },
      () => this.readLogs(),
    );
  }

  async #demand(command: string, ...args: readonly string[]): Promise<ProcessResult> {
    const answer = await this.run(command, ...args);
    if (!answer.succeeded) throw new Error(`${answer.failure}\n${answer.stderr}`);
    return answer;
  }
}
