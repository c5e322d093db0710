import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findInterpreter } from "../grammar/directives.ts";
import type { Cluster } from "./cluster.ts";
import { openOutput } from "./delivery.ts";
import type { Element, Running } from "./job.ts";
import { jobEnvironment, jobFile } from "./job-environment.ts";
import { createLaunch, type Launch, type Program } from "./launch.ts";
import { outputPath } from "./output-path.ts";
import { signalProcess } from "./process-tree.ts";
import { startProcess } from "./start-process.ts";

/** Starts an element the way the cluster's mode says; `onEnd` gets its status. null: it cannot start. */
export function startElement(
  cluster: Cluster,
  element: Element,
  onEnd: (status: number) => void,
): Running | null {
  writeJobFile(cluster, element);
  const program: Program = {
    argv: [...interpreter(cluster, element), jobFile(cluster, element)],
    env: jobEnvironment(cluster, element),
    cwd: workFolder(element),
  };
  const launch = createLaunch(cluster, element, program);
  if (launch === null) {
    setImmediate(() => onEnd(1));
    return null;
  }
  if (element.job.submission.interactive !== null) return startInteractive(element, launch, onEnd);
  const stdio = [openInput(element), ...openOutput(cluster, element)] as const;
  try {
    return startProcess(launch, stdio, onEnd);
  } finally {
    for (const file of new Set(stdio)) closeSync(file);
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
  element: Element,
  { argv, env, cwd, signal }: Launch,
  onEnd: (status: number) => void,
): Running | null {
  const started = element.job.startInTerminal?.({ argv, env, cwd, detached: false });
  if (started === undefined) {
    setImmediate(() => onEnd(1));
    return null;
  }
  let id: number | null = null;
  void started.processId.then((processId) => (id = processId));
  void started.status.then(onEnd);
  return {
    get processId() {
      return id;
    },
    signal: (name) => {
      if (signal !== null) signal(name);
      else if (id !== null) signalProcess(id, name);
    },
  };
}
