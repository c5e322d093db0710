import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findInterpreter } from "../grammar/directives.ts";
import type { Cluster } from "./cluster.ts";
import { containerArguments } from "./container.ts";
import { openOutput } from "./delivery.ts";
import type { Element, Running } from "./job.ts";
import { jobEnvironment, jobFile, spoolFile } from "./job-environment.ts";
import { outputPath } from "./output-path.ts";
import { startContainer } from "./start-container.ts";
import { startProcess } from "./start-process.ts";

/** What a run is, wherever it runs. */
export interface ElementProgram {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Open files for its standard streams; the runner closes them. */
  readonly stdio: readonly [number, number, number];
}

/** Starts an element the way the cluster's mode says; `onEnd` gets its status. */
export function startElement(
  cluster: Cluster,
  element: Element,
  onEnd: (status: number) => void,
): Running | null {
  const { submission } = element.job;
  const container = cluster.settings.mode === "podman" && submission.application !== null;
  writeJobFile(cluster, element);
  if (submission.interactive !== null) return startInteractive(cluster, element, onEnd);
  const program = {
    argv: [...interpreter(cluster, element), jobFile(cluster, element)],
    env: jobEnvironment(cluster, element),
    cwd: workFolder(element),
    stdio: [openInput(element), ...openOutput(cluster, element)] as const,
  };
  try {
    return container
      ? startContainer(cluster, element, program, onEnd)
      : startProcess(program, onEnd);
  } finally {
    for (const file of new Set(program.stdio)) closeSync(file);
  }
}

/** Where an element runs; LIBBAT: /tmp where the submission's folder cannot be entered. */
function workFolder(element: Element): string {
  const { workFolder: wanted, folder } = element.job.submission;
  const pattern = wanted ?? folder;
  const path = outputPath(element, pattern).replace(/\/[^/]*\.out$/, "");
  // A folder is made only where its name holds a pattern; HELP -cwd.
  if (pattern.includes("%")) mkdirSync(path, { recursive: true });
  return existsSync(path) ? path : "/tmp";
}

function interpreter(cluster: Cluster, element: Element): string[] {
  const { fromStdin, command } = element.job.submission;
  return fromStdin ? findInterpreter(command, cluster.variants.cshRule) : ["/bin/sh"];
}

function writeJobFile(cluster: Cluster, element: Element): void {
  mkdirSync(join(cluster.folder, "spool"), { recursive: true });
  writeFileSync(jobFile(cluster, element), `${element.job.submission.command}\n`, { mode: 0o755 });
}

function openInput(element: Element): number {
  const { input } = element.job.submission;
  const path = outputPath(element, input);
  return openSync(existsSync(path) ? path : "/dev/null", "r");
}

/** bsub -I: the waiting bsub starts it, in its own terminal. */
function startInteractive(
  cluster: Cluster,
  element: Element,
  onEnd: (status: number) => void,
): Running | null {
  const { job } = element;
  const file = jobFile(cluster, element);
  const env = jobEnvironment(cluster, element);
  const program = { argv: [...interpreter(cluster, element), file], env, cwd: workFolder(element) };
  const order =
    cluster.settings.mode === "podman" && job.submission.application !== null
      ? containerArguments(cluster, element, program)
      : program;
  const started = job.startInTerminal?.({ ...order, detached: false });
  if (started === undefined) {
    setImmediate(() => onEnd(1));
    return null;
  }
  const running = { processId: null as number | null, signal: signalProcess };
  function signalProcess(signal: NodeJS.Signals): void {
    if (running.processId === null) return;
    try {
      process.kill(running.processId, signal);
    } catch {
      return;
    }
  }
  void started.processId.then((id) => (running.processId = id));
  void started.status.then(onEnd);
  writeFileSync(spoolFile(cluster, element, "out"), "");
  return running;
}
