import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Call } from "./call.ts";
import type { Cluster } from "./cluster.ts";
import type { Element, ElementTask } from "./job.ts";
import { signalSession } from "./process-tree.ts";
import { createLaunch } from "./launch.ts";

interface Task {
  readonly host: string;
  readonly command: readonly string[];
  /** Which of blaunch's tasks it is, from 0. */
  readonly at: number;
}

let count = 0;

/**
 * Starts a process of a job on one of its hosts, and hands its output to blaunch; its status. HOSTNAME and
 * BSWEEP_EMULATED_HOST tell it where it is: all emulated hosts are this machine.
 */
export async function startTask(
  cluster: Cluster,
  element: Element,
  call: Call,
  { host, command, at }: Task,
): Promise<number> {
  if (cluster.hosts.get(host)?.usable !== true) {
    call.err(`${host}: Host is unreachable\n`);
    return 255;
  }
  const { env: given, cwd } = call;
  const env = {
    ...given,
    HOSTNAME: host,
    BSWEEP_EMULATED_HOST: host,
    LSF_PM_TASKID: String(at + 1),
  };
  const launch = createLaunch(cluster, element, { argv: command, env, cwd }, `-${++count}`);
  if (launch === null) return 255;
  const [program = "", ...args] = launch.argv;
  const child = spawn(program, args, {
    env: launch.env,
    cwd: launch.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => call.out(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => call.err(text));
  const task: ElementTask = {
    host,
    kill: () => {
      if (launch.signal !== null) launch.signal("SIGKILL");
      else if (child.pid !== undefined) signalSession(child.pid, "SIGKILL");
    },
  };
  element.tasks = [...element.tasks, task];
  call.onGone(() => task.kill());
  return new Promise((resolve) => {
    const end = (status: number): void => {
      element.tasks = element.tasks.filter((other) => other !== task);
      resolve(status);
    };
    child.on("error", () => end(127));
    child.on("close", (code, signal) => {
      end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
